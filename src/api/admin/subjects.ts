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
  | 'profile'
  | 'profile-in-body'
  | 'hosts-of-command'

/** Every route, with what it is about. */
export const subjects: Readonly<Record<Route, Subject>> = {
  'GET /hosts': 'listed',
  'GET /hosts/count': 'listed',
  'GET /hosts/summary/mdm': 'team-in-query',
  'GET /host_summary': 'team-in-query',
  'GET /hosts/identifier/:identifier': 'host-by-identifier',
  'POST /hosts/transfer': 'hosts-and-target',
  'POST /hosts/transfer/filter': 'filter-and-target',
  'GET /hosts/:id': 'host',
  'POST /hosts/:id/refetch': 'host',
  'GET /hosts/:id/history': 'host',
  'GET /hosts/:id/diff': 'host',
  'GET /hosts/:id/explain': 'host',
  'GET /hosts/:id/profiles/:profile_uuid/explain': 'host',
  'GET /hosts/:id/commands/:command_uuid/explain': 'host',
  'GET /hosts/:id/segments': 'host',
  'GET /hosts/:id/desired': 'host',
  'GET /hosts/:id/activities': 'host',
  'GET /hosts/:id/activities/upcoming': 'host',
  'GET /hosts/:id/configuration_profiles': 'host',
  'POST /hosts/:id/configuration_profiles/:profile_uuid/resend': 'host',
  'GET /hosts/:id/commands': 'host',
  'DELETE /hosts/:id/commands/:command_uuid': 'host',
  'GET /hosts/:id/declarations': 'host',

  'POST /hosts/:id/lock': 'host',
  'POST /hosts/:id/unlock': 'host',
  'POST /hosts/:id/wipe': 'host',
  'GET /hosts/:id/lock/pin': 'host',
  'POST /hosts/:id/clear_passcode': 'host',
  'GET /hosts/:id/escrowed_secrets': 'host',
  'POST /hosts/:id/escrowed_secrets/:fingerprint/views': 'host',
  'POST /hosts/:id/location': 'host',

  'POST /hosts/:id/forget': 'host',
  'POST /hosts/:id/merges': 'both-hosts',
  'DELETE /hosts/:id/merges/:absorbed': 'both-hosts',
  'DELETE /hosts/:id/mdm': 'host',
  'POST /hosts/:id/mdm/renewals': 'host',
  'POST /hosts/:id/release': 'host',
  'GET /hosts/:id/mdm': 'host',

  'GET /cohorts': 'server',
  'GET /cohorts/:id': 'server',
  'GET /teams': 'listed',
  'POST /teams': 'server',
  'GET /teams/:id': 'team',
  'PATCH /teams/:id': 'team',
  'DELETE /teams/:id': 'server',
  'GET /teams/:id/secrets': 'team',
  'PATCH /teams/:id/secrets': 'team',
  'GET /spec/enroll_secret': 'server',
  'POST /spec/enroll_secret': 'server',

  'GET /labels': 'shared',
  'POST /labels': 'server',
  'GET /labels/:id': 'shared',
  'PATCH /labels/:id': 'server',
  'GET /labels/:id/hosts': 'listed',
  'DELETE /labels/id/:id': 'server',
  'DELETE /labels/:name': 'server',
  'GET /hosts/:id/labels': 'host',

  'GET /configuration_profiles': 'team-in-query',
  'POST /configuration_profiles': 'handler',
  'POST /configuration_profiles/batch': 'named-team-in-query',
  'POST /configuration_profiles/resend/batch': 'profile-in-body',
  'GET /configuration_profiles/summary': 'team-in-query',
  'GET /configuration_profiles/:profile_uuid': 'profile',
  'PATCH /configuration_profiles/:profile_uuid': 'profile',
  'DELETE /configuration_profiles/:profile_uuid': 'profile',
  'GET /configuration_profiles/:profile_uuid/status': 'profile',

  'GET /carves': 'server',
  'GET /carves/:id': 'server',
  'GET /carves/:id/block/:block': 'server',
  'GET /yara_rules': 'server',
  'PUT /yara_rules/:name': 'server',
  'DELETE /yara_rules/:name': 'server',

  'PUT /spec/secret_variables': 'server',
  'GET /custom_variables': 'shared',
  'POST /custom_variables': 'server',
  'DELETE /custom_variables/:name': 'server',

  'GET /commands': 'host-in-query',
  'POST /commands/run': 'hosts-in-body',
  'POST /mdm/apple/enqueue': 'hosts-in-body',
  'GET /commands/results': 'hosts-of-command',

  'GET /enrollment_profiles/manual': 'team-in-query',
  'GET /account_enrollments': 'server',
  'POST /account_enrollments': 'team-in-body',
  'DELETE /account_enrollments/:id': 'server',
  'GET /mdm/apple/maid_keys': 'server',
  'POST /mdm/apple/maid_keys': 'server',

  'GET /packages': 'shared',
  'POST /packages': 'server',
  'DELETE /packages/:id': 'server',
  'POST /hosts/:id/packages/:package_id': 'host',
  'GET /manifests': 'shared',
  'POST /manifests': 'server',
  'DELETE /manifests/:id': 'server',
  'POST /hosts/:id/manifests/:manifest_id': 'host',

  'GET /mdm/apple/push_certificate': 'server',
  'POST /mdm/apple/push_certificate': 'server',
  'POST /mdm/apple/push_certificate/requests': 'server',
  'PUT /migration/checkin': 'server',
  'GET /certificates': 'server',
  'GET /certificates/ending': 'server',
  'GET /certificates/authorities': 'server',
  'POST /certificates/authorities': 'server',
  'DELETE /certificates/authorities/:fingerprint': 'server',
  'POST /certificates/authority/rollovers': 'server',
  'POST /certificates/authority/exports': 'server',
  'POST /certificates/:fingerprint/revocations': 'server',
  'GET /activities': 'server',
  'GET /change_sets': 'server',
  'GET /change_sets/:id': 'server',
  'POST /change_sets/:id/undo': 'server',
  'GET /audit/export': 'server',
  'GET /audit/checkpoints': 'server',
  'GET /audit/key': 'server',
  'GET /work/parked': 'server',
  'POST /work/parked/retries': 'server',

  'GET /live': 'shared',
  'GET /projections': 'server',
  'POST /projections/rebuilds': 'server',
  'GET /statistics': 'server',

  'GET /api_tokens': 'server',
  'POST /api_tokens': 'server',
  'DELETE /api_tokens/:id': 'server',

  'GET /users': 'server',
  'POST /users': 'server',
  'GET /users/:id': 'server',
  'PATCH /users/:id': 'server',
  'DELETE /users/:id': 'server',

  'GET /me': 'own',
  'POST /me/password': 'own',
  'POST /logout': 'own',
  'GET /sessions': 'own',
  'DELETE /sessions/current': 'own',
  'DELETE /sessions/:id': 'own',
}
