import { query } from '../kernel/query.ts'
import type { EnrollmentRow } from './enrollments.ts'

/** A channel to be pushed to, with what is remembered of pushes to it. */
export type ChannelToWake = EnrollmentRow & Readonly<{ pushed_at: string | null; unanswered: number; problem: string | null }>

/** The open channels of these hosts on which commands wait, or with `silently` the hosts' own channels, whatever waits. */
export const channelsToWake = (hostIds: readonly string[], silently = false) =>
  query<ChannelToWake>`
    select e.host_id, e.channel, e.enrollment_id, e.topic, e.push, e.token_at, p.pushed_at, coalesce(p.unanswered, 0) as unanswered, p.problem
    from enrollments e left join channel_pushes p on p.host_id = e.host_id and p.channel = e.channel
    where e.host_id = any(${hostIds})
      and case when ${silently}::boolean then e.channel = 'device'
          else exists (select from waiting_commands w where w.host_id = e.host_id and w.channel = e.channel and w.held is null) end`

/** The open channels of these hosts, with what the push service last had against each. */
export const openChannels = (hostIds: readonly string[]) =>
  query<EnrollmentRow & Pick<ChannelToWake, 'problem'>>`
    select e.host_id, e.channel, e.enrollment_id, e.topic, e.push, e.token_at, p.problem
    from enrollments e left join channel_pushes p on p.host_id = e.host_id and p.channel = e.channel
    where e.host_id = any(${hostIds})`

/**
 * Hosts with a channel on which commands wait and whose last push (if any) is older than a back-off that doubles with each push that brought
 * no call, up to eight hours. The most overdue first: so nobody waits for ever, however many others there are, and those that call are
 * soon due again while the silent ones are not.
 */
export const hostsToWakeAgain = (now: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`
    with due as (
      select e.host_id,
             p.pushed_at + least(interval '1 minute' * power(2, least(p.unanswered, 10)), interval '8 hours') as due_at
      from enrollments e left join channel_pushes p on p.host_id = e.host_id and p.channel = e.channel
      where exists (select from waiting_commands w where w.host_id = e.host_id and w.channel = e.channel and w.held is null))
    select host_id from due where due_at is null or due_at < ${now}::timestamptz
    group by host_id order by min(coalesce(due_at, '-infinity')), host_id limit ${limit}`

/** Enrolled hosts that were neither heard of nor pushed to since `since`, the longest silent first. */
export const silentHosts = (since: string, limit: number) =>
  query<Readonly<{ host_id: string }>>`
    select e.host_id from enrollments e
    left join host_seen s on s.host_id = e.host_id
    left join channel_pushes p on p.host_id = e.host_id and p.channel = e.channel
    where e.channel = 'device' and coalesce(s.seen_at, e.token_at) < ${since}::timestamptz
      and (p.pushed_at is null or p.pushed_at < ${since}::timestamptz)
    order by p.pushed_at nulls first, e.host_id limit ${limit}`

export const enrolledCount = () =>
  query<Readonly<{ count: number }>>`select count(*)::int as count from enrollments where channel = 'device'`

export type PushHealth = Readonly<{
  channel: string
  pushed_at: string
  unanswered: number
  problem: string | null
  problem_since: string | null
}>

/** How pushes to a host fare, channel by channel. */
export const pushHealth = (hostId: string) =>
  query<PushHealth>`
    select channel, pushed_at, unanswered, problem, problem_since from channel_pushes where host_id = ${hostId} order by channel`

/** To how many channels the last push was not taken, by what the push service said of it; the 50 most frequent. */
export const pushProblems = () =>
  query<Readonly<{ problem: string; channels: number }>>`
    select problem, count(*)::int as channels from channel_pushes where problem is not null group by problem order by channels desc limit 50`
