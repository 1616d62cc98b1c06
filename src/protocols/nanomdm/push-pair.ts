import { ParseError } from '../../kernel/parse-error.ts'

/** A push certificate and its key as they stand in one file, both PEM. */
export type PushPair = Readonly<{ certificate: string; key: string }>

const block = /-----BEGIN ([A-Z0-9 ]{1,40})-----[^-]*-----END \1-----/g

/**
 * Takes certificate and key apart that were written one after the other, in whatever order, perhaps without a line break between. Throws
 * `ParseError` (field `certificate` or `key`).
 */
export const readPushPair = (text: string): PushPair => {
  const blocks = [...text.matchAll(block)].map(([pem, type = '']) => ({ pem, type }))
  const of = (field: 'certificate' | 'key', fits: (type: string) => boolean): string => {
    const [found, another] = blocks.filter(({ type }) => fits(type))
    if (another !== undefined) throw new ParseError(field, `There is more than one ${field} in PEM.`)
    return found?.pem ?? fail(field, `There is no ${field} in PEM.`)
  }
  if (/ENCRYPTED/.test(text)) fail('key', 'The key is encrypted; it must come without a passphrase.')
  return {
    certificate: of('certificate', (type) => type === 'CERTIFICATE'),
    key: of('key', (type) => type === 'PRIVATE KEY' || type.endsWith(' PRIVATE KEY')),
  }
}

const fail = (field: string, message: string): never => {
  throw new ParseError(field, message)
}
