import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { FaultKind, LibraryFaults } from './app/library-faults.ts'
import type { Log } from './app/ports.ts'

export type GuardOptions = Readonly<{
  logger: Log
  /** Ends the process in good order, with exit code 1. Called once. */
  end: () => void
  now?: () => number
}>

export type ProcessGuard = Readonly<{
  faults: LibraryFaults
  /** Judges one fault; `guardProcess` hands it those of the process. */
  judge: (kind: FaultKind, reason: unknown) => void
}>

/** So many exceptions of libraries in a minute, and the process is no longer to be trusted. */
const mostExceptions = 20
const minuteMs = 60_000

/**
 * Decides what it means that an error was seen by nobody. One that was thrown inside a library concerns a connection or a call of that
 * library, for which we have deadlines of our own: it is recorded, and the process goes on, unless the library throws on and on. One that was
 * thrown by our own code is a fault of ours: the process ends in good order, for its supervisor to start it again, and nothing is lost, for
 * the log is the only write that counts.
 */
export const processGuard = ({ logger, end, now = Date.now }: GuardOptions): ProcessGuard => {
  const seen = new Map<string, { library: string; kind: FaultKind; count: number; toldAt: number; leftOut: number }>()
  let exceptions: readonly number[] = []
  let ended = false

  const endOnce = (): void => {
    if (!ended) end()
    ended = true
  }

  const record = (library: string, kind: FaultKind, reason: unknown): void => {
    const key = `${kind} ${library}`
    const fault = seen.get(key) ?? { library, kind, count: 0, toldAt: -minuteMs, leftOut: 0 }
    seen.set(key, fault)
    fault.count += 1
    if (now() - fault.toldAt < minuteMs) {
      fault.leftOut += 1
      return
    }
    logger.error({ library, kind, err: reason, leftOut: fault.leftOut }, 'A library failed unseen; the process goes on.')
    fault.toldAt = now()
    fault.leftOut = 0
  }

  return {
    faults: () => [...seen.values()].map(({ library, kind, count }) => ({ library, kind, count })),

    judge: (kind, reason) => {
      const library = libraryOf(reason)
      if (library === null) {
        logger.error({ kind, err: reason }, 'Muster failed unseen, which is a fault of its own; the process ends.')
        return endOnce()
      }
      record(library, kind, reason)
      if (kind === 'rejection') return
      exceptions = [...exceptions.filter((at) => now() - at < minuteMs), now()]
      if (exceptions.length <= mostExceptions) return
      logger.error({ library, exceptions: exceptions.length }, 'Libraries fail on and on; the process ends.')
      endOnce()
    },
  }
}

/** Puts the guard in its place, until the answer is called. */
export const guardProcess = (options: GuardOptions): ProcessGuard & Readonly<{ release: () => void }> => {
  const guard = processGuard(options)
  const rejected = (reason: unknown): void => guard.judge('rejection', reason)
  const thrown = (error: unknown): void => guard.judge('exception', error)
  process.on('unhandledRejection', rejected).on('uncaughtException', thrown)
  return { ...guard, release: () => void process.off('unhandledRejection', rejected).off('uncaughtException', thrown) }
}

/** Where our own code lies. As an npm package it lies in a `node_modules` itself. */
const ownFolder = dirname(fileURLToPath(import.meta.url))

/**
 * The library that an error was thrown in: that of the first line of the stack which is not Node's own. `node` when there is no other, as for a
 * socket's error. Null: our own code.
 */
export const libraryOf = (reason: unknown, own = ownFolder): string | null => {
  const stack = reason instanceof Error ? (reason.stack ?? '') : ''
  const paths = [...stack.matchAll(/^\s+at (?:.*?[ (])?((?:file:\/\/)?(?:\/|[A-Za-z]:\\)[^:()]+):\d+:\d+\)?$/gm)].map(
    ([, path = '']) => path.replaceAll('\\', '/').replace(/^file:\/\//, ''),
  )
  const [first] = paths
  if (first === undefined) return 'node'
  const ours = own.replaceAll('\\', '/')
  const inside = first.startsWith(`${ours}/`) ? first.slice(ours.length) : first
  const [, library = null] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(inside) ?? []
  return library
}
