import { activityWords } from './activity-words.ts'

/** What a change set is about: its kinds of things, and how many. */
export const summaryOf = ({
  kinds,
  events,
  undoes,
}: Readonly<{ kinds: readonly string[]; events: number; undoes: string | null }>): string => {
  const shown = kinds.slice(0, 3).map((kind, index) => (index === 0 ? activityWords(kind) : lowered(activityWords(kind))))
  const more = kinds.length > shown.length ? ` and ${String(kinds.length - shown.length)} more` : ''
  const words = `${shown.join(', ')}${more}`
  return `${undoes === null ? words : `Undo: ${lowered(words)}`}${events > 1 ? ` (${String(events)} things)` : ''}`
}

/** Within a sentence; names of things keep their capitals. */
const lowered = (words: string): string => (/^[A-Z][a-z]/.test(words) ? words.charAt(0).toLowerCase() + words.slice(1) : words)
