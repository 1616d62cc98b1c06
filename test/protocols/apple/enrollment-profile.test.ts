import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { writeEnrollmentProfile, type EnrollmentProfile } from '../../../src/protocols/apple/enrollment-profile.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { selfSigned } from '../cms/identities.ts'

const ca = new X509Certificate(selfSigned('rsa').certificatePem).raw
const settings: EnrollmentProfile = {
  identifier: 'com.muster.mdm.apple',
  displayName: 'Example management',
  organization: 'Example',
  uuid: '0b1c2d3e-0000-4000-8000-000000000001',
  serverUrl: 'https://mdm.example.com/mdm/apple/mdm',
  topic: 'com.apple.mgmt.External.0a1b',
  scep: {
    url: 'https://mdm.example.com/mdm/apple/scep',
    name: 'Muster',
    challenge: 'once-only',
    subject: [
      ['O', 'Example'],
      ['CN', '%SerialNumber%'],
    ],
    caFingerprint: createHash('sha256').update(ca).digest(),
  },
  caCertificates: [ca],
}
const written = (profile: EnrollmentProfile) => {
  const whole = readPlist(Buffer.from(writeEnrollmentProfile(profile))) as PlistDict
  const payloads = whole['PayloadContent'] as readonly PlistDict[]
  const payload = (type: string): PlistDict => payloads.find(({ PayloadType }) => PayloadType === type) ?? {}
  return {
    whole,
    payloads,
    scep: payload('com.apple.security.scep'),
    mdm: payload('com.apple.mdm'),
    root: payload('com.apple.security.root'),
  }
}
const refusedFor = (field: string, change: Partial<EnrollmentProfile>): void =>
  assert.throws(
    () => writeEnrollmentProfile({ ...settings, ...change }),
    (error: unknown) => error instanceof ParseError && error.field === field,
  )

