import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const profileSubjects = {
  'GET /hosts/:id/configuration_profiles': 'host',
  'POST /hosts/:id/configuration_profiles/:profile_uuid/resend': 'host',
  'GET /configuration_profiles': 'team-in-query',
  'POST /configuration_profiles': 'handler',
  'POST /configuration_profiles/batch': 'named-team-in-query',
  'POST /configuration_profiles/resend/batch': 'profile-in-body',
  'GET /configuration_profiles/summary': 'team-in-query',
  'GET /configuration_profiles/:profile_uuid': 'profile',
  'PATCH /configuration_profiles/:profile_uuid': 'profile',
  'DELETE /configuration_profiles/:profile_uuid': 'profile',
  'GET /configuration_profiles/:profile_uuid/settings': 'profile',
  'GET /configuration_profiles/:profile_uuid/settings/diff': 'profile',
  'GET /configuration_profiles/:profile_uuid/status': 'profile',
} as const satisfies SubjectsOf
