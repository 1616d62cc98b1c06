import assert from 'node:assert/strict'
import { createPrivateKey } from 'node:crypto'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import express from 'express'
import { ensureAuthority, newAuthority } from '../../../src/api/authority.ts'
import type { ScepSettings } from '../../../src/api/apple/scep.ts'
import { scepRoutes } from '../../../src/api/apple/scep.ts'
import type { Trust } from '../../../src/api/trust.ts'
import { keepTrust } from '../../../src/api/trust.ts'
import { server, theServer } from '../../../src/domain/server/server.ts'
import { readCaCert } from '../../../src/protocols/scep/ca.ts'
import type { CertRepAnswer, PkcsReqWish, Signer } from '../../../src/protocols/scep/client.ts'
import { createCsr, createSigner, readCertRep, writePkcsReq } from '../../../src/protocols/scep/client.ts'
import { fingerprintOf, openCertificate } from '../../../src/protocols/x509/certificate.ts'
import type { KeyPair } from '../../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../../src/protocols/x509/keys.ts'
import type { Name } from '../../../src/protocols/x509/names.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import type { TestApp } from '../../support/app.ts'
import { testApp, testCause } from '../../support/app.ts'

export type Asking = Partial<PkcsReqWish> &
  Readonly<{ challenge?: string | null; subject?: Name; key?: KeyPair; by?: 'GET' | 'POST' }>

/** The SCEP edge alone over HTTP, on an app whose clock stands still. */
export type ScepRig = TestApp &
  Readonly<{
    trust: Trust
    keyPair: KeyPair
    get: (query: string) => Promise<Response>
    post: (body: Uint8Array<ArrayBuffer>) => Promise<Response>
    /** The authority's certificates, as a client is told. */
    authorities: () => Promise<readonly Uint8Array[]>
    ask: (asking: Asking) => Promise<CertRepAnswer>
    challenge: () => Promise<string>
    /** Gets a certificate with a fresh challenge; answers it as the signer of a renewal. */
    enroll: (subject?: Name) => Promise<Signer & Readonly<{ fingerprint: string }>>
    rollOver: () => Promise<void>
  }>

export const macName = nameOf({ organization: 'Example', commonName: 'Mac 12' })

export const startScep = async (settings: Partial<ScepSettings> = {}): Promise<ScepRig> => {
  const rig = await testApp()
  const { app } = rig
  await ensureAuthority(app, { organization: 'Example', keyBits: 2048 })
  const trust = await keepTrust(app)
  const web = express()
    .use(scepRoutes({ app, trust }, { allowSha1: false, staticChallenge: null, ...settings }))
    .listen(0, '127.0.0.1')
  await once(web, 'listening')
  const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/scep`
  const keyPair = await generateRsaKey(2048)

  const get = (query: string): Promise<Response> => fetch(`${url}?${query}`)
  const post = (body: Uint8Array<ArrayBuffer>): Promise<Response> =>
    fetch(`${url}?operation=PKIOperation`, { method: 'POST', body })
  const bytesOf = async (response: Response): Promise<Buffer> => Buffer.from(await response.arrayBuffer())
  const authorities = async () => readCaCert(await bytesOf(await get('operation=GetCACert')))
  const challenge = () => app.challenges.issue(60_000, null)

  const ask = async ({ challenge: secret = null, subject = macName, key = keyPair, by = 'POST', ...wish }: Asking) => {
    const caCertificateDer = wish.caCertificateDer ?? (await authorities())[0]
    assert.ok(caCertificateDer !== undefined)
    const csrDer = wish.csrDer ?? (await createCsr({ subject, challenge: secret, keyPair: key })).csrDer
    const signer = wish.signer ?? createSigner({ keyPair, now: app.clock() })
    const sent = writePkcsReq({ ...wish, csrDer, caCertificateDer, signer })
    const reply =
      by === 'POST'
        ? await post(Uint8Array.from(sent.message))
        : await get(`operation=PKIOperation&message=${encodeURIComponent(Buffer.from(sent.message).toString('base64'))}`)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers.get('content-type'), 'application/x-pki-message')
    return readCertRep(await bytesOf(reply), { sent, caCertificateDer })
  }

  const enroll = async (subject: Name = macName) => {
    const answer = await ask({ challenge: await challenge(), subject })
    assert.ok(answer.status === 'success', JSON.stringify(answer))
    const { certificateDer } = answer
    return { certificateDer, privateKey: keyPair.privateKey, fingerprint: fingerprintOf(openCertificate(certificateDer)) }
  }

  const rollOver = async (): Promise<void> => {
    const data = await newAuthority(app, { organization: 'Example', keyBits: 2048, number: 2 })
    await app.execute(server, theServer, { type: 'PrepareAuthority', data }, testCause())
    await app.execute(server, theServer, { type: 'RollOverAuthority', data: { to: data.fingerprint } }, testCause())
    await trust.refresh()
  }

  return {
    ...rig,
    trust,
    keyPair,
    get,
    post,
    authorities,
    ask,
    challenge,
    enroll,
    rollOver,
    stop: async () => {
      trust.stop()
      web.closeAllConnections()
      web.close()
      await rig.stop()
    },
  }
}

/** A signer from a certificate and its key in PEM. */
export const signerOf = ({ certificateDer, keyPem }: Readonly<{ certificateDer: Uint8Array; keyPem: string }>): Signer => ({
  certificateDer,
  privateKey: createPrivateKey(keyPem),
})
