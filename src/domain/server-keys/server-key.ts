import type { Sealed } from '../../kernel/content.ts'
import type { Decider } from '../../kernel/decider.ts'
import type { ServerKeyEvent } from './events.ts'

type ServerKeyCommand = { type: 'CreateServerKey'; data: { key: Sealed } }

export type ServerKey = Readonly<{ key: Sealed | null }>

/** A key that the server made for itself. Of several processes that make one at once, one wins, and all use that. */
export const serverKey: Decider<ServerKeyCommand, ServerKeyEvent, ServerKey> = {
  category: 'serverKey',
  initial: { key: null },
  decide: ({ data }, now) => (now.key === null ? [{ type: 'ServerKeyCreated', data }] : []),
  evolve: (_, { data }) => ({ key: data.key }),
}
