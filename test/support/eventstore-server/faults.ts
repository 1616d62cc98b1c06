import { setTimeout as pause } from 'node:timers/promises'
import { Metadata, status } from '@grpc/grpc-js'
import type { StatusObject } from '@grpc/grpc-js'

type NotLeader = Readonly<{ kind: 'not-leader'; host: string; port: number }>

/** What can go wrong with one append. `when` is seen from the commit. */
export type AppendFault =
  | Readonly<{ kind: 'delay'; milliseconds: number }>
  | Readonly<{ kind: 'error'; when: 'before' | 'after'; code?: status }>
  | Readonly<{ kind: 'silence'; when: 'before' | 'after' }>
  | Readonly<{ kind: 'not-ready' }>
  | NotLeader

/** What can go wrong with one read or subscription, after so many events were sent. */
export type ReadFault =
  | Readonly<{ kind: 'delay'; milliseconds: number }>
  | Readonly<{ kind: 'error'; afterEvents: number; code?: status }>
  | Readonly<{ kind: 'ended'; afterEvents: number }>
  | Readonly<{ kind: 'silence'; afterEvents: number }>
  | Readonly<{ kind: 'not-ready' }>
  | NotLeader

/** Hooks that a test may set at any time; `call` counts from 1 per kind of call. Undefined: all goes well. */
export type Faults = {
  append?: ((call: number) => AppendFault | undefined) | undefined
  read?: ((call: number) => ReadFault | undefined) | undefined
  subscription?: ((call: number) => ReadFault | undefined) | undefined
  /** `no-leader`: the node is up and takes part in an election, so that no node can be chosen. */
  gossip?: ((call: number) => 'error' | 'no-leader' | undefined) | undefined
}

/** A gRPC status with trailers, as this kind of server sends its exceptions. */
export const failure = (
  code: status,
  details: string,
  trailers: Readonly<Record<string, string>> = {},
): Partial<StatusObject> => {
  const metadata = new Metadata()
  for (const [name, value] of Object.entries(trailers)) metadata.set(name, value)
  return { code, details, metadata }
}

export const notReady = failure(status.UNAVAILABLE, 'Server Is Not Ready')

export const notLeader = ({ host, port }: NotLeader): Partial<StatusObject> =>
  failure(status.NOT_FOUND, 'Leader info available', {
    exception: 'not-leader',
    'leader-endpoint-host': host,
    'leader-endpoint-port': String(port),
  })

/** Does what an append's fault says around `commit`; answers undefined when no reply may be sent. */
export const withFault = async <T>(
  fault: AppendFault | undefined,
  commit: () => T,
): Promise<{ reply: T } | { failed: Partial<StatusObject> } | undefined> => {
  switch (fault?.kind) {
    case undefined:
      return { reply: commit() }
    case 'delay':
      await pause(fault.milliseconds)
      return { reply: commit() }
    case 'error':
      if (fault.when === 'after') commit()
      return { failed: failure(fault.code ?? status.UNAVAILABLE, `A fault ${fault.when} the commit`) }
    case 'silence':
      if (fault.when === 'after') commit()
      return undefined
    case 'not-ready':
      return { failed: notReady }
    case 'not-leader':
      return { failed: notLeader(fault) }
  }
}
