import type { Slice } from '../../kernel/slice.ts'
import type { CommandEvent } from '../commands/events.ts'
import { description } from '../enrollment/beginning.ts'
import type { EnrollmentEvent, HostFacts } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { Channel } from '../platforms.ts'
import { deviceChannel } from '../platforms.ts'
import { applied } from './declaring.ts'
import type { DeclarationEvent, DeclarationState } from './events.ts'
import { reject } from '../rejections.ts'
import { newsIn } from './reporting.ts'
import { givenUp } from './silence.ts'
import type { Assigned, Declarations } from './state.ts'

export type DeclarationCommand =
  | {
      type: 'ReportStatus'
      data: {
        /** Null: the report says nothing of declarations. */
        declarations: readonly DeclarationState[] | null
        items: Readonly<Record<string, string | number | boolean>>
        /** Facts of the host among the items. */
        facts: HostFacts
        /** A full report replaces what was told before. */
        full: boolean
        /** Who reports; absent: the device. */
        channel?: Channel
      }
    }
  | { type: 'ResendDeclaration'; data: { profileId: string } }
  /** Gives up waiting for a word on declarations that were taken long before `now`, ISO 8601. */
  | { type: 'GiveUpDeclarations'; data: { now: string } }

type Sees = Readonly<{ enrollment: Enrollment; declarations: Declarations }>

type Remembers = DeclarationEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' | 'EnrollmentEnded' | 'ChannelClosed' }>

const none: Declarations = { assigned: {}, announced: {}, reported: {}, items: {} }

/** Declarative management as the server sees it: the host fetches by itself, and only news of it are facts. */
export const declarations: Slice<
  DeclarationCommand,
  DeclarationEvent | EnrollmentEvent | CommandEvent,
  Declarations,
  Sees,
  Remembers
> = {
  initial: none,

  decide: {
    ReportStatus: ({ data }, { enrollment, declarations: now }) => {
      if (enrollment.stage !== 'enrolled') return []
      const { channel = deviceChannel, declarations: told, items, facts, full } = data
      const news = Object.fromEntries(Object.entries(items).filter(([name, value]) => now.items[name] !== value))
      return [
        ...(told === null ? [] : newsIn({ channel, declarations: told, full }, now)),
        ...(Object.keys(news).length === 0 ? [] : [{ type: 'StatusReported', data: { items: news } } as const]),
        ...description(enrollment, facts, 'status-report'),
      ]
    },

    ResendDeclaration: ({ data }, { declarations: now }) => {
      const has = now.assigned[data.profileId]
      if (has?.operation !== 'install') return reject('not-found', 'This host does not have the declaration.', 'profile_uuid')
      if (has.status === 'waiting') return []
      if (has.status === 'pending')
        return reject('still-in-progress', 'The host has yet to fetch the declaration.', 'profile_uuid')
      return [{ type: 'DeclarationResendAsked', data }]
    },

    GiveUpDeclarations: ({ data: { now } }, { enrollment, declarations }) =>
      enrollment.stage === 'enrolled' ? givenUp(now, declarations) : [],
  },

  evolve: {
    EnrollmentStarted: () => none,
    EnrollmentEnded: () => none,
    // What was announced there may not have been heard: whoever opens it again is told anew.
    ChannelClosed: (state, { data: { channel } }) => ({
      ...state,
      announced: Object.fromEntries(Object.entries(state.announced).filter(([told]) => told !== channel)),
    }),
    DeclarationsAssigned: (state, { at, data }) => ({ ...state, assigned: applied(state.assigned, data, at) }),
    DeclarationsAnnounced: (state, { data: { channel = deviceChannel, token } }) => ({
      ...state,
      announced: { ...state.announced, [channel]: token },
    }),
    DeclarationsTaken: (state, { at, data: { profileIds, gone = [], channel = deviceChannel } }) => ({
      ...withStatus(state, profileIds, { status: 'verifying', at }),
      ...saying(state, channel, { changed: [], gone }),
    }),
    DeclarationsUnreported: (state, { at, data }) => withStatus(state, data.profileIds, { status: 'failed', at }),
    DeclarationsDropped: (state, { data }) => ({
      ...state,
      assigned: Object.fromEntries(Object.entries(state.assigned).filter(([profileId]) => !data.profileIds.includes(profileId))),
    }),
    DeclarationResendAsked: (state, { at, data: { profileId } }) => {
      const has = state.assigned[profileId]
      if (has === undefined) return state
      const again: Assigned = { ...has, resends: (has.resends ?? 0) + 1, token: '', status: 'waiting', since: at }
      return { ...state, assigned: { ...state.assigned, [profileId]: again } }
    },
    DeclarationsReported: (state, { at, data: { changed, gone, lost = [], channel = deviceChannel } }) => {
      const said = { ...withStatus(state, lost, { status: 'verifying', at }), ...saying(state, channel, { changed, gone }) }
      return changed
        .filter(({ profileId }) => profileId !== undefined)
        .reduce<Declarations>((now, { profileId = '', status }) => withStatus(now, [profileId], { status, at }), said)
    },
    StatusReported: (state, { data }) => ({ ...state, items: { ...state.items, ...data.items } }),
  },
}

const withStatus = (
  state: Declarations,
  profileIds: readonly string[],
  { status, at }: Readonly<{ status: Assigned['status']; at: string }>,
): Declarations => ({
  ...state,
  assigned: Object.fromEntries(
    Object.entries(state.assigned).map(([profileId, one]) => [
      profileId,
      profileIds.includes(profileId) ? { ...one, status, since: at } : one,
    ]),
  ),
})

type Said = Readonly<{ changed: readonly DeclarationState[]; gone: readonly string[] }>

/** What a channel is known to say after it said more. */
const saying = (
  { reported }: Declarations,
  channel: Channel,
  { changed, gone }: Said,
): Readonly<{ reported: Declarations['reported'] }> => {
  const kept = Object.entries(reported[channel] ?? {}).filter(([identifier]) => !gone.includes(identifier))
  const said = Object.fromEntries([...kept, ...changed.map((one) => [one.identifier, one] as const)])
  return { reported: { ...reported, [channel]: said } }
}
