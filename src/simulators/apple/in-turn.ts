/** Makes asynchronous deeds wait for one another, in the order in which they were asked for; a failing one stops nobody. */
export const inTurn = (): (<T>(deed: () => Promise<T>) => Promise<T>) => {
  let last: Promise<unknown> = Promise.resolve()
  return (deed) => {
    const next = last.then(deed)
    last = next.catch(() => undefined)
    return next
  }
}
