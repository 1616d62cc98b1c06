import type { Random } from '../../src/simulators/random.ts'

/** One input: the door that it is put through, and the bytes. */
export type Case = Readonly<{ door: string; bytes: Uint8Array }>

/**
 * A part of the server that takes bytes from outside. The same luck makes the same case, so that a seed and a number name an input; where a
 * message is sealed anew its random parts differ, and its structure does not.
 */
export type Target = Readonly<{
  about: string
  make: (luck: Random) => Case
  /** Take the bytes in, or say no in one of the ways that the edges have an answer for. Whatever else they throw is a finding. */
  doors: Readonly<Record<string, (bytes: Uint8Array) => unknown>>
}>

/** A target that has to be started, and that promises more than each door does by itself. */
export type LiveTarget = Target &
  Readonly<{
    /** After all inputs: what was found wrong, and figures that people want to see. */
    finish: () => Promise<Readonly<{ problems: readonly string[]; notes: Readonly<Record<string, number>> }>>
    stop: () => Promise<void>
  }>

/** A promise that a door did not keep, though it threw nothing by itself. */
export class BrokenPromise extends Error {
  override readonly name = 'BrokenPromise'
}
