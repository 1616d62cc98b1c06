import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const signInSubjects = {
  'GET /me': 'own',
  'POST /me/password': 'own',
  'POST /logout': 'own',
  'GET /sessions': 'own',
  'DELETE /sessions/current': 'own',
  'DELETE /sessions/:id': 'own',
} as const satisfies SubjectsOf
