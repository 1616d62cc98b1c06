import { useCallback } from 'react'
import { useSearchParams } from 'react-router'

export type Change = Readonly<Record<string, string | null>>

/** What a page shows stands in its address: it can be bookmarked, and the browser's back button works. Null or empty takes a value out. */
export const useAddress = (): readonly [(name: string) => string, (change: Change, replace?: boolean) => void] => {
  const [params, setParams] = useSearchParams()
  const get = useCallback((name: string): string => params.get(name) ?? '', [params])
  const set = useCallback(
    (change: Change, replace = true): void =>
      setParams(
        (before) => {
          const after = new URLSearchParams(before)
          for (const [name, value] of Object.entries(change)) {
            if (value === null || value === '') after.delete(name)
            else after.set(name, value)
          }
          return after
        },
        { replace },
      ),
    [setParams],
  )
  return [get, set]
}
