/** Bad input, found at an edge. It tells where the input stopped making sense (`field`), not what it held. */
export class ParseError extends Error {
  override readonly name = 'ParseError'
  readonly field: string

  constructor(field: string, message: string) {
    super(message)
    this.field = field
  }
}
