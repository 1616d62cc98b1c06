import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const certificateSubjects = {
  'GET /mdm/apple/push_certificate': 'server',
  'POST /mdm/apple/push_certificate': 'server',
  'POST /mdm/apple/push_certificate/requests': 'server',
  'GET /certificates': 'server',
  'GET /certificates/ending': 'server',
  'GET /certificates/authorities': 'server',
  'POST /certificates/authorities': 'server',
  'DELETE /certificates/authorities/:fingerprint': 'server',
  'POST /certificates/authority/rollovers': 'server',
  'POST /certificates/authority/exports': 'server',
  'POST /certificates/:fingerprint/revocations': 'server',
} as const satisfies SubjectsOf
