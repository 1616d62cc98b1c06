import { hunt } from './support/hunt.ts'
import { targets } from './targets/all.ts'
import type { TargetName } from './targets/shares.ts'
import type { TargetReport } from './fuzz.ts'

/** One target in a process of its own: a crash or a hang takes nothing else along. Started by `fuzz.ts` with node's `--expose-gc`. */
const [name, seed = '', inputs = '0'] = process.argv.slice(2)
const count = Number(inputs)

/** What a target may grow by, once it is warm. */
const growthLimit = 50 * 1024 * 1024
const slowMs = 1_000

const heapNow = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

const { start } = targets[name as TargetName]
const target = await start()
const tell = (index: number): void => void process.send?.({ index })
const part = (from: number, to: number) => hunt({ name: name ?? '', target, seed, from, to, slowMs, onInput: tell })

const warmUp = Math.ceil(count / 5)
const first = await part(0, warmUp)
const warm = heapNow()
const rest = await part(warmUp, count)
const growth = heapNow() - warm
const { problems, notes } = await target.finish()
await target.stop()

const refusals = new Map(Object.entries(first.refusals))
for (const [what, times] of Object.entries(rest.refusals)) refusals.set(what, (refusals.get(what) ?? 0) + times)
const report: TargetReport = {
  inputs: first.inputs + rest.inputs,
  accepted: first.accepted + rest.accepted,
  refused: [...refusals.values()].reduce((sum, times) => sum + times, 0),
  kindsOfRefusal: refusals.size,
  slowest: first.slowest.ms > rest.slowest.ms ? first.slowest : rest.slowest,
  growth,
  notes,
  problems: [...problems, ...(growth > growthLimit ? [`The heap grew by ${String(Math.round(growth / 1024 / 1024))} MB.`] : [])],
  findings: [...first.findings, ...rest.findings].map(({ bytes, ...finding }) => ({
    ...finding,
    hex: Buffer.from(bytes).toString('hex').slice(0, 4_000),
  })),
}
process.send?.({ report }, () => process.exit())
