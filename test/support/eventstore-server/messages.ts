import { status } from '@grpc/grpc-js'
import type { StatusObject } from '@grpc/grpc-js'
import type { UUID } from '@eventstore/db-client/generated/shared_pb.js'
import type { AppendResp, BatchAppendResp, ReadResp } from '@eventstore/db-client/generated/streams_pb.js'
import { failure } from './faults.ts'
import type { Expectation, Outcome, Proposed, Stored } from './store.ts'
import { AnyMessage, GoogleEmpty, shared, status as statusMessages, streams } from './wire.ts'

type Identified = Readonly<{ getStreamIdentifier: () => Readonly<{ getStreamName_asU8: () => Uint8Array }> | undefined }>

export const streamNameIn = (options: Identified | undefined): string =>
  Buffer.from(options?.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString()

type Expecting = Readonly<{
  hasAny: () => boolean
  hasNoStream: () => boolean
  hasStreamExists: () => boolean
}>

export const expectationIn = (options: Expecting, revision: () => string): Expectation => {
  if (options.hasAny()) return 'any'
  if (options.hasNoStream()) return 'no_stream'
  return options.hasStreamExists() ? 'stream_exists' : Number(revision())
}

type Proposing = Readonly<{
  getId: () => UUID | undefined
  getMetadataMap: () => Readonly<{ get: (name: string) => string | undefined }>
  getData_asU8: () => Uint8Array
  getCustomMetadata_asU8: () => Uint8Array
}>

export const proposedIn = (message: Proposing): Proposed => ({
  id: idIn(message.getId()),
  type: message.getMetadataMap().get('type') ?? '',
  contentType: message.getMetadataMap().get('content-type') ?? 'application/octet-stream',
  data: message.getData_asU8(),
  metadata: message.getCustomMetadata_asU8(),
})

/** A UUID as text; clients may send it as two numbers. */
export const idIn = (uuid: UUID | undefined): string => {
  const structured = uuid?.getStructured()
  if (structured === undefined) return uuid?.getString() ?? ''
  const bytes = Buffer.alloc(16)
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(structured.getMostSignificantBits())), 0)
  bytes.writeBigInt64BE(BigInt.asIntN(64, BigInt(structured.getLeastSignificantBits())), 8)
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

export const eventMessage = (event: Stored): ReadResp => {
  const recorded = new streams.ReadResp.ReadEvent.RecordedEvent()
  recorded.setId(new shared.UUID().setString(event.id))
  recorded.setStreamIdentifier(streamIdentifier(event.stream))
  recorded.setStreamRevision(String(event.revision))
  recorded.setCommitPosition(String(event.position))
  recorded.setPreparePosition(String(event.position))
  recorded.setData(event.data)
  recorded.setCustomMetadata(event.metadata)
  const metadata = recorded.getMetadataMap()
  metadata.set('type', event.type)
  metadata.set('content-type', event.contentType)
  metadata.set('created', String(event.created))
  const read = new streams.ReadResp.ReadEvent().setEvent(recorded).setCommitPosition(String(event.position))
  return new streams.ReadResp().setEvent(read)
}

export const streamIdentifier = (stream: string) =>
  new shared.StreamIdentifier().setStreamName(Uint8Array.from(Buffer.from(stream)))

/** The answer to an append: a message, or a status for what is no message on this path. */
export const appendReply = (stream: string, outcome: Outcome, expected: Expectation): AppendResp | Partial<StatusObject> => {
  if (outcome.kind === 'done') {
    const at = new streams.AppendResp.Position()
      .setCommitPosition(String(outcome.position))
      .setPreparePosition(String(outcome.position))
    const success = new streams.AppendResp.Success().setCurrentRevision(String(outcome.revision)).setPosition(at)
    return new streams.AppendResp().setSuccess(success)
  }
  if (outcome.kind === 'conflict') {
    const wrong = new streams.AppendResp.WrongExpectedVersion()
    if (outcome.current === -1) wrong.setCurrentNoStream(new shared.Empty())
    else wrong.setCurrentRevision(String(outcome.current))
    if (expected === 'any') wrong.setExpectedAny(new shared.Empty())
    else if (expected === 'no_stream') wrong.setExpectedNoStream(new shared.Empty())
    else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new shared.Empty())
    else wrong.setExpectedRevision(String(expected))
    return new streams.AppendResp().setWrongExpectedVersion(wrong)
  }
  return refusal(stream, outcome, expected)
}

