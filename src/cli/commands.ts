import { readFile } from 'node:fs/promises'
import type { MusterClient } from '../client/muster-client.ts'
import type { Answer } from './asking.ts'
import { mustBeMeant } from './confirming.ts'
import { findHost, shownHost } from './history.ts'
import { table, when } from './table.ts'
import { visible } from './visible.ts'

/** The latest commands, of one host if it is named. */
export const listCommands = async (client: MusterClient, host: string | null): Promise<Answer> => {
  const filter = host === null ? {} : { host_identifier: (await findHost(client, host)).uuid }
  const { results } = await client.commands.list({ per_page: 100, ...filter })
  const rows = results.map(({ command_uuid, hostname, request_type, status, updated_at, next_step }) => [
    ...[command_uuid, hostname, request_type, status, when(updated_at)],
    next_step?.text ?? '',
  ])
  return [results, table(['command', 'host', 'request', 'status', 'updated', 'next'], rows)]
}

/** Runs what a file holds, a property list or SyncML, on hosts. */
export const runCommand = async (
  client: MusterClient,
  options: Readonly<Record<string, unknown>>,
  [file = '', ...called]: readonly string[],
): Promise<Answer> => {
  const hosts = await Promise.all(called.map((name) => findHost(client, name)))
  const command = await readFile(file)
  if (/EraseDevice|RemoteWipe/.test(command.toString('latin1')))
    await mustBeMeant(`Erase ${hosts.map(shownHost).join(', ')}? Everything on them is gone then.`, options)
  const started = await client.commands.run(
    command,
    hosts.map(({ uuid }) => uuid),
  )
  const told = [`${started.request_type} is under way as the command ${started.command_uuid}.`, ...(started.warnings ?? [])]
  return [started, told.join('\n')]
}

/** What came of a command on each host. */
export const resultsOf = async (client: MusterClient, commandUuid: string): Promise<Answer> => {
  const results = await client.commands.results(commandUuid)
  const told = results.map(({ hostname, status, updated_at, result }) => {
    const text = result === null || result === '' ? '' : `\n${Buffer.from(result, 'base64').toString('utf8')}`
    return `${visible(hostname)}: ${visible(status)} at ${when(updated_at)}${text}`
  })
  return [results, told.join('\n\n')]
}

export const cancelCommand = async (client: MusterClient, called: string, commandUuid: string): Promise<Answer> => {
  await client.hosts.cancelCommand((await findHost(client, called)).id, commandUuid)
  return [{ command_uuid: commandUuid }, 'The command is taken back.']
}
