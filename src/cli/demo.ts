import { readdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { SingleBar } from 'cli-progress'
import type { MusterClient } from '../client/muster-client.ts'
import type { Wanted } from './demo/convergence.ts'
import { convergedIn, setIn, sha256, waitForConvergence } from './demo/convergence.ts'
import { readOptions } from './demo/options.ts'
import { tellLife } from './demo/life.ts'
import { phases } from './demo/phases.ts'
import { tellSettings } from './demo/settings.ts'
import type { Stage } from './demo/stage.ts'
import { setStage } from './demo/stage.ts'
import { locUrisIn } from '../protocols/windows/profile-delivery.ts'
import { findHost, historyOf, historyTable } from './history.ts'
import { table } from './table.ts'

const examplesOf = (kind: 'profiles' | 'windows'): string =>
  join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'examples', kind)

const examples = examplesOf('profiles')

const options = readOptions(process.argv.slice(2))
const quiet = options.json
const timed = phases()

/** Of each history that is shown, the last. */
const shownEvents = 8

/** So many of the first profiles fail at first. */
const failures = 1

/** What a phase may take at most, ms: a floor for slow machines, and room for each host. */
const hosts = options.hosts + options.windows
const limitMs = 60_000 + hosts * 400

const say = (text: string): void => {
  if (!quiet) process.stdout.write(`${text}\n`)
}

const withBar = async <T>(title: string, work: (show: (done: number) => void) => Promise<T>): Promise<T> => {
  if (quiet || !process.stderr.isTTY) {
    say(title)
    return work(() => undefined)
  }
  const bar = new SingleBar({ format: `${title.padEnd(44)} {bar} {value}/{total}`, stream: process.stderr, hideCursor: true })
  bar.start(hosts, 0)
  try {
    return await work((done) => {
      bar.update(done)
    })
  } finally {
    bar.stop()
  }
}

const uploadExamples = async (client: MusterClient, teamId: number): Promise<readonly Wanted[]> => {
  const names = (await readdir(examples)).filter((name) => name.endsWith('.mobileconfig')).toSorted()
  const wanted: Wanted[] = []
  for (const name of names) {
    const bytes = await readFile(join(examples, name))
    wanted.push({ name, profileUuid: await client.profiles.upload({ name, bytes }, teamId), sha256: sha256(bytes) })
  }
  return wanted
}

/** Answers how many there are, and the nodes that they set. */
const uploadForWindows = async (client: MusterClient, teamId: number) => {
  const nodes: string[] = []
  if (options.windows === 0) return { count: 0, nodes }
  for (const name of (await readdir(examplesOf('windows'))).toSorted()) {
    const bytes = await readFile(join(examplesOf('windows'), name))
    await client.profiles.upload({ name, bytes }, teamId)
    nodes.push(...locUrisIn(bytes.toString('utf8')))
  }
  return { count: (await readdir(examplesOf('windows'))).length, nodes }
}

const allHostIds = async (client: MusterClient): Promise<readonly number[]> => {
  const ids: number[] = []
  for (let page = 0; ; page++) {
    const { hosts, meta } = await client.hosts.list({ page, per_page: 500 })
    ids.push(...hosts.map(({ id }) => id))
    if (!meta.has_next_results) return ids
  }
}

/** The whole story; answers what is printed as JSON. */
const play = async ({ url, token, client, fleet, pcs, mood, refused }: Stage, enrolledNow: () => number) => {
  say(`Muster serves ${url}`)
  say(`Admin token of this demo: ${token}`)
  const { devices } = fleet
  await timed.run('enroll', () => Promise.all([fleet.enroll(), pcs.enroll()]))
  const team = await client.teams.create({ name: 'Demo' })
  await timed.run('transfer', async () => client.hosts.transfer(await allHostIds(client), team.id))

  mood.failNext = failures
  const wanted = await timed.run('upload', () => uploadExamples(client, team.id))
  const { count, nodes } = await timed.run('upload for Windows', () => uploadForWindows(client, team.id))
  const wait = (set: readonly Wanted[], onProgress: (converged: number) => void) =>
    waitForConvergence({
      ...{ client, teamId: team.id, devices, wanted: set },
      ...{ pcs: pcs.devices, nodes, limitMs, onProgress },
    })
  const first = await timed.run('converge', () =>
    withBar(`Rolling out ${String(wanted.length)} profiles for Macs, ${String(count)} for Windows`, (show) => wait(wanted, show)),
  )
  say(
    `  ${String(convergedIn(devices, wanted))} Macs and ${String(setIn(pcs.devices, nodes))} Windows PCs hold what they should.`,
  )

  const [deleted, ...kept] = wanted
  if (deleted === undefined) throw new Error(`There are no profiles in ${examples}.`)
  await client.profiles.delete(deleted.profileUuid)
  const second = await timed.run('remove', () => withBar(`Removing ${deleted.name}`, (show) => wait(kept, show)))

  const [device] = devices
  const settings =
    device === undefined
      ? null
      : await timed.run('settings', () => tellSettings({ client, teamId: team.id, devices, device, say }))
  const life = device === undefined ? null : await timed.run('life', () => tellLife({ client, device, mood, refused, say }))

  const { events, commands } = await client.statistics()
  const converged = Math.min(first, second)
  for (const shown of [device, pcs.devices[0]]) if (shown !== undefined) await showHistory(client, shown.serial)
  return {
    hosts,
    windows: options.windows,
    enrolled: enrolledNow(),
    profiles: wanted.length,
    converged,
    commands,
    events,
    life: { ...life, ...settings },
    seconds: timed.seconds(),
  }
}

const showHistory = async (client: MusterClient, serial: string): Promise<void> => {
  if (quiet) return
  const host = await findHost(client, serial)
  const entries = await historyOf(client, host.id)
  say(`\nThe last of ${String(entries.length)} events of ${host.display_name}:\n\n${historyTable(entries.slice(-shownEvents))}`)
}

const report = (result: Awaited<ReturnType<typeof play>>): void => {
  if (options.json) {
    process.stdout.write(`${JSON.stringify(result)}\n`)
    return
  }
  const { seconds, life, ...counts } = result
  const seen = Object.entries(life).map(([deed, worked]) => [deed, worked ? 'as it should' : 'NOT as it should'] as const)
  const rows = [
    ...Object.entries(counts),
    ...seen,
    ...Object.entries(seconds).map(([phase, took]) => [`${phase} (s)`, took] as const),
  ]
  say(
    `\n${table(
      ['what', 'figure'],
      rows.map(([what, figure]) => [what, String(figure)]),
    )}`,
  )
}

const untilInterrupted = (): Promise<void> =>
  new Promise((resolve) => {
    process.once('SIGINT', resolve).once('SIGTERM', resolve)
  })

let enrolled = 0
const interrupted = untilInterrupted()
const stage = await timed.run('start', () =>
  setStage({
    hosts: options.hosts,
    windows: options.windows,
    onProgress: (now) => {
      enrolled = now
    },
    onFailure: (line) => {
      process.stderr.write(`${line}\n`)
    },
  }),
)
try {
  const result = await Promise.race([play(stage, () => enrolled), interrupted])
  if (result !== undefined) {
    report(result)
    if (result.converged !== result.hosts || Object.values(result.life).includes(false)) process.exitCode = 1
    if (!options.exit) {
      say(`\n${stage.url} serves on until Ctrl-C.`)
      await interrupted
    }
  }
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
} finally {
  await stage.clear()
}
process.exit()
