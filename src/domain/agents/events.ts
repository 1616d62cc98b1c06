export type AgentKind = 'osquery' | 'orbit'

/** What a host itself believes about its management, whoever manages it. `serverUrl` is without parameters; null: not told. */
export type MdmOpinion = Readonly<{
  enrolled: boolean
  serverUrl: string | null
  installedFromDep: boolean
  /** It runs Windows Server. Absent: it does not, or did not say so. */
  isServer?: true
}>

export type AgentEvent =
  /** `keyHash` is the SHA-256 of the node key (hex) that it was given; the one before is worth nothing any more. */
  | { type: 'AgentEnrolled'; data: { agent: AgentKind; keyHash: string; instanceId: string | null; version: string | null } }
  /** Agents of several machines enroll as this host, each time taking the key of the other: they were cloned. */
  | { type: 'IdentityConflictDetected'; data: { agent: AgentKind; instances: readonly string[] } }
  /** The host thinks otherwise of its management than it did. */
  | { type: 'MdmReported'; data: MdmOpinion }
  /** An agent hands over files of the host; `size` in bytes of the archive. */
  | { type: 'CarveStarted'; data: { carve: string; requestId: string; size: number } }
  /** They were fetched by an admin. */
  | { type: 'CarveViewed'; data: { carve: string } }
  /** Its disk is encrypted now, or is no more. */
  | { type: 'DiskEncryptionReported'; data: { encrypted: boolean } }
