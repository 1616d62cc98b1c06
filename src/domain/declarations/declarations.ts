import type { Slice } from '../../kernel/slice.ts'
import type { CommandEvent } from '../commands/events.ts'
import { description } from '../enrollment/beginning.ts'
import type { EnrollmentEvent, HostFacts } from '../enrollment/events.ts'
import type { Enrollment } from '../enrollment/state.ts'
import type { DeclarationEvent, DeclarationState } from './events.ts'

export type DeclarationCommand = {
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

/** What a host was told of its declarations (`announced`) and what it says of them. */
export type Declarations = Readonly<{
  announced: string | null
  states: Readonly<Record<string, DeclarationState>>
  items: Readonly<Record<string, string | number | boolean>>
}>

type Sees = Readonly<{ enrollment: Enrollment; declarations: Declarations }>

type Remembers = DeclarationEvent | Extract<EnrollmentEvent, { type: 'EnrollmentStarted' | 'EnrollmentEnded' }>

const none: Declarations = { announced: null, states: {}, items: {} }

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
      const changed = (told ?? []).filter((state) => !isSame(state, now.states[state.identifier]))
      const listed = new Set((told ?? []).map(({ identifier }) => identifier))
      const gone = full && told !== null ? Object.keys(now.states).filter((identifier) => !listed.has(identifier)) : []
      const news = Object.fromEntries(Object.entries(items).filter(([name, value]) => now.items[name] !== value))
      return [
        ...(changed.length + gone.length === 0 ? [] : [{ type: 'DeclarationsReported', data: { changed, gone } } as const]),
        ...(Object.keys(news).length === 0 ? [] : [{ type: 'StatusReported', data: { items: news } } as const]),
        ...description(enrollment, facts, 'status-report'),
      ]
    },
  },

  evolve: {
    EnrollmentStarted: () => none,
    EnrollmentEnded: () => none,
    DeclarationsAnnounced: (state, { data }) => ({ ...state, announced: data.token }),
    DeclarationsReported: (state, { data: { changed, gone } }) => {
      const kept = Object.entries(state.states).filter(([identifier]) => !gone.includes(identifier))
      return {
        ...state,
        states: { ...Object.fromEntries(kept), ...Object.fromEntries(changed.map((one) => [one.identifier, one])) },
      }
    },
    StatusReported: (state, { data }) => ({ ...state, items: { ...state.items, ...data.items } }),
  },
}

const isSame = (one: DeclarationState, other: DeclarationState | undefined): boolean =>
  other?.token === one.token && other.status === one.status && other.detail === one.detail
