/** One item of a command: what it is about (`target`, `source`), and what is said of it. `data` is text, or child XML as it was written. */
export type SyncItem = Readonly<{
  target: string | null
  source: string | null
  format: string | null
  type: string | null
  data: string | null
  /** More of the data comes with the next message. */
  moreData: boolean
  /** The data stood in a CDATA section, and is to be printed in one; absent: it is printed with escapes. */
  cdata?: boolean
}>

export type Verb = 'Add' | 'Replace' | 'Delete' | 'Get' | 'Exec'

/** A command that does something to nodes of the device's tree. */
export type NodeCommand = Readonly<{ name: Verb; cmdId: string; items: readonly SyncItem[] }>

export type GroupCommand = Readonly<{
  name: 'Atomic' | 'Sequence'
  cmdId: string
  commands: readonly (NodeCommand | GroupCommand)[]
}>

/** An outcome: `msgRef` and `cmdRef` name the message and the command that it is of; `cmdRef` 0 is the header. */
export type SyncStatus = Readonly<{
  name: 'Status'
  cmdId: string
  msgRef: string
  cmdRef: string
  cmd: string
  data: string
  /** Asks for credentials that are made with this nonce. */
  nonce: Uint8Array | null
}>

export type SyncCommand =
  | NodeCommand
  | GroupCommand
  | SyncStatus
  | Readonly<{ name: 'Alert'; cmdId: string; data: string; items: readonly SyncItem[] }>
  | Readonly<{ name: 'Results'; cmdId: string; msgRef: string; cmdRef: string; items: readonly SyncItem[] }>
  /** One that this server does not know. */
  | Readonly<{ name: 'Other'; cmdId: string; verb: string }>

/**
 * Who sends it to whom, in which session. `credential` is what the sender proves itself with, `maxMessage` how many bytes it takes
 * in a message, `maxObject` how many in the data of one item; null or absent: it does not say.
 */
export type SyncHeader = Readonly<{
  sessionId: string
  msgId: string
  target: string
  source: string
  credential: Readonly<{ type: string; data: string }> | null
  maxMessage: number | null
  maxObject?: number
}>

/** A message of OMA DM 1.2: its commands in the order of the document; `final` ends what the sender has to say for now. */
export type SyncMessage = Readonly<{ header: SyncHeader; commands: readonly SyncCommand[]; final: boolean }>
