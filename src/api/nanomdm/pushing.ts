import { randomUUID } from 'node:crypto'
import type { App } from '../../app/app.ts'
import type { Push, PushTarget } from '../../app/ports.ts'
import type { EnrollmentRow } from '../../projections/enrollments.ts'
import { openChannels } from '../../projections/waking.ts'
import type { Addressee } from './enrollment-id.ts'

/** What became of the push to one addressee, in NanoMDM's words. */
export type Pushed = Readonly<{ push_result: string }> | Readonly<{ push_error: string }>

/** Pushes now, whether a command waits or not. Never throws: each addressee gets an answer. */
export const pushTo = async (
  app: Pick<App, 'read' | 'vault' | 'telemetry'>,
  push: Push,
  addressees: readonly Addressee[],
): Promise<ReadonlyMap<string, Pushed>> => {
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
  for (const [index, { addressee }] of reachable.entries()) {
    const outcome = outcomes[index]
    answers.set(
      addressee.id,
      outcome?.kind === 'sent'
        ? { push_result: randomUUID().toUpperCase() }
        : {
            push_error: outcome === undefined ? 'The push had no outcome.' : 'reason' in outcome ? outcome.reason : outcome.kind,
          },
    )
  }
  await app.telemetry.pushed(
    reachable.map(({ addressee }) => ({ hostId: addressee.hostId, channel: addressee.channel, problem: null })),
  )
  return answers
}

const targetOf = async ({ vault }: Pick<App, 'vault'>, row: EnrollmentRow): Promise<PushTarget | null> => {
  try {
    const secret = Buffer.from(await vault.open(row.host_id, `push/${row.channel}`, row.push)).toString()
    const { token, magic } = JSON.parse(secret) as { token: string; magic: string }
    return { topic: row.topic, token: Buffer.from(token, 'hex'), magic }
  } catch {
    return null
  }
}
