/** A rule saying no. `code` comes from the closed list of the domain; the message is a sentence that may be shown to an admin. */
export class Rejection extends Error {
  override readonly name = 'Rejection'
  readonly code: string
  /** The request's field at fault, where there is one. */
  readonly field: string | undefined

  constructor(code: string, message: string, field?: string) {
    super(message)
    this.code = code
    this.field = field
  }
}
