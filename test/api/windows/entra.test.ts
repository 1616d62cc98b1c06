import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CryptoKey } from 'jose'
import { exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose'
import type { EntraTokens } from '../../../src/api/windows/entra.ts'
import { EntraRefused, entraTokens } from '../../../src/api/windows/entra.ts'

describe('An account of Microsoft Entra', () => {
  const tenant = '11111111-2222-4333-8444-555555555555'
  const now = new Date('2026-03-01T12:00:00.000Z')
  const seconds = now.getTime() / 1000
  let issuer: Server
  let key: CryptoKey
  let stranger: CryptoKey
  let check: EntraTokens
  let jwksUrl: string

  before(async () => {
    const pair = await generateKeyPair('RS256')
    stranger = (await generateKeyPair('RS256')).privateKey
    key = pair.privateKey
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' }
    issuer = createServer((request, response) => {
      response.setHeader('content-type', 'application/json')
      response.end(JSON.stringify(request.url?.includes(tenant) === true ? { keys: [jwk] } : { keys: [] }))
    })
    await new Promise<void>((resolve) => issuer.listen(0, '127.0.0.1', resolve))
    jwksUrl = `http://127.0.0.1:${String((issuer.address() as AddressInfo).port)}/{tenant}/keys`
    check = entraTokens({ tenants: [tenant], audiences: ['https://mdm.example.com'], jwksUrl, clock: () => now })
  })
  after(() => {
    issuer.closeAllConnections()
    issuer.close()
  })

  const claims = {
    ...{ tid: tenant, aud: 'https://mdm.example.com', scp: 'mdm_delegation', upn: 'ada@example.com' },
    ...{ iat: seconds, nbf: seconds, exp: seconds + 600 },
  }
  const signed = (more: object = {}, by = key, kid = 'k1') =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ alg: 'RS256', kid }).sign(by)

  it('is let in by a token of its tenant, for this server', async () => {
    assert.deepEqual(await check(await signed()), { userName: 'ada@example.com', tenantId: tenant })
    const { upn: _, ...others } = claims
    const v2 = await new SignJWT({ ...others, preferred_username: 'ada@example.com' })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .sign(key)
    assert.equal((await check(v2)).userName, 'ada@example.com')
  })

  const refused: readonly (readonly [string, () => Promise<string> | string, RegExp])[] = [
    ['of another tenant', () => signed({ tid: '99999999-2222-4333-8444-555555555555' }), /another organization/],
    ['of no tenant', () => signed({ tid: undefined }), /another organization/],
    ['for another server', () => signed({ aud: 'https://other.example.com' }), /another server/],
    ['that has ended', () => signed({ exp: seconds - 301 }), /has ended/],
    ['that has no end', () => signed({ exp: undefined }), /no end/],
    ['that is not valid yet', () => signed({ nbf: seconds + 301 }), /nbf/],
    ['for another purpose', () => signed({ scp: 'User.Read' }), /enrolling/],
    ['of nobody', () => signed({ upn: undefined }), /no user/],
    ['signed by a stranger', () => signed({}, stranger), /not signed/],
    ['signed with an unknown key', () => signed({}, stranger, 'k2'), /not signed/],
    ['that is not signed', () => new UnsecuredJWT(claims).encode(), /cannot be read|not signed/],
    ['that is none', () => 'a.b.c', /no JWT/],
    ['that is too long', () => 'x'.repeat(20_000), /16 KB/],
  ]
  for (const [what, make, reason] of refused)
    it(`is refused with a token ${what}`, async () => {
      await assert.rejects(
        async () => check(await make()),
        (error) => error instanceof EntraRefused && reason.test(error.message),
      )
    })

  it('is no fault of its own when the keys of its tenant cannot be fetched', async () => {
    const away = entraTokens({
      tenants: [tenant],
      audiences: ['https://mdm.example.com'],
      jwksUrl: 'http://127.0.0.1:1/',
      clock: () => now,
    })
    await assert.rejects(
      async () => away(await signed()),
      (error) => !(error instanceof EntraRefused),
    )
  })
})
