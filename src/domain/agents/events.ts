export type AgentKind = 'osquery' | 'orbit'

export type AgentEvent =
  /** `keyHash` is the SHA-256 of the node key (hex) that it was given; the one before is worth nothing any more. */
  | { type: 'AgentEnrolled'; data: { agent: AgentKind; keyHash: string; instanceId: string | null; version: string | null } }
  /** Agents of several machines enroll as this host, each time taking the key of the other: they were cloned. */
  | { type: 'IdentityConflictDetected'; data: { agent: AgentKind; instances: readonly string[] } }
