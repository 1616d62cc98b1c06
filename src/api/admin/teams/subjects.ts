import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const teamSubjects = {
  'GET /teams': 'listed',
  'POST /teams': 'server',
  'GET /teams/:id': 'team',
  'PATCH /teams/:id': 'team',
  'DELETE /teams/:id': 'server',
  'GET /teams/:id/secrets': 'team',
  'PATCH /teams/:id/secrets': 'team',
  'GET /spec/enroll_secret': 'server',
  'POST /spec/enroll_secret': 'server',
} as const satisfies SubjectsOf
