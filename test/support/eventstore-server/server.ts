import { Server, ServerCredentials, status } from '@grpc/grpc-js'
import type { handleUnaryCall, Metadata } from '@grpc/grpc-js'
import type { ClusterInfo } from '@eventstore/db-client/generated/gossip_pb.js'
import type { Empty } from '@eventstore/db-client/generated/shared_pb.js'
import type { SupportedMethods } from '@eventstore/db-client/generated/serverfeatures_pb.js'
import type { Guard, User } from './access.ts'
import { knownUsers, mayRead } from './access.ts'
import type { Faults } from './faults.ts'
import { failure } from './faults.ts'
import { readHandler } from './reads.ts'
import type { ReadCall } from './sending.ts'
import type { Store } from './store.ts'
import { inMemoryStore } from './store.ts'
import { features, gossip, GossipService, ServerFeaturesService, shared, StreamsService } from './wire.ts'
import type { Writing } from './writes.ts'
import { appendHandler, batchAppendHandler, deleteHandler, tombstoneHandler } from './writes.ts'

export type ServerOptions = Readonly<{
  /** Shared by the servers of one cluster. */
  store?: Store
  /** On which address; `127.0.0.1` by default. */
  host?: string
  /** Where to listen; by default, where nobody does. */
  port?: number
  /** PEM; without it, the server speaks without TLS. */
  tls?: Readonly<{ key: string; certificate: string }>
  /** Somebody who may do everything. */
  credentials?: Readonly<{ username: string; password: string }>
  /** Others whom the server knows; where it knows nobody, it asks nobody who they are. */
  users?: readonly User[]
  /** So many calls after each start are answered with "Server Is Not Ready", as for a second or two by a real one. */
  notReadyCalls?: number
  /** What gossip tells; by default, that this server is the leader. */
  leader?: Readonly<{ host: string; port: number }>
}>

/** How often what was called, since the beginning. */
export type Calls = Readonly<{
  append: number
  batchAppend: number
  read: number
  subscription: number
  gossip: number
  /** Reads and subscriptions of those who may not. */
  refused: number
  /** Events handed to the network in reads and subscriptions. */
  sentEvents: number
}>

export type EventStoreServer = Readonly<{
  port: number
  /** A connection string for it, with more options after an `&`. */
  url: string
  store: Store
  /** May be changed at any time. */
  faults: Faults
  calls: () => Calls
  /** How many subscriptions clients hold open now. */
  openSubscriptions: () => number
  /** How many reads are not at their end. */
  openReads: () => number
  /** Drops every connection. */
  stop: () => void
  /** Starts again on the same port with the same log; like a real server, it has forgotten the ids that came with `any`. */
  start: () => Promise<void>
}>

/**
 * A server that speaks EventStoreDB's gRPC protocol on 127.0.0.1, with a log in memory and faults on demand. It knows streams, gossip and
 * server features, and who may read everything; no persistent subscriptions, no projections, no scavenging, no access lists of single streams.
 */
