import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const serverSubjects = {
  'GET /live': 'shared',
  'GET /projections': 'server',
  'POST /projections/rebuilds': 'server',
  'GET /statistics': 'server',
  'GET /api_tokens': 'server',
  'POST /api_tokens': 'server',
  'DELETE /api_tokens/:id': 'server',
} as const satisfies SubjectsOf
