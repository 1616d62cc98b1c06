import { ParseError } from '../kernel/parse-error.ts'
import { otherKindOf } from './other-kinds.ts'

/** What settings are, as far as their beginning tells. */
export type KindOfUpload = 'apple-profile' | 'declaration' | 'windows-profile'

/**
 * Tells settings of a batch by how they begin. A signed profile cannot be told: it is uploaded by itself. Throws `ParseError` (field `contents`).
 */
export const kindOfUpload = (bytes: Uint8Array): KindOfUpload => {
  const other = otherKindOf(bytes)
  if (other !== null) throw new ParseError('contents', `The contents are ${other}`)
  const start = Buffer.from(bytes.subarray(0, 4096))
    .toString('latin1')
    .replace(/^\xef\xbb\xbf/, '')
    .trimStart()
    .toLowerCase()
  if (start.startsWith('<?xml')) return 'apple-profile'
  if (start.startsWith('{')) return 'declaration'
  if (/^<(replace|add|exec|atomic|!--)/.test(start)) return 'windows-profile'
  throw new ParseError(
    'contents',
    'The contents are neither a property list (<?xml), nor a declaration ({), nor a Windows profile (<Replace>, <Add>, <Atomic>).',
  )
}
