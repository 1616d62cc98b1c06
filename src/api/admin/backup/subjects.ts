import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const backupSubjects = { 'GET /backup': 'server' } as const satisfies SubjectsOf
