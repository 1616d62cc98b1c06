import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const changeSetSubjects = {
  'GET /change_sets': 'server',
  'GET /change_sets/:id': 'server',
  'POST /change_sets/:id/undo': 'server',
} as const satisfies SubjectsOf
