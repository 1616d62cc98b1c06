import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const agentSubjects = {
  'GET /carves': 'server',
  'GET /carves/:id': 'server',
  'GET /carves/:id/block/:block': 'server',
  'GET /yara_rules': 'server',
  'PUT /yara_rules/:name': 'server',
  'DELETE /yara_rules/:name': 'server',
} as const satisfies SubjectsOf
