import type { Role } from '../../domain/server/events.ts'

const all = ['admin', 'maintainer', 'observer', 'gitops'] as const
const everyone = ['admin', 'maintainer', 'observer'] as const
const keepers = ['admin', 'maintainer'] as const
const writers = ['admin', 'maintainer', 'gitops'] as const
const admins = ['admin'] as const
const founders = ['admin', 'gitops'] as const

type AnyRoute = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

/**
 * Who may do what: every route of the admin API, with the roles that it is open to. What is not here does not exist. The order is that in
 * which routes are tried, so that `/hosts/count` stands before `/hosts/:id`.
 */
export const access = {
  'GET /hosts': everyone,
  'GET /hosts/count': all,
  'GET /hosts/report': everyone,
  'GET /hosts/summary/mdm': everyone,
  'GET /host_summary': everyone,
  'GET /hosts/identifier/:identifier': everyone,
  'POST /hosts/transfer': keepers,
  'POST /hosts/transfer/filter': keepers,
  'GET /transfers/:id': everyone,
  'GET /hosts/:id': everyone,
  'POST /hosts/:id/refetch': everyone,
  'GET /hosts/:id/history': everyone,
  'GET /hosts/:id/diff': everyone,
  'GET /hosts/:id/segments': everyone,
  'GET /hosts/:id/desired': everyone,
  'GET /cohorts': everyone,
  'GET /cohorts/:id': everyone,
  'GET /hosts/:id/explain': everyone,
  'GET /hosts/:id/profiles/:profile_uuid/explain': everyone,
  'GET /hosts/:id/commands/:command_uuid/explain': everyone,
  'GET /hosts/:id/activities': everyone,
  'GET /hosts/:id/activities/upcoming': everyone,
  'GET /hosts/:id/configuration_profiles': everyone,
  'POST /hosts/:id/configuration_profiles/:profile_uuid/resend': keepers,
  'GET /hosts/:id/commands': everyone,
  'DELETE /hosts/:id/commands/:command_uuid': keepers,
  'GET /hosts/:id/declarations': everyone,

  'POST /hosts/:id/lock': keepers,
  'POST /hosts/:id/unlock': keepers,
  'POST /hosts/:id/wipe': keepers,
  'GET /hosts/:id/lock/pin': keepers,
  'POST /hosts/:id/clear_passcode': keepers,
  'GET /hosts/:id/escrowed_secrets': keepers,
  'POST /hosts/:id/escrowed_secrets/:fingerprint/views': admins,
  'POST /hosts/:id/location': keepers,

  'POST /hosts/:id/merges': keepers,
  'DELETE /hosts/:id/merges/:absorbed': keepers,
  'POST /hosts/:id/forget': admins,
  'DELETE /hosts/:id/mdm': keepers,
  'POST /hosts/:id/mdm/renewals': keepers,
  'POST /hosts/:id/mdm/readmissions': keepers,
  'POST /hosts/:id/release': keepers,
  'GET /hosts/:id/mdm': everyone,

  'GET /teams': all,
  'POST /teams': founders,
  'GET /teams/:id': all,
  'PATCH /teams/:id': founders,
  'DELETE /teams/:id': admins,
  'GET /teams/:id/secrets': keepers,
  'PATCH /teams/:id/secrets': founders,
  'GET /spec/enroll_secret': keepers,
  'POST /spec/enroll_secret': founders,

  'GET /labels': all,
  'POST /labels': writers,
  'GET /labels/summary': all,
  'GET /labels/:id': all,
  'PATCH /labels/:id': writers,
  'GET /labels/:id/hosts': all,
  'DELETE /labels/id/:id': writers,
  'DELETE /labels/:name': writers,
  'GET /hosts/:id/labels': everyone,

  'GET /configuration_profiles': all,
  'POST /configuration_profiles': writers,
  'POST /configuration_profiles/batch': writers,
  'POST /configuration_profiles/resend/batch': keepers,
  'GET /configuration_profiles/summary': all,
  'GET /configuration_profiles/:profile_uuid': all,
  'PATCH /configuration_profiles/:profile_uuid': writers,
  'DELETE /configuration_profiles/:profile_uuid': writers,
  'GET /configuration_profiles/:profile_uuid/settings': all,
  'GET /configuration_profiles/:profile_uuid/settings/diff': all,
  'GET /configuration_profiles/:profile_uuid/status': all,

  'GET /carves': everyone,
  'GET /carves/:id': everyone,
  'GET /carves/:id/block/:block': keepers,
  'GET /yara_rules': all,
  'PUT /yara_rules/:name': writers,
  'DELETE /yara_rules/:name': writers,

  'PUT /spec/secret_variables': writers,
  'GET /custom_variables': all,
  'POST /custom_variables': writers,
  'DELETE /custom_variables/:name': writers,

  'GET /commands': everyone,
  'POST /commands/run': keepers,
  'POST /mdm/apple/enqueue': keepers,
  'GET /commands/results': keepers,

  'GET /enrollment_profiles/manual': keepers,
  'GET /account_enrollments': keepers,
  'POST /account_enrollments': keepers,
  'DELETE /account_enrollments/:id': keepers,
  'GET /mdm/apple/maid_keys': keepers,
  'POST /mdm/apple/maid_keys': admins,

  'GET /packages': everyone,
  'POST /packages': keepers,
  'DELETE /packages/:id': keepers,
  'POST /hosts/:id/packages/:package_id': keepers,
  'GET /manifests': everyone,
  'POST /manifests': keepers,
  'DELETE /manifests/:id': keepers,
  'POST /hosts/:id/manifests/:manifest_id': keepers,

  'GET /mdm/apple/push_certificate': everyone,
  'POST /mdm/apple/push_certificate': admins,
  'POST /mdm/apple/push_certificate/requests': admins,
  'PUT /migration/checkin': admins,
  'GET /certificates': everyone,
  'GET /certificates/ending': everyone,
  'GET /certificates/authorities': everyone,
  'POST /certificates/authorities': admins,
  'DELETE /certificates/authorities/:fingerprint': admins,
  'POST /certificates/authority/rollovers': admins,
  'POST /certificates/authority/exports': admins,
  'POST /certificates/:fingerprint/revocations': admins,
  'GET /activities': all,
  'GET /backup': admins,
  'GET /audit/export': admins,
  'GET /audit/checkpoints': everyone,
  'GET /audit/key': everyone,
  'GET /change_sets': everyone,
  'GET /change_sets/:id': everyone,
  'POST /change_sets/:id/undo': keepers,
  'GET /work/parked': keepers,
  'POST /work/parked/retries': keepers,
  'GET /webhooks': keepers,
  'GET /webhooks/:name/set_aside': keepers,
  'POST /webhooks/:name/set_aside/resends': keepers,
  'POST /webhooks/:name/set_aside/removals': keepers,

  'GET /live': everyone,
  'GET /projections': everyone,
  'POST /projections/rebuilds': admins,
  'GET /statistics': everyone,

  'GET /api_tokens': admins,
  'POST /api_tokens': admins,
  'DELETE /api_tokens/:id': admins,

  'GET /users': admins,
  'POST /users': admins,
  'GET /users/:id': admins,
  'PATCH /users/:id': admins,
  'DELETE /users/:id': admins,

  'GET /me': all,
  'POST /me/password': all,
  'POST /logout': all,
  'GET /sessions': all,
  'DELETE /sessions/current': all,
  'DELETE /sessions/:id': all,
} as const satisfies Readonly<Record<AnyRoute, readonly Role[]>>

