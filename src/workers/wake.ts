import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { Push, PushOutcome, PushTarget } from '../app/ports.ts'
import { SecretGone } from '../app/ports.ts'
import { host } from '../domain/host/host.ts'
import { deviceChannel } from '../domain/platforms.ts'
import type { EnrollmentRow } from '../projections/enrollments.ts'
import { channelsToWake } from '../projections/enrollments.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { causeOf, done } from './worker.ts'

/** How long a push waits after the push service asked for patience, ms. */
const patienceMs = 30_000
const sealsAtOnce = 32

/** Pushes to the channels of hosts on which commands wait. A push is a hint: a lost one is repeated by the sweep. */
export const wake = (app: App, push: Push): WorkKind => {
  let saidUnpushable = false

  const targetOf = async ({ host_id, channel, topic, push: sealed }: EnrollmentRow): Promise<PushTarget | null> => {
    try {
      const secret = Buffer.from(await app.vault.open(host_id, `push/${channel}`, sealed)).toString()
      const { token, magic } = JSON.parse(secret) as { token: string; magic: string }
      return { topic, token: Buffer.from(token, 'hex'), magic }
    } catch (error) {
      if (error instanceof SecretGone) return null
      throw error
    }
  }

  /** What follows from one outcome for its channel: null when the push is over, or when to try it again. */
  const settle = async (row: EnrollmentRow, outcome: PushOutcome, work: ClaimedWork): Promise<string | null> => {
    if (outcome.kind === 'try-later') return new Date(app.clock().getTime() + patienceMs).toISOString()
    if (outcome.kind === 'unregistered') await unregistered(row, outcome.since, work)
    else if (outcome.kind === 'certificate-refused') unpushable(outcome.reason)
    else if (outcome.kind !== 'sent') app.logger.warn({ hostId: row.host_id, reason: outcome.reason }, 'a push was refused')
    return null
  }

  /** The token is dead, unless the device has sent a newer one since. */
  const unregistered = async (row: EnrollmentRow, since: number, work: ClaimedWork): Promise<void> => {
    if (row.channel !== deviceChannel) return
    const data = { because: 'push-token-unregistered', since: new Date(since).toISOString() } as const
    await app.execute(host, row.host_id, { type: 'EndEnrollment', data }, causeOf(work))
  }

  const unpushable = (reason: string): void => {
    if (!saidUnpushable) app.logger.warn({ reason }, 'devices cannot be pushed to; they are served when they call')
    saidUnpushable = true
  }

  return {
    name: 'wake',
    batch: 500,
    do: async (work): Promise<readonly Outcome[]> => {
      const byHost = new Map(work.map((row) => [row.key, row]))
      const rows = await app.read(channelsToWake([...byHost.keys()]))
      const targets = await inParallel(rows, sealsAtOnce, targetOf)
      const reachable = rows.flatMap((row, index) => {
        const target = targets[index]
        return target == null ? [] : [{ row, target }]
      })
      const outcomes = await push.wake(reachable.map(({ target }) => target))
      await app.telemetry.pushed(rows.map((row) => row.host_id))
      const later = new Map<string, string>()
      for (const [index, { row }] of reachable.entries()) {
        const asked = byHost.get(row.host_id)
        const outcome = outcomes[index]
        const at = asked === undefined || outcome === undefined ? null : await settle(row, outcome, asked)
        if (at !== null) later.set(row.host_id, at)
      }
      return work.map((row) => {
        const at = later.get(row.key)
        return at === undefined ? done(row) : { work: row, kind: 'later', at, why: 'The push service asked to try later.' }
      })
    },
  }
}
