import { readFile } from 'node:fs/promises'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { ChannelCredentialOptions, GRPCClientConstructor } from '@eventstore/db-client'
import type { Channel, Client as GrpcClient } from '@grpc/grpc-js'
import { ParseError } from '../../kernel/parse-error.ts'
import type { Connection } from './connection-string.ts'
import { messageOf, NoReply } from './outcomes.ts'
import { allowTlsByAddress } from './tls-by-address.ts'

/** grpc-js' name for a channel that was closed; the numbers are part of its API. */
const shutDown = 4

/**
 * The client without BatchAppend: on that path a reply that never comes hangs the call for ever, clients of one process reject each other's
 * appends, and a failed capability call is remembered for good. A class, because only a subclass may say so.
 */
export class AppendPathClient extends EventStoreDBClient {
  readonly #execute = this['execute']
  readonly #getChannel = this['getChannel']
  readonly #handleError = this['handleError']
  #channel: Channel | undefined

  protected override supports = (): Promise<boolean> => Promise.resolve(false)

  protected override getChannel = async (): Promise<Channel> => {
    const channel = await this.#getChannel()
    this.#channel = channel
    return channel
  }

  /**
   * The client looks after its channel when a call fails, and waits for nobody to hear how that ended. It waits for the channel that comes next:
   * a cluster without a leader has none, and the rejection would end the process. The calls that wait for the same channel tell of it.
   */
  protected override handleError = (client: GrpcClient, error: Error): Promise<void> =>
    this.#handleError(client, error).catch(() => undefined)

  /**
   * A call that meets a channel closed in the same turn (the client closes it when another call fails) would throw inside a promise's
   * executor: the call would never end, and the rejection would end the process.
   */
  protected override execute = <C extends GrpcClient, T>(
    Client: GRPCClientConstructor<C>,
    name: string,
    action: (client: C) => Promise<T>,
  ): Promise<T> =>
    this.#execute(Client, name, (client) =>
      client.getChannel().getConnectivityState(false) === shutDown
        ? Promise.reject(new NoReply('The channel to EventStoreDB was closed before the call began.'))
        : action(client),
    )

  /** Ends all reads and subscriptions, and the connection. The client cannot be used again. */
  readonly close = async (): Promise<void> => {
    await this.dispose()
    this.#channel?.close()
  }
}

/** Makes a client; nothing is sent before the first call. Throws `ParseError` when a certificate file cannot be read. */
export const connect = async (connection: Connection): Promise<AppendPathClient> => {
  const security = await securityOf(connection)
  allowTlsByAddress()
  const { hosts, credentials } = connection
  const settings = {
    connectionName: connection.connectionName,
    defaultDeadline: connection.defaultDeadline,
    keepAliveInterval: connection.keepAliveInterval,
    keepAliveTimeout: connection.keepAliveTimeout,
  }
  if (!connection.discover) return new AppendPathClient({ ...settings, endpoint: { ...hosts[0] } }, security, credentials)
  const discovery = {
    nodePreference: connection.nodePreference,
    maxDiscoverAttempts: connection.maxDiscoverAttempts,
    discoveryInterval: connection.discoveryInterval,
    gossipTimeout: connection.gossipTimeoutSeconds,
  }
  return new AppendPathClient({ ...settings, ...discovery, endpoints: [...hosts] }, security, credentials)
}

const securityOf = async (connection: Connection): Promise<ChannelCredentialOptions> => {
  if (!connection.tls) return { insecure: true }
  const [rootCertificate, userCertFile, userKeyFile] = await Promise.all([
    fileOf('tlsCAFile', connection.tlsCaFile),
    fileOf('userCertFile', connection.userCertFile),
    fileOf('userKeyFile', connection.userKeyFile),
  ])
  return {
    insecure: false,
    ...(rootCertificate && { rootCertificate }),
    ...(userCertFile && userKeyFile && { userCertFile, userKeyFile }),
  }
}

const fileOf = async (option: string, path: string | undefined): Promise<Buffer | undefined> => {
  if (path === undefined) return undefined
  try {
    return await readFile(path)
  } catch (error) {
    throw new ParseError(option, `The event store’s option ${option} names a file that cannot be read: ${messageOf(error)}`)
  }
}
