import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const pastSubjects = {
  'GET /hosts/:id/diff': 'host',
  'GET /hosts/:id/segments': 'host',
} as const satisfies SubjectsOf
