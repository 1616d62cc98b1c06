import { status } from '@grpc/grpc-js'
import type { ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { ReadFault } from './faults.ts'
import { failure } from './faults.ts'
import { matcherOf } from './filters.ts'
import { refusal, streamIdentifier, streamNameIn } from './messages.ts'
import type { ReadCall, Sending } from './sending.ts'
import { sendingTo } from './sending.ts'
import type { Store, Stored } from './store.ts'
import { streams } from './wire.ts'

export type ReadingSide = Readonly<{
  store: Store
  nextFault: (kind: 'read' | 'subscription') => ReadFault | undefined
  sent: () => void
  opened: (kind: 'read' | 'subscription') => void
  closed: (kind: 'read' | 'subscription') => void
}>

/** All four of the read method's uses: a stream or everything, to its end or for ever. */
export const readHandler =
  (side: ReadingSide) =>
  (call: ReadCall): void => {
    const options = call.request.getOptions()
    const kind = options?.hasSubscription() === true ? 'subscription' : 'read'
    const sending = sendingTo(call, { fault: side.nextFault(kind), sent: side.sent })
    side.opened(kind)
    const done =
      options === undefined
        ? Promise.resolve(sending.fail(failure(status.INVALID_ARGUMENT, 'The options are missing')))
        : kind === 'subscription'
          ? subscribe(options, side.store, sending)
          : read(options, side.store, sending)
    done
      .catch((error: unknown) => sending.fail(failure(status.UNKNOWN, `Exception was thrown by handler: ${String(error)}`)))
      .finally(() => side.closed(kind))
  }

const read = async (options: ReadReq.Options, store: Store, sending: Sending): Promise<void> => {
  const backwards = options.getReadDirection() === 1
  const source = options.getStream()
  const stream = streamNameIn(source)
  const events = source === undefined ? store.all : store.streamOf(stream)
  if (events === 'deleted') return sending.fail(refusal(stream, { kind: 'deleted' }, 'any'))
  if (events === 'absent') {
    const notFound = new streams.ReadResp.StreamNotFound().setStreamIdentifier(streamIdentifier(stream))
    await sending.message(new streams.ReadResp().setStreamNotFound(notFound))
    return sending.end()
  }
  const matches = matcherOf(options.getFilter())
  const found = (backwards ? events.toReversed() : events).filter(isFrom(options, backwards)).filter(matches)
  const count = Number(options.getCount())
  for (const event of found.slice(0, count)) if (!(await sending.event(event))) return
  sending.end()
}

/** Reading a stream includes the revision; reading everything includes the position forwards and excludes it backwards. */
const isFrom = (options: ReadReq.Options, backwards: boolean): ((event: Stored) => boolean) => {
  const source = options.getStream()
  const from = source ?? options.getAll()
  if (from === undefined || from.hasStart()) return () => !backwards
  if (from.hasEnd()) return () => backwards
  if (source !== undefined) {
    const revision = BigInt(source.getRevision())
    return (event) => (backwards ? BigInt(event.revision) <= revision : BigInt(event.revision) >= revision)
  }
  const position = BigInt(options.getAll()?.getPosition()?.getCommitPosition() ?? 0)
  return (event) => (backwards ? event.position < position : event.position >= position)
}

/** Confirmation, history, "caught up", then what comes. A pull loop: it looks for the next event when the last one was taken. */
const subscribe = async (options: ReadReq.Options, store: Store, sending: Sending): Promise<void> => {
  const source = options.getStream()
  const stream = streamNameIn(source)
  const filter = options.getFilter()
  const matches = matcherOf(filter)
  const window = (filter?.hasMax() === true ? filter.getMax() : 32) * Math.max(1, filter?.getCheckpointintervalmultiplier() ?? 1)
  let next = startOf(options, store)
  let considered = 0
  let caughtUp = false

  const confirmation = new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('00000000-0000-4000-8000-000000000000')
  await sending.message(new streams.ReadResp().setConfirmation(confirmation))
  while (!sending.isOver()) {
    const event = store.all[next]
    if (event !== undefined) {
      next += 1
      if (source !== undefined ? event.stream === stream : matches(event)) await sending.event(event)
      considered += 1
      if (filter !== undefined && considered % window === 0) await sending.message(checkpoint(event))
      continue
    }
    const last = store.all.at(-1)
    if (!caughtUp) {
      if (filter !== undefined && last !== undefined) await sending.message(checkpoint(last))
      await sending.message(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()))
      caughtUp = true
    } else if (store.all.length <= next) await sending.idle(store.watch)
  }
}

/** The index of the first event strictly after where the subscription starts. */
const startOf = (options: ReadReq.Options, store: Store): number => {
  const source = options.getStream()
  const from = source ?? options.getAll()
  if (from === undefined || from.hasStart()) return 0
  if (from.hasEnd()) return store.all.length
  const index =
    source !== undefined
      ? store.all.findIndex(
          (event) => event.stream === streamNameIn(source) && BigInt(event.revision) > BigInt(source.getRevision()),
        )
      : store.all.findIndex(({ position }) => position > BigInt(options.getAll()?.getPosition()?.getCommitPosition() ?? 0))
  return index === -1 ? store.all.length : index
}

const checkpoint = ({ position }: Stored) => {
  const at = new streams.ReadResp.Checkpoint().setCommitPosition(String(position)).setPreparePosition(String(position))
  return new streams.ReadResp().setCheckpoint(at)
}
