/** A bounded memory: what was not asked for longest is forgotten first. */
export type LeastRecentlyUsed<V> = Readonly<{
  get: (key: string) => V | undefined
  set: (key: string, value: V) => void
  delete: (key: string) => void
  clear: () => void
}>

export const leastRecentlyUsed = <V>(capacity: number): LeastRecentlyUsed<V> => {
  const entries = new Map<string, V>()
  return {
    get: (key) => {
      const value = entries.get(key)
      if (value !== undefined) {
        entries.delete(key)
        entries.set(key, value)
      }
      return value
    },
    set: (key, value) => {
      entries.delete(key)
      entries.set(key, value)
      if (entries.size > capacity) for (const oldest of entries.keys()) return void entries.delete(oldest)
    },
    delete: (key) => void entries.delete(key),
    clear: () => {
      entries.clear()
    },
  }
}
