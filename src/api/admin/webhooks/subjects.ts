import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about: what receivers are told is of all hosts. */
export const webhookSubjects = {
  'GET /webhooks': 'server',
  'GET /webhooks/:name/set_aside': 'server',
  'POST /webhooks/:name/set_aside/resends': 'server',
  'POST /webhooks/:name/set_aside/removals': 'server',
} as const satisfies SubjectsOf
