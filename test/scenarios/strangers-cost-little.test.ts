import assert from 'node:assert/strict'
import { request } from 'node:https'
import { createAuthority, createIdentity } from '../../src/protocols/x509/authority.ts'
import { openCertificate } from '../../src/protocols/x509/certificate.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import { signDetached } from '../../src/protocols/cms/sign.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D0A4'
const large = 14 * 1024 * 1024
const checkIn = 'application/x-apple-aspen-mdm-checkin'

describe('Who has shown no credential', function () {
  this.timeout(60_000)
  let server: TestServer
  let mac: RawMac

  before(async () => {
    server = await startServer()
    mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'large')
    const from = { Topic: mac.topic, UDID: udid }
    assert.equal((await mac.send({ MessageType: 'Authenticate', ...from, ProductName: 'Mac14,7' })).status, 200)
    assert.equal(
      (await mac.send({ MessageType: 'TokenUpdate', ...from, Token: Buffer.alloc(32, 7), PushMagic: 'magic' })).status,
      200,
    )
  })
  after(() => server?.stop())

  /** Announces a body and never sends it: whoever answers has not waited for it. */
  const announce = (path: string, headers: Readonly<Record<string, string>>, method = 'PUT') =>
    new Promise<number>((resolve, reject) => {
      const outgoing = request(`${server.url}${path}`, { method, ca: server.caPem, headers }, (response) => {
        response.resume()
        resolve(response.statusCode ?? 0)
        outgoing.destroy()
      })
      outgoing.on('error', reject)
      outgoing.flushHeaders()
    })

  const foreignSignature = async (): Promise<string> => {
    const authority = await createAuthority({ commonName: 'Elsewhere', organization: 'Example', years: 10, keyBits: 2048 })
    const { notBefore, notAfter } = { notBefore: new Date('2026-01-01'), notAfter: new Date('2036-01-01') }
    const subject = nameOf({ commonName: 'Mac' })
    const stranger = await createIdentity({ authority, subject, notBefore, notAfter, extKeyUsage: 'clientAuth' })
    assert.ok(openCertificate(stranger.certificatePem))
    return Buffer.from(signDetached(Buffer.from('x'), stranger)).toString('base64')
  }

  it('is refused a large check-in before any of it is read [case M4]', async () => {
    const announced = { 'content-type': checkIn, 'content-length': String(large) }
    for (const path of ['/mdm/apple/mdm', '/mdm', '/mdm/checkin', '/checkin']) {
      assert.equal(await announce(path, announced), 400)
      assert.equal(await announce(path, { 'content-type': checkIn, 'transfer-encoding': 'chunked' }), 400)
      assert.equal(await announce(path, { ...announced, 'mdm-signature': 'AAAA' }), 400)
      assert.equal(await announce(path, { ...announced, 'mdm-signature': await foreignSignature() }), 400)
    }
  })

  it('is refused where the signature is not over these bytes, and nothing of them is made sense of [case M4]', async () => {
    const before = server.complaints.length
    const body = Buffer.alloc(1024 * 1024, '<dict>')
    assert.equal((await mac.send(body, { signed: Buffer.from('other') })).status, 400)
    const [last] = server.complaints.slice(before)
    assert.match(JSON.stringify(last?.fields), /signature is over other content/)
    assert.equal((await mac.send(body)).status, 400)
    assert.doesNotMatch(JSON.stringify(server.complaints.at(-1)?.fields), /signature/)
  })

  it('keeps nobody else from saying much: a large report of a device that signs it is taken [case M4]', async () => {
    const report = { UDID: udid, Status: 'Acknowledged', CommandUUID: 'none', InstalledApplicationList: ['x'.repeat(500_000)] }
    assert.equal((await mac.send(report, { checkIn: false })).status, 200)
  })

  it('is refused by the admin API before any of what comes is read [case M4]', async () => {
    const announced = { 'content-length': String(large), 'content-type': 'application/json' }
    for (const [method, path] of [
      ['POST', '/api/v1/fleet/teams'],
      ['POST', '/api/v1/fleet/configuration_profiles'],
      ['POST', '/api/v1/fleet/configuration_profiles/batch'],
      ['POST', '/api/v1/fleet/commands/run'],
      ['PUT', '/v1/enqueue/x'],
      ['PUT', '/migration'],
    ] as const)
      assert.equal(await announce(path, announced, method), 401, path)
  })

  it('is taken no more of than tells who comes, at the other doors [case M4]', async () => {
    const body = Buffer.alloc(1100 * 1024, ' ')
    for (const path of [
      '/mdm/apple/scep?operation=PKIOperation',
      '/scep?operation=PKIOperation',
      '/mdm/apple/enroll',
      '/mdm/apple/account/byod',
      '/api/mdm/microsoft/management',
      '/api/osquery/enroll',
      '/api/osquery/config',
      '/api/osquery/carve/begin',
      '/api/fleet/orbit/enroll',
      '/api/v1/fleet/login',
    ]) {
      const { status } = await server.network.send({
        ...{ method: 'POST', url: `${server.url}${path}`, body, headers: { 'content-type': 'application/json' } },
      })
      assert.ok(status === 413 || status === 400, `${path} answers ${String(status)}`)
    }
  })
})
