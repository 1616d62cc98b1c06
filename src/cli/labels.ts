import type { Label, NewLabel } from '../client/json.ts'
import type { MusterClient } from '../client/muster-client.ts'
import type { Answer } from './asking.ts'
import { UsageError } from './access.ts'
import { table } from './table.ts'

export const listLabels = async (client: MusterClient): Promise<Answer> => {
  const labels = await client.labels.list()
  const rows = labels.map(({ id, name, label_membership_type, label_type, host_count }) => [
    ...[String(id), name, label_type === 'builtin' ? 'built-in' : label_membership_type],
    host_count === undefined ? '-' : String(host_count),
  ])
  return [labels, table(['id', 'name', 'kind', 'hosts'], rows)]
}

/** By what a label is told apart: exactly one of a query, a list of hosts, and a vital with its value. Throws `UsageError`. */
export const createLabel = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
  name: string,
): Promise<Answer> => {
  const label = await client.labels.create(wishOf(name, options))
  return [label, `The label ${label.name} has the id ${String(label.id)}.`]
}

const wishOf = (name: string, { query, hosts, vital }: Readonly<Record<string, unknown>>): NewLabel => {
  const told = [query, hosts, vital].filter((one) => typeof one === 'string')
  if (told.length !== 1) throw new UsageError('Tell one of --query, --hosts and --vital.')
  if (typeof query === 'string') return { name, query }
  if (typeof hosts === 'string')
    return {
      name,
      hosts: hosts
        .split(',')
        .map((host) => host.trim())
        .filter(Boolean),
    }
  const [, called = '', value = ''] = /^([a-z_]+)=(.+)$/.exec(String(vital)) ?? []
  if (called === '') throw new UsageError('--vital wants name=value, as in platform=windows.')
  return { name, criteria: { vital: called, value } }
}

export const deleteLabel = async (client: MusterClient, name: string): Promise<Answer> => {
  await client.labels.delete(name)
  return [{ name }, `The label ${name} is deleted. What was aimed by it stays where it is.`]
}

/** The label that an admin means: by id or name. Throws `UsageError`. */
const findLabel = async (client: MusterClient, called: string): Promise<Label> => {
  const found = (await client.labels.list()).find(({ id, name }) => String(id) === called || name === called)
  if (found === undefined) throw new UsageError(`There is no label ${called}.`)
  return found
}

export const hostsOfLabel = async (client: MusterClient, called: string): Promise<Answer> => {
  const hosts = await client.settings.hostsOfLabel((await findLabel(client, called)).id)
  const rows = hosts.map(({ id, display_name, hardware_serial, platform }) => [
    String(id),
    display_name,
    hardware_serial,
    platform,
  ])
  return [hosts, table(['id', 'name', 'serial', 'platform'], rows)]
}
