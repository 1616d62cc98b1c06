/** One thing wrong with a request: the field (`base` when none is at fault) and a sentence. */
export type FieldProblem = Readonly<{ name: string; reason: string }>

/** A call that did not succeed. `status` is 0 when there was no answer. The message is for people. */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly errors: readonly FieldProblem[]

  constructor(status: number, message: string, errors: readonly FieldProblem[] = []) {
    super(message)
    this.status = status
    this.errors = errors
  }
}

/** What the server said no with; a proxy in between may have said anything. */
export const refusalOf = (status: number, body: unknown): ApiError => {
  const { message, errors } = problemIn(body)
  const told = errors.map(({ reason }) => reason).join(' ')
  return new ApiError(status, told || message || `The server answered with status ${String(status)}.`, errors)
}

const problemIn = (body: unknown): Readonly<{ message: string; errors: readonly FieldProblem[] }> => {
  if (typeof body !== 'object' || body === null) return { message: '', errors: [] }
  const errors: readonly unknown[] = 'errors' in body && Array.isArray(body.errors) ? body.errors : []
  return {
    message: 'message' in body && typeof body.message === 'string' ? body.message : '',
    errors: errors.flatMap((error) =>
      typeof error === 'object' && error !== null && 'reason' in error && typeof error.reason === 'string'
        ? [{ name: 'name' in error && typeof error.name === 'string' ? error.name : 'base', reason: error.reason }]
        : [],
    ),
  }
}
