import { fork } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Command, InvalidArgumentError } from 'commander'
import type { TargetName } from './targets/shares.ts'
import { shares } from './targets/shares.ts'

/** What came of one target. `growth` is of the heap, in bytes; `hex` is of an input made as small as it goes. */
export type TargetReport = Readonly<{
  inputs: number
  accepted: number
  refused: number
  kindsOfRefusal: number
  slowest: Readonly<{ index: number; ms: number }>
  growth: number
  notes: Readonly<Record<string, number>>
  problems: readonly string[]
  findings: readonly Readonly<{ target: string; seed: string; index: number; door: string; what: string; hex: string }>[]
}>

/** A target that says nothing for so long hangs, ms: starting one takes a database. */
const silenceMs = 60_000

const whole = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.')
  return Number(text)
}

const names = Object.keys(shares) as TargetName[]

const known = (text: string): TargetName =>
  names.find((name) => name === text) ??
  (() => {
    throw new InvalidArgumentError(`It must be one of ${names.join(', ')}.`)
  })()

const options = new Command('fuzz')
  .description('what comes from outside, changed at random: no crash, no hang, no growth, no event')
  .option('--inputs <count>', 'how many in all', whole, 200_000)
  .option('--seed <seed>', 'equal seeds make equal inputs', 'muster')
  .option('--only <target>', `one of ${names.join(', ')}`, known)
  .parse()
  .opts<{ inputs: number; seed: string; only?: TargetName }>()

const program = join(dirname(fileURLToPath(import.meta.url)), 'run-target.ts')

const run = (name: TargetName, inputs: number): Promise<TargetReport> =>
  new Promise((resolve) => {
    const child = fork(program, [name, options.seed, String(inputs)], { execArgv: [...process.execArgv, '--expose-gc'] })
    let index = -1
    let report: TargetReport | null = null
    let timer = setTimeout(() => child.kill('SIGKILL'), silenceMs)
    child.on('message', (message: Readonly<{ index?: number; report?: TargetReport }>) => {
      if (message.index !== undefined) index = message.index
      if (message.report !== undefined) report = message.report
      clearTimeout(timer)
      timer = setTimeout(() => child.kill('SIGKILL'), silenceMs)
    })
    child.on('exit', (code, signal) => {
      clearTimeout(timer)
      const why = signal === 'SIGKILL' ? 'It hangs' : `It ended with ${String(code ?? signal)}`
      resolve(report ?? brokenAt(`${why} at input ${String(index)} of seed ${options.seed}.`))
    })
  })

const brokenAt = (problem: string): TargetReport => ({
  ...{ inputs: 0, accepted: 0, refused: 0, kindsOfRefusal: 0, slowest: { index: 0, ms: 0 }, growth: 0, notes: {}, findings: [] },
  problems: [problem],
})

const chosen = options.only === undefined ? names : [options.only]
const begun = performance.now()
let inputs = 0
let bad = 0
for (const name of chosen) {
  const report = await run(name, options.only === undefined ? Math.ceil(options.inputs * shares[name]) : options.inputs)
  inputs += report.inputs
  bad += report.problems.length + report.findings.length
  const { accepted, refused, kindsOfRefusal, slowest, growth, notes } = report
  const told = Object.entries(notes).map(([what, count]) => `, ${what} ${String(count)}`)
  process.stdout.write(
    `${name.padEnd(9)} ${String(report.inputs).padStart(7)} inputs: ${String(accepted)} taken, ${String(refused)} refused in ${String(kindsOfRefusal)} ways, ` +
      `slowest ${slowest.ms.toFixed(0)} ms, heap ${(growth / 1024 / 1024).toFixed(1)} MB${told.join('')}\n`,
  )
  for (const problem of report.problems) process.stdout.write(`  ${problem}\n`)
  for (const { door, index, what, hex } of report.findings)
    process.stdout.write(`  input ${String(index)} at ${door}: ${what}\n  ${hex}\n`)
}
const seconds = (performance.now() - begun) / 1000
process.stdout.write(
  `${String(inputs)} inputs in ${seconds.toFixed(0)} s: ${bad === 0 ? 'nothing found' : `${String(bad)} findings`}.\n`,
)
process.exitCode = bad === 0 ? 0 : 1
