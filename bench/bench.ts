import { parseArgs } from 'node:util'
import type { Compared } from './support/against.ts'
import { measuredAgainst } from './support/against.ts'
import type { Benchmark, Result } from './support/report.ts'

/** Each is loaded when it is run: over an older build, some of today's find nothing to measure. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  'check-in': async () => (await import('./check-in.ts')).checkIn,
  'round-trip': async () => (await import('./round-trip.ts')).roundTrip,
  log: async () => (await import('./log.ts')).log,
  rollout: async () => (await import('./rollout.ts')).rollout,
  replay: async () => (await import('./replay.ts')).replay,
  'enroll-storm': async () => (await import('./enroll-storm.ts')).enrollStorm,
  push: async () => (await import('./push.ts')).push,
  fleet: async () => (await import('./fleet.ts')).fleet,
  history: async () => (await import('./history.ts')).history,
  agents: async () => (await import('./agents.ts')).agentReads,
  cohorts: async () => (await import('./cohorts.ts')).cohorts,
  transfer: async () => (await import('./transfer.ts')).transfer,
  syncml: async () => (await import('./syncml.ts')).syncml,
  explain: async () => (await import('./explain.ts')).explain,
  'enroll-windows': async () => (await import('./enroll-windows.ts')).enrollWindows,
  'as-of': async () => (await import('./as-of.ts')).pastState,
  states: async () => (await import('./states.ts')).states,
  timeline: async () => (await import('./timeline.ts')).timeline,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, against: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const [name] = positionals
const chosen = name === 'all' ? Object.keys(benchmarks) : [name ?? '']

if (!chosen.every((one) => Object.hasOwn(benchmarks, one))) {
  const loaded = Object.entries(benchmarks).map(async ([one, load]) => `  ${one.padEnd(12)} ${(await load()).about}`)
  const lines = await Promise.all(loaded)
  process.stderr.write(
    `Usage: npm run bench -- <name>|all [--json] [--against <git ref> [--rounds <count>]]\n${lines.join('\n')}\n`,
  )
  process.exit(name === undefined ? 0 : 2)
}

const tell = (measured: Result | Compared, words: string): void => {
  const { name: of, figure, unit, ratio, detail } = measured
  if (values.json === true) process.stdout.write(`${JSON.stringify(measured)}\n`)
  else process.stdout.write(`${of}: ${String(figure)} ${unit}, ${words}, ratio ${String(ratio)} ${JSON.stringify(detail)}\n`)
}

for (const one of chosen) {
  if (values.against === undefined) {
    const measured = await (await benchmarks[one]?.())?.run()
    for (const result of [measured ?? []].flat()) tell(result, `limit ${String(result.limit)}`)
  } else {
    for (const compared of await measuredAgainst(values.against, one, Number(values.rounds)))
      tell(compared, `${compared.detail.ref} ${String(compared.against)}`)
  }
}
process.exit()
