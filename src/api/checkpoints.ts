import type { App } from '../app/app.ts'
import { audit, eventsSince, theAudit } from '../domain/audit/audit.ts'
import type { Cause, Position } from '../kernel/event.ts'
import { derivedId } from '../kernel/ids.ts'
import { signCheckpoint } from '../protocols/audit/signing.ts'
import type { AuditKey } from './audit-key.ts'

/** When the log is signed: after so many events, or so long (ms) after the last time if anything happened. */
export type CheckpointPace = Readonly<{ everyEvents: number; everyMs: number }>

export type Checkpoints = Readonly<{
  /** Signs where the chain stands, unless nothing happened since the last time. Answers where the checkpoint stands; null: there is no new one. */
  now: () => Promise<Position | null>
  /** The same, when its time has come. */
  ifDue: () => Promise<void>
}>

type Needs = Pick<App, 'execute' | 'load' | 'audit' | 'clock'>

/** However busy the log is, it is signed no more often than this by itself, ms. */
const atLeastMs = 10_000

/** Signs the log. The rules of what is worth a checkpoint are the domain's; any process may sign, and of two one wins. */
export const checkpointsOf = (
  app: Needs,
  key: () => Promise<AuditKey>,
  { everyEvents, everyMs }: CheckpointPace,
): Checkpoints => {
  const { execute, load, clock } = app
  const { chain } = app.audit
  /** Before the first checkpoint, time counts from here. */
  const startedAt = clock().getTime()

  const now = async (): Promise<Position | null> => {
    const head = await chain.head()
    if (head === null) return null
    const { fingerprint, privateKey } = await key()
    const said = { position: head.position, count: head.number, link: head.link, at: clock().toISOString(), keyId: fingerprint }
    const data = { ...said, signature: signCheckpoint(said, privateKey) }
    return (await execute(audit, theAudit, { type: 'Checkpoint', data }, causeOf(head.link))).position
  }

  return {
    now,
    ifDue: async () => {
      const head = await chain.head()
      const { last } = (await load(audit, theAudit)).state
      const news = eventsSince(last, head?.number ?? 0)
      const waited = clock().getTime() - (last === null ? startedAt : Date.parse(last.at))
      if (news === 0 || waited < Math.min(atLeastMs, everyMs)) return
      if (news >= everyEvents || waited >= everyMs) await now()
    },
  }
}

/** The same place is signed for one reason, by whichever process. */
const causeOf = (link: string): Cause => {
  const id = derivedId(`checkpoint/${link}`)
  return { id, actor: { kind: 'server', id: 'audit' }, correlationId: id, causationId: id }
}
