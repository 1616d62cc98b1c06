import type { Route } from './access.ts'

/**
 * What a call is about, for callers whose role counts in single teams only: how the teams are found that it concerns. All of them must be the
 * caller's; where none is found, the call is refused.
 *
 * `server`: the whole server, of which no team is a part. `own`: the caller. `shared`: what all teams have in common and is not secret.
 * `listed`: the handler shows what belongs to the caller's teams; a `team_id` in the query must be one of them. `handler`: the handler says
 * which team it is before it does anything (`caller.mustReach`).
 */
export type Subject =
  | 'server'
  | 'own'
  | 'shared'
  | 'listed'
  | 'handler'
  | 'team'
  | 'team-in-query'
  | 'named-team-in-query'
  | 'team-in-body'
  | 'host'
  | 'host-by-identifier'
  | 'host-in-query'
  | 'hosts-in-body'
  | 'both-hosts'
  | 'hosts-and-target'
  | 'filter-and-target'
  | 'transfer'
  | 'profile'
  | 'profile-in-body'
  | 'hosts-of-command'

/** Of some routes, what each is about. */
export type SubjectsOf = Readonly<Partial<Record<Route, Subject>>>
