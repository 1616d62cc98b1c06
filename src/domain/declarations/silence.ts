import type { DeclarationEvent } from './events.ts'
import type { Assigned, Declarations } from './state.ts'
import { saidOf } from './state.ts'

/** How long a host may take to say that a declaration is in force after it took it, ms. */
export const reportWithinMs = 24 * 60 * 60 * 1000

/** What counts as failed, or as gone, because the host did not come to an end with it by `now` (ISO 8601). */
export const givenUp = (now: string, declarations: Declarations): readonly DeclarationEvent[] => {
  const overdue = Object.values(declarations.assigned).filter(
    ({ status, since }) => status === 'verifying' && Date.parse(now) - Date.parse(since) >= reportWithinMs,
  )
  const installs = overdue.filter(({ operation }) => operation === 'install')
  const undecided = installs.filter((one) => saidOf(one, declarations) !== undefined)
  return [
    ...unreported(
      installs.filter((one) => !undecided.includes(one)),
      'The host fetched the declaration and reported nothing of it; send it again, or look at the host.',
    ),
    ...unreported(undecided, 'The host has the declaration, and has not put it in force within a day.'),
    ...dropped(
      overdue.filter(({ operation }) => operation === 'remove'),
      'never-taken',
    ),
  ]
}

/** Nothing else will tell a channel of these: it refused to fetch them, or never did. `why` is a sentence. */
export const neverFetched = (waiting: readonly Assigned[], why: string): readonly DeclarationEvent[] => [
  ...unreported(
    waiting.filter(({ operation }) => operation === 'install'),
    why,
  ),
  ...dropped(
    waiting.filter(({ operation }) => operation === 'remove'),
    'never-taken',
  ),
]

/** These are on the host no more. */
export const dropped = (
  all: readonly Assigned[],
  because: Extract<DeclarationEvent, { type: 'DeclarationsDropped' }>['data']['because'],
): readonly DeclarationEvent[] =>
  all.length === 0 ? [] : [{ type: 'DeclarationsDropped', data: { profileIds: idsOf(all), because } }]

const unreported = (all: readonly Assigned[], detail: string): readonly DeclarationEvent[] =>
  all.length === 0 ? [] : [{ type: 'DeclarationsUnreported', data: { profileIds: idsOf(all), detail } }]

const idsOf = (all: readonly Assigned[]): readonly string[] => all.map(({ profileId }) => profileId)
