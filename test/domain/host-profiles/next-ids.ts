import type { Host } from '../../../src/domain/host/host.ts'
import { derivedId } from '../../../src/kernel/ids.ts'

/** The ids that the next commands of a host will have: a decision taken twice on the same state queues the same commands. */
export const nextIds = ({ enrollment, commands }: Host, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) =>
    derivedId(`${String(enrollment.enrollmentId)}/${String(enrollment.epoch)}/${String(commands.queued + index)}`),
  )
