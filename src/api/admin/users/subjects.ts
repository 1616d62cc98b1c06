import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const userSubjects = {
  'GET /users': 'server',
  'POST /users': 'server',
  'GET /users/:id': 'server',
  'PATCH /users/:id': 'server',
  'DELETE /users/:id': 'server',
} as const satisfies SubjectsOf
