import type { ChangeSetDetails, ChangeSetPage, Undo } from '../../client/history-json.ts'
import { call } from './http.ts'
import { useReading } from './reading.ts'
import { useWriting } from './writing.ts'

/** Newest first. */
export const useChangeSets = (page: number) =>
  useReading<ChangeSetPage>({
    key: ['audit', 'change sets'],
    path: '/change_sets',
    query: { page, per_page: 50 },
    keep: true,
  })

export const useChangeSet = (id: string | null) =>
  useReading<ChangeSetDetails>({
    key: ['audit', 'change set', id],
    path: `/change_sets/${encodeURIComponent(id ?? '')}`,
    enabled: id !== null,
  })

const wish = (force: boolean) => (force ? { force } : {})

export const planUndo = (id: string, force: boolean): Promise<Required<Undo>> =>
  call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: wish(force), query: { plan: true } })

export const useUndo = (id: string) =>
  useWriting<Readonly<{ force: boolean }>, Undo>({
    write: ({ force }) => call('POST', `/change_sets/${encodeURIComponent(id)}/undo`, { json: wish(force) }),
    done: ({ undone, cannot, skipped }) =>
      undone.length === 0
        ? 'Nothing was undone.'
        : `${String(undone.length)} undone${cannot.length + skipped.length > 0 ? `, ${String(cannot.length + skipped.length)} left as they are` : ''}.`,
  })
