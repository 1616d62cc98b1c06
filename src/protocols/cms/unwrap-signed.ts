import { ParseError } from '../../kernel/parse-error.ts'
import { readSignedData } from './signed-data.ts'

/** The content of a CMS SignedData. The signature is not verified. Throws `ParseError` (field `signature`), also when it is detached. */
export const unwrapSigned = (bytes: Uint8Array): Uint8Array => {
  const { content } = readSignedData(bytes)
  if (content === null) throw new ParseError('signature', 'The signature is detached: it holds no content.')
  return content
}
