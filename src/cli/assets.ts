import type { MusterClient } from '../client/muster-client.ts'
import { table, when } from './table.ts'

/** What devices fetch from this server beside their settings: packages, and manifests for those that lie elsewhere. */
export const listAssets = async (client: MusterClient): Promise<readonly [object, string]> => {
  const [packages, manifests] = await Promise.all([client.upkeep.packages(), client.upkeep.manifests()])
  const rows = [
    ...packages.map(({ id, name, bundle_identifier, size, uploaded_at }) => [
      ...['package', String(id), name, bundle_identifier, `${(size / 1024 / 1024).toFixed(1)} MiB`, when(uploaded_at)],
    ]),
    ...manifests.map(({ id, name, uploaded_at }) => ['manifest', String(id), name, '', '', when(uploaded_at)]),
  ]
  return [{ packages, manifests }, table(['kind', 'id', 'name', 'identifier', 'size', 'uploaded'], rows)]
}
