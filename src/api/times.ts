const withZone = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:?\d{2}))?$/i
const withoutZone = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?$/i

/** In a query, the plus of a zone arrives as a space. */
export const withPlus = (asked: string): string => asked.replace(/ (?=\d{2}:?\d{2}$)/, '+')

/** A time in ISO 8601 with a zone, or a date, which means its first moment in UTC; null when the text is neither. */
export const timeOf = (asked: string): Date | null => {
  const text = withPlus(asked)
  const time = withZone.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(time) ? null : new Date(time)
}

/** True for a time that nobody can place: it does not say in which zone it is. */
export const isWithoutZone = (asked: string): boolean => withoutZone.test(asked)

/** Why a text is no time, in a sentence. */
export const notATime = (asked: string): string =>
  isWithoutZone(asked)
    ? `${asked} is told without its zone: write ${asked.replace(' ', 'T')}Z for UTC, or end it in an offset such as +01:00.`
    : 'This is no time in ISO 8601, such as 2026-03-01T12:00:00Z.'
