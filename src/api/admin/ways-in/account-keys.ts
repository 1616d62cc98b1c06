import type { KeyObject } from 'node:crypto'
import { createPrivateKey } from 'node:crypto'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import type { AccountKey } from '../../../domain/tokens/account-keys.ts'
import { accountKeys, allAccountKeys } from '../../../domain/tokens/account-keys.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import { openCertificate, readCertificate } from '../../../protocols/x509/certificate.ts'
import { accountKeyContext } from '../../apple/get-token.ts'
import { refuse } from '../../errors.ts'
import { bodyOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { Handlers } from '../deps.ts'

const pem = z
  .string()
  .min(1)
  .max(64 * 1024)

export const upload = z.object({
  server_uuid: z
    .uuid('server_uuid is no UUID.')
    .describe("As the organization's portal writes it: it goes into tokens as it is."),
  certificate: pem,
  key: pem,
})

type AccountKeyRoutes = Pick<Handlers, 'GET /mdm/apple/maid_keys' | 'POST /mdm/apple/maid_keys'>

/** The key of an organization's server token, with which tokens for managed Apple accounts are signed. */
export const accountKeyRoutes = (app: App): AccountKeyRoutes => ({
  'GET /mdm/apple/maid_keys': async (_, response) => {
    const { keys } = (await app.load(accountKeys, allAccountKeys)).state
    response.json({ maid_keys: keys.map((key, index) => ({ ...present(key), active: index === keys.length - 1 })) })
  },

  'POST /mdm/apple/maid_keys': async (request, response, { cause }) => {
    const { server_uuid: serverUuid, certificate, key } = bodyOf(upload, request)
    const { certificatePem, notAfter, keyPem } = checkedPair(certificate, key)
    const sealed = await app.vault.seal('server', accountKeyContext(serverUuid), Buffer.from(keyPem))
    const data: AccountKey = { serverUuid, certificatePem, key: sealed, notAfter: notAfter.toISOString() }
    const executed = await app.execute(accountKeys, allAccountKeys, { type: 'StoreAccountKey', data }, cause)
    await answer(app, response, executed, () => ({ maid_key: { ...present(data), active: true } }))
  },
})

export const present = ({ serverUuid, certificatePem, notAfter }: AccountKey) => ({
  server_uuid: serverUuid,
  not_after: notAfter,
  fingerprint: readCertificate(certificatePem).fingerprint,
})

/** Refuses with 422, naming `certificate` or `key`. An ended certificate will do: only its key is used. */
const checkedPair = (certificate: string, key: string) => {
  const opened = certificateIn(certificate)
  const privateKey = keyIn(key)
  if (privateKey.asymmetricKeyType !== 'rsa') refuse(422, 'key', 'The key is no RSA key.')
  if (!opened.checkPrivateKey(privateKey)) refuse(422, 'key', 'The key does not belong to the certificate.')
  return {
    certificatePem: opened.toString(),
    notAfter: readCertificate(opened.raw).notAfter,
    keyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  }
}

const certificateIn = (text: string) => {
  try {
    return openCertificate(text)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, 'certificate', error.message)
  }
}

const keyIn = (text: string): KeyObject => {
  try {
    return createPrivateKey(text)
  } catch {
    return refuse(422, 'key', 'This is no private key in PEM without a passphrase.')
  }
}
