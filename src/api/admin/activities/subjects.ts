import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const activitySubjects = {
  'GET /hosts/:id/history': 'host',
  'GET /hosts/:id/activities': 'host',
  'GET /hosts/:id/activities/upcoming': 'host',
  'GET /activities': 'server',
  'GET /work/parked': 'server',
  'POST /work/parked/retries': 'server',
} as const satisfies SubjectsOf
