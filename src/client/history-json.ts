/** The admin API's JSON about what was, what led to it, and what would be. Times are ISO 8601. */
import type { Actor, AsOf, EventReference, PageMeta } from './json.ts'

type Setting = Readonly<{ profile_uuid: string; profile_name: string }>

/** What a change would lead to, before it is done. `hosts` would be sent something; `unchanged` are concerned and would not. */
export type Plan = Readonly<{
  hosts: number
  installs: number
  removals: number
  unchanged: number
  by_reason: readonly (Setting & Readonly<{ reason: string; installs: number; removals: number; hosts: number }>)[]
  sample: readonly Readonly<{ host_id: number; name: string; install: readonly Setting[]; remove: readonly Setting[] }>[]
  warnings: readonly string[]
}>

/** What was done with one intent. */
export type ChangeSet = Readonly<{
  id: string
  /** What was done first. */
  sentence: string | null
  at: string
  actor: string
  /** How many things an admin did. */
  events: number
  kinds: readonly string[]
  /** How many hosts it touched. */
  hosts: number
  undone_by: string | null
  undoes: string | null
  /** With how many hosts what is still under way is done; null: nothing is. */
  in_progress: Readonly<{ done: number; total: number }> | null
}>

/** Many hosts that go to a team by one request, after it was answered. */
export type Transfer = Readonly<{
  id: string
  change_set: string
  team_id: number | null
  actor: string
  requested_at: string
  /** Null: it is under way; so are the counts then. */
  ended_at: string | null
  hosts: number
  done: number
  moved: number | null
  already_there: number | null
  left: readonly Readonly<{ because: string; reason: string; hosts: number; host_ids: readonly number[] }>[] | null
}>

/** What a request is answered with that moves more hosts than it waits for. */
export type TransferUnderWay = Readonly<{ transfer: string; change_set: string; hosts: number }>

export type ChangeSetEffects = Readonly<{
  hosts: number
  installs: number
  removals: number
  transfers: number
  relabelled: number
}>

export type ChangeSetPage = Readonly<{ change_sets: readonly ChangeSet[]; meta: PageMeta }>

/** One thing that an admin did. */
export type Intent = Readonly<{
  position: string
  at: string
  event: string
  type: string
  sentence: string
  actor: string
  category: string
  subject: string
  host_id: number | null
}>

export type ChangeSetDetails = Readonly<{
  change_set: ChangeSet & Readonly<{ effects: ChangeSetEffects; transfers: readonly Transfer[] }>
  events: readonly Intent[]
  meta: PageMeta
}>

/** Something that an undo leaves as it is. */
export type LeftAlone = Readonly<{ event: string; id: string; name: string | null; reason: string }>

/** What an undo did, or would do: `change_set` is the new one, null when nothing could be undone. `plan` is there when it was only planned. */
export type Undo = Readonly<{
  change_set: string | null
  undone: readonly Readonly<{ deed: string; id: string; name: string | null; hosts?: number }>[]
  cannot: readonly LeftAlone[]
  skipped: readonly LeftAlone[]
  /** What moves hosts back from now on: ids of transfers. */
  transfers: readonly string[]
  plan?: Plan
}>

export type Fact = string | number | boolean | null

/** What is different between two moments; null: it was, or is, not there. */
export type HostDiff = Readonly<{
  host_id: number
  from: AsOf
  to: AsOf
  changes: readonly Readonly<{ path: string; before: Fact; after: Fact; because: EventReference }>[]
  events_between: number
}>

/** `to` is null while it lasts. */
export type HostSegment = Readonly<{
  from: string
  to: string | null
  kind: 'discovered' | 'enrolling' | 'enrolled' | 'locked' | 'lost' | 'wiped' | 'unenrolled' | 'merged'
  epoch: number
  team_id: number | null
  team_name: string | null
  because: EventReference
}>

/** One event that led to how things stand. */
export type ExplanationLink = Readonly<{
  position: string
  at: string
  type: string
  stream: Readonly<{ category: string; id: string; name: string }>
  sentence: string
  why: string | null
  actor: Actor
  change_set: string
}>

/** Why something stands on a host as it does; the chain is oldest first. */
export type Explanation = Readonly<{
  host_id: number
  subject: Readonly<{ kind: 'profile' | 'command' | 'missing'; uuid: string; name: string }>
  /** One plain sentence. */
  verdict: string
  /** Of profiles as lists show it, or `absent`; of commands how far they got. */
  status: string
  operation_type: 'install' | 'remove' | null
  chain: readonly ExplanationLink[]
  /** How many events of a very long story were not told. */
  left_out: number
}>

/** What settings set, as a tree; secrets and variables stay as they are written. */
export type SettingsTree = string | number | boolean | null | readonly SettingsTree[] | Readonly<{ [key: string]: SettingsTree }>

/** One version of settings. */
export type SettingsVersion = Readonly<{
  profile_uuid: string
  name: string
  platform: string
  checksum: string
  updated_at: string
}>

/** What settings set at `to` and not at `from`, or otherwise; `more`: how many changes there are beside these. */
export type SettingsDiff = Readonly<{
  from: SettingsVersion
  to: SettingsVersion
  changes: readonly Readonly<{ path: string; before?: SettingsTree; after?: SettingsTree }>[]
  more: number
}>
