import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const wayInSubjects = {
  'GET /enrollment_profiles/manual': 'team-in-query',
  'GET /account_enrollments': 'server',
  'POST /account_enrollments': 'team-in-body',
  'DELETE /account_enrollments/:id': 'server',
  'GET /mdm/apple/maid_keys': 'server',
  'POST /mdm/apple/maid_keys': 'server',
  'PUT /migration/checkin': 'server',
} as const satisfies SubjectsOf
