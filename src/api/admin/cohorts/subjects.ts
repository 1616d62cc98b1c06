import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const cohortSubjects = {
  'GET /hosts/:id/desired': 'host',
  'GET /cohorts': 'server',
  'GET /cohorts/:id': 'server',
} as const satisfies SubjectsOf
