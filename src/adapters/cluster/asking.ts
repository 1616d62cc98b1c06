/** Questions to several at once, each answered by each, with a deadline. */
export type Asking<T> = Readonly<{
  /** Puts a question to all, and answers what they said in time. */
  of: <Who extends object>(all: readonly Who[], ask: (who: Who, number: number) => void) => Promise<readonly T[]>
  answered: (who: object, number: number, answer: T) => void
  /** Somebody will answer nothing any more. */
  gone: (who: object) => void
}>

type Open<T> = Readonly<{ waiting: Set<object>; answers: T[]; end: () => void }>

export const asking = <T>(patienceMs: number): Asking<T> => {
  const open = new Map<number, Open<T>>()
  let number = 0

  const settle = (one: Open<T>, who: object): void => {
    one.waiting.delete(who)
    if (one.waiting.size === 0) one.end()
  }

  return {
    of: (all, ask) => {
      if (all.length === 0) return Promise.resolve([])
      const own = (number += 1)
      return new Promise((resolve) => {
        const answers: T[] = []
        const end = (): void => {
          clearTimeout(late)
          open.delete(own)
          resolve(answers)
        }
        const late = setTimeout(end, patienceMs)
        open.set(own, { waiting: new Set(all), answers, end })
        for (const who of all) ask(who, own)
      })
    },
    answered: (who, of, answer) => {
      const one = open.get(of)
      if (one?.waiting.has(who) !== true) return
      one.answers.push(answer)
      settle(one, who)
    },
    gone: (who) => {
      for (const one of [...open.values()]) if (one.waiting.has(who)) settle(one, who)
    },
  }
}
