import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const hostEnrollmentSubjects = {
  'POST /hosts/:id/refetch': 'host',
  'DELETE /hosts/:id/commands/:command_uuid': 'host',
  'GET /hosts/:id/declarations': 'host',
  'DELETE /hosts/:id/mdm': 'host',
  'POST /hosts/:id/mdm/renewals': 'host',
  'POST /hosts/:id/mdm/readmissions': 'host',
  'POST /hosts/:id/release': 'host',
  'GET /hosts/:id/mdm': 'host',
} as const satisfies SubjectsOf
