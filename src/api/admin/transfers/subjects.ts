import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const transferSubjects = { 'GET /transfers/:id': 'transfer' } as const satisfies SubjectsOf
