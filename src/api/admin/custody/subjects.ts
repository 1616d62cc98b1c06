import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const custodySubjects = {
  'POST /hosts/:id/lock': 'host',
  'POST /hosts/:id/unlock': 'host',
  'POST /hosts/:id/wipe': 'host',
  'GET /hosts/:id/lock/pin': 'host',
  'POST /hosts/:id/clear_passcode': 'host',
  'GET /hosts/:id/escrowed_secrets': 'host',
  'POST /hosts/:id/escrowed_secrets/:fingerprint/views': 'host',
  'POST /hosts/:id/location': 'host',
} as const satisfies SubjectsOf
