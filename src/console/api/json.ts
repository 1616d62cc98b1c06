/** The admin API's JSON as the console reads it, beyond what the client knows. Times are ISO 8601. */
import type { Actor, Host, PageMeta, Profile } from '../../client/json.ts'

export type Me = Readonly<{
  user: Readonly<{
    id: string | number | null
    name: string
    /** Null for a token, which signs in in the place of a user. */
    email: string | null
    global_role: string | null
    teams?: readonly Readonly<{ id: number; name?: string; role: string }>[]
  }>
  csrf_token?: string | null
  csrf?: string | null
}>

export type HostPage = Readonly<{ hosts: readonly Host[]; meta: PageMeta }>

export type HostSummary = Readonly<{
  totals_hosts_count: number
  online_count: number
  offline_count: number
  mia_count: number
  new_count: number
  platforms: readonly Readonly<{ platform: string; hosts_count: number }>[]
}>

export type EnrollmentSummary = Readonly<{
  mobile_device_management_enrollment_status: Readonly<{
    enrolled_manual_hosts_count: number
    enrolled_automated_hosts_count: number
    enrolled_personal_hosts_count: number
    pending_hosts_count: number
    unenrolled_hosts_count: number
    hosts_count: number
  }>
}>

export type NamedLabel = Readonly<{ name: string; id: number } | { name: string; broken: true }>

export type TargetedProfile = Profile &
  Readonly<{
    labels_include_all?: readonly NamedLabel[]
    labels_include_any?: readonly NamedLabel[]
    labels_exclude_any?: readonly NamedLabel[]
  }>

export type ListedCommand = Readonly<{
  command_uuid: string
  status: string
  request_type: string
  updated_at: string
  created_at: string
  hostname: string
  host_id: number
  channel: string
  reason: Readonly<{ code: string }>
  errors: readonly Readonly<{ code: number; domain: string; description: string }>[]
  cancelled_because: string | null
  deadline: string | null
  next_step: Readonly<{ waits_for: string; text: string }> | null
}>

export type Certificate = Readonly<{
  fingerprint: string
  serial: string
  subject: string
  not_after: string | null
  issued_at: string | null
  host_id: number | null
  host_name: string | null
  state: 'issued' | 'active' | 'superseded' | 'expired' | 'revoked'
  days_left: number | null
  alarming: boolean
  renewal: Readonly<{ state: string; attempt: number; since: string | null; detail: string | null; renewable: boolean }> | null
}>

export type Authority = Readonly<{
  fingerprint: string
  standing: string
  subject: string
  not_after: string
  days_left: number | null
  living_certificates: number
  has_key: boolean
}>

export type PushCertificateState = Readonly<{ topic: string; not_after: string; days_left: number; warning: string | null }>

export type ParkedWork = Readonly<{ kind: string; key: string; attempts: number; error: string | null; since: string }>

export type ApiToken = Readonly<{ id: string; name: string; role: string; created_at: string }>

export type User = Readonly<{ id: string | number; name: string; email: string; global_role: string | null }>

/** Why something is as it is: what led to it, oldest first. */
export type Explanation = Readonly<{
  verdict: string
  status?: string | null
  chain: readonly Readonly<{
    position: string
    at: string
    type: string
    sentence: string | null
    why: string | null
    actor: Actor
    stream?: string | Readonly<{ category: string; id: string; name: string | null }>
  }>[]
}>

export type Diff = Readonly<{
  changes: readonly Readonly<{
    path: string
    before: unknown
    after: unknown
    because: Readonly<{ at: string; sentence: string | null; actor: Actor }> | null
  }>[]
}>

export type Segment = Readonly<{
  from: string
  to: string | null
  kind: string
  team_name?: string | null
  because?: Readonly<{ at: string; sentence: string | null }>
}>

/** What a change would do, before it is done. */
export type Plan = Readonly<{
  hosts: number
  installs: number
  removals: number
  unchanged: number
  by_reason: readonly Readonly<{ reason: string; profile_name?: string; installs: number; removals: number; hosts: number }>[]
  sample: readonly Readonly<{ host_id: number; name: string; install: readonly unknown[]; remove: readonly unknown[] }>[]
  warnings: readonly (string | Readonly<{ message: string }>)[]
}>

/** All that was done with one intent. `events`: how many things an admin did; `undone_by` and `undoes` are other change sets. */
export type ChangeSet = Readonly<{
  id: string
  /** What was done first. */
  sentence: string | null
  at: string
  actor: string
  events: number
  /** What kinds of things, in the words of the feed. */
  kinds: readonly string[]
  hosts: number
  undone_by: string | null
  undoes: string | null
}>

export type ChangeSetDetails = Readonly<{
  change_set: ChangeSet &
    Readonly<{
      effects?: Readonly<{ hosts: number; installs: number; removals: number; transfers: number; relabelled: number }>
    }>
  events: readonly Readonly<{ position: string; at: string; event: string; sentence: string | null; host_id: number | null }>[]
  meta?: PageMeta
}>

/** Something that an undo leaves as it is. */
export type LeftAlone = Readonly<{ event: string; id: string; name: string | null; reason: string }>

/** What an undo did, or with `plan` would do. */
export type Undone = Readonly<{
  change_set: string | null
  undone: readonly Readonly<{ deed: string; id: string; name: string | null; hosts?: number }>[]
  cannot: readonly LeftAlone[]
  skipped: readonly LeftAlone[]
  plan?: Plan
}>
