/** `dynamic`: what an agent answers to a query tells. `manual`: admins list the hosts. `host-vitals`: what the server knows of a host tells. */
export type LabelKind = 'dynamic' | 'manual' | 'host-vitals'

/** What the server knows of a host, as `host-vitals` labels ask for it. */
export type Vital =
  'platform' | 'os_version' | 'hardware_model' | 'hardware_serial' | 'hostname' | 'supervised' | 'end_user_idp_username'

/** A host is a member when its vital has this value, without regard to case. */
export type Criteria = Readonly<{ vital: Vital; value: string }>

export type LabelDefinition = Readonly<{
  name: string
  description: string
  /** Only hosts of this platform are asked (`darwin`, `windows`, …); null: all. */
  platform: string | null
  /** SQL, of dynamic labels only. */
  query: string | null
  /** Of host-vitals labels only. */
  criteria: Criteria | null
}>

export type LabelEvent =
  | { type: 'LabelCreated'; data: LabelDefinition & { kind: LabelKind } }
  | { type: 'LabelEdited'; data: LabelDefinition }
  /** Of manual labels: the hosts that admins listed, and took off the list. The hosts' own streams follow. */
  | { type: 'LabelListed'; data: { joined: readonly string[]; left: readonly string[] } }
  | { type: 'LabelDeleted'; data: { name: string } }

/**
 * In a host's stream: the labels (by id) that it joined and left, and those that it answered for the first time (`learned`: until then nobody
 * knows whether it is a member). Told only when something changed.
 */
export type LabelMembershipEvent = {
  type: 'LabelMembershipChanged'
  data: {
    joined: readonly string[]
    left: readonly string[]
    learned: readonly string[]
    because: 'reported' | 'listed' | 'vitals' | 'label-deleted'
  }
}
