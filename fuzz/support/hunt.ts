import { ParseError } from '../../src/kernel/parse-error.ts'
import { ScepFailure } from '../../src/protocols/scep/failure.ts'
import { random } from '../../src/simulators/random.ts'
import type { Case, Target } from './case.ts'
import { minimised } from './minimise.ts'

/** Inputs number `from` to below `to` of one target. */
export type Hunt = Readonly<{
  name: string
  target: Target
  seed: string
  from: number
  to: number
  /** An input that takes longer than this, three times over, is a finding; null: time does not count. */
  slowMs: number | null
  /** Told before each input. */
  onInput?: (index: number) => void
}>

/** An input that the server has no answer for. `bytes` are made as small as they go. */
export type Finding = Readonly<{ target: string; seed: string; index: number; door: string; what: string; bytes: Uint8Array }>

/** What a hunt brought home. `refusals` counts by the error's name and field. */
export type Bag = Readonly<{
  inputs: number
  accepted: number
  refusals: Readonly<Record<string, number>>
  slowest: Readonly<{ index: number; ms: number }>
  findings: readonly Finding[]
}>

/** After so many the rest would be more of the same. */
const maxFindings = 10

/** Puts inputs through their doors. Never throws for what a door does. */
export const hunt = async ({ name, target, seed, from, to, slowMs, onInput }: Hunt): Promise<Bag> => {
  const findings: Finding[] = []
  const refusals = new Map<string, number>()
  let accepted = 0
  let slowest = { index: from, ms: 0 }
  let index = from
  for (; index < to && findings.length < maxFindings; index++) {
    onInput?.(index)
    const one = caseOf(name, target, seed, index)
    const begun = performance.now()
    const outcome = await outcomeOf(target, one)
    const ms = performance.now() - begun
    if (ms > slowest.ms) slowest = { index, ms }
    const finding = { target: name, seed, index, door: one.door }
    if (outcome.kind === 'taken') accepted++
    else if (outcome.kind === 'refused') refusals.set(outcome.what, (refusals.get(outcome.what) ?? 0) + 1)
    else
      findings.push({
        ...finding,
        what: outcome.what,
        bytes: await minimised(one.bytes, (bytes) => isSame(target, one, bytes, outcome)),
      })
    if (slowMs !== null && ms > slowMs && (await isSlow(target, one, slowMs)))
      findings.push({ ...finding, what: `It takes longer than ${String(slowMs)} ms.`, bytes: one.bytes })
  }
  return { inputs: index - from, accepted, refusals: Object.fromEntries(refusals), slowest, findings }
}

/** The case that a seed and a number name. */
export const caseOf = (name: string, target: Target, seed: string, index: number): Case =>
  target.make(random(`${seed}/${name}/${String(index)}`))

type Outcome = Readonly<{ kind: 'taken' | 'refused' | 'fault'; what: string }>

const outcomeOf = async ({ doors }: Target, { door, bytes }: Case): Promise<Outcome> => {
  try {
    const open = doors[door]
    if (open === undefined) throw new Error(`There is no door called ${door}.`)
    const passed = open(bytes)
    if (passed instanceof Promise) await passed
    return { kind: 'taken', what: '' }
  } catch (error) {
    if (error instanceof ParseError) return { kind: 'refused', what: `ParseError ${error.field}` }
    if (error instanceof ScepFailure) return { kind: 'refused', what: `ScepFailure ${error.failInfo}` }
    return { kind: 'fault', what: error instanceof Error ? `${error.name}: ${error.message}\n${placeOf(error)}` : String(error) }
  }
}

/** The first places of the stack that are in this project. */
const placeOf = ({ stack = '' }: Error): string =>
  stack
    .split('\n')
    .filter((line) => /\/(src|fuzz)\//.test(line))
    .slice(0, 3)
    .join('\n')

const isSame = async (target: Target, { door }: Case, bytes: Uint8Array, outcome: Outcome): Promise<boolean> => {
  const now = await outcomeOf(target, { door, bytes })
  return now.kind === 'fault' && kindOf(now.what) === kindOf(outcome.what)
}

/** Without figures and quoted parts, which change as the input shrinks. */
const kindOf = (what: string): string => what.replaceAll(/\d+|"[^"]*"|\.[^ ]*/g, '')

/** A machine with other work to do is slow once, not three times. */
const isSlow = async (target: Target, one: Case, slowMs: number): Promise<boolean> => {
  for (let time = 0; time < 2; time++) {
    const begun = performance.now()
    await outcomeOf(target, one)
    if (performance.now() - begun <= slowMs) return false
  }
  return true
}
