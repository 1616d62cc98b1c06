import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const packageSubjects = {
  'GET /packages': 'shared',
  'POST /packages': 'server',
  'DELETE /packages/:id': 'server',
  'POST /hosts/:id/packages/:package_id': 'host',
  'GET /manifests': 'shared',
  'POST /manifests': 'server',
  'DELETE /manifests/:id': 'server',
  'POST /hosts/:id/manifests/:manifest_id': 'host',
} as const satisfies SubjectsOf
