import type { App } from '../app/app.ts'
import { inParallel } from '../app/in-parallel.ts'
import type { ClaimedWork } from '../app/operational-ports.ts'
import type { Push, PushOutcome, PushTarget } from '../app/ports.ts'
import { SecretGone } from '../app/ports.ts'
import { verdictOf } from '../app/push-verdict.ts'
import { host } from '../domain/host/host.ts'
import { tokenFoundDead } from '../domain/enrollment/dead-token.ts'
import type { ChannelToWake } from '../projections/waking.ts'
import { channelsToWake } from '../projections/waking.ts'
import type { Outcome, WorkKind } from './worker.ts'
import { causeOf, done } from './worker.ts'

/** How long a push waits after the push service asked for patience, ms. */
const patienceMs = 30_000
/** A channel that was pushed so lately and did not call yet is about to: it is not pushed twice, ms. */
const settlingMs = 2_000
const sealsAtOnce = 32

/** Pushes to the channels of hosts on which commands wait. A push is a hint: a lost one is repeated by the sweep. */
export const wake = (app: App, push: Push): WorkKind => waking(app, push, { name: 'wake', silently: false })

/** Pushes to hosts that were not heard of for a day, whether anything waits for them or not. */
export const wakeSilent = (app: App, push: Push): WorkKind => waking(app, push, { name: 'wake-silent', silently: true })

const waking = (app: App, push: Push, { name, silently }: Readonly<{ name: string; silently: boolean }>): WorkKind => {
  let saidUnpushable = false

  const targetOf = async ({ host_id, channel, topic, push: sealed }: ChannelToWake): Promise<PushTarget | null> => {
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
  const settle = async (row: ChannelToWake, outcome: PushOutcome, work: ClaimedWork): Promise<string | null> => {
    if (outcome.kind === 'try-later') return after(patienceMs)
    if (outcome.kind === 'unregistered') await unregistered(row, outcome.since, work)
    else if (outcome.kind === 'certificate-refused') unpushable(outcome.reason)
    else if (outcome.kind === 'sent') {
      if (row.problem !== null) await note(row, null, work)
    } else {
      app.logger.warn({ hostId: row.host_id, channel: row.channel, reason: outcome.reason }, 'a push was refused')
      await note(row, outcome.reason, work)
    }
    return null
  }

  const unregistered = async (row: ChannelToWake, since: number, work: ClaimedWork): Promise<void> => {
    await app.execute(host, row.host_id, tokenFoundDead(row.channel, since), causeOf(work))
  }

  /** What the push service says of one channel is a fact of its host; what it says of our certificate is not. */
  const note = async ({ host_id, channel }: ChannelToWake, refused: string | null, work: ClaimedWork): Promise<void> => {
    await app.execute(host, host_id, { type: 'NotePush', data: { channel, refused } }, causeOf(work))
  }

  const unpushable = (reason: string): void => {
    if (!saidUnpushable) app.logger.warn({ reason }, 'devices cannot be pushed to; they are served when they call')
    saidUnpushable = true
  }

  const after = (ms: number, since = app.clock().getTime()): string => new Date(since + ms).toISOString()

  /** When it may be pushed at the earliest, if that is not now. One that called since its last push may have gone to sleep again. */
  const settlesAt = ({ host_id, channel, pushed_at, problem }: ChannelToWake): string | null => {
    if (pushed_at === null || problem !== null) return null
    const pushedAt = Date.parse(pushed_at)
    if (app.clock().getTime() - pushedAt >= settlingMs) return null
    const seenAt = app.telemetry.seenAt(host_id, channel)
    return seenAt !== null && seenAt.getTime() >= pushedAt ? null : after(settlingMs, pushedAt)
  }

  return {
    name,
    batch: 500,
    do: async (work): Promise<readonly Outcome[]> => {
      const byHost = new Map(work.map((row) => [row.key, row]))
      const rows = await app.read(channelsToWake([...byHost.keys()], silently))
      const later = new Map<string, string>()
      const now = rows.filter((row) => {
        const at = settlesAt(row)
        if (at !== null) later.set(row.host_id, at)
        return at === null
      })
      const targets = await inParallel(now, sealsAtOnce, targetOf)
      const reachable = now.flatMap((row, index) => {
        const target = targets[index]
        return target == null ? [] : [{ row, target }]
      })
      const outcomes = await push.wake(reachable.map(({ target }) => target))
      await app.telemetry.pushed([
        ...reachable.map(({ row }, index) => ({
          hostId: row.host_id,
          channel: row.channel,
          ...verdictOf(outcomes[index]),
        })),
        ...now.flatMap((row, index) =>
          targets[index] == null ? [{ hostId: row.host_id, channel: row.channel, problem: 'SecretGone' }] : [],
        ),
      ])
      for (const [index, { row }] of reachable.entries()) {
        const asked = byHost.get(row.host_id)
        const outcome = outcomes[index]
        const at = asked === undefined || outcome === undefined ? null : await settle(row, outcome, asked)
        if (at !== null) later.set(row.host_id, at)
      }
      return work.map((row) => {
        const at = later.get(row.key)
        return at === undefined ? done(row) : { work: row, kind: 'later', at, why: 'It is pushed to again a little later.' }
      })
    },
  }
}
