/** What Apple's service takes as a name and password: four words that stay sealed until they are used. `expiresAt` is ISO 8601. */
export type ServerToken = Readonly<{
  consumerKey: string
  consumerSecret: string
  accessToken: string
  accessSecret: string
  expiresAt: string
}>

/** Why the service does not tell what was asked. The codes and what follows from each are those of `protocols/ade/refusal.ts`. */
export type EnrollmentServiceRefusal = Readonly<{
  code:
    | 'token-refused'
    | 'session-ended'
    | 'terms-not-signed'
    | 'access-denied'
    | 'cursor-required'
    | 'cursor-invalid'
    | 'cursor-expired'
    | 'cursor-exhausted'
    | 'not-found'
    | 'beta-program-off'
    | 'profile-refused'
    | 'request-refused'
    | 'throttled'
    | 'failing'
    | 'unreachable'
    | 'unintelligible'
  status: number | null
  /** The service's own word, such as `T_C_NOT_SIGNED`. */
  word: string | null
  /** How long the service asks to wait. */
  retryAfterMs: number | null
  message: string
}>

export type Told<T> = Readonly<{ kind: 'told'; value: T }> | Readonly<{ kind: 'refused'; refusal: EnrollmentServiceRefusal }>

export type ServiceAccount = Readonly<{
  serverUuid: string
  serverName: string | null
  adminId: string | null
  organization: Readonly<Record<'name' | 'email' | 'phone' | 'address' | 'id' | 'idHash' | 'type' | 'version', string | null>>
  limits: readonly Readonly<{ path: string; methods: readonly string[]; usual: number | null; most: number | null }>[]
}>

/** A device that the service assigns to this server; null: not told. Times are ISO 8601. */
export type AssignedDevice = Readonly<{
  serial: string
  model: string | null
  description: string | null
  color: string | null
  assetTag: string | null
  os: string | null
  deviceFamily: string | null
  profileStatus: string | null
  profileUuid: string | null
  profileAssignedAt: string | null
  profilePushedAt: string | null
  assignedAt: string | null
  assignedBy: string | null
  /** Only in a sync. */
  operation: Readonly<{ type: 'added' | 'modified' | 'deleted'; at: string }> | null
  migrationDeadline: string | null
  imei: readonly string[]
  meid: readonly string[]
  eid: string | null
  wifiMacAddress: string | null
  bluetoothMacAddress: string | null
  ethernetMacAddress: string | null
  isReplacement: boolean
  releasedByReplacement: boolean
}>

/** `unreadable`: records that make no sense; each spoils only itself. */
export type AssignedDevicePage = Readonly<{
  cursor: string
  moreToFollow: boolean
  fetchedUntil: string | null
  devices: readonly AssignedDevice[]
  unreadable: readonly Readonly<{ serial: string | null; field: string; problem: string }>[]
}>

/** `MISSING`: the service's answer does not name the device. */
export type AssignmentOutcome = 'SUCCESS' | 'NOT_ACCESSIBLE' | 'FAILED' | 'THROTTLED' | 'MISSING'

/** By serial number, for exactly those that were asked for; `retryAfterSeconds` is for those that are `THROTTLED`. */
export type AssignmentOutcomes = Readonly<{
  profileUuid: string | null
  outcomes: ReadonlyMap<string, AssignmentOutcome>
  retryAfterSeconds: number | null
}>

/** The calls that one token makes. None throws for what the service says or fails to say; none is repeated but once for a session that ended. */
export type EnrollmentService = Readonly<{
  account: () => Promise<Told<ServiceAccount>>
  /** All devices, page by page; `cursor` null: from the beginning. `limit` 1 to 1000. */
  fetchDevices: (cursor: string | null, limit: number) => Promise<Told<AssignedDevicePage>>
  /** What changed since the cursor. */
  syncDevices: (cursor: string, limit: number) => Promise<Told<AssignedDevicePage>>
  /** At most 1000 serials, as in all calls below. */
  deviceDetails: (
    serials: readonly string[],
  ) => Promise<Told<readonly Readonly<{ serial: string; status: string; device: AssignedDevice | null }>[]>>
  /** Releases devices from the organisation for ever. */
  disown: (serials: readonly string[]) => Promise<Told<AssignmentOutcomes>>
  /** `profile` is the JSON of Setup Assistant as the service takes it. */
  defineProfile: (
    profile: Readonly<Record<string, unknown>>,
  ) => Promise<Told<AssignmentOutcomes & Readonly<{ profileUuid: string }>>>
  profile: (profileUuid: string) => Promise<Told<Readonly<Record<string, unknown>>>>
  assignProfile: (profileUuid: string, serials: readonly string[]) => Promise<Told<AssignmentOutcomes>>
  removeProfile: (serials: readonly string[]) => Promise<Told<AssignmentOutcomes>>
  /** `escrowKey`: 64 hex digits, the hash of a bypass code. */
  activationLock: (
    lock: Readonly<{ serial: string; escrowKey: string | null; lostMessage: string | null }>,
  ) => Promise<Told<Readonly<{ serial: string; status: string }>>>
  betaTokens: () => Promise<Told<readonly Readonly<{ os: string; title: string | null; token: string }>[]>>
  serviceDiscovery: () => Promise<Told<Readonly<{ url: string | null; updatedAt: string | null }>>>
  setServiceDiscovery: (url: string) => Promise<Told<null>>
}>

/** Apple's Automated Device Enrollment. */
export type AutomatedEnrollment = Readonly<{
  /** The service as one token sees it; the session is kept for as long as what is answered here. */
  as: (token: ServerToken) => EnrollmentService
  close: () => void
}>
