import { work as commandWork } from '../domain/commands/work.ts'
import { work as enrollmentWork } from '../domain/enrollment/work.ts'
import { work as forgettingWork } from '../domain/forgetting/work.ts'
import { work as hostProfileWork } from '../domain/host-profiles/work.ts'
import { work as declarationWork } from '../domain/declarations/work.ts'
import { work as labelWork } from '../domain/labels/work.ts'
import { work as renewalWork } from '../domain/renewal/work.ts'
import { work as nameWork } from '../domain/names/work.ts'
import { work as profileWork } from '../domain/profiles/work.ts'
import { work as secretVariableWork } from '../domain/secret-variables/work.ts'
import { work as teamWork } from '../domain/teams/work.ts'
import { work as transferWork } from '../domain/transfers/work.ts'
import { work as userWork } from '../domain/users/work.ts'
import type { CausedWork } from '../app/operational-ports.ts'
import type { Recorded } from '../kernel/event.ts'
import type { Work } from '../kernel/work.ts'

export type AnyTable = Readonly<Record<string, ((event: never) => readonly Work[]) | undefined>>

const tables: readonly AnyTable[] = [
  enrollmentWork,
  forgettingWork,
  labelWork,
  declarationWork,
  renewalWork,
  commandWork,
  hostProfileWork,
  profileWork,
  secretVariableWork,
  teamWork,
  transferWork,
  userWork,
  nameWork,
]

/** What must be done because of these events, by these tables `also`, each with what caused it. */
export const workFollowing = (events: readonly Recorded[], also: readonly AnyTable[] = []): readonly CausedWork[] => {
  const all = [...tables, ...also]
  const rules = new Map<string, readonly ((event: Recorded) => readonly Work[])[]>()
  const rulesOf = (type: string) => {
    const known = rules.get(type)
    if (known !== undefined) return known
    const found = all.flatMap((table) => (table[type] as ((event: Recorded) => readonly Work[]) | undefined) ?? [])
    rules.set(type, found)
    return found
  }
  return events.flatMap((event) => {
    const { $correlationId: correlationId } = event.metadata
    return rulesOf(event.type).flatMap((follows) =>
      follows(event).map((work) => ({ ...work, causeId: event.eventId, correlationId })),
    )
  })
}
