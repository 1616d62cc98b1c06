import type { Slice } from '../../kernel/slice.ts'
import type { CommandEvent } from '../commands/events.ts'
import { description } from '../enrollment/beginning.ts'
import type { EnrollmentEvent, HostFacts } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import { deviceChannel } from '../platforms.ts'
import { applied } from './declaring.ts'
import type { DeclarationEvent, DeclarationState } from './events.ts'
import { reject } from '../rejections.ts'
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
      }
    }
  | { type: 'ResendDeclaration'; data: { profileId: string } }
  /** Gives up waiting for a word on declarations that were taken long ago. */
  | { type: 'GiveUpDeclarations'; data: object }

type Sees = Readonly<{ enrollment: Enrollment; declarations: Declarations }>

type Remembers = DeclarationEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' | 'EnrollmentEnded' }>

const none: Declarations = { assigned: {}, announced: {}, states: {}, items: {} }

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
    ReportStatus: ({ data: { declarations: told, items, facts, full } }, { enrollment, declarations: now }) => {
      if (enrollment.stage !== 'enrolled') return []
      const named = (told ?? []).map((state) => ofItsTeam(state, now))
      const changed = named.filter((state) => !isSame(state, now.states[state.identifier]))
      const listed = new Set(named.map(({ identifier }) => identifier))
      const gone = full && told !== null ? Object.keys(now.states).filter((identifier) => !listed.has(identifier)) : []
      const news = Object.fromEntries(Object.entries(items).filter(([name, value]) => now.items[name] !== value))
      const dropped = told === null ? [] : Object.values(now.assigned).filter((one) => isDropped(one, listed))
      return [
        ...(changed.length + gone.length === 0 ? [] : [{ type: 'DeclarationsReported', data: { changed, gone } } as const]),
        ...drop(dropped, 'no-longer-reported'),
        ...(Object.keys(news).length === 0 ? [] : [{ type: 'StatusReported', data: { items: news } } as const]),
        ...description(enrollment, facts, 'status-report'),
      ]
    },

    ResendDeclaration: ({ data }, { declarations: now }) => {
      const has = now.assigned[data.profileId]
      if (has?.operation !== 'install') return reject('not-found', 'This host does not have the declaration.', 'profile_uuid')
      if (has.status === 'pending')
        return reject('still-in-progress', 'The host has yet to fetch the declaration.', 'profile_uuid')
      return [{ type: 'DeclarationResendAsked', data }]
    },

    GiveUpDeclarations: (_, { enrollment, declarations: now }) => {
      if (enrollment.stage !== 'enrolled') return []
      const waiting = Object.values(now.assigned).filter(({ status }) => status === 'verifying')
      const leaving = Object.values(now.assigned).filter(({ operation }) => operation === 'remove')
      const silent = waiting.filter(({ operation }) => operation === 'install').map(({ profileId }) => profileId)
      const detail = 'The host fetched the declaration and reported nothing of it; send it again, or look at the host.'
      return [
        ...(silent.length === 0 ? [] : [{ type: 'DeclarationsUnreported', data: { profileIds: silent, detail } } as const]),
        ...drop(
          leaving.filter(({ status }) => status === 'verifying'),
          'never-taken',
        ),
      ]
    },
  },

  evolve: {
    EnrollmentStarted: () => none,
    EnrollmentEnded: () => none,
    DeclarationsAssigned: (state, { data }) => ({ ...state, assigned: applied(state.assigned, data) }),
    DeclarationsAnnounced: (state, { data: { channel = deviceChannel, token } }) => ({
      ...state,
      announced: { ...state.announced, [channel]: token },
    }),
    DeclarationsTaken: (state, { data }) => withStatus(state, data.profileIds, 'verifying'),
    DeclarationsUnreported: (state, { data }) => withStatus(state, data.profileIds, 'failed'),
    DeclarationsDropped: (state, { data }) => ({
      ...state,
      assigned: Object.fromEntries(Object.entries(state.assigned).filter(([profileId]) => !data.profileIds.includes(profileId))),
    }),
    DeclarationResendAsked: (state, { data: { profileId } }) => {
      const has = state.assigned[profileId]
      if (has === undefined) return state
      return { ...state, assigned: { ...state.assigned, [profileId]: { ...has, resends: (has.resends ?? 0) + 1, token: '' } } }
    },
    DeclarationsReported: (state, { data: { changed, gone } }) => {
      const kept = Object.entries(state.states).filter(([identifier]) => !gone.includes(identifier))
      const states = { ...Object.fromEntries(kept), ...Object.fromEntries(changed.map((one) => [one.identifier, one])) }
      const known = changed.filter(({ profileId }) => profileId !== undefined)
      return known.reduce<Declarations>((now, { profileId = '', status }) => withStatus(now, [profileId], status), {
        ...state,
        states,
      })
    },
    StatusReported: (state, { data }) => ({ ...state, items: { ...state.items, ...data.items } }),
  },
}

/** Only what is said of the version that the host is to have says something of its team's declaration. */
const ofItsTeam = (state: DeclarationState, { assigned }: Declarations): DeclarationState => {
  const one = Object.values(assigned).find(
    ({ identifier, token, operation }) => identifier === state.identifier && token === state.token && operation === 'install',
  )
  return one === undefined ? state : { ...state, profileId: one.profileId }
}

/** One that is to go, after the host heard of it, and of which the host speaks no more. */
const isDropped = ({ operation, status, identifier }: Assigned, listed: ReadonlySet<string>): boolean =>
  operation === 'remove' && status === 'verifying' && !listed.has(identifier)

const drop = (all: readonly Assigned[], because: 'no-longer-reported' | 'never-taken'): readonly DeclarationEvent[] =>
  all.length === 0 ? [] : [{ type: 'DeclarationsDropped', data: { profileIds: all.map(({ profileId }) => profileId), because } }]

const withStatus = (state: Declarations, profileIds: readonly string[], status: Assigned['status']): Declarations => ({
  ...state,
  assigned: Object.fromEntries(
    Object.entries(state.assigned).map(([profileId, one]) => [
      profileId,
      profileIds.includes(profileId) ? { ...one, status } : one,
    ]),
  ),
})

const isSame = (one: DeclarationState, other: DeclarationState | undefined): boolean =>
  other?.token === one.token && other.status === one.status && other.detail === one.detail && other.profileId === one.profileId
