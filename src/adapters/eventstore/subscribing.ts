import { streamNameFilter } from '@eventstore/db-client'
import type { AllStreamResolvedEvent } from '@eventstore/db-client'
import type { EventLog, Log } from '../../app/ports.ts'
import { LogRefused } from '../../app/ports.ts'
import type { Position, Recorded } from '../../kernel/event.ts'
import type { Admission } from './admission.ts'
import { arrivals } from './arrivals.ts'
import type { Patience } from './outcomes.ts'
import { mayPass, messageOf, pauseAfter } from './outcomes.ts'
import { placeOf } from './positions.ts'
import type { Reaching } from './reading.ts'
import { isAfter, recordedIn } from './reading.ts'

type Subscribing = Reaching & Readonly<{ patience: Patience; log: Log | undefined; door: Admission }>

/**
 * Follows the whole log. The client never resubscribes, and a server may end a subscription with an error or as if it were done: both
 * count as loss here, and the next subscription starts after the last event that was yielded.
 */
export const subscribing = (shared: Subscribing): EventLog['subscribe'] =>
  async function* ({ after, maxBatch = 500, signal }) {
    if (!Number.isSafeInteger(maxBatch) || maxBatch < 1) throw new RangeError(`The option maxBatch is ${String(maxBatch)}.`)
    if (after !== null) placeOf(after)
    const ending = AbortSignal.any([signal, shared.closed])
    let last = after
    let failures = 0
    while (!ending.aborted) {
      try {
        await shared.door.passed()
        for await (const batch of oneSubscription(shared, { last, maxBatch, ending })) {
          failures = 0
          last = batch.at(-1)?.position ?? last
          yield batch
        }
        if (!ending.aborted) shared.log?.warn({ after: last }, 'EventStoreDB ended a subscription; subscribing again.')
      } catch (error) {
        tellLoss(shared, { after: last, error: shared.refusalOf(error) })
      }
      failures += 1
      shared.door.doubt()
      await pauseAfter(failures, shared.patience, ending)
    }
  }

/** A refusal lasts until somebody changes a setting or a right: it goes with its error, by which whoever logs tells it once. */
const tellLoss = ({ log }: Subscribing, { after, error }: Readonly<{ after: Position | null; error: unknown }>): void => {
  const told = 'A subscription to EventStoreDB was lost; subscribing again.'
  if (error instanceof LogRefused) log?.error({ after, err: error }, told)
  else log?.[mayPass(error) ? 'warn' : 'error']({ after, error: messageOf(error) }, told)
}

async function* oneSubscription(
  { client, silence }: Subscribing,
  { last, maxBatch, ending }: Readonly<{ last: Position | null; maxBatch: number; ending: AbortSignal }>,
): AsyncGenerator<readonly Recorded[]> {
  // Room for a whole batch on this side; beyond it, back pressure reaches the server.
  const subscription = client.subscribeToAll(
    { fromPosition: last === null ? 'start' : placeOf(last), filter: streamNameFilter({ regex: '^[^$]' }) },
    { highWaterMark: maxBatch },
  )
  let seen = last
  try {
    const options = { most: maxBatch, signal: ending, silence, of: 'subscription' } as const
    for await (const events of arrivals<AllStreamResolvedEvent>(subscription, options)) {
      const batch = recordedIn(events).filter(isAfter(seen))
      seen = batch.at(-1)?.position ?? seen
      if (batch.length > 0) yield batch
    }
  } finally {
    // Without it the call stays open on the server. It rejects when the call never came about, and waits for a connection that may never
    // come: nobody should wait with it.
    subscription.unsubscribe().catch(() => undefined)
  }
}
