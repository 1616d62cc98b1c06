/** The admin API's JSON, as far as clients use it; the server may say more. Times are ISO 8601. */

export type Actor = Readonly<{ kind: string; id: string }>

export type PageMeta = Readonly<{ has_next_results: boolean; has_previous_results: boolean }>

export type HostProfile = Readonly<{
  profile_uuid: string
  name: string
  identifier: string
  status: 'pending' | 'verifying' | 'verified' | 'failed'
  operation_type: 'install' | 'remove'
  detail: string
  scope?: string
}>

export type Host = Readonly<{
  id: number
  uuid: string
  hardware_serial: string
  hardware_model: string
  computer_name: string
  display_name: string
  platform: string
  os_version: string
  team_id: number | null
  team_name: string | null
  created_at: string
  updated_at: string
  last_enrolled_at: string | null
  seen_time: string | null
  /** Left out of lists; null: no agent told. */
  disk_encryption_enabled?: boolean | null
  mdm: Readonly<{
    enrollment_status: string
    server_url: string | null
    connected_to_fleet: boolean
    /** Left out of lists, as is what follows. */
    device_status?: Custody['device_status']
    pending_action?: Custody['pending_action']
    profiles?: readonly HostProfile[]
  }>
}>

/** What a host's past state rests on: the last event that counted. */
export type AsOf = Readonly<{ asked: string; events: number; position: string; revision: number; at: string }>

export type HostAsOf = Readonly<{ host: Host; as_of: AsOf }>

/** An event as what rests on it names it. */
export type EventReference = Readonly<{
  position: string
  revision: number
  at: string
  type: string
  /** What happened, in words; null for an event that the server's version does not know. */
  sentence: string | null
  why: string | null
  actor: Actor
  correlation_id: string
}>

export type HistoryEntry = EventReference &
  Readonly<{ causation_id: string; event_id: string; data: Readonly<Record<string, unknown>> }>

export type History = Readonly<{
  host_id: number
  events: readonly HistoryEntry[]
  meta: Readonly<{ revision: number; has_earlier: boolean; has_later: boolean }>
}>

export type Team = Readonly<{ id: number; name: string; description: string; created_at: string | null; host_count: number }>

export type Label = Readonly<{
  id: number
  name: string
  description: string
  query: string
  platform: string
  label_type: 'regular' | 'builtin'
  label_membership_type: 'dynamic' | 'manual' | 'host_vitals'
  /** Of labels that go by what the server knows of hosts. */
  criteria?: Readonly<{ vital: string; value: string }>
  host_count?: number
}>

export type NewLabel = Readonly<{
  name: string
  description?: string
  platform?: string
  query?: string
  hosts?: readonly (string | number)[]
  criteria?: Readonly<{ vital: string; value: string }>
}>

export type Profile = Readonly<{
  profile_uuid: string
  team_id: number | null
  name: string
  platform: string
  /** Windows profiles have none. */
  identifier?: string
  scope?: string
  created_at: string
  updated_at: string
  /** Base64 of the MD5 of the file. */
  checksum: string
}>

/** How many hosts stand where. */
export type StatusCounts = Readonly<{ verified: number; verifying: number; failed: number; pending: number }>

export type CommandStarted = Readonly<{ command_uuid: string; request_type: string; warnings?: readonly string[] }>

export type Command = Readonly<{
  host_uuid: string
  command_uuid: string
  status: string
  request_type: string
  updated_at: string
  hostname: string
  /** When it is given up, ISO 8601; null: never. */
  deadline: string | null
  /** What it waits for; null when it is over. */
  next_step: Readonly<{ waits_for: string; text: string }> | null
}>

/**
 * `payload` and `result` are property lists or SyncML in base64; null when they were erased with their key. The same as trees beside them, null
 * where there is none to be made.
 */
export type CommandResult = Command &
  Readonly<{ payload: string | null; payload_json: unknown; result: string | null; result_json: unknown }>

export type PushCertificate = Readonly<{
  topic: string
  not_after: string
  uploaded_at?: string
  warning: string | null
  devices_out_of_reach?: number
}>

export type Activity = Readonly<{
  id: string
  created_at: string
  /** Fleet's word for it. */
  type: string
  /** The name of the event that it is told of. */
  event: string
  details: Readonly<Record<string, unknown>>
  fleet_initiated: boolean
  category: string
  subject: string
  actor_kind: string
  actor_full_name: string
  change_set: string
  host_id: number | null
}>

export type Activities = Readonly<{ activities: readonly Activity[]; meta: PageMeta & Readonly<{ next: string | null }> }>

export type Statistics = Readonly<{ events: number; commands: number; hosts: number }>

/** One filling of a read model; `events` is how many of the log it has passed. */
export type Projection = Readonly<{
  name: string
  version: number
  generation: number
  shown: boolean
  status: 'live' | 'building' | 'stuck' | 'retired'
  position: string | null
  events: number
  failure: Readonly<{ error: string }> | null
  /** What it passed over because it cannot take it in, the newest ten. */
  set_aside: Readonly<{
    count: number
    newest: readonly Readonly<{ position: string; event_id: string; type: string; stream: string; reason: string; at: string }>[]
  }>
}>

/** How a host is held; `unlock_pin` where the call shows it. */
export type Custody = Readonly<{
  device_status: 'unlocked' | 'locked' | 'wiped'
  pending_action: '' | 'lock' | 'unlock' | 'wipe'
  unlock_pin?: string
}>

/** How the enrollment of a host stands; times in ISO 8601. */
export type HostEnrollment = Readonly<{
  enrollment_status: 'never' | 'started' | 'enrolled' | 'ended'
  epoch: number
  enrolled_at: string | null
  server_url: string | null
  /** What the host itself says, if an agent told; null: nothing. */
  reported: Readonly<{ enrolled: boolean; server_url: string | null; installed_from_dep: boolean; agrees: boolean }> | null
  channels: readonly Readonly<{ channel: string; enrollment_id: string; token_since: string }>[]
  awaiting_configuration: boolean
  unenrollment_pending: boolean
  /** An admin ended it: no agent enrolls it again until the host is readmitted. */
  sent_away: boolean
  certificate: Readonly<{ fingerprint: string | null; not_after: string | null }>
  renewal: Readonly<{ state: 'idle' | 'requested' | 'failed'; attempt: number; since: string | null; next_at: string | null }>
  escrowed: Readonly<{ bootstrap_token: boolean; unlock_token: boolean }>
}>

export type HostDeclaration = Readonly<{
  /** `device`, or the channel of the user whose declaration it is. */
  channel: string
  identifier: string
  token: string
  status: 'verified' | 'verifying' | 'failed'
  detail: string | null
  reported_at: string
}>

/** Work that failed too often and waits for an operator. */
/** What the receiver of a webhook is still to be told, and what it refused; `topics` counts the latter. */
export type Webhook = Readonly<{
  name: 'devices' | 'activities'
  configured: boolean
  waiting: number
  waiting_since: string | null
  set_aside: number
  topics: Readonly<Record<string, number>>
}>

export type SetAsideDelivery = Readonly<{
  id: number
  topic: string
  event_id: string
  enrollment_id: string | null
  created_at: string
  set_aside_at: string
  attempts: number
  problem: string
}>

export type ParkedWork = Readonly<{ kind: string; key: string; attempts: number; error: string; since: string }>

export type Authority = Readonly<{
  fingerprint: string
  standing: string
  subject: string
  not_after: string
  days_left: number | null
  living_certificates: number
  has_key: boolean
}>
