/** What is wrong with an export: the first thing that is. */
export type Problem =
  'altered' | 'removed' | 'inserted' | 'reordered' | 'truncated' | 'wrong-key' | 'wrong-signature' | 'wrong-link' | 'no-export'

/** Where it is: the line counts from 1; the event is the one on that line, or the first that is missing, as far as it can be known. */
export type Finding = Readonly<{
  valid: false
  problem: Problem
  line: number
  /** The event's number in the log; null: the line holds none. */
  number: number | null
  position: string | null
  stream: string | null
  revision: number | null
  eventId: string | null
  message: string
}>

/** `leftOut`: events that the file's filter left out. `pinned`: the key was given from outside, not taken from the file. */
export type Sound = Readonly<{
  valid: true
  events: number
  leftOut: number
  checkpoints: number
  first: number
  last: number
  link: string
  key: string
  pinned: boolean
  exportedAt: string
  filtered: boolean
}>

export type Verdict = Sound | Finding

type Where = Readonly<{ line: number; number?: number | null }> &
  Partial<Pick<Finding, 'position' | 'stream' | 'revision' | 'eventId'>>

/** Names a problem, its place and a sentence. */
export const finding = (problem: Problem, where: Where, message: string): Finding => ({
  ...{ valid: false, problem, number: null, position: null, stream: null, revision: null, eventId: null },
  ...where,
  message,
})
