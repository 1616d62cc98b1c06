import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const secretVariableSubjects = {
  'PUT /spec/secret_variables': 'handler',
  'GET /custom_variables': 'shared',
  'POST /custom_variables': 'server',
  'DELETE /custom_variables/:name': 'server',
} as const satisfies SubjectsOf
