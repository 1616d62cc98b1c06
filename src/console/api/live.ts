import type { QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { eventsOf } from './event-stream.ts'
import { send } from './http.ts'
import { queryClient } from './query-client.ts'
import { sessionEnded } from './session.ts'

/** `live`: the server says what moves. `waiting`: it is asked again soon. */
export type Liveness = 'live' | 'waiting'

type Hint = Readonly<{ topic: string; ids?: readonly string[] }>

let liveness: Liveness = 'waiting'
const listeners = new Set<() => void>()

const become = (next: Liveness): void => {
  liveness = next
  for (const tell of listeners) tell()
}

const subscribe = (tell: () => void): (() => void) => {
  listeners.add(tell)
  return () => void listeners.delete(tell)
}

export const useLiveness = (): Liveness => useSyncExternalStore(subscribe, () => liveness)

/** Keeps what is shown fresh for as long as somebody is signed in. */
export const useLive = (): void => {
  useEffect(() => {
    const closing = new AbortController()
    void follow(closing.signal)
    return () => closing.abort()
  }, [])
}

/** How long to wait after the connection was lost, ms: longer each time, up to the last. */
const pauses = [1_000, 2_000, 5_000, 15_000]

const follow = async (signal: AbortSignal): Promise<void> => {
  let wasLost = false
  for (let failures = 0; !signal.aborted; failures++) {
    try {
      const response = await send('GET', '/live', { signal })
      if (response.status === 401) return sessionEnded()
      if (response.ok && response.body !== null) {
        failures = 0
        become('live')
        // Something may have moved while nobody told us.
        if (wasLost) void queryClient.invalidateQueries()
        for await (const data of eventsOf(response.body)) takeHints(queryClient, JSON.parse(data) as { hints: readonly Hint[] })
      }
    } catch {
      // What cannot be reached is asked again, as what ended is.
    }
    if (signal.aborted) return
    wasLost = true
    become('waiting')
    await pause(pauses[Math.min(failures, pauses.length - 1)] ?? 0, signal)
  }
}

/** Marks what a hint is about as old: what is on the screen is read again, the rest when it is shown. */
const takeHints = (client: QueryClient, { hints }: Readonly<{ hints: readonly Hint[] }>): void => {
  for (const { topic, ids } of hints)
    void client.invalidateQueries({
      predicate: ({ queryKey: [first, kind, id] }) =>
        first === topic && (ids === undefined || kind !== 'one' || ids.includes(String(id))),
    })
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
