import type { LeftBecause } from './events.ts'

/** Why hosts were left where they were, in sentences about them. */
export const leftReasons: Readonly<Record<LeftBecause, string>> = {
  'moved-since': 'They were moved by somebody after this was asked for, and stay where they were moved.',
  elsewhere: 'They were not where they were to be taken from.',
  forgotten: 'They were forgotten meanwhile.',
  'team-deleted': 'The team was deleted meanwhile.',
  unknown: 'They do not exist.',
}