describe('An enrollment profile', () => {
  it('brings identity, management and the authority, each with the keys that every payload has', () => {
    const { whole, payloads, scep, mdm, root } = written(settings)
    assert.equal(payloads.length, 3)
    for (const payload of [whole, ...payloads]) {
      assert.equal(payload['PayloadVersion'], 1)
      for (const key of ['PayloadType', 'PayloadIdentifier', 'PayloadUUID', 'PayloadDisplayName', 'PayloadOrganization']) {
        assert.ok(typeof payload[key] === 'string' && payload[key] !== '', key)
      }
    }
    assert.equal(new Set([whole, ...payloads].map(({ PayloadUUID }) => PayloadUUID)).size, 4)
    assert.equal(whole['PayloadType'], 'Configuration')
    assert.equal(whole['PayloadScope'], 'System')
    assert.equal(whole['PayloadIdentifier'], 'com.muster.mdm.apple')
    assert.equal(mdm['IdentityCertificateUUID'], scep['PayloadUUID'])
    assert.equal(mdm['Topic'], settings.topic)
    assert.equal(mdm['ServerURL'], settings.serverUrl)
    assert.equal('CheckInURL' in mdm, false)
    assert.equal(mdm['SignMessage'], true)
    assert.equal(mdm['AccessRights'], 8191)
    assert.equal(mdm['CheckOutWhenRemoved'], true)
    assert.deepEqual(mdm['ServerCapabilities'], [
      'com.apple.mdm.per-user-connections',
      'com.apple.mdm.bootstraptoken',
      'com.apple.mdm.token',
    ])
    assert.deepEqual(
      { ...(scep['PayloadContent'] as PlistDict) },
      {
        URL: settings.scep.url,
        Name: 'Muster',
        Subject: [[['O', 'Example']], [['CN', '%SerialNumber%']]],
        Challenge: 'once-only',
        Keysize: 2048,
        'Key Type': 'RSA',
        'Key Usage': 5,
        CAFingerprint: new Uint8Array(settings.scep.caFingerprint),
        Retries: 3,
        RetryDelay: 10,
        KeyIsExtractable: false,
        AllowAllAppsAccess: false,
      },
    )
    assert.deepEqual(root['PayloadContent'], new Uint8Array(ca))
  })

  it('keeps on renewal what devices hold fast, and asks for a new identity', () => {
    const first = written(settings)
    const again = written(settings)
    const renewal = written({ ...settings, uuid: '0b1c2d3e-0000-4000-8000-000000000002' })
    assert.deepEqual(first, again)
    assert.notEqual(first.whole['PayloadUUID'], renewal.whole['PayloadUUID'])
    assert.notEqual(first.scep['PayloadUUID'], renewal.scep['PayloadUUID'])
    assert.equal(first.mdm['PayloadUUID'], renewal.mdm['PayloadUUID'])
    assert.equal(first.root['PayloadUUID'], renewal.root['PayloadUUID'])
    assert.equal(renewal.mdm['IdentityCertificateUUID'], renewal.scep['PayloadUUID'])
  })

  it('says what account-driven enrollment needs, when asked', () => {
    const { mdm } = written({
      ...settings,
      checkInUrl: 'https://mdm.example.com/in',
      enrollmentMode: 'BYOD',
      assignedManagedAppleId: 'ann@example.com',
      requiredAppIdForMdm: 7,
      useDevelopmentApns: true,
    })
    assert.deepEqual(
      [
        mdm['CheckInURL'],
        mdm['EnrollmentMode'],
        mdm['AssignedManagedAppleID'],
        mdm['RequiredAppIDForMDM'],
        mdm['UseDevelopmentAPNS'],
      ],
      ['https://mdm.example.com/in', 'BYOD', 'ann@example.com', 7, true],
    )
  })

  it('pins the certificates of the server when told to, each in the profile once', () => {
    const other = new X509Certificate(selfSigned('ec').certificatePem).raw
    const { mdm, payloads } = written({ ...settings, pinnedCertificates: [ca, other], checkInUrl: 'https://mdm.example.com/in' })
    const roots = payloads.filter(({ PayloadType }) => PayloadType === 'com.apple.security.root')
    const uuids = roots.map(({ PayloadUUID }) => PayloadUUID)
    assert.deepEqual(
      roots.map(({ PayloadContent }) => PayloadContent),
      [new Uint8Array(ca), new Uint8Array(other)],
    )
    assert.deepEqual(mdm['ServerURLPinningCertificateUUIDs'], uuids)
    assert.deepEqual(mdm['CheckInURLPinningCertificateUUIDs'], uuids)
    const { mdm: unpinned } = written(settings)
    assert.equal(
      Object.keys(unpinned).some((key) => key.includes('Pinning')),
      false,
    )
    const { mdm: oneUrl } = written({ ...settings, pinnedCertificates: [ca] })
    assert.equal('CheckInURLPinningCertificateUUIDs' in oneUrl, false)
  })

  it('may name this very machine without TLS', () => {
    assert.equal(written({ ...settings, serverUrl: 'http://127.0.0.1:8080/mdm' }).mdm['ServerURL'], 'http://127.0.0.1:8080/mdm')
  })

  it('is not written with what devices would refuse', () => {
    refusedFor('serverUrl', { serverUrl: 'http://mdm.example.com/' })
    refusedFor('serverUrl', { serverUrl: 'mdm' })
    refusedFor('checkInUrl', { checkInUrl: 'ftp://x/' })
    refusedFor('topic', { topic: '' })
    refusedFor('uuid', { uuid: 'one' })
    refusedFor('accessRights', { accessRights: 8192 })
    refusedFor('accessRights', { accessRights: 2 })
    refusedFor('accessRights', { accessRights: 128 })
    refusedFor('caCertificates', { caCertificates: [Uint8Array.of(1)] })
    refusedFor('assignedManagedAppleId', { enrollmentMode: 'BYOD' })
    refusedFor('assignedManagedAppleId', { assignedManagedAppleId: 'ann@example.com' })
    refusedFor('assignedManagedAppleId', { enrollmentMode: 'ADDE', assignedManagedAppleId: '' })
    refusedFor('scep.url', { scep: { ...settings.scep, url: 'https://x/scep?a=b' } })
    refusedFor('scep.challenge', { scep: { ...settings.scep, challenge: '' } })
    refusedFor('scep.subject', { scep: { ...settings.scep, subject: [] } })
    refusedFor('scep.caFingerprint', { scep: { ...settings.scep, caFingerprint: new Uint8Array(20) } })
  })
})
