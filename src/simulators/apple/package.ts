import { createHash } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, list, text } from '../../protocols/plist/fields.ts'
import { readPlist } from '../../protocols/plist/read.ts'
import type { PlistDict } from '../../protocols/plist/value.ts'
import { DeviceFailure } from './failure.ts'
import type { Network } from './network.ts'

/** Fetches the manifest and the package that it names, as macOS does. Answers what is wrong, or null. */
export const installPackage = async (network: Network, command: PlistDict): Promise<string | null> => {
  try {
    const manifest = dictOf(readPlist(await fetched(network, text(command, 'ManifestURL'))), 'manifest')
    const [item] = list(manifest, 'items')
    const [asset] = list(dictOf(item, 'items'), 'assets')
    const { url, hashes, chunk } = assetOf(dictOf(asset, 'assets'))
    const bytes = await fetched(network, url)
    const found = Array.from({ length: Math.max(1, Math.ceil(bytes.length / chunk)) }, (_, index) =>
      createHash('sha256')
        .update(bytes.subarray(index * chunk, (index + 1) * chunk))
        .digest('hex'),
    )
    return found.join() === hashes.join() ? null : 'The package is not what its manifest says.'
  } catch (error) {
    if (error instanceof ParseError || error instanceof DeviceFailure) return error.message
    throw error
  }
}

const assetOf = (asset: PlistDict) => {
  const chunk = Number(asset['sha256-size'])
  if (!Number.isSafeInteger(chunk) || chunk < 1) throw new ParseError('sha256-size', 'The manifest names no size of its chunks.')
  return { url: text(asset, 'url', 4096), hashes: list(asset, 'sha256s').map(String), chunk }
}

const fetched = async (network: Network, url: string): Promise<Buffer> => {
  const { status, body } = await network.send({ method: 'GET', url })
  if (status !== 200)
    throw new DeviceFailure('refused', `${new URL(url).pathname} was answered with ${String(status)}.`, { status })
  return body
}
