import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import { inParallel } from '../../app/in-parallel.ts'
import type { Push, PushOutcome, PushTarget } from '../../app/ports.ts'
import { verdictOf } from '../../app/push-verdict.ts'
import type { EnrollmentCommand } from '../../domain/enrollment/commands.ts'
import { tokenFoundDead } from '../../domain/enrollment/dead-token.ts'
import { host } from '../../domain/host/host.ts'
import type { Channel } from '../../domain/platforms.ts'
import type { Cause } from '../../kernel/event.ts'
import type { EnrollmentRow } from '../../projections/enrollments.ts'
import { openChannels } from '../../projections/waking.ts'
import type { Addressee } from './enrollment-id.ts'

/** What became of the push to one addressee, in NanoMDM's words; `push_result` is the push service's `apns-id`. */
export type Pushed = Readonly<{ push_result: string }> | Readonly<{ push_error: string }>

type Ports = Pick<App, 'execute' | 'read' | 'log' | 'caughtUp' | 'vault' | 'telemetry' | 'logger'>

const notesAtOnce = 16

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
  const reachable: { addressee: Addressee; target: PushTarget; problem: string | null }[] = []
  for (const addressee of addressees) {
    const row = known.get(`${addressee.hostId}/${addressee.channel}`)
    const target = row === undefined ? null : await targetOf(app, row)
    if (row === undefined || target === null)
      answers.set(addressee.id, { push_error: 'The enrollment is not known, or has no push token.' })
    else reachable.push({ addressee, target, problem: row.problem })
  }
  const outcomes = await push.wake(reachable.map(({ target }) => target))
  await app.telemetry.pushed(
    reachable.map(({ addressee: { hostId, channel } }, index) => ({ hostId, channel, ...verdictOf(outcomes[index]) })),
  )
  const news: Readonly<{ addressee: Addressee; command: EnrollmentCommand }>[] = []
  for (const [index, { addressee, target, problem }] of reachable.entries()) {
    const outcome = outcomes[index]
    answers.set(addressee.id, answerOf(outcome, target))
    const command = outcome === undefined ? null : following(addressee.channel, outcome, problem)
    if (command !== null) news.push({ addressee, command })
  }
  await inParallel(news, notesAtOnce, ({ addressee, command }) => note(app, addressee, { command, cause }))
  return answers
}

/** What the push service says of a token is a fact of its host; what it says of our certificate, or of itself, is not. */
const following = (channel: Channel, outcome: PushOutcome, problem: string | null): EnrollmentCommand | null => {
  if (outcome.kind === 'unregistered') return tokenFoundDead(channel, outcome.since)
  if (outcome.kind === 'sent') return problem === null ? null : { type: 'NotePush', data: { channel, refused: null } }
  const isRefused = outcome.kind === 'bad-token' || outcome.kind === 'refused'
  return isRefused ? { type: 'NotePush', data: { channel, refused: outcome.reason } } : null
}

/** Never fails the others: the next push is told the same. */
const note = async (app: Ports, { hostId, channel }: Addressee, { command, cause }: Noted): Promise<void> => {
  try {
    await app.execute(host, hostId, command, cause)
  } catch (error) {
    app.logger.warn({ err: error, hostId, channel }, 'what the push service said could not be noted')
  }
}

type Noted = Readonly<{ command: EnrollmentCommand; cause: Cause }>

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