export type Route = keyof typeof access

/** What is open to whoever comes: the ways to sign in. */
export const openRoutes = [
  'POST /login',
  'POST /sessions',
  'GET /sso/start',
  'GET /sso/callback',
] as const satisfies readonly AnyRoute[]

export type OpenRoute = (typeof openRoutes)[number]

/** Older paths that scripts still use; each is the route that it points to, rights included. */
export const aliases: Readonly<Record<string, Route>> = {
  'GET /mdm/hosts/:id/profiles': 'GET /hosts/:id/configuration_profiles',
  'GET /hosts/:id/configuration_profiles/:profile_uuid/explain': 'GET /hosts/:id/profiles/:profile_uuid/explain',
  'GET /mdm/profiles': 'GET /configuration_profiles',
  'POST /mdm/profiles': 'POST /configuration_profiles',
  'POST /mdm/profiles/batch': 'POST /configuration_profiles/batch',
  'GET /mdm/profiles/summary': 'GET /configuration_profiles/summary',
  'GET /mdm/profiles/:profile_uuid': 'GET /configuration_profiles/:profile_uuid',
  'DELETE /mdm/profiles/:profile_uuid': 'DELETE /configuration_profiles/:profile_uuid',
  'POST /hosts/:id/configuration_profiles/resend/:profile_uuid': 'POST /hosts/:id/configuration_profiles/:profile_uuid/resend',
  'GET /mdm/commands': 'GET /commands',
  'POST /mdm/commands/run': 'POST /commands/run',
  'PATCH /mdm/hosts/:id/unenroll': 'DELETE /hosts/:id/mdm',
  'GET /mdm/commandresults': 'GET /commands/results',
  'GET /mdm/apple/commands': 'GET /commands',
  'GET /mdm/apple/commandresults': 'GET /commands/results',
  'POST /users/admin': 'POST /users',
  'POST /change_password': 'POST /me/password',
} satisfies Readonly<Partial<Record<AnyRoute, Route>>>

/** True when this role may call this route. */
export const mayCall = (role: Role, route: Route): boolean => (access[route] as readonly Role[]).includes(role)
