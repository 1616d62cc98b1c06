import { useQuery } from '@tanstack/react-query'
import { isMissingRoute } from './api-error.ts'
import { call } from './http.ts'
import type { Plan, Undone } from './json.ts'
import { useOptional } from './reading.ts'
import { useWriting } from './writing.ts'

/** Answers of change sets, read by `change-set.ts`. */
export type Loose = Readonly<Record<string, unknown>>

/** Null from a server that knows no change sets. */
export const useChangeSets = (page: number) =>
  useOptional<Readonly<{ change_sets: readonly Loose[]; meta?: Readonly<{ has_next_results: boolean }> }>>({
    key: ['audit', 'change sets'],
    path: '/change_sets',
    query: { page, per_page: 50 },
    keep: true,
  })

export const useChangeSet = (id: string | null) =>
  useOptional<Loose>({
    key: ['audit', 'change set', id],
    path: `/change_sets/${encodeURIComponent(id ?? '')}`,
    enabled: id !== null,
  })

/** Whether the server plans and undoes. One that does not would carry out what it is asked to plan. */
export const usePlans = (): boolean =>
  useQuery({
    queryKey: ['plans'],
    queryFn: async () => {
      try {
        await call('GET', '/change_sets', { query: { per_page: 1 } })
        return true
      } catch (error) {
        if (isMissingRoute(error)) return false
        throw error
      }
    },
    staleTime: Infinity,
  }).data ?? false

export const planUndo = (id: string): Promise<Undone & Readonly<{ plan?: Plan }>> =>
  call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: {}, query: { plan: true } })

export const useUndo = (id: string) =>
  useWriting<Readonly<{ force: boolean }>, Undone>({
    write: ({ force }) => call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: force ? { force } : {} }),
    done: () => 'The change set was undone.',
  })
