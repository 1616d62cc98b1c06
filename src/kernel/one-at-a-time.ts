/** Runs what it is given one after the other, in order of asking; one's failure is its own. */
export const oneAtATime = (): (<T>(body: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (body) => {
    const mine = last.then(body, body)
    last = mine.catch(() => undefined)
    return mine
  }
}
