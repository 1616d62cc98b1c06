import type { Registry } from 'prom-client'
import type { KinNews } from '../../app/kin-ports.ts'

export type Measured = Awaited<ReturnType<Registry['getMetricsAsJSON']>>

/** What the first process says to one that serves. */
export type ToServing =
  | Readonly<{ kind: 'news'; number: number; news: KinNews }>
  | Readonly<{ kind: 'processes'; running: number; wanted: number }>
  | Readonly<{ kind: 'measure'; number: number }>
  | Readonly<{ kind: 'metrics'; number: number; text: string }>
  | Readonly<{ kind: 'stop' }>

/** What one that serves says to the first process. */
export type FromServing =
  | Readonly<{ kind: 'ready'; url: string }>
  | Readonly<{ kind: 'heard'; number: number }>
  | Readonly<{ kind: 'measured'; number: number; measured: Measured }>
  | Readonly<{ kind: 'metrics'; number: number }>

/** In the environment of a process that serves for another. */
export const servingMark = 'MUSTER_SERVES_FOR'
