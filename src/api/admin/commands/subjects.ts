import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const commandSubjects = {
  'GET /hosts/:id/commands': 'host',
  'GET /commands': 'host-in-query',
  'POST /commands/run': 'hosts-in-body',
  'POST /mdm/apple/enqueue': 'hosts-in-body',
  'GET /commands/results': 'hosts-of-command',
} as const satisfies SubjectsOf
