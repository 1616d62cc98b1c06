import type { App } from '../../../app/app.ts'
import type { HostCommand } from '../../../domain/host/host.ts'
import { deviceChannel } from '../../../domain/platforms.ts'
import type { Cause } from '../../../kernel/event.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import type { RawCommand } from '../../../protocols/windows/syncml/commands.ts'
import { readRawCommand } from '../../../protocols/windows/syncml/commands.ts'
import { remoteWipe } from '../../../protocols/windows/syncml/csp.ts'
import { normalLocUri } from '../../../protocols/windows/syncml/loc-uris.ts'
import { bytesOfBase64, mustHoldNoPlaceholder } from './raw-command.ts'
import { deadlineFrom } from './orders.ts'

/** A command in SyncML as an admin wrote it; `requestType` names it in lists. */
export type RawSyncCommand = RawCommand & Readonly<{ requestType: string }>

/** Reads a command in base64. Throws `ParseError`. */
export const readRawSyncCommand = (base64: string): RawSyncCommand => {
  const bytes = bytesOfBase64(base64)
  mustHoldNoPlaceholder(bytes)
  const command = readRawCommand(textIn(bytes))
  const isWipe = command.locUris.some((locUri) => wipes.has(normalLocUri(locUri)))
  if (isWipe && (command.verb !== 'Exec' || command.locUris.length > 1))
    throw new ParseError('command', 'A wipe stands for itself: one Exec of one node.')
  return { ...command, requestType: command.locUri ?? command.verb }
}

/** What it asks of the domain. A wipe goes through the rules for wipes, whoever wrote it. */
export const orderOfSync = async (
  app: Pick<App, 'blobs' | 'clock'>,
  { raw, hostId, commandId, cause }: Readonly<{ raw: RawSyncCommand; hostId: string; commandId: string; cause: Cause }>,
): Promise<HostCommand> => {
  const payload = await app.blobs.keepSealed(hostId, `command/${commandId}`, Buffer.from(raw.xml), cause)
  const request = { kind: 'raw', requestType: raw.requestType, payload } as const
  const deadline = deadlineFrom(app.clock())
  if (wipes.has(normalLocUri(raw.locUri ?? '')))
    return { type: 'WipeHost', data: { commandId, deadline, raw: request, pin: null, obliteration: null } }
  const command = { commandId, channel: deviceChannel, request, reason: { code: 'asked' }, deadline } as const
  return { type: 'QueueCommands', data: { commands: [command] } }
}

const wipes: ReadonlySet<string> = new Set(Object.values(remoteWipe).map(normalLocUri))

const textIn = (bytes: Uint8Array): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ParseError('command', 'The command is not written in UTF-8.')
  }
}
