import type { WorkTable } from '../../kernel/work.ts'
import type { ForgettingEvent } from './events.ts'

export const work: WorkTable<ForgettingEvent> = {
  HostForgotten: ({ id }) => [{ kind: 'destroy-key', key: id }],
}
