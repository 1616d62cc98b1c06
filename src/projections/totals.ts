import { query } from '../kernel/query.ts'

/** How much there is. */
export const totals = () =>
  query<Readonly<{ hosts: number; enrolled: number; commands: number; waiting_commands: number }>>`
    select (select coalesce(sum(members), 0)::int from cohorts) as hosts,
           (select coalesce(sum(hosts), 0)::int from cohorts) as enrolled,
           (select count(*)::int from commands) as commands,
           (select count(*)::int from waiting_commands) as waiting_commands`
