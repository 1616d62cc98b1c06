import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const auditTrailSubjects = {
  'GET /audit/export': 'server',
  'GET /audit/checkpoints': 'server',
  'GET /audit/key': 'server',
} as const satisfies SubjectsOf
