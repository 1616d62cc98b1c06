import { noTeam } from '../../../domain/teams/events.ts'
import type { CountedChangeSet, IntentRow } from '../../../projections/change-sets.ts'

/** A change set as lists show it; `first` is what was done first. */
export const changeSetJson = (row: CountedChangeSet, first: IntentRow | undefined) => ({
  id: row.change_set_id,
  sentence: first === undefined ? null : sentenceOf(first),
  at: row.at,
  actor: row.actor_id,
  events: row.events,
  kinds: row.kinds,
  hosts: row.hosts,
  undone_by: row.undone_by,
  undoes: row.undoes,
  in_progress: row.moving_hosts === null ? null : { done: row.moving_done ?? 0, total: row.moving_hosts },
})

/** One thing that an admin did, with a sentence for people. */
export const intentJson = (row: IntentRow) => ({
  position: row.event_position,
  at: row.at,
  event: row.type,
  type: row.activity,
  sentence: sentenceOf(row),
  actor: row.actor_id,
  category: row.category,
  subject: row.subject,
  host_id: row.host_id === null ? null : Number(row.host_id),
})

type Sentence = (row: IntentRow) => string

const sentenceOf: Sentence = (row) => (sentences[row.type] ?? otherwise)(row)

const profileWas =
  (deed: string): Sentence =>
  (row) =>
    `The profile ${called(row)} of ${teamOf(row)} was ${deed}.`

const labelWas =
  (deed: string): Sentence =>
  (row) =>
    `The label ${called(row)} was ${deed}.`

const teamWas =
  (deed: string): Sentence =>
  (row) =>
    `The team ${textIn(row, 'team_name') ?? called(row)} was ${deed}.`

const hostIs =
  (deed: string): Sentence =>
  (row) =>
    `The host ${called(row)} ${deed}.`

const sentences: Readonly<Record<string, Sentence>> = {
  ProfileUploaded: profileWas('uploaded'),
  ProfileEdited: profileWas('edited'),
  ProfileRetargeted: profileWas('aimed at other hosts'),
  ProfileDeleted: profileWas('deleted'),
  LabelCreated: labelWas('created'),
  LabelEdited: labelWas('edited'),
  LabelListed: labelWas('given to other hosts'),
  LabelDeleted: labelWas('deleted'),
  TeamCreated: teamWas('created'),
  TeamRenamed: teamWas('renamed'),
  TeamDeleted: teamWas('deleted'),
  HostTransferred: (row) => `The host ${called(row)} was moved to ${teamOf(row)}.`,
  TransferRequested: (row) => `${String(row.details['hosts'])} hosts are to be moved to ${teamOf(row)}.`,
  LockRequested: hostIs('is to be locked'),
  UnlockRequested: hostIs('is to be unlocked'),
  WipeRequested: hostIs('is to be wiped'),
  UnenrollmentRequested: hostIs('is asked to leave'),
  HostReadmitted: hostIs('may be enrolled again by its agent'),
  CommandsQueued: (row) =>
    `The host ${called(row)} was given the command ${textIn(row, 'request_type') ?? 'that was asked for'}.`,
  CommandsCancelled: (row) => `Commands for the host ${called(row)} were taken back.`,
  ChangeSetUndone: (row) => `The change set ${row.subject} was undone.`,
}

/** The name of an event is nearly a sentence. */
const otherwise: Sentence = (row) =>
  `${row.type.replace(/(?<!^)[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)}: ${called(row)}.`

const called = ({ name, subject }: IntentRow): string => name ?? subject

const teamOf = ({ team_id, team_name }: IntentRow): string =>
  team_id === null || team_id === noTeam ? 'no team' : `the team ${team_name ?? team_id}`

const textIn = ({ details }: IntentRow, key: string): string | null => {
  const value = details[key]
  return typeof value === 'string' ? value : null
}
