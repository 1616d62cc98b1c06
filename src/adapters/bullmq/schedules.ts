import type { Backend, Producer } from './backend.ts'
import type { Complain } from './limited-log.ts'
import { within } from './within.ts'

/** What is to be hinted regularly; remembered here, because a flushed queue forgets it. */
export type Schedules = Readonly<{
  /** Makes the queue tick `name` every `everyMs`; when the queue is down now, as soon as it is back. */
  set: (name: string, everyMs: number) => Promise<void>
  /** Brings back what the queue forgot. Never throws. */
  keep: () => Promise<void>
  stop: () => void
}>

type Settings = Readonly<{ backend: Pick<Backend, 'queue' | 'reachable'>; keepEveryMs: number; complain: Complain }>

export const schedules = ({ backend, keepEveryMs, complain }: Settings): Schedules => {
  const wanted = new Map<string, number>()

  const keepOne = async (name: string, everyMs: number): Promise<void> => {
    try {
      if (!backend.reachable()) throw new Error('The queue cannot be reached.')
      await within(answerMs, 'Setting a schedule', ensure(backend.queue, name, everyMs))
    } catch (error) {
      complain('schedule', error, { name })
    }
  }
  const keep = async (): Promise<void> => {
    for (const [name, everyMs] of wanted) await keepOne(name, everyMs)
  }

  const timer = setInterval(() => void keep(), keepEveryMs)
  timer.unref()
  return {
    set: async (name, everyMs) => {
      wanted.set(name, everyMs)
      await keepOne(name, everyMs)
    },
    keep,
    stop: () => {
      clearInterval(timer)
      wanted.clear()
    },
  }
}

const answerMs = 3000

const ensure = async (queue: Producer, name: string, everyMs: number): Promise<void> => {
  const known = await queue.getJobScheduler(name)
  if (isSound(known, everyMs)) return
  // An upsert over another interval would keep that one's offset, and with it its next time.
  if (known !== undefined) await queue.removeJobScheduler(name)
  await queue.upsertJobScheduler(name, { every: everyMs }, { name: `tick-${name}`, data: { tick: name }, opts: tickOptions })
}

type Known = Awaited<ReturnType<Producer['getJobScheduler']>>

/** A scheduler that is there is left alone, since to renew it makes it tick at once: unless its interval is another, or its next time absurd. */
const isSound = (known: Known, everyMs: number): boolean =>
  known?.every === everyMs && typeof known.next === 'number' && Math.abs(known.next - Date.now()) < everyMs + slackMs

const slackMs = 60_000

const tickOptions = {
  attempts: 5,
  backoff: { type: 'exponential', delay: 500, jitter: 0.5 },
  removeOnComplete: true,
  removeOnFail: true,
  stackTraceLimit: 0,
}
