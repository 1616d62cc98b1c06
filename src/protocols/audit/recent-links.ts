import { firstLink } from './chain.ts'

/** A place in the chain: after `number` events it stands at `link`. */
export type ChainLink = Readonly<{ number: number; link: string }>

/** The links of the last events, by number: checkpoints come a little after the events that they are of. */
export type RecentLinks = Readonly<{
  add: (place: ChainLink) => void
  /** Undefined: too long ago, or before the beginning. */
  at: (number: number) => string | undefined
}>

/** A checkpoint is appended within moments; a busy log does not write more events meanwhile. */
const remembered = 65_536

export const recentLinks = (start: ChainLink, most = remembered): RecentLinks => {
  const links = new Map<number, string>([[start.number, start.link]])
  return {
    add: ({ number, link }) => {
      links.set(number, link)
      links.delete(number - most)
    },
    at: (number) => (number === 0 ? firstLink : links.get(number)),
  }
}
