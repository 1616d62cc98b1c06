import { agentReads } from './agents.ts'
import { checkIn } from './check-in.ts'
import { cohorts } from './cohorts.ts'
import { enrollStorm } from './enroll-storm.ts'
import { explain } from './explain.ts'
import { fleet } from './fleet.ts'
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
import type { Benchmark } from './support/report.ts'

const benchmarks: Readonly<Record<string, Benchmark>> = {
  'check-in': checkIn,
  'round-trip': roundTrip,
  log,
  rollout,
  replay,
  'enroll-storm': enrollStorm,
  push,
  fleet,
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

const args = process.argv.slice(2)
const json = args.includes('--json')
const [name] = args.filter((arg) => !arg.startsWith('--'))
const chosen = name === 'all' ? Object.keys(benchmarks) : [name ?? '']

if (!chosen.every((one) => Object.hasOwn(benchmarks, one))) {
  const lines = Object.entries(benchmarks).map(([one, { about }]) => `  ${one.padEnd(12)} ${about}`)
  process.stderr.write(`Usage: npm run bench -- <name>|all [--json]\n${lines.join('\n')}\n`)
  process.exit(name === undefined ? 0 : 2)
}

for (const one of chosen) {
  const measured = await benchmarks[one]?.run()
  for (const { name: of, figure, unit, limit, ratio, detail } of [measured ?? []].flat())
    if (json) process.stdout.write(`${JSON.stringify({ name: of, figure, unit, limit, ratio, detail })}\n`)
    else
      process.stdout.write(
        `${of}: ${String(figure)} ${unit}, limit ${String(limit)}, ratio ${String(ratio)} ${JSON.stringify(detail)}\n`,
      )
}
process.exit()