/** A refusal as a status with trailers, as deletes get them for conflicts too. */
export const refusal = (
  stream: string,
  outcome: Exclude<Outcome, { kind: 'done' }>,
  expected: Expectation,
): Partial<StatusObject> => {
  if (outcome.kind === 'deleted') {
    return failure(status.FAILED_PRECONDITION, 'The stream is deleted', { exception: 'stream-deleted', 'stream-name': stream })
  }
  if (outcome.kind === 'too-large') {
    const trailers = { exception: 'maximum-append-size-exceeded', 'maximum-append-size': String(outcome.limit) }
    return failure(status.INVALID_ARGUMENT, 'The append is too large', trailers)
  }
  if (outcome.kind === 'nameless') return failure(status.INVALID_ARGUMENT, 'A stream or an event has no name')
  const codes = { any: -2, no_stream: -1, stream_exists: -4 }
  return failure(status.FAILED_PRECONDITION, 'Wrong expected version', {
    exception: 'wrong-expected-version',
    'stream-name': stream,
    'expected-version': String(typeof expected === 'number' ? expected : codes[expected]),
    ...(outcome.current >= 0 && { 'actual-version': String(outcome.current) }),
  })
}

/** The answer on the batch path, where refusals are messages too. */
export const batchReply = (stream: string, outcome: Outcome, expected: Expectation): BatchAppendResp => {
  const reply = new streams.BatchAppendResp().setStreamIdentifier(streamIdentifier(stream))
  if (outcome.kind === 'done') {
    const at = new shared.AllStreamPosition()
      .setCommitPosition(String(outcome.position))
      .setPreparePosition(String(outcome.position))
    return reply.setSuccess(new streams.BatchAppendResp.Success().setCurrentRevision(String(outcome.revision)).setPosition(at))
  }
  if (outcome.kind === 'deleted') {
    const deleted = new shared.StreamDeleted().setStreamIdentifier(streamIdentifier(stream))
    return reply.setError(batchError('The stream is deleted', 'StreamDeleted', deleted.serializeBinary()))
  }
  if (outcome.kind === 'too-large') {
    const exceeded = new shared.MaximumAppendSizeExceeded().setMaxappendsize(outcome.limit)
    return reply.setError(batchError('The append is too large', 'MaximumAppendSizeExceeded', exceeded.serializeBinary()))
  }
  if (outcome.kind === 'nameless')
    return reply.setError(batchError('BadRequest', 'BadRequest', new shared.BadRequest().serializeBinary()))
  const wrong = new shared.WrongExpectedVersion()
  if (outcome.current === -1) wrong.setCurrentNoStream(new GoogleEmpty())
  else wrong.setCurrentStreamRevision(String(outcome.current))
  if (expected === 'any') wrong.setExpectedAny(new GoogleEmpty())
  else if (expected === 'no_stream') wrong.setExpectedNoStream(new GoogleEmpty())
  else if (expected === 'stream_exists') wrong.setExpectedStreamExists(new GoogleEmpty())
  else wrong.setExpectedStreamPosition(String(expected))
  return reply.setError(batchError('Wrong expected version', 'WrongExpectedVersion', wrong.serializeBinary()))
}

/** An error on the batch path; a type that the client does not know becomes its "Could not recognize …". */
export const batchError = (message: string, type: string, bytes: Uint8Array) => {
  const details = new AnyMessage()
  details.pack(bytes, `event_store.client.${type}`)
  return new statusMessages.Status().setCode(9).setMessage(message).setDetails(details)
}
