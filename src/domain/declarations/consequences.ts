import type { Answer } from '../commands/answer.ts'
import { detailOf } from '../commands/answer.ts'
import type { Commands, WaitingCommand } from '../commands/state.ts'
import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { DeclarationEvent } from './events.ts'
import { neverFetched } from './silence.ts'
import type { Assigned, Declarations } from './state.ts'
import { saidOf } from './state.ts'

type Sees = Readonly<{ commands: Commands; declarations: Declarations }>

/** A channel that took the word that there is news goes to fetch it; one that refused it never will. */
export const declarationConsequences = (
  { commandId, request, outcome, errors }: Answer,
  { commands, declarations }: Sees,
): readonly DeclarationEvent[] => {
  if (request.kind !== 'sync-declarations') return []
  const channel = channelOf(commands.waiting.get(commandId))
  if (outcome === 'acknowledged') return taken(channel, declarations)
  return isToldAgain(commandId, channel, commands)
    ? []
    : neverFetched(waitingOn(channel, declarations), `The host refused to fetch its declarations: ${detailOf(outcome, errors)}`)
}

/** The host never fetched the word that there is news. */
export const declarationExpiry = (commandId: string, { commands, declarations }: Sees): readonly DeclarationEvent[] => {
  const command = commands.waiting.get(commandId)
  const channel = channelOf(command)
  if (command?.request.kind !== 'sync-declarations' || isToldAgain(commandId, channel, commands)) return []
  return neverFetched(
    waitingOn(channel, declarations),
    'The host did not answer the command to fetch its declarations before its deadline.',
  )
}

/** What the channel said of versions that it lets go now is no longer so. */
const taken = (channel: Channel, declarations: Declarations): readonly DeclarationEvent[] => {
  const fetching = waitingOn(channel, declarations)
  if (fetching.length === 0) return []
  const known = declarations.reported[channel] ?? {}
  const gone = fetching
    .filter((one) => one.identifier in known && (one.operation === 'remove' || saidOf(one, declarations) === undefined))
    .map(({ identifier }) => identifier)
  const data = {
    profileIds: fetching.map(({ profileId }) => profileId),
    ...(gone.length > 0 && { gone }),
    ...(channel !== deviceChannel && { channel }),
  }
  return [{ type: 'DeclarationsTaken', data }]
}

const waitingOn = (channel: Channel, { assigned }: Declarations): readonly Assigned[] =>
  Object.values(assigned).filter((one) => one.status === 'pending' && one.channel === channel)

/** Another command that is on its way tells the channel the same. */
const isToldAgain = (commandId: string, channel: Channel, { waiting }: Commands): boolean =>
  [...waiting].some(([id, other]) => id !== commandId && other.request.kind === 'sync-declarations' && other.channel === channel)

const channelOf = (command: WaitingCommand | undefined): Channel => command?.channel ?? deviceChannel
