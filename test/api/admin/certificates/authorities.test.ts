import assert from 'node:assert/strict'
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto'
import { ensureAuthority } from '../../../../src/api/authority.ts'
import type { Trust } from '../../../../src/api/trust.ts'
import { keepTrust } from '../../../../src/api/trust.ts'
import { certificate } from '../../../../src/domain/certificates/certificate.ts'
import { createAuthority, createIdentity } from '../../../../src/protocols/x509/authority.ts'
import { fingerprintOf, openCertificate } from '../../../../src/protocols/x509/certificate.ts'
import { encryptedKeyPem, keyPemOf } from '../../../../src/protocols/x509/keys.ts'
import { nameOf } from '../../../../src/protocols/x509/names.ts'
import type { Authority } from '../../../../src/protocols/x509/open-authority.ts'
import { openAuthority } from '../../../../src/protocols/x509/open-authority.ts'
import type { AdminApi, Answer } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'
import { testCause } from '../../../support/app.ts'

type Shown = Readonly<{
  fingerprint: string
  standing: string
  has_key: boolean
  living_certificates: number
  exported_at: string | null
}>

const passphrase = 'correct horse battery'

describe('the authorities', function () {
  this.timeout(60_000)
  let api: AdminApi
  /** Another process: what it believes follows from the log alone. */
  let elsewhere: Trust
  let foreign: Authority

  before(async () => {
    api = await startAdminApi()
    await ensureAuthority(api.app, { organization: 'Example', keyBits: 2048 })
    elsewhere = await keepTrust(api.app)
    const wish = { commonName: 'Old server', organization: 'Example', years: 5, keyBits: 2048, now: api.app.clock() }
    foreign = await createAuthority(wish)
  })
  after(async () => {
    elsewhere.stop()
    await api.stop()
  })

  const list = async (): Promise<readonly Shown[]> => (await api.call('GET /certificates/authorities')).body.authorities
  const standings = async () => (await list()).map(({ standing }) => standing)
  const rollOver = (json: object = {}) => api.call('POST /certificates/authority/rollovers', { json })
  const bring = (json: object) => api.call('POST /certificates/authorities', { json })
  const exporting = (json: object) => api.call('POST /certificates/authority/exports', { json })
  const issuerElsewhere = async (): Promise<string> => {
    await elsewhere.refresh()
    return fingerprintOf(openCertificate(elsewhere.authorities().issuer.certificatePem))
  }

  it('are changed by admins alone', async () => {
    for (const route of [
      'POST /certificates/authority/rollovers',
      'POST /certificates/authorities',
      'POST /certificates/authority/exports',
    ])
      assert.equal((await api.call(route, { json: {}, token: secretOf('maintainer') })).status, 403)
    assert.equal((await api.call('GET /certificates/authorities', { token: secretOf('observer') })).status, 200)
  })

  it('begin with one, made at the first start', async () => {
    const [only, ...others] = (await api.call('GET /certificates/authorities')).body.authorities
    assert.deepEqual(others, [])
    assert.deepEqual(
      [only.standing, only.subject, only.has_key, only.is_imported],
      ['issuer', 'O=Example, CN=Example device CA', true, false],
    )
    assert.ok(only.days_left > 3650)
    assert.equal(openCertificate(only.certificate).ca, true)
  })

  it('roll over in two steps, the second of which may be repeated', async () => {
    const prepared = await rollOver({ prepare: true })
    assert.deepEqual([prepared.status, prepared.body.authority.standing], [201, 'next'])
    const { fingerprint } = prepared.body.authority
    assert.equal((await rollOver({ prepare: true })).body.authority.fingerprint, fingerprint)
    assert.deepEqual(await standings(), ['issuer', 'next'])
    for (let times = 0; times < 2; times++) assert.equal((await rollOver({ to: fingerprint })).body.authority.standing, 'issuer')
    assert.deepEqual(await standings(), ['previous', 'issuer'])
    assert.equal(await issuerElsewhere(), fingerprint)
    assert.equal(elsewhere.authorities().trusted.length, 2)
    assert.equal((await rollOver({ to: '0'.repeat(64) })).status, 404)
  })

  it('roll over in one step', async () => {
    const { body } = await rollOver()
    assert.equal(body.authority.subject, 'O=Example, CN=Example device CA 3')
    assert.deepEqual(await standings(), ['previous', 'previous', 'issuer'])
    assert.equal(await issuerElsewhere(), body.authority.fingerprint)
  })

  it('are taken in from another server for what they issued there, with or without their keys', async () => {
    const bare = await bring({ certificate: foreign.certificatePem })
    assert.deepEqual([bare.status, bare.body.authority.standing, bare.body.authority.has_key], [201, 'trusted', false])
    await elsewhere.refresh()
    assert.deepEqual([elsewhere.authorities().trusted.length, elsewhere.authorities().foreign.length], [4, 0])
    const key = encryptedKeyPem(foreign.keyPem, passphrase)
    const whole = await bring({ certificate: foreign.certificatePem, key, passphrase })
    assert.equal(whole.body.authority.has_key, true)
    await elsewhere.refresh()
    const [opened] = elsewhere.authorities().foreign
    assert.ok(opened !== undefined)
    assert.equal(openAuthority(opened).certificate.checkPrivateKey(createPrivateKey(foreign.keyPem)), true)
  })

  it('are taken in from another server to go on issuing', async () => {
    const { status, body } = await bring({ certificate: foreign.certificatePem, key: foreign.keyPem, as: 'issuer' })
    assert.deepEqual([status, body.authority.standing], [201, 'issuer'])
    assert.equal(await issuerElsewhere(), body.authority.fingerprint)
    assert.deepEqual((await standings()).toSorted(), ['issuer', 'previous', 'previous', 'previous'])
  })

  it('are refused with the field at fault', async () => {
    const { keyPem: otherKey } = await createAuthority({ commonName: 'X', organization: 'X', years: 1, keyBits: 2048 })
    const curved = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const now = api.app.clock()
    const leaf = await createIdentity({
      authority: foreign,
      subject: nameOf({ commonName: 'Mac' }),
      notBefore: now,
      notAfter: new Date(now.getTime() + 1000),
      extKeyUsage: 'clientAuth',
    })
    const long = await createAuthority({
      commonName: 'Ended',
      organization: 'X',
      years: 1,
      keyBits: 2048,
      now: new Date('2020-01-01'),
    })
    const refused = ({ status, body }: Answer): readonly unknown[] => [status, body.errors?.[0]?.name]
    const { certificatePem, keyPem } = foreign
    const encrypted = encryptedKeyPem(keyPem, passphrase)
    const cases: readonly (readonly [object, string])[] = [
      [{}, 'certificate'],
      [{ certificate: 'nonsense' }, 'certificate'],
      [{ certificate: leaf.certificatePem }, 'certificate'],
      [{ certificate: long.certificatePem, key: long.keyPem, as: 'issuer' }, 'certificate'],
      [{ certificate: certificatePem, as: 'issuer' }, 'key'],
      [{ certificate: certificatePem, key: 'nonsense' }, 'key'],
      [{ certificate: certificatePem, key: otherKey }, 'key'],
      [{ certificate: certificatePem, key: keyPemOf(curved.privateKey) }, 'key'],
      [{ certificate: certificatePem, key: encrypted }, 'passphrase'],
      [{ certificate: certificatePem, key: encrypted, passphrase: 'wrong' }, 'passphrase'],
      [{ certificate: certificatePem, as: 'king' }, 'as'],
    ]
    for (const [json, field] of cases)
      assert.deepEqual(refused(await bring(json)), [422, field], JSON.stringify(Object.keys(json)))
  })

  it('are exported under a passphrase, which is recorded with who did it', async () => {
    for (const json of [{}, { passphrase: 'short' }]) assert.deepEqual((await exporting(json)).body.errors[0].name, 'passphrase')
    assert.equal((await exporting({ passphrase, fingerprint: '0'.repeat(64) })).status, 404)
    const { status, body, bytes } = await exporting({ passphrase })
    assert.equal(status, 200)
    assert.match(body.key, /^-----BEGIN ENCRYPTED PRIVATE KEY-----/)
    assert.ok(!bytes.includes('BEGIN PRIVATE KEY'))
    assert.throws(() => createPrivateKey({ key: body.key, passphrase: 'wrong' }))
    const key = createPrivateKey({ key: body.key, passphrase })
    assert.equal(new X509Certificate(body.certificate).checkPrivateKey(key), true)
    const { activities } = (await api.call('GET /activities?per_page=1')).body
    assert.deepEqual([activities[0].event, activities[0].actor_full_name], ['AuthorityExported', 'the admin'])
    assert.equal(
      (await list()).find(({ fingerprint }) => fingerprint === body.fingerprint)?.exported_at,
      '2026-03-01T12:00:00.000Z',
    )
  })

  it('are retired when nobody needs them, or when it is said that hosts may be lost', async () => {
    const issuer = (await list()).find(({ standing }) => standing === 'issuer')
    const [first] = await list()
    assert.ok(issuer !== undefined && first !== undefined)
    const retire = (fingerprint: string, query = '') => api.call(`DELETE /certificates/authorities/${fingerprint}${query}`)
    assert.equal((await retire(issuer.fingerprint)).status, 422)
    const bind = { type: 'BindCertificate', data: { hostId: '1', enrollmentId: 'mac-1' } } as const
    const data = {
      serial: '1',
      subject: 'CN=Mac',
      notAfter: '2027-01-01T00:00:00.000Z',
      certificate: '',
      transactionId: 't',
      csrHash: 'c',
    }
    const issue = { type: 'IssueCertificate', data: { ...data, issuer: first.fingerprint } } as const
    await api.app.execute(certificate, 'aa', issue, testCause())
    await api.app.caughtUp(await api.app.execute(certificate, 'aa', bind, testCause()))
    assert.equal((await list())[0]?.living_certificates, 1)
    assert.equal((await retire(first.fingerprint)).status, 409)
    assert.equal((await retire(first.fingerprint, '?lose_certificates=true')).status, 200)
    await elsewhere.refresh()
    assert.ok(!elsewhere.authorities().trusted.some((one) => fingerprintOf(one) === first.fingerprint))
    assert.equal((await retire(first.fingerprint)).status, 404)
  })

  it('show no key to anybody, in the log or in an answer', async () => {
    const events = JSON.stringify(await api.app.log.readAll({ after: null, limit: 1000 }))
    const shown = (await api.call('GET /certificates/authorities')).bytes.toString()
    for (const text of [events, shown, JSON.stringify(api.lines)]) assert.ok(!text.includes('PRIVATE KEY'))
  })
})
