import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const labelSubjects = {
  'GET /labels': 'shared',
  'POST /labels': 'server',
  'GET /labels/summary': 'shared',
  'GET /labels/:id': 'shared',
  'PATCH /labels/:id': 'server',
  'GET /labels/:id/hosts': 'listed',
  'DELETE /labels/id/:id': 'server',
  'DELETE /labels/:name': 'server',
  'GET /hosts/:id/labels': 'host',
} as const satisfies SubjectsOf
