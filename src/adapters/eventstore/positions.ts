import type { Position } from '../../kernel/event.ts'

/** EventStoreDB's place in its log: two unsigned 64-bit numbers, with gaps. */
export type Place = Readonly<{ commit: bigint; prepare: bigint }>

/** The most digits that an unsigned 64-bit number has. */
const digits = 20

/** A place as a string of fixed length, so that strings compare as places do. */
export const positionOf = ({ commit, prepare }: Place): Position =>
  `${String(commit).padStart(digits, '0')}/${String(prepare).padStart(digits, '0')}`

/** The place that a position names. Throws when another engine made it: a checkpoint of one engine means nothing to another. */
export const placeOf = (position: Position): { commit: bigint; prepare: bigint } => {
  const [, commit, prepare] = /^(\d{20})\/(\d{20})$/.exec(position) ?? []
  if (commit === undefined || prepare === undefined) throw new Error(`The position "${position}" was not given by EventStoreDB.`)
  return { commit: BigInt(commit), prepare: BigInt(prepare) }
}
