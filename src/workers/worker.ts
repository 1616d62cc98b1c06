import type { App } from '../app/app.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { Cause } from '../kernel/event.ts'
import { derivedId } from '../kernel/ids.ts'

/** Does a batch of claimed work of one kind. It says of each row how it ended; a throw fails them all. Any row may come twice. */
export type Doer = (work: readonly ClaimedWork[]) => Promise<readonly Outcome[]>

export type Outcome =
  | Readonly<{ work: ClaimedWork; kind: 'done' }>
  /** Not now; not counted as a failure. */
  | Readonly<{ work: ClaimedWork; kind: 'later'; at: string; why: string }>
  | Readonly<{ work: ClaimedWork; kind: 'failed'; error: unknown }>

/** What a kind of work needs: how many rows at once, and the doer. */
export type WorkKind = Readonly<{
  name: string
  batch: number
  do: Doer
  /** Keys for which there is something to do although their rows may have been lost; asked now and then. */
  forgotten?: () => Promise<readonly string[]>
}>

export const done = (work: ClaimedWork): Outcome => ({ work, kind: 'done' })
export const failed = (work: ClaimedWork, error: unknown): Outcome => ({ work, kind: 'failed', error })

/** How long a worker may be silent on a batch before another takes it over, ms. Long work extends it as it goes. */
export const leaseMs = 60_000
/** After so many failures a row is parked, and shown. */
export const maxAttempts = 8

/**
 * Works off all due rows of a kind, batch by batch, until none is left. Failed rows come again after a growing pause, and are parked after
 * too many.
 */
export const workOff = async ({ work, clock, logger }: App, kind: WorkKind, stopping: () => boolean): Promise<void> => {
  while (!stopping()) {
    const rows = await work.claim(kind.name, kind.batch, leaseMs)
    if (rows.length === 0) return
    const outcomes = await attempt(kind, rows)
    await work.done(outcomes.flatMap((outcome) => (outcome.kind === 'done' ? [outcome.work] : [])))
    for (const outcome of outcomes) {
      if (outcome.kind === 'later')
        await work.failed({ ...outcome.work, attempts: outcome.work.attempts - 1 }, outcome.why, notAtOnce(outcome.at, clock()))
      if (outcome.kind !== 'failed') continue
      const { attempts, key } = outcome.work
      const parks = attempts >= maxAttempts
      const dueAt = parks ? null : new Date(clock().getTime() + pauseMs(attempts)).toISOString()
      logger[parks ? 'error' : 'warn'](
        { err: outcome.error, kind: kind.name, key, attempts },
        parks ? 'work was parked' : 'work failed',
      )
      await work.failed(outcome.work, messageOf(outcome.error), dueAt)
    }
  }
}

/** The cause of what a worker does for a row: the same row at the same version is the same intent, however often it is done. */
export const causeOf = ({ kind, key, version, causeId, correlationId }: ClaimedWork): Cause => ({
  id: derivedId(`work/${kind}/${key}/${causeId}/${String(version)}`),
  actor: { kind: 'worker', id: kind },
  correlationId,
  causationId: causeId,
})

const attempt = async (kind: WorkKind, rows: readonly ClaimedWork[]): Promise<readonly Outcome[]> => {
  try {
    return await kind.do(rows)
  } catch (error) {
    return rows.map((row) => failed(row, error))
  }
}

/** Two clocks may differ on whether a time has come; a row that were due again at once would come without an end. */
const notAtOnce = (at: string, now: Date): string =>
  new Date(Math.max(Date.parse(at), now.getTime() + leastPauseMs)).toISOString()

const leastPauseMs = 1000

/** 1 s, 2 s, 4 s … at most 5 minutes. */
const pauseMs = (attempts: number): number => Math.min(1000 * 2 ** (attempts - 1), 300_000)

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
