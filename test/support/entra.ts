import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT } from 'jose'

/** A tenant of Microsoft Entra that issues tokens, on this machine. */
export type EntraTenant = Readonly<{
  id: string
  /** Where its keys are, `{tenant}` standing for its id. */
  jwksUrl: string
  /** A token by which this user may enroll a device at the server of this URL. */
  tokenFor: (userName: string, audience: string) => Promise<string>
  stop: () => void
}>

export const entraTenant = async (id = '11111111-2222-4333-8444-555555555555'): Promise<EntraTenant> => {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const keys = [{ ...(await exportJWK(publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }]
  const issuer = createServer((request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ keys: request.url?.includes(id) === true ? keys : [] }))
  })
  await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
  return {
    id,
    jwksUrl: `http://127.0.0.1:${String((issuer.address() as AddressInfo).port)}/{tenant}/keys`,
    tokenFor: (upn, aud) =>
      new SignJWT({ tid: id, aud, upn, scp: 'mdm_delegation' })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .setIssuedAt()
        .setExpirationTime('10m')
        .sign(privateKey),
    stop: () => {
      issuer.closeAllConnections()
      issuer.close()
    },
  }
}