export const eventStoreServer = async (options: ServerOptions = {}): Promise<EventStoreServer> => {
  const store = options.store ?? inMemoryStore()
  const faults: Faults = {}
  const calls = { append: 0, batchAppend: 0, read: 0, subscription: 0, gossip: 0, refused: 0, sentEvents: 0 }
  const open = { read: 0, subscription: 0 }
  const credentials = serverCredentials(options)
  const users = [...(options.credentials === undefined ? [] : [options.credentials]), ...(options.users ?? [])]
  const refusedRead = mayRead(users, store)
  let unready = 0
  const beginning = (): boolean => unready > 0 && unready-- > 0
  let port = options.port ?? 0
  let server: Server | undefined

  const writing: Writing = {
    store,
    nextFault: () => {
      calls.append += 1
      return beginning() ? { kind: 'not-ready' } : faults.append?.(calls.append)
    },
    countBatchAppend: () => (calls.batchAppend += 1),
  }
  const read = readHandler({
    store,
    nextFault: (kind) => {
      calls[kind] += 1
      return beginning() ? { kind: 'not-ready' } : faults[kind]?.(calls[kind])
    },
    sent: () => (calls.sentEvents += 1),
    opened: (kind) => (open[kind] += 1),
    closed: (kind) => (open[kind] -= 1),
  })
  const gossipRead: handleUnaryCall<Empty, ClusterInfo> = (_call, reply) => {
    calls.gossip += 1
    const fault = faults.gossip?.(calls.gossip)
    if (fault === 'error') return reply(failure(status.UNAVAILABLE, 'No gossip'))
    reply(null, clusterOf(options.leader ?? { host: '127.0.0.1', port }, fault === 'no-leader' ? states.unknown : states.leader))
  }

  const start = async (): Promise<void> => {
    const starting = new Server({ 'grpc.max_receive_message_length': 17 * 1024 * 1024 })
    const guarded = knownUsers(users)
    const batchAppend = batchAppendHandler(writing)
    unready = options.notReadyCalls ?? 0
    starting.addService(StreamsService, {
      read: (call: ReadCall) => {
        const refused = guarded(call.metadata) ?? refusedRead(call.request.getOptions(), call.metadata)
        if (refused === undefined) read(call)
        else {
          calls.refused += 1
          call.emit('error', refused)
        }
      },
      append: admitting(guarded, appendHandler(writing)),
      batchAppend: (call: Parameters<typeof batchAppend>[0]) => {
        const refused = guarded(call.metadata)
        if (refused === undefined) batchAppend(call)
        else call.emit('error', refused)
      },
      delete: admitting(guarded, deleteHandler(writing)),
      tombstone: admitting(guarded, tombstoneHandler(writing)),
    })
    starting.addService(GossipService, { read: gossipRead })
    starting.addService(ServerFeaturesService, { getSupportedMethods })
    port = await new Promise<number>((resolve, reject) => {
      starting.bindAsync(`${options.host ?? '127.0.0.1'}:${String(port)}`, credentials, (error, bound) =>
        error ? reject(error) : resolve(bound),
      )
    })
    server = starting
  }

  await start()
  return {
    port,
    url: `esdb://127.0.0.1:${String(port)}?tls=${String(options.tls !== undefined)}`,
    store,
    faults,
    calls: () => ({ ...calls }),
    openSubscriptions: () => open.subscription,
    openReads: () => open.read,
    stop: () => {
      server?.forceShutdown()
      server = undefined
      store.forgetIds()
    },
    start,
  }
}

const serverCredentials = ({ tls }: ServerOptions): ServerCredentials =>
  tls === undefined
    ? ServerCredentials.createInsecure()
    : ServerCredentials.createSsl(null, [{ private_key: Buffer.from(tls.key), cert_chain: Buffer.from(tls.certificate) }])

/** The handler behind the guard, for calls that answer with one message. */
const admitting =
  <Call extends Readonly<{ metadata: Metadata }>, Reply extends (error: ReturnType<typeof failure>) => void>(
    guard: Guard,
    handle: (call: Call, reply: Reply) => void,
  ) =>
  (call: Call, reply: Reply): void => {
    const refused = guard(call.metadata)
    if (refused === undefined) handle(call, reply)
    else reply(refused)
  }

/** Of the states that gossip knows; nodes that vote are in none that clients may use. */
const states = { unknown: 2, leader: 8 } as const

const clusterOf = ({ host, port }: Readonly<{ host: string; port: number }>, state: 2 | 8): ClusterInfo => {
  const member = new gossip.MemberInfo()
  member.setInstanceId(new shared.UUID().setString('00000000-0000-4000-8000-000000000001'))
  member.setTimeStamp('0')
  member.setState(state)
  member.setIsAlive(true)
  member.setHttpEndPoint(new gossip.EndPoint().setAddress(host).setPort(port))
  return new gossip.ClusterInfo().setMembersList([member])
}

const getSupportedMethods: handleUnaryCall<Empty, SupportedMethods> = (_call, reply) => {
  const methods = ['Read', 'Append', 'BatchAppend', 'Delete', 'Tombstone'].map((name) =>
    new features.SupportedMethod().setServiceName('event_store.client.streams.Streams').setMethodName(name),
  )
  reply(null, new features.SupportedMethods().setEventStoreServerVersion('24.10.0').setMethodsList(methods))
}
