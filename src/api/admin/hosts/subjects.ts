import type { SubjectsOf } from '../subject.ts'

/** What the routes of this folder are about. */
export const hostSubjects = {
  'GET /hosts': 'listed',
  'GET /hosts/count': 'listed',
  'GET /hosts/report': 'listed',
  'GET /hosts/summary/mdm': 'team-in-query',
  'GET /host_summary': 'team-in-query',
  'GET /hosts/identifier/:identifier': 'host-by-identifier',
  'POST /hosts/transfer': 'hosts-and-target',
  'POST /hosts/transfer/filter': 'filter-and-target',
  'GET /hosts/:id': 'host',
  'POST /hosts/:id/forget': 'host',
  'POST /hosts/:id/merges': 'both-hosts',
  'DELETE /hosts/:id/merges/:absorbed': 'both-hosts',
} as const satisfies SubjectsOf
