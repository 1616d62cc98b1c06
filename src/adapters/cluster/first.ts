import cluster from 'node:cluster'
import type { Worker } from 'node:cluster'
import { AggregatorRegistry, collectDefaultMetrics, Registry } from 'prom-client'
import type { Kin } from '../../app/kin-ports.ts'
import type { Log } from '../../app/ports.ts'
import { asking } from './asking.ts'
import type { FromServing, Measured, ToServing } from './messages.ts'
import { servingMark } from './messages.ts'

export type FirstProcess = Readonly<{
  kin: Kin
  /** Starts the processes that serve, with these variables beside those of this process; answers their URL when the first of them is ready. Rejects when it ends before. */
  start: (environment: Readonly<Record<string, string>>) => Promise<string>
  /** Lets all of them end what they are at. Safe to repeat. */
  stop: () => Promise<void>
}>

/** A process that could not be started ends with its own exit code. */
export class ServingFailed extends Error {
  override readonly name = 'ServingFailed'
  readonly exitCode: number

  constructor(exitCode: number) {
    super('A process that was to serve ended before it was ready.')
    this.exitCode = exitCode
  }
}

/** How long all may take to hear news, and to tell their figures, ms. */
const newsMs = 1_000
const figuresMs = 2_000
/** Between the end of a process and the start of the next in its place, ms: doubled for each that does not live for a minute. */
const shortestPauseMs = 500
const longestPauseMs = 30_000
const longLifeMs = 60_000
/** How long a process that was told to stop may take, ms. */
const stopMs = 20_000

/**
 * The first process of a program whose serving is done by others (`node:cluster`): they share one port, and are started again when they die. They accept
 * connections themselves: this process projects and works, and would keep them waiting.
 */
export const firstProcess = ({ wanted, logger }: Readonly<{ wanted: number; logger: Log }>): FirstProcess => {
  const news = asking<true>(newsMs)
  const figures = asking<Measured>(figuresMs)
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const ready = new Set<Worker>()
  const starting = new Set<NodeJS.Timeout>()
  let reign: number | null = null
  let stopping: Promise<void> | null = null

  const all = (): readonly Worker[] => Object.values(cluster.workers ?? {}).flatMap((worker) => worker ?? [])
  const say = (worker: Worker, message: ToServing): void => {
    if (worker.isConnected()) worker.send(message, () => undefined)
  }
  const tellHowMany = (): void => {
    for (const worker of all()) say(worker, { kind: 'processes', running: ready.size, wanted })
  }

  const metrics = async (): Promise<string> => {
    const told = await figures.of([...ready], (worker, number) => {
      say(worker, { kind: 'measure', number })
    })
    return AggregatorRegistry.aggregate([await registry.getMetricsAsJSON(), ...told]).metrics()
  }

  type Course = Readonly<{ pauseMs: number; onReady: (url: string) => void; onEnd: (code: number) => void }>

  const fork = (environment: Readonly<Record<string, string>>, { pauseMs, onReady, onEnd }: Course): void => {
    const worker = cluster.fork({ ...environment, [servingMark]: String(process.pid) })
    const begun = Date.now()
    worker.on('message', (told) => {
      const message = told as FromServing
      switch (message.kind) {
        case 'ready':
          ready.add(worker)
          say(worker, { kind: 'news', number: 0, news: { reign, events: [] } })
          tellHowMany()
          return onReady(message.url)
        case 'heard':
          return news.answered(worker, message.number, true)
        case 'measured':
          return figures.answered(worker, message.number, message.measured)
        case 'metrics':
          metrics().then(
            (text) => {
              say(worker, { kind: 'metrics', number: message.number, text })
            },
            (error: unknown) => {
              logger.warn({ err: error }, 'The figures of all processes could not be merged; one tells its own.')
            },
          )
      }
    })
    worker.once('exit', (code, signal) => {
      ready.delete(worker)
      news.gone(worker)
      figures.gone(worker)
      onEnd(code)
      if (stopping !== null) return
      const next = Date.now() - begun > longLifeMs ? shortestPauseMs : Math.min(longestPauseMs, pauseMs * 2)
      logger.error({ pid: worker.process.pid, code, signal, pauseMs }, 'A process that serves ended; another takes its place.')
      tellHowMany()
      const timer = setTimeout(() => {
        starting.delete(timer)
        fork(environment, { pauseMs: next, onReady, onEnd })
      }, pauseMs)
      starting.add(timer)
    })
  }

  const stop = (): Promise<void> =>
    (stopping ??= (async () => {
      for (const timer of starting) clearTimeout(timer)
      await Promise.all(
        all().map(
          (worker) =>
            new Promise<void>((resolve) => {
              const late = setTimeout(() => worker.process.kill('SIGKILL'), stopMs)
              worker.once('exit', () => {
                clearTimeout(late)
                resolve()
              })
              say(worker, { kind: 'stop' })
            }),
        ),
      )
    })())

  return {
    kin: {
      tell: async (told) => {
        const hasChanged = reign !== told.reign
        reign = told.reign
        if (!hasChanged && told.events.length === 0) return
        await news.of([...ready], (worker, number) => {
          say(worker, { kind: 'news', number, news: told })
        })
      },
      hear: () => undefined,
    },
    start: (environment) => {
      cluster.schedulingPolicy = cluster.SCHED_NONE
      return new Promise((resolve, reject) => {
        let hasServed = false
        const onReady = (url: string): void => {
          hasServed = true
          resolve(url)
        }
        const onEnd = (code: number): void => {
          if (hasServed) return
          void stop()
          reject(new ServingFailed(code))
        }
        for (let count = 0; count < wanted; count++) fork(environment, { pauseMs: shortestPauseMs, onReady, onEnd })
      })
    },
    stop,
  }
}
