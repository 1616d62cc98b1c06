/** Whether what this process keeps can still be written down. */
export type Room = Readonly<{
  /** How many bytes are free where the data folder lies; null when the system does not say. */
  freeBytes: () => Promise<number | null>
  /** Why the database takes no write just now, in a few words for an operator; null: it took one. Throws when it is away. */
  writeRefused: () => Promise<string | null>
}>
