import type { CommandOutcome, DeviceError } from '../../domain/commands/events.ts'
import type { Request } from '../../domain/commands/requests.ts'
import type { SyncStatus } from '../../protocols/windows/syncml/message.ts'
import type { StatusOutcome } from '../../protocols/windows/syncml/status-codes.ts'
import { meaningOf, outcomeOfStatus } from '../../protocols/windows/syncml/status-codes.ts'
import { replacingMark } from './requests.ts'

/** What a device said of one command: of the whole, and of what is inside. */
export type CommandStatuses = Readonly<{
  commandId: string
  replaced: boolean
  whole: SyncStatus | null
  inside: readonly SyncStatus[]
}>

/** What follows. `again`: an Add found its node there, and is to go out as a Replace. */
export type Judgement =
  Readonly<{ outcome: CommandOutcome | 'deferred'; errors: readonly DeviceError[] }> | Readonly<{ outcome: 'again' }>

/** Statuses by the command that they are of; those of what goes along with every session are left out. */
export const byCommand = (statuses: readonly SyncStatus[]): readonly CommandStatuses[] => {
  const found = new Map<string, { commandId: string; replaced: boolean; whole: SyncStatus | null; inside: SyncStatus[] }>()
  for (const status of statuses) {
    const [, commandId = '', mark, part] = shape.exec(status.cmdRef) ?? []
    if (commandId === '' || commandId === '0' || commandId.startsWith(inlinePrefix)) continue
    const one = found.get(commandId) ?? { commandId, replaced: false, whole: null, inside: [] }
    found.set(commandId, one)
    if (mark !== undefined) one.replaced = true
    if (part === undefined) one.whole = status
    else if (!part.startsWith('d')) one.inside.push(status)
  }
  return [...found.values()]
}

/** CmdIDs of what is no command of anybody's: questions and settings that go along. */
export const inlinePrefix = 'inline-'

const shape = new RegExp(`^([^.~]+)(${replacingMark})?(?:\\.(.+))?$`)

/** Judges what came of a command. `locUriOf` tells which node a CmdID was about, where that is remembered. */
export const judged = (
  { replaced, whole, inside }: CommandStatuses & Readonly<{ whole: SyncStatus }>,
  request: Request | null,
  locUriOf: (cmdId: string) => string | null,
): Judgement => {
  const all = [whole, ...inside]
  if (request?.kind === 'install-profile' && !replaced && all.some(({ data }) => outcomeOfStatus(data) === 'exists'))
    return { outcome: 'again' }
  const errors = errorsIn(whole, inside, locUriOf)
  if (request?.kind === 'remove-profile' && request.profileId !== null) {
    const bad = all.filter(({ data }) => data !== '404' && outcomeOfStatus(data) !== 'done')
    return bad.length === 0 ? done : { outcome: 'failed', errors: bad.map((status) => errorOf(status, locUriOf)) }
  }
  // Questions stand side by side: one that has no answer spoils no other.
  if (request?.kind === 'describe-device' || request?.kind === 'list-profiles')
    return all.some(({ data }) => outcomeOfStatus(data) === 'done') ? done : { outcome: 'failed', errors }
  if (whole.data === '400') return { outcome: 'malformed', errors }
  const outcome = outcomes[outcomeOfStatus(whole.data)]
  return outcome === 'acknowledged' ? done : { outcome, errors }
}

const done = { outcome: 'acknowledged', errors: [] } as const

const outcomes: Readonly<Record<StatusOutcome, CommandOutcome | 'deferred'>> = {
  done: 'acknowledged',
  failed: 'failed',
  exists: 'failed',
  retry: 'deferred',
  unauthenticated: 'deferred',
}

/** What went wrong inside says more than that the whole did; what was rolled back because of it says nothing. */
const errorsIn = (
  whole: SyncStatus,
  inside: readonly SyncStatus[],
  locUriOf: (cmdId: string) => string | null,
): readonly DeviceError[] => {
  const bad = inside.filter(({ data }) => data !== '216' && data !== '215' && outcomeOfStatus(data) !== 'done')
  return bad.length === 0 ? [errorOf(whole, locUriOf)] : bad.slice(0, 20).map((status) => errorOf(status, locUriOf))
}

const errorOf = ({ cmdRef, cmd, data }: SyncStatus, locUriOf: (cmdId: string) => string | null): DeviceError => {
  const locUri = locUriOf(cmdRef)
  const code = /^\d{1,9}$/.test(data) ? Number(data) : 0
  return { code, domain: 'SyncML', description: `${cmd}${locUri === null ? '' : ` ${locUri}`}: ${meaningOf(data)}` }
}
