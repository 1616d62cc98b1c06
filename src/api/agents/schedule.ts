import type { Agent } from './known-agents.ts'
import { detailQueries, labelQueryOf } from './queries.ts'

/** The reply to a distributed read. `accelerate`: for so many seconds it comes again every five. */
export type Questions = Readonly<{
  queries: Readonly<Record<string, string>>
  discovery?: Readonly<Record<string, string>>
  accelerate?: number
}>

export type LabelQuery = Readonly<{ label_id: string; query: string; platform: string | null }>

const hourMs = 60 * 60 * 1000
/** A question that was handed out is not handed out again for so long, ms: the answer may be on its way. */
const patienceMs = 60_000

const nothing: Questions = { queries: {} }

/**
 * What an agent is asked now: details and labels once an hour, hosts spread over the hour by their ids; all at once after it enrolled and
 * when somebody wants to know.
 */
export const questionsFor = ({ hostId, platform, due }: Agent, labels: readonly LabelQuery[], now: number): Questions => {
  const detailIsDue = due.refetch || isPast(due.detailAt, hostId, now)
  const labelsAreDue = labels.length > 0 && (due.refetch || isPast(due.labelsAt, hostId, now))
  if (!detailIsDue && !labelsAreDue) return nothing
  if (now - due.askedAt < patienceMs && due.askedAt <= now) return nothing
  due.askedAt = now
  const details = detailIsDue ? detailQueries.filter(({ platforms }) => platforms === null || platforms.includes(platform)) : []
  const asked = labelsAreDue ? labels.filter((one) => one.platform === null || one.platform === platform) : []
  const discovery = details.flatMap(({ name, discovery: sql }) => (sql === null ? [] : [[name, sql] as const]))
  return {
    queries: Object.fromEntries([
      ...details.map(({ name, sql }) => [name, sql] as const),
      ...asked.map(({ label_id, query }) => [labelQueryOf(label_id), query] as const),
    ]),
    ...(discovery.length > 0 && { discovery: Object.fromEntries(discovery) }),
    accelerate: 10,
  }
}

/** Within the tenth part of an hour, told by the host's id: so that all do not come in the same minute for ever. */
const isPast = (at: number | null, hostId: string, now: number): boolean =>
  at === null || now - at >= hourMs - (Number(hostId.slice(-6)) % (hourMs / 10))
