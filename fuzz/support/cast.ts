import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { SigningIdentity } from '../../src/protocols/cms/sign.ts'
import type { Authority } from '../../src/protocols/x509/open-authority.ts'

/** Keys that protect nothing, and messages signed with them, all of them good: see `make-cast.ts`. */
export type Cast = Readonly<{
  authority: Authority
  rsa: SigningIdentity
  ec: SigningIdentity
  messages: Readonly<Record<MessageName, Uint8Array>>
}>

export type MessageName =
  | 'csrRsa'
  | 'csrEc'
  | 'pkcsReq'
  | 'pkcsReqAes128'
  | 'pkcsReqDes3'
  | 'pkcsReqEc'
  | 'renewalReq'
  | 'certPoll'
  | 'getCert'
  | 'getCrl'
  | 'certRep'
  | 'certRepFailure'
  | 'caCertificates'
  | 'signatureRsa'
  | 'signatureEc'
  | 'signatureChained'
  | 'attached'
  | 'attachedEc'
  | 'certificate'

export const castFile = fileURLToPath(new URL('../../test/fixtures/fuzz/cast.json', import.meta.url))

/** Reads the cast. Throws when the file is missing. */
export const readCast = (): Cast => {
  const { messages, ...rest } = JSON.parse(readFileSync(castFile, 'utf8')) as StoredCast
  const decoded = Object.entries(messages).map(([name, base64]) => [name, new Uint8Array(Buffer.from(base64, 'base64'))])
  return { ...rest, messages: Object.fromEntries(decoded) as Cast['messages'] }
}

type StoredCast = Omit<Cast, 'messages'> & Readonly<{ messages: Readonly<Record<MessageName, string>> }>
