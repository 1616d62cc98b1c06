import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Push, PushOutcome, PushTarget } from '../../app/ports.ts'
import { verdictOf } from '../../app/push-verdict.ts'
import { tokenFoundDead } from '../../domain/enrollment/dead-token.ts'
import { host } from '../../domain/host/host.ts'
import type { Cause } from '../../kernel/event.ts'
import type { EnrollmentRow } from '../../projections/enrollments.ts'
import { openChannels } from '../../projections/waking.ts'
import type { Addressee } from './enrollment-id.ts'

/** What became of the push to one addressee, in NanoMDM's words; `push_result` is the push service's `apns-id`. */
export type Pushed = Readonly<{ push_result: string }> | Readonly<{ push_error: string }>

type Ports = Pick<App, 'execute' | 'read' | 'log' | 'caughtUp' | 'vault' | 'telemetry' | 'logger'>

/** Pushes now, whether a command waits or not: each addressee gets an answer, and what the push service says of a token is believed. */
export const pushTo = async (
  app: Ports,
  push: Push,
  { addressees, cause }: Readonly<{ addressees: readonly Addressee[]; cause: Cause }>,
): Promise<ReadonlyMap<string, Pushed>> => {
  // A device that has just told its token is one that can be pushed to.
  await app.caughtUp({ position: await app.log.head() })
  const rows = await app.read(openChannels(addressees.map(({ hostId }) => hostId)))
  const known = new Map(rows.map((row) => [`${row.host_id}/${row.channel}`, row]))
  const answers = new Map<string, Pushed>()
  const reachable: { addressee: Addressee; target: PushTarget }[] = []
  for (const addressee of addressees) {
    const row = known.get(`${addressee.hostId}/${addressee.channel}`)
    const target = row === undefined ? null : await targetOf(app, row)
    if (target === null) answers.set(addressee.id, { push_error: 'The enrollment is not known, or has no push token.' })
    else reachable.push({ addressee, target })
  }
  const outcomes = await push.wake(reachable.map(({ target }) => target))
  await app.telemetry.pushed(
    reachable.map(({ addressee: { hostId, channel } }, index) => ({ hostId, channel, ...verdictOf(outcomes[index]) })),
  )
  for (const [index, { addressee, target }] of reachable.entries()) {
    const outcome = outcomes[index]
    answers.set(addressee.id, answerOf(outcome, target))
    if (outcome?.kind === 'unregistered') await end(app, addressee, { since: outcome.since, cause })
  }
  return answers
}

/** Never fails the others: the next push finds the token dead again. */
const end = async (app: Ports, { hostId, channel }: Addressee, { since, cause }: Readonly<{ since: number; cause: Cause }>) => {
  try {
    await app.execute(host, hostId, tokenFoundDead(channel, since), cause)
  } catch (error) {
    app.logger.warn({ err: error, hostId, channel }, 'a dead push token could not be noted')
  }
}

const answerOf = (outcome: PushOutcome | undefined, target: PushTarget): Pushed => {
  if (outcome === undefined) return { push_error: 'The push had no outcome.' }
  if (outcome.kind === 'sent') return { push_result: outcome.id ?? target.id ?? '' }
  return { push_error: outcome.kind === 'unregistered' ? 'Unregistered' : outcome.reason }
}

const targetOf = async ({ vault }: Pick<App, 'vault'>, row: EnrollmentRow): Promise<PushTarget | null> => {
  try {
    const secret = Buffer.from(await vault.open(row.host_id, `push/${row.channel}`, row.push)).toString()
    const { token, magic } = JSON.parse(secret) as { token: string; magic: string }
    return { topic: row.topic, token: Buffer.from(token, 'hex'), magic, id: randomUUID().toUpperCase() }
  } catch {
    return null
  }
}
