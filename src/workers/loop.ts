import type { App } from '../app/app.ts'
import { endings } from './endings.ts'
import { sweepDifferences, sweepExpired, sweepLiveness, sweepSilent, livenessEveryMs, swept } from './sweep.ts'
import { forgetOldHosts, retentionEveryMs } from './retention.ts'
import type { WorkKind } from './worker.ts'
import { workOff } from './worker.ts'

type Sweep = Readonly<{ everyMs: number; run: (app: App) => Promise<unknown> }>

/** The hints that the queue itself repeats. */
const usualSweeps = {
  'sweep-differences': { everyMs: 5 * 60_000, run: sweepDifferences },
  'sweep-expired': { everyMs: 60_000, run: sweepExpired },
  'sweep-liveness': { everyMs: livenessEveryMs, run: sweepLiveness },
  'sweep-endings': { everyMs: 60 * 60_000, run: endings() },
  'sweep-silent': { everyMs: 60_000, run: sweepSilent },
} as const

/** Asks each kind of work for rows that were lost. */
const forgottenName = 'sweep-forgotten'
const forgottenEveryMs = 5 * 60_000

/** How often due rows are looked for even if no hint came, and the queue's schedules are put back, ms. */
const lookEveryMs = 5_000
const scheduleEveryMs = 60_000

/** Hosts whose enrollment ended so many days ago are forgotten; null: none are. */
export type Retention = Readonly<{ retentionDays: number | null }>

/** The worker role: works off due rows when hinted, and looks for forgotten ones. `stop` waits for what is under way. */
export const startWorkers = async (
  app: App,
  kinds: readonly WorkKind[],
  { retentionDays }: Retention = { retentionDays: null },
): Promise<Readonly<{ stop: () => Promise<void> }>> => {
  let stopping = false
  const sweeps: Readonly<Record<string, Sweep | undefined>> = {
    ...usualSweeps,
    ...(retentionDays !== null && { 'sweep-retention': { everyMs: retentionEveryMs, run: forgetOldHosts(retentionDays) } }),
  }
  const byName = new Map(kinds.map((kind) => [kind.name, kind]))

  const handle = async (name: string): Promise<void> => {
    const kind = byName.get(name)
    if (kind !== undefined) await workOff(app, kind, () => stopping)
    else if (name === forgottenName) {
      for (const one of kinds) await app.work.addNow(((await one.forgotten?.()) ?? []).map((key) => swept(one.name, key)))
      await look()
    } else {
      await sweeps[name]?.run(app)
      await look()
    }
  }

  const look = async (): Promise<void> => {
    try {
      for (const name of await app.work.dueKinds()) await app.queue.hint(name)
    } catch (error) {
      app.logger.warn({ err: error }, 'due work could not be looked for')
    }
  }

  const schedule = async (): Promise<void> => {
    try {
      for (const [name, sweep] of Object.entries(sweeps)) if (sweep !== undefined) await app.queue.schedule(name, sweep.everyMs)
      await app.queue.schedule(forgottenName, forgottenEveryMs)
    } catch (error) {
      app.logger.warn({ err: error }, 'the sweeps could not be scheduled')
    }
  }

  await app.queue.listen([...byName.keys(), ...Object.keys(sweeps), forgottenName], handle)
  await schedule()
  await look()
  const timers = [setInterval(() => void look(), lookEveryMs), setInterval(() => void schedule(), scheduleEveryMs)]

  return {
    stop: async () => {
      stopping = true
      for (const timer of timers) clearInterval(timer)
      await app.queue.close()
    },
  }
}
