import type { Fault } from '../../protocols/windows/enrollment/fault.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { Rejection } from '../../kernel/rejection.ts'

/** A device is not let in, or not further. */
export class FaultRaised extends Error {
  override readonly name = 'FaultRaised'
  readonly fault: Fault

  constructor(fault: Fault) {
    super(fault.reason)
    this.fault = fault
  }
}

export const raise = (subcode: Fault['subcode'], reason: string, errorType?: Fault['errorType']): never => {
  throw new FaultRaised({ subcode, reason, ...(errorType !== undefined && { errorType }) })
}

/** What a device hears of an error; null: it is ours, and its nature is the log's business. */
export const faultOf = (error: unknown): Fault | null => {
  if (error instanceof FaultRaised) return error.fault
  if (error instanceof ParseError) return { subcode: 'MessageFormat', reason: `${error.field}: ${error.message}` }
  if (error instanceof Rejection) return { subcode: 'Authorization', reason: error.message }
  return null
}
