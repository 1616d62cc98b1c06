/** What is wrong in the files, all of it: one sentence each, the file and the line before it. Nothing was sent anywhere. */
export class FilesError extends Error {
  override readonly name = 'FilesError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.join('\n'))
    this.problems = problems
  }
}
