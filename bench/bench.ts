import { parseArgs } from 'node:util'
import { agentReads } from './agents.ts'
import { checkIn } from './check-in.ts'
import { cohorts } from './cohorts.ts'
import { enrollStorm } from './enroll-storm.ts'
import { explain } from './explain.ts'
import { history } from './history.ts'
import { log } from './log.ts'
import { push } from './push.ts'
import { replay } from './replay.ts'
import { rollout } from './rollout.ts'
import { roundTrip } from './round-trip.ts'
import { enrollWindows } from './enroll-windows.ts'
import { syncml } from './syncml.ts'
import { pastState } from './as-of.ts'
import { timeline } from './timeline.ts'
import { transfer } from './transfer.ts'
import type { Compared } from './support/against.ts'
import { measuredAgainst } from './support/against.ts'
import type { Benchmark, Result } from './support/report.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'check-in': checkIn,
  'round-trip': roundTrip,
  log,
  rollout,
  replay,
  'enroll-storm': enrollStorm,
  push,
  history,
  agents: agentReads,
  cohorts,
  transfer,
  syncml,
  explain,
  'enroll-windows': enrollWindows,
  'as-of': pastState,
  timeline,
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { json: { type: 'boolean' }, against: { type: 'string' }, rounds: { type: 'string', default: '5' } },
})
const [name] = positionals
const chosen = name === 'all' ? Object.keys(benchmarks) : [name ?? '']

if (!chosen.every((one) => Object.hasOwn(benchmarks, one))) {
  const lines = Object.entries(benchmarks).map(([one, { about }]) => `  ${one.padEnd(12)} ${about}`)
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
    const measured = await benchmarks[one]?.run()
    for (const result of [measured ?? []].flat()) tell(result, `limit ${String(result.limit)}`)
  } else {
    for (const compared of await measuredAgainst(values.against, one, Number(values.rounds)))
      tell(compared, `${compared.detail.ref} ${String(compared.against)}`)
  }
}
process.exit()
