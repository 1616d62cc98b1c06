import type { Recorded } from '../kernel/event.ts'

/** What was projected, as far as it matters to those that serve. `reign`: the leadership under which the teller leads the projections; null: it does not. */
export type KinNews = Readonly<{ reign: number | null; events: readonly Pick<Recorded, 'type' | 'id' | 'data'>[] }>

/** The other processes of one program: one that projects and works, and some that serve. */
export type Kin = Readonly<{
  /** By the one that projects: resolves when all that serve have heard it, or have gone. Never rejects, and never waits long. */
  tell: (news: KinNews) => Promise<void>
  /** By one that serves: hears all news from now on, in order. */
  hear: (listener: (news: KinNews) => void) => void
}>

/** How a process that serves asks about all of them. */
export type AmongKin = Readonly<{
  /** The figures of all processes, merged, for Prometheus. */
  metrics: () => Promise<string>
  /** How many processes serve now, and how many should. */
  processes: () => Readonly<{ running: number; wanted: number }>
}>
