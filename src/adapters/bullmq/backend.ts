import type { Queue, Worker, WorkerOptions } from 'bullmq'
import type { Complain } from './limited-log.ts'

/** What a job carries: nothing, or in a scheduler's tick the name to be hinted. Never a secret: it is stored in clear. */
export type JobData = Readonly<{ tick?: string }>

/** What the processor is told of a job. */
export type HintJob = Readonly<{ name: string; data: JobData }>

export type Process = (job: HintJob) => Promise<void>

/** The part of BullMQ's queue that is used, the same on Redis and on Postgres. */
export type Producer = Pick<Queue<JobData>, 'add' | 'getJobScheduler' | 'removeJobScheduler' | 'upsertJobScheduler'>

/** The part of BullMQ's worker that is used. */
export type Consumer = Pick<Worker<JobData>, 'close'>

/** Where BullMQ keeps its jobs, with every connection that this process needs to it. */
export type Backend = Readonly<{
  queue: Producer
  /** False when a job given to the queue now would certainly fail. */
  reachable: () => boolean
  /** Throws when the store does not answer. */
  ping: () => Promise<void>
  /** Calls back whenever the store was reached anew: what it held may be gone. */
  onReached: (callback: () => void) => void
  consume: (process: Process, settings: WorkerSettings) => Promise<Consumer>
  /** Lets go of all connections, also of a consumer that could not be closed. */
  close: () => Promise<void>
}>

export type BackendSettings = Readonly<{ url: string; complain: Complain }>

export type WorkerSettings = Pick<
  WorkerOptions,
  'concurrency' | 'lockDuration' | 'stalledInterval' | 'maxStalledCount' | 'runRetryDelay'
>

export const queueName = 'muster-work'

/** Throws unless the URL's scheme is one of these. The message does not show the URL: it may hold a password. */
export const parseUrl = (url: string, schemes: readonly string[]): URL => {
  if (!URL.canParse(url)) throw new Error('The work queue was given a URL that is none.')
  const parsed = new URL(url)
  if (!schemes.includes(parsed.protocol)) {
    throw new Error(`The work queue's URL starts with ${parsed.protocol}, it must be one of ${schemes.join(' ')}`)
  }
  return parsed
}
