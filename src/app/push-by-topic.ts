import type { Push, PushOutcome } from './ports.ts'

/** Several push services as one: those of named topics, and one for all the others. */
export const pushByTopic = (named: Readonly<Record<string, Push>>, others: Push): Push => ({
  wake: async (targets) => {
    const outcomes = new Map<number, PushOutcome>()
    const services = new Map<Push, number[]>()
    for (const [index, { topic }] of targets.entries()) {
      const service = Object.hasOwn(named, topic) ? (named[topic] ?? others) : others
      const indexes = services.get(service) ?? []
      indexes.push(index)
      services.set(service, indexes)
    }
    await Promise.all(
      [...services].map(async ([service, indexes]) => {
        const own = await service.wake(indexes.flatMap((index) => targets[index] ?? []))
        for (const [place, index] of indexes.entries()) {
          const outcome = own[place]
          if (outcome !== undefined) outcomes.set(index, outcome)
        }
      }),
    )
    return targets.map((_, index) => outcomes.get(index) ?? { kind: 'try-later', reason: 'There was no outcome.' })
  },
  close: async () => {
    for (const service of [...Object.values(named), others]) await service.close()
  },
})
