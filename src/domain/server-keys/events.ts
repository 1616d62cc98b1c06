import type { Sealed } from '../../kernel/content.ts'

/** A key of the server's own for one purpose (the stream's id), sealed for the owner `server` in the context `server-key/<purpose>`. */
export type ServerKeyEvent = { type: 'ServerKeyCreated'; data: { key: Sealed } }
