import type { KindOfUpload } from '../kind-of-upload.ts'
import { filled } from './filled.ts'
import type { Place } from './placeholders.ts'

/**
 * Settings that can be read before they are filled in: a placeholder where no free text may stand (a number, a date, base64) counts as a neutral
 * value, all others stay as they are written.
 */
export const withNeutralValues = (kind: KindOfUpload, text: string): string =>
  filled(kind, text, (_, place) => neutral[place] ?? null)

const neutral: Readonly<Partial<Record<Place, string>>> = {
  ...{ integer: '0', real: '0', date: '2000-01-01T00:00:00Z', data: '', bare: '0' },
}
