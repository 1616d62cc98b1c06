import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express, { raw } from 'express'
import type { Server } from 'node:http'
import { CertificateRefused, deviceCertificate } from '../../../src/api/apple/device-certificate.ts'
import type { AppleEdge } from '../../../src/api/apple/settings.ts'
import { signDetached } from '../../../src/protocols/cms/sign.ts'
import type { IssuedCertificate } from '../../../src/protocols/x509/authority.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { openCertificate } from '../../../src/protocols/x509/certificate.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'

const notAfter = new Date('2026-06-01T00:00:00Z')
const minuteMs = 60_000

describe('A certificate that a device shows', function () {
  this.timeout(30_000)
  let web: Server
  let identity: IssuedCertificate & Readonly<{ keyPem: string }>
  let edge: { acceptExpired: boolean; revoked: string; now: Date; trusted: boolean }

  before(async () => {
    const authority = await createAuthority({ commonName: 'Devices', organization: 'Example', years: 10, keyBits: 2048 })
    const ca = openCertificate(authority.certificatePem)
    const subject = nameOf({ commonName: 'Mac' })
    const notBefore = new Date('2026-01-01T00:00:00Z')
    identity = await createIdentity({ authority, subject, notBefore, notAfter, extKeyUsage: 'clientAuth' })
    web = express()
      .post('/', raw({ type: () => true }), async (request, response) => {
        const trust: AppleEdge['trust'] = {
          authorities: () => ({ issuer: authority, next: null, previous: [], foreign: [], trusted: edge.trusted ? [ca] : [] }),
          isRevoked: (fingerprint) => fingerprint === edge.revoked,
        }
        const { acceptExpired, now } = edge
        const source = { kind: 'mdm-signature' } as const
        try {
          const keeper = { app: { clock: () => now }, identity: source, acceptExpired, trust, isProxy: () => false }
          response.json(await deviceCertificate(request, request.body, keeper))
        } catch (error) {
          if (!(error instanceof CertificateRefused)) throw error
          response.json({ why: error.why, fingerprint: error.fingerprint })
        }
      })
      .listen(0, '127.0.0.1')
    await once(web, 'listening')
  })
  after(() => {
    web.closeAllConnections()
    web.close()
  })
  beforeEach(() => {
    edge = { acceptExpired: false, revoked: '', now: new Date('2026-03-01T00:00:00Z'), trusted: true }
  })

  const show = async (): Promise<unknown> => {
    const body = Buffer.from('a message')
    const signature = Buffer.from(signDetached(body, identity)).toString('base64')
    const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/`
    return (await fetch(url, { method: 'POST', body, headers: { 'mdm-signature': signature } })).json()
  }

  const late = (ms: number): Date => new Date(notAfter.getTime() + ms)

  it('is let in within its dates, and a few minutes beyond', async () => {
    assert.deepEqual(await show(), { fingerprint: identity.fingerprint, isExpired: false, notAfter: notAfter.toISOString() })
    edge.now = late(9 * minuteMs)
    assert.deepEqual(await show(), { fingerprint: identity.fingerprint, isExpired: false, notAfter: notAfter.toISOString() })
  })

  it('is refused when it has expired or is yet to begin', async () => {
    for (const now of [late(11 * minuteMs), new Date('2025-12-31T23:00:00Z')]) {
      edge.now = now
      assert.deepEqual(await show(), { why: 'certificate-foreign', fingerprint: identity.fingerprint })
    }
  })

  it('is let in after its end where that is wished, and said to be expired; but not before its beginning', async () => {
    edge.acceptExpired = true
    edge.now = late(400 * 24 * 60 * minuteMs)
    assert.deepEqual(await show(), { fingerprint: identity.fingerprint, isExpired: true, notAfter: notAfter.toISOString() })
    edge.now = new Date('2025-12-31T23:00:00Z')
    assert.deepEqual(await show(), { why: 'certificate-foreign', fingerprint: identity.fingerprint })
  })

  it('is refused when it was revoked, whatever else is wished', async () => {
    edge.revoked = identity.fingerprint
    edge.acceptExpired = true
    for (const now of [edge.now, late(11 * minuteMs)]) {
      edge.now = now
      assert.deepEqual(await show(), { why: 'certificate-revoked', fingerprint: identity.fingerprint })
    }
  })

  it('is refused when its authority is trusted no longer', async () => {
    edge.trusted = false
    assert.deepEqual(await show(), { why: 'certificate-foreign', fingerprint: identity.fingerprint })
  })
})
