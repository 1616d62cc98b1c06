import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const explanationSubjects = {
  'GET /hosts/:id/explain': 'host',
  'GET /hosts/:id/profiles/:profile_uuid/explain': 'host',
  'GET /hosts/:id/commands/:command_uuid/explain': 'host',
} as const satisfies SubjectsOf
