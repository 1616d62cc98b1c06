import { query } from '../kernel/query.ts'

/** Hosts to be forgotten: their enrollment ended before `until` (ISO 8601), and no agent of theirs told anything since. The oldest first. */
export const hostsToForget = (until: string, limit: number) =>
  query<Readonly<{ host_id: string; ended_at: string }>>`
    select h.host_id, h.ended_at from hosts h left join agent_reports a on a.host_id = h.host_id
    where h.stage = 'ended' and h.forgotten_at is null and h.ended_at < ${until}
      and coalesce(greatest(a.detail_at, a.labels_at), h.ended_at) < ${until}
    order by h.ended_at, h.host_id limit ${limit}`
