/** One thing wrong with a request: the field (`base` when none is at fault) and a sentence. */
export type FieldProblem = Readonly<{ name: string; reason: string }>

/**
 * A call that did not succeed. `status` is that of the answer, or 0 when there was no answer that could be used: the server cannot be
 * reached, is not trusted, took too long, or said something that is not of this API. The message is a sentence for people.
 */
export class ApiError extends Error {
  override readonly name = 'ApiError'
  readonly status: number
  readonly errors: readonly FieldProblem[]

  constructor(
    status: number,
    message: string,
    { errors = [], cause }: Readonly<{ errors?: readonly FieldProblem[]; cause?: unknown }> = {},
  ) {
    super(message, cause === undefined ? undefined : { cause })
    this.status = status
    this.errors = errors
  }
}
