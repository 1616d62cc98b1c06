import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import type { DeclarationEvent, DeclarationState } from './events.ts'
import { dropped } from './silence.ts'
import type { Assigned, Declarations } from './state.ts'

/** What one channel says of its declarations. */
export type DeclarationsReport = Readonly<{
  channel: Channel
  declarations: readonly DeclarationState[]
  /** A full report replaces what was told before: what it does not list is gone. */
  full: boolean
}>

/**
 * What is new in a report. It speaks of identifiers and tokens; which declarations of the host's team these are, is seen here: those that the
 * channel is to have in this very version. What the channel said before is no news, unless the declaration does not stand so.
 */
export const newsIn = ({ channel, declarations, full }: DeclarationsReport, now: Declarations): readonly DeclarationEvent[] => {
  const known = now.reported[channel] ?? {}
  const mine = Object.values(now.assigned).filter((one) => one.channel === channel)
  const named = declarations.map((state) => ofItsTeam(state, mine))
  const changed = named.filter((state) => !isSame(state, known[state.identifier]) || !standsSo(state, now))
  const listed = new Set(named.map(({ identifier }) => identifier))
  const leaving = mine.filter((one) => isLeft(one, { listed, full, mine }))
  const left = leaving.map(({ identifier }) => identifier)
  const gone = Object.keys(known).filter((identifier) => !listed.has(identifier) && (full || left.includes(identifier)))
  const isOther = (one: Assigned): boolean =>
    changed.some((said) => said.identifier === one.identifier && said.token !== one.token)
  const lost = mine.filter(
    (one) => one.operation === 'install' && one.status === 'verified' && (gone.includes(one.identifier) || isOther(one)),
  )
  const data = {
    ...{ changed, gone },
    ...(lost.length > 0 && { lost: lost.map(({ profileId }) => profileId) }),
    ...(channel !== deviceChannel && { channel }),
  }
  return [
    ...(changed.length + gone.length === 0 ? [] : [{ type: 'DeclarationsReported', data } as const]),
    ...dropped(leaving, 'no-longer-reported'),
  ]
}

const ofItsTeam = (state: DeclarationState, mine: readonly Assigned[]): DeclarationState => {
  const one = mine.find(
    ({ identifier, token, operation }) => identifier === state.identifier && token === state.token && operation === 'install',
  )
  return one === undefined ? state : { ...state, profileId: one.profileId }
}

const isSame = (one: DeclarationState, other: DeclarationState | undefined): boolean =>
  other?.token === one.token && other.status === one.status && other.detail === one.detail

/** One that was given up while the host could not make up its mind about it stays so until the host can. */
const standsSo = ({ profileId, status }: DeclarationState, { assigned }: Declarations): boolean => {
  const stands = profileId === undefined ? undefined : assigned[profileId]?.status
  return stands === undefined || stands === status || (stands === 'failed' && status === 'verifying')
}

type Listed = Readonly<{ listed: ReadonlySet<string>; full: boolean; mine: readonly Assigned[] }>

/** One that is to go, and that the channel has no more: after it heard of it, or by its full report, or because another has its identifier. */
const isLeft = ({ operation, status, identifier }: Assigned, { listed, full, mine }: Listed): boolean =>
  operation === 'remove' &&
  (mine.some((other) => other.operation === 'install' && other.identifier === identifier) ||
    (!listed.has(identifier) && (full || status === 'verifying')))
