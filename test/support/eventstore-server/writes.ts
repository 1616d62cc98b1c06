import { status } from '@grpc/grpc-js'
import type { handleBidiStreamingCall, handleClientStreamingCall, handleUnaryCall, StatusObject } from '@grpc/grpc-js'
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js'
import type { AppendFault } from './faults.ts'
import { failure, withFault } from './faults.ts'
import {
  appendReply,
  batchError,
  batchReply,
  expectationIn,
  idIn,
  proposedIn,
  refusal,
  streamIdentifier,
  streamNameIn,
} from './messages.ts'
import type { Expectation, Outcome, Store } from './store.ts'
import { shared, streams } from './wire.ts'

export type Writing = Readonly<{ store: Store; nextFault: () => AppendFault | undefined; countBatchAppend: () => void }>

type Append = handleClientStreamingCall<Streams.AppendReq, Streams.AppendResp>
type BatchAppend = handleBidiStreamingCall<Streams.BatchAppendReq, Streams.BatchAppendResp>

/** One append per call: the options, then one message per event. */
export const appendHandler =
  ({ store, nextFault }: Writing): Append =>
  (call, reply) => {
    const requests: Streams.AppendReq[] = []
    call.on('data', (request: Streams.AppendReq) => requests.push(request))
    call.on('error', () => undefined)
    call.on('end', () => {
      const options = requests[0]?.getOptions()
      if (options === undefined) return reply(failure(status.INVALID_ARGUMENT, 'An append begins with its options'))
      const stream = streamNameIn(options)
      const expected = expectationIn(options, () => options.getRevision())
      const events = requests.slice(1).flatMap((request) => request.getProposedMessage() ?? [])
      void withFault(nextFault(), () => store.append(stream, events.map(proposedIn), expected)).then((result) => {
        if (result === undefined || call.cancelled) return
        if ('failed' in result) return reply(result.failed)
        const answer = appendReply(stream, result.reply, expected)
        if (answer instanceof streams.AppendResp) reply(null, answer)
        else reply(answer)
      })
    })
  }

/** All appends of a client on one long call, told apart by their correlation ids. */
export const batchAppendHandler =
  ({ store, nextFault, countBatchAppend }: Writing): BatchAppend =>
  (call) => {
    const open = new Map<string, Streams.BatchAppendReq[]>()
    countBatchAppend()
    call.on('error', () => undefined)
    call.on('end', () => call.end())
    call.on('data', (request: Streams.BatchAppendReq) => {
      const correlation = idIn(request.getCorrelationId())
      const requests = [...(open.get(correlation) ?? []), request]
      open.set(correlation, requests)
      if (!request.getIsFinal()) return
      open.delete(correlation)
      const options = requests[0]?.getOptions()
      if (options === undefined) return
      const stream = streamNameIn(options)
      const expected = expectationIn(options, () => options.getStreamPosition())
      const events = requests.flatMap((part) => part.getProposedMessagesList())
      const fault = nextFault()
      void withFault(fault, () => store.append(stream, events.map(proposedIn), expected)).then((result) => {
        if (result === undefined || call.cancelled) return
        if ('failed' in result && fault?.kind !== 'not-ready') return call.emit('error', result.failed)
        const answer = 'reply' in result ? batchReply(stream, result.reply, expected) : notReadyReply(stream)
        call.write(answer.setCorrelationId(new shared.UUID().setString(correlation)))
      })
    })
  }

const notReadyReply = (stream: string): Streams.BatchAppendResp =>
  new streams.BatchAppendResp()
    .setStreamIdentifier(streamIdentifier(stream))
    .setError(batchError('Server Is Not Ready', 'BadRequest', new shared.BadRequest().serializeBinary()))

type Deleting = Readonly<{ store: Store }>

export const deleteHandler =
  ({ store }: Deleting): handleUnaryCall<Streams.DeleteReq, Streams.DeleteResp> =>
  (call, reply) => {
    const result = deleting(call.request.getOptions(), store.softDelete)
    if ('refused' in result) return reply(result.refused)
    const at = new streams.DeleteResp.Position().setCommitPosition(result.position).setPreparePosition(result.position)
    reply(null, new streams.DeleteResp().setPosition(at))
  }

export const tombstoneHandler =
  ({ store }: Deleting): handleUnaryCall<Streams.TombstoneReq, Streams.TombstoneResp> =>
  (call, reply) => {
    const result = deleting(call.request.getOptions(), store.tombstone)
    if ('refused' in result) return reply(result.refused)
    const at = new streams.TombstoneResp.Position().setCommitPosition(result.position).setPreparePosition(result.position)
    reply(null, new streams.TombstoneResp().setPosition(at))
  }

type DeleteOptions = Streams.DeleteReq.Options | Streams.TombstoneReq.Options

const deleting = (
  options: DeleteOptions | undefined,
  remove: (stream: string, expected: Expectation) => Outcome,
): Readonly<{ refused: Partial<StatusObject> }> | Readonly<{ position: string }> => {
  if (options === undefined) return { refused: failure(status.INVALID_ARGUMENT, 'The options are missing') }
  const stream = streamNameIn(options)
  const expected = expectationIn(options, () => options.getRevision())
  const outcome = remove(stream, expected)
  return outcome.kind === 'done' ? { position: String(outcome.position) } : { refused: refusal(stream, outcome, expected) }
}
