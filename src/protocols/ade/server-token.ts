import { createPrivateKey } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import type { JsonObject } from './json-fields.ts'
import { objectOf, optionalTime, text } from './json-fields.ts'
import { openTokenEnvelope } from './token-envelope.ts'
import type { TokenIdentity } from './token-identity.ts'

/** What Apple gives a server to sign its requests with. `expiresAt` is ISO 8601; a token may end earlier than it says. */
export type AdeServerToken = Readonly<{
  consumerKey: string
  consumerSecret: string
  accessToken: string
  accessSecret: string
  expiresAt: string
}>

/** Apple's files have some 4 KiB. */
export const largestTokenFile = 64 * 1024

/**
 * Opens the `.p7m` file that Apple gives out for a certificate of ours: S/MIME, base64 or plain DER and BER. A token that has expired is read like any
 * other: whether to take it is for the caller to say. Throws `ParseError` naming what is wrong with the file; it never repeats what the file holds.
 */
export const openServerToken = (file: Uint8Array, identity: TokenIdentity): AdeServerToken => {
  if (file.length === 0) throw new ParseError('token', 'The token file is empty.')
  if (file.length > largestTokenFile)
    throw new ParseError(
      'token',
      `The token file has ${String(file.length)} bytes; at most ${String(largestTokenFile)} are taken.`,
    )
  const key = createPrivateKey(identity.keyPem)
  return readServerToken(openTokenEnvelope(envelopeIn(file), identity.certificatePem, key).toString('utf8'))
}

/** Reads what was inside of the envelope: MIME header or none, markers or none, lines broken anywhere. Throws `ParseError`. */
export const readServerToken = (content: string): AdeServerToken => {
  const token = parsed(messageIn(content))
  const expiresAt = optionalTime(token, 'access_token_expiry')
  if (expiresAt === null) throw new ParseError('access_token_expiry', 'access_token_expiry is missing.')
  return {
    consumerKey: text(token, 'consumer_key'),
    consumerSecret: text(token, 'consumer_secret'),
    accessToken: text(token, 'access_token'),
    accessSecret: text(token, 'access_secret'),
    expiresAt,
  }
}

/**
 * The CMS structure. The header is not read: Apple has broken its lines where none may be broken. All after the first blank line is base64, and all of a
 * file that has no blank line and no header.
 */
const envelopeIn = (file: Uint8Array): Uint8Array => {
  if (file[0] === 0x30) return file
  const whole = Buffer.from(file)
    .toString('latin1')
    .replace(/^\u00ef\u00bb\u00bf/, '')
    .trimStart()
  const armoured = /^-----BEGIN (PKCS7|CMS)-----([\s\S]*?)-----END \1-----/.exec(whole)?.[2]
  const digits = (armoured ?? afterBlankLine(whole) ?? whole).replaceAll(/\s/g, '')
  if (digits === '') throw new ParseError('token', 'The token file ends after its header.')
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(digits))
    throw new ParseError('token', "This is no server token: neither Apple's .p7m file nor its content in DER.")
  if (digits.replace(/=+$/, '').length % 4 === 1)
    throw new ParseError('token', 'The token file is cut off: its base64 is not whole.')
  return Buffer.from(digits, 'base64')
}

const messageIn = (content: string): string => {
  const marked = /-----BEGIN MESSAGE-----([\s\S]*?)-----END MESSAGE-----/.exec(content)?.[1]
  if (marked === undefined && content.includes('-----BEGIN MESSAGE-----'))
    throw new ParseError('token', 'The token in the file is cut off: its end mark is missing.')
  const bare = content.trimStart().startsWith('{') ? content : (afterBlankLine(content) ?? content)
  // Lines are broken inside of words too.
  return (marked ?? bare).replaceAll(/[\r\n]/g, '')
}

const afterBlankLine = (lines: string): string | undefined => {
  const blank = /\r?\n[ \t]*\r?\n/.exec(lines)
  return blank === null ? undefined : lines.slice(blank.index + blank[0].length)
}

const parsed = (message: string): JsonObject => {
  try {
    return objectOf(JSON.parse(message), '')
  } catch {
    throw new ParseError('token', 'The file was opened, but what it holds is no server token.')
  }
}
