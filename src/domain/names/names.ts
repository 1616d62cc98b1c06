import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { NameEvent } from './events.ts'

export type NameCommand =
  { type: 'ClaimNames'; data: { holder: string; names: readonly string[] } } | { type: 'ReleaseNames'; data: { holder: string } }

/** Who holds which name, by holder. */
export type Names = Readonly<Record<string, readonly string[]>>

/**
 * Names that must be unique in one scope (teams; a team's profiles), kept apart from what they name: streams are consistent only each for
 * itself. A claim comes first; if its holder never comes to be, the claim's deadline gives the names back (work.ts).
 */
export const names: Decider<NameCommand, NameEvent, Names> = {
  category: 'names',
  initial: {},

  decide: decideBy<NameCommand, NameEvent, Names>({
    ClaimNames: ({ data }, now) => {
      const others = Object.entries(now).filter(([holder]) => holder !== data.holder)
      const taken = data.names.find((name) => others.some(([, held]) => held.includes(name)))
      if (taken !== undefined) reject('name-taken', `The name ${taken} is taken.`, 'name')
      const held = now[data.holder]
      return held?.join('\n') === data.names.join('\n') ? [] : [{ type: 'NamesClaimed', data }]
    },
    ReleaseNames: ({ data }, now) => (now[data.holder] === undefined ? [] : [{ type: 'NamesReleased', data }]),
  }),

  evolve: evolveBy<NameEvent, Names>({
    NamesClaimed: (state, { data }) => ({ ...state, [data.holder]: data.names }),
    NamesReleased: (state, { data }) => {
      const { [data.holder]: _, ...rest } = state
      return rest
    },
  }),
}
