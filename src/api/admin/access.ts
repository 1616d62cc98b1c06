import type { Role } from '../../domain/server/events.ts'

const everyone = ['admin', 'maintainer', 'observer'] as const
const keepers = ['admin', 'maintainer'] as const
const admins = ['admin'] as const

type AnyRoute = `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}`

/**
 * Who may do what: every route of the admin API, with the roles that it is open to. What is not here does not exist. The order is that in
 * which routes are tried, so that `/hosts/count` stands before `/hosts/:id`.
 */
export const access = {
  'GET /hosts': everyone,
  'GET /hosts/count': everyone,
  'GET /hosts/summary/mdm': everyone,
  'GET /host_summary': everyone,
  'GET /hosts/identifier/:identifier': everyone,
  'POST /hosts/transfer': keepers,
  'POST /hosts/transfer/filter': keepers,
  'GET /hosts/:id': everyone,
  'POST /hosts/:id/refetch': everyone,
  'GET /hosts/:id/history': everyone,
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
  'DELETE /hosts/:id/mdm': keepers,
  'POST /hosts/:id/mdm/renewals': keepers,
  'POST /hosts/:id/release': keepers,
  'GET /hosts/:id/mdm': everyone,

  'GET /teams': everyone,
  'POST /teams': admins,
  'GET /teams/:id': everyone,
  'PATCH /teams/:id': admins,
  'DELETE /teams/:id': admins,
  'GET /teams/:id/secrets': keepers,
  'PATCH /teams/:id/secrets': admins,
  'GET /spec/enroll_secret': keepers,
  'POST /spec/enroll_secret': admins,

  'GET /labels': everyone,
  'POST /labels': keepers,
  'GET /labels/:id': everyone,
  'PATCH /labels/:id': keepers,
  'GET /labels/:id/hosts': everyone,
  'DELETE /labels/id/:id': keepers,
  'DELETE /labels/:name': keepers,
  'GET /hosts/:id/labels': everyone,

  'GET /configuration_profiles': everyone,
  'POST /configuration_profiles': keepers,
  'POST /configuration_profiles/batch': keepers,
  'POST /configuration_profiles/resend/batch': keepers,
  'GET /configuration_profiles/summary': everyone,
  'GET /configuration_profiles/:profile_uuid': everyone,
  'PATCH /configuration_profiles/:profile_uuid': keepers,
  'DELETE /configuration_profiles/:profile_uuid': keepers,
  'GET /configuration_profiles/:profile_uuid/status': everyone,

  'GET /carves': everyone,
  'GET /carves/:id': everyone,
  'GET /carves/:id/block/:block': keepers,
  'GET /yara_rules': everyone,
  'PUT /yara_rules/:name': keepers,
  'DELETE /yara_rules/:name': keepers,

  'PUT /spec/secret_variables': keepers,
  'GET /custom_variables': everyone,
  'POST /custom_variables': keepers,
  'DELETE /custom_variables/:name': keepers,

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
  'GET /activities': everyone,
  'GET /work/parked': keepers,
  'POST /work/parked/retries': keepers,

  'GET /live': everyone,
  'GET /projections': everyone,
  'POST /projections/rebuilds': admins,
  'GET /statistics': everyone,

  'GET /api_tokens': admins,
  'POST /api_tokens': admins,
  'DELETE /api_tokens/:id': admins,
} as const satisfies Readonly<Record<AnyRoute, readonly Role[]>>

export type Route = keyof typeof access

/** Older paths that scripts still use; each is the route that it points to, rights included. */
export const aliases: Readonly<Record<string, Route>> = {
  'GET /mdm/hosts/:id/profiles': 'GET /hosts/:id/configuration_profiles',
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
} satisfies Readonly<Partial<Record<AnyRoute, Route>>>

/** True when this role may call this route. */
export const mayCall = (role: Role, route: Route): boolean => (access[route] as readonly Role[]).includes(role)
