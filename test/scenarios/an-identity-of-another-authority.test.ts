import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { examine } from '../../src/cli/doctor.ts'
import type { Connection } from '../../src/client/connection.ts'
import { openConnection } from '../../src/client/connection.ts'
import { createAuthority, createIdentity } from '../../src/protocols/x509/authority.ts'
import { fingerprintOf, openCertificate } from '../../src/protocols/x509/certificate.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'
import { eventually } from '../support/eventually.ts'
import type { Identity } from '../../src/simulators/apple/identity.ts'
import type { RawMac } from '../support/raw-mac.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000F001'
const day = 24 * 60 * 60 * 1000

describe('A Mac with an identity of an authority that was brought over', function () {
  this.timeout(60_000)
  let server: TestServer
  let admin: Connection
  let mac: RawMac
  let identity: Identity
  const notAfter = new Date(Math.floor((Date.now() + 6 * day) / 1000) * 1000)

  before(async () => {
    server = await startServer()
    admin = openConnection({ url: server.url, token: server.token, ca: server.caPem })
    const wish = { commonName: 'Old server', organization: 'Example', years: 5, keyBits: 2048, now: new Date() }
    const authority = await createAuthority(wish)
    const json = { certificate: authority.certificatePem, key: authority.keyPem, as: 'trusted' }
    await admin.json({ method: 'POST', path: '/certificates/authorities', json })
    const subject = nameOf({ commonName: 'Mac' })
    const notBefore = new Date(Date.now() - 300 * day)
    identity = await createIdentity({ authority, subject, notBefore, notAfter, extKeyUsage: 'clientAuth' })
    mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'brought over')
    await say({ MessageType: 'Authenticate', ProductName: 'Mac14,7', SerialNumber: 'BROUGHT0001' })
    await say({ MessageType: 'TokenUpdate', Token: randomBytes(32), PushMagic: 'magic' })
  })
  after(async () => {
    admin?.close()
    await server?.stop()
  })

  const say = async (message: object): Promise<void> => {
    const { status } = await mac.send({ UDID: udid, Topic: mac.topic, ...message }, { as: identity })
    assert.equal(status, 200)
  }

  const endings = async () =>
    (
      await admin.json<{ certificates: readonly { fingerprint: string; not_after: string | null }[] }>({
        method: 'GET',
        path: '/certificates/ending',
      })
    ).certificates

  it('shows in its signature when that ends: it is listed, and warned of, six days before [case I3]', async () => {
    await eventually('it is listed', async () => (await endings()).length === 1)
    const [ending] = await endings()
    assert.deepEqual(
      [ending?.fingerprint, ending?.not_after],
      [fingerprintOf(openCertificate(identity.certificateDer)), notAfter.toISOString()],
    )
    const findings = await examine(server.client, new Date())
    const finding = findings.find(({ what }) => what === 'identity certificates')
    assert.equal(finding?.state, 'warns')
    assert.match(finding.detail, /1 end within 30 days/)
  })

  it('is told so in its history once, whatever it sends after that [case I3]', async () => {
    for (let turn = 0; turn < 3; turn++)
      assert.equal((await mac.send({ UDID: udid, Status: 'Idle' }, { as: identity, checkIn: false })).status, 200)
    const told = (await story.historyOf(server.client, { udid })).filter(({ type }) => type === 'IdentityEndSeen')
    assert.equal(told.length, 1)
    assert.match(JSON.stringify(told[0]), new RegExp(notAfter.toISOString()))
  })

  it('begins again with it, and its end is known from the start', async () => {
    await say({ MessageType: 'Authenticate', ProductName: 'Mac14,7', SerialNumber: 'BROUGHT0001' })
    await say({ MessageType: 'TokenUpdate', Token: randomBytes(32), PushMagic: 'magic' })
    assert.equal((await endings()).length, 1)
  })
})
