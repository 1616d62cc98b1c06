import { Registry } from 'prom-client'
import type { AmongKin, Kin, KinNews } from '../../app/kin-ports.ts'
import type { FromServing, ToServing } from './messages.ts'
import { servingMark } from './messages.ts'

/** One of the processes that serve, as it speaks with the first. */
export type ServingProcess = Readonly<{
  kin: Kin
  among: AmongKin
  registry: Registry
  ready: (url: string) => void
}>

/** How long the figures of the others are waited for, ms. */
const patienceMs = 5_000

/** Whether this process was started to serve for another. */
export const servesForAnother = (): boolean => process.env[servingMark] !== undefined && process.send !== undefined

/** `stop` is called when the first process says so, or is gone. */
export const servingProcess = (stop: () => void): ServingProcess => {
  const registry = new Registry()
  const listeners: ((news: KinNews) => void)[] = []
  const asked = new Map<number, (text: string) => void>()
  let processes = { running: 1, wanted: 1 }
  let number = 0

  const say = (message: FromServing): void => {
    if (process.connected) process.send?.(message, undefined, undefined, () => undefined)
  }

  process.on('message', (told) => {
    const message = told as ToServing
    switch (message.kind) {
      case 'news':
        for (const listener of listeners) listener(message.news)
        return say({ kind: 'heard', number: message.number })
      case 'processes':
        processes = { running: message.running, wanted: message.wanted }
        return
      case 'measure':
        registry.getMetricsAsJSON().then(
          (measured) => {
            say({ kind: 'measured', number: message.number, measured })
          },
          // The others are told without this one's.
          () => undefined,
        )
        return
      case 'metrics':
        asked.get(message.number)?.(message.text)
        asked.delete(message.number)
        return
      case 'stop':
        stop()
    }
  })
  process.on('disconnect', stop)
  // Ctrl-C reaches the whole group; the first process says when it is time.
  process.on('SIGINT', () => undefined)

  return {
    kin: {
      tell: () => Promise.resolve(),
      hear: (listener) => void listeners.push(listener),
    },
    among: {
      processes: () => processes,
      metrics: () =>
        new Promise((resolve) => {
          const own = (number += 1)
          const late = setTimeout(() => {
            asked.delete(own)
            resolve(registry.metrics())
          }, patienceMs)
          asked.set(own, (text) => {
            clearTimeout(late)
            resolve(text)
          })
          say({ kind: 'metrics', number: own })
        }),
    },
    registry,
    ready: (url) => {
      say({ kind: 'ready', url })
    },
  }
}
