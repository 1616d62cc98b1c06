import assert from 'node:assert/strict'
import { ensureAuthority, newAuthority } from '../../src/api/authority.ts'
import { keepTrust } from '../../src/api/trust.ts'
import { LogUnavailable, SecretGone } from '../../src/app/ports.ts'
import { certificate } from '../../src/domain/certificates/certificate.ts'
import { server, theServer } from '../../src/domain/server/server.ts'
import type { TestApp } from '../support/app.ts'
import { testApp, testCause } from '../support/app.ts'

const fingerprint = 'ab'.repeat(32)

describe('Whom this process trusts', function () {
  this.timeout(30_000)
  let rig: TestApp

  before(async () => {
    rig = await testApp()
  })
  after(() => rig.stop())

  const revoke = async (): Promise<void> => {
    const { app } = rig
    const data = {
      serial: '1',
      subject: 'CN=Mac',
      notAfter: '2027-01-01T00:00:00.000Z',
      certificate: '',
      transactionId: 't',
      csrHash: 'c',
    }
    await app.execute(certificate, fingerprint, { type: 'IssueCertificate', data }, testCause())
    const command = { type: 'RevokeCertificate', data: { because: 'asked' } } as const
    await app.caughtUp(await app.execute(certificate, fingerprint, command, testCause()))
  }

  it('is nobody before there is an authority, and then it does not begin', async () => {
    await assert.rejects(keepTrust(rig.app), /has no certificate authority/)
  })

  it('is the same authority for processes that start at once', async () => {
    const wish = { organization: 'Example', keyBits: 2048 }
    await Promise.all([ensureAuthority(rig.app, wish), ensureAuthority(rig.app, wish)])
    assert.equal((await rig.app.load(server, theServer)).state.authorities.length, 1)
  })

  it('follows the log when it is told to look, and tells when authorities came', async () => {
    const trust = await keepTrust(rig.app)
    try {
      let told = 0
      trust.onChange(() => told++)
      const before = trust.authorities().issuer
      await revoke()
      const data = await newAuthority(rig.app, { organization: 'Example', keyBits: 2048, number: 2 })
      await rig.app.execute(server, theServer, { type: 'PrepareAuthority', data }, testCause())
      assert.deepEqual([trust.isRevoked(fingerprint), trust.authorities().next, told], [false, null, 0])
      await trust.refresh()
      assert.deepEqual([trust.isRevoked(fingerprint), trust.authorities().trusted.length, told], [true, 2, 1])
      assert.equal(trust.authorities().issuer, before, 'Parsed keys are remembered by the object.')
      await trust.refresh()
      assert.equal(told, 1)
    } finally {
      trust.stop()
    }
  })

  it('stands while log and read models are away', async () => {
    let away = false
    const { app, lines } = rig
    const flaky: typeof app = {
      ...app,
      load: (decider, id) => (away ? Promise.reject(new LogUnavailable('The log is away.')) : app.load(decider, id)),
    }
    const trust = await keepTrust(flaky)
    try {
      away = true
      await trust.refresh()
      assert.deepEqual([trust.isRevoked(fingerprint), trust.authorities().trusted.length], [true, 2])
      assert.ok(lines.some(({ level, message }) => level === 'warn' && message.includes('stands')))
    } finally {
      trust.stop()
    }
  })

  it('outlives the key of an authority that does not issue: its identities are let in, its requests are not opened', async () => {
    const { app, lines } = rig
    const open: typeof app.vault.open = (owner, context, sealed) =>
      context === 'authority-key' ? app.vault.open(owner, context, sealed) : Promise.reject(new SecretGone('The key is gone.'))
    const trust = await keepTrust({ ...app, vault: { ...app.vault, open } })
    try {
      assert.deepEqual([trust.authorities().next, trust.authorities().trusted.length], [null, 2])
      assert.ok(lines.some(({ level, message }) => level === 'error' && message.includes('key of an authority')))
    } finally {
      trust.stop()
    }
  })
})
