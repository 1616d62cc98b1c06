import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EnrollmentTerms } from '../../../src/domain/enrollment/terms.ts'
import { unwrapSigned } from '../../../src/protocols/cms/unwrap-signed.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { payloadOf } from '../../../src/simulators/apple/profile.ts'
import type { Arrivals } from '../../support/arrivals.ts'
import { machineInfo, profileIn, startArrivals } from '../../support/arrivals.ts'

const phone = { UDID: '00008130-000A1C2E3D4F001E', SERIAL: 'F2L000001', PRODUCT: 'iPhone16,1', VERSION: '22A3354' }

describe('Enrollment over the air', function () {
  this.timeout(30_000)
  let edge: Arrivals
  let teamId: number

  before(async () => {
    edge = await startArrivals()
    teamId = (await edge.admin('POST /teams', { name: 'Sales' })).body.team.id
    await edge.admin('POST /spec/enroll_secret', { spec: { secrets: [{ secret: 'for-no-team' }] } })
    await edge.admin(`PATCH /teams/${String(teamId)}/secrets`, { secrets: [{ secret: 'for/the+team&' }] })
  })
  after(() => edge.stop())

  const ofTeam = encodeURIComponent('for/the+team&')

  /** What the challenge in the profile was given on. */
  const termsIn = async (profile: Awaited<ReturnType<typeof profileIn>>): Promise<EnrollmentTerms> => {
    const scep = payloadOf(profile, 'com.apple.security.scep')?.['PayloadContent'] as PlistDict
    const used = await edge.app.challenges.use(scep['Challenge'] as string, { transactionId: 't', csrHash: 'h' })
    assert.equal(used.kind, 'accepted')
    return (used as { terms: EnrollmentTerms }).terms
  }

  it('begins with a page that loads nothing from anywhere', async () => {
    const response = await edge.get(`/enroll?enroll_secret=${ofTeam}`)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8')
    const policy = response.headers.get('content-security-policy') ?? ''
    assert.match(policy, /default-src 'none'/)
    assert.doesNotMatch(policy, /unsafe/)
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer')
    assert.equal(response.headers.get('cache-control'), 'no-store')
    const text = await response.text()
    assert.match(text, /<html lang="en">/)
    assert.doesNotMatch(text, /<script|src=|https?:/)
    const link = /<a class="button" href="([^"]+)"/.exec(text)?.[1]?.replaceAll('&amp;', '&') ?? ''
    assert.equal((await edge.get(link)).status, 200)
  })

  it('asks the device who it is, then gives it the profile of the team', async () => {
    const first = await edge.get(`/api/v1/fleet/enrollment_profiles/ota?enroll_secret=${ofTeam}`)
    assert.equal(first.status, 200)
    assert.equal(first.headers.get('content-type'), 'application/x-apple-aspen-config')
    const service = readPlist(unwrapSigned(Buffer.from(await first.arrayBuffer()))) as PlistDict
    assert.equal(service['PayloadType'], 'Profile Service')
    const content = service['PayloadContent'] as PlistDict
    assert.deepEqual(content['DeviceAttributes'], ['UDID', 'SERIAL', 'PRODUCT', 'VERSION', 'IMEI'])
    const url = content['URL'] as string
    assert.ok(url.startsWith(`${edge.url}/api/v1/fleet/ota_enrollment?enroll_secret=`))

    const second = await edge.post(url, machineInfo({ ...phone, CHALLENGE: content['Challenge'] as string }))
    assert.equal(second.status, 200)
    assert.equal(second.headers.get('content-type'), 'application/x-apple-aspen-config')
    const profile = await profileIn(second)
    assert.ok(profile.signed)
    assert.equal(payloadOf(profile, 'com.apple.mdm')?.['Topic'], 'com.apple.mgmt.External.test')
    assert.equal((await termsIn(profile)).teamId, String(teamId))
  })

  it('leads hosts into no team with a secret of none', async () => {
    const answer = await edge.post('/api/latest/fleet/ota_enrollment?enroll_secret=for-no-team', machineInfo(phone))
    assert.equal(answer.status, 200)
    assert.equal((await termsIn(await profileIn(answer))).teamId, '0')
  })

  it('hands out profiles whose signature OpenSSL accepts', async function () {
    if (spawnSync('openssl', ['version']).status !== 0) return this.skip()
    const folder = mkdtempSync(join(tmpdir(), 'muster-profile-'))
    try {
      const answer = await edge.post('/api/v1/fleet/ota_enrollment?enroll_secret=for-no-team', machineInfo(phone))
      writeFileSync(join(folder, 'profile.der'), Buffer.from(await answer.arrayBuffer()))
      writeFileSync(join(folder, 'ca.pem'), edge.authority.certificatePem)
      const input = ['-inform', 'DER', '-in', join(folder, 'profile.der'), '-CAfile', join(folder, 'ca.pem')]
      const moment = String(Math.floor(edge.app.clock().getTime() / 1000))
      const { status, stdout, stderr } = spawnSync('openssl', ['cms', '-verify', '-purpose', 'any', '-attime', moment, ...input])
      assert.equal(status, 0, stderr.toString())
      assert.match(stdout.toString(), /com\.apple\.mdm/)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('refuses a first profile that is a day old, or of somewhere else', async () => {
    const url = `/api/v1/fleet/ota_enrollment?enroll_secret=${ofTeam}`
    const first = await edge.get(`/api/v1/fleet/enrollment_profiles/ota?enroll_secret=for-no-team`)
    const content = (readPlist(unwrapSigned(Buffer.from(await first.arrayBuffer()))) as PlistDict)['PayloadContent'] as PlistDict
    const challenge = content['Challenge'] as string
    assert.equal((await edge.post(url, machineInfo({ ...phone, CHALLENGE: challenge }))).status, 403)
    assert.equal((await edge.post(url, machineInfo({ ...phone, CHALLENGE: 'x' }))).status, 403)
    const right = '/api/v1/fleet/ota_enrollment?enroll_secret=for-no-team'
    assert.equal((await edge.post(right, machineInfo({ ...phone, CHALLENGE: challenge }))).status, 200)
    edge.advance(24 * 60 * 60 * 1000)
    assert.equal((await edge.post(right, machineInfo({ ...phone, CHALLENGE: challenge }))).status, 403)
  })

  it('refuses bad messages with the field at fault, never with 401', async () => {
    const url = `/api/v1/fleet/ota_enrollment?enroll_secret=${ofTeam}`
    const bad: readonly (readonly [string, Uint8Array, number])[] = [
      ['signature', Buffer.from('hello'), 400],
      ['signature', Buffer.alloc(0), 400],
      ['MachineInfo', machineInfo({}), 400],
      ['UDID', machineInfo({ UDID: 7 }), 400],
      ['base', Buffer.alloc(65 * 1024), 413],
    ]
    for (const [field, body, status] of bad) {
      const response = await edge.post(url, body)
      assert.equal(response.status, status, field)
      const { errors } = (await response.json()) as { errors: readonly { name: string }[] }
      assert.equal(errors[0]?.name, field)
    }
  })

  it('gives nothing for a wrong secret, and makes a guesser wait', async () => {
    const tries = [
      '',
      '?enroll_secret=',
      '?enroll_secret=wrong',
      '?enroll_secret=a&enroll_secret=b',
      `?enroll_secret=${'x'.repeat(300)}`,
    ]
    for (const query of tries) {
      assert.equal((await edge.get(`/enroll${query}`)).status, 403, query)
      assert.equal((await edge.get(`/api/v1/fleet/enrollment_profiles/ota${query}`)).status, 403, query)
      assert.equal((await edge.post(`/api/v1/fleet/ota_enrollment${query}`, machineInfo(phone))).status, 403, query)
    }
    for (let count = 0; count < 30; count++) await edge.get('/enroll?enroll_secret=guess')
    const told = await edge.get('/api/v1/fleet/enrollment_profiles/ota?enroll_secret=for-no-team')
    assert.deepEqual([told.status, told.headers.get('retry-after')], [429, '60'])
    assert.equal((await edge.get('/enroll?enroll_secret=for-no-team')).status, 429)
    edge.advance(60_000)
    assert.equal((await edge.get('/enroll?enroll_secret=for-no-team')).status, 200)
  })

  it('ends for a team that is deleted', async () => {
    await edge.admin(`DELETE /teams/${String(teamId)}`)
    assert.equal((await edge.get(`/enroll?enroll_secret=${ofTeam}`)).status, 403)
  })

  it('leaves no secret in the log of events, nor in that of the server', async () => {
    const told = JSON.stringify([await edge.app.log.readAll({ after: null, limit: 10_000 }), edge.lines])
    assert.doesNotMatch(told, /for-no-team|for\/the\+team/)
  })
})

describe('Enrollment over the air, where devices must show what they were made with', function () {
  this.timeout(30_000)
  let edge: Arrivals

  it('takes those whose certificate leads to the configured authority, and no others', async () => {
    const wish = {
      organization: 'Maker',
      commonName: 'Device CA',
      years: 1,
      keyBits: 2048,
      now: new Date('2020-01-01T00:00:00Z'),
    }
    const maker = await createAuthority(wish)
    const built = await createIdentity({
      authority: maker,
      subject: nameOf({ commonName: phone.UDID }),
      notBefore: new Date('2020-01-01T00:00:00Z'),
      notAfter: new Date('2020-06-01T00:00:00Z'),
      extKeyUsage: 'clientAuth',
    })
    edge = await startArrivals([new X509Certificate(maker.certificatePem)])
    try {
      await edge.admin('POST /spec/enroll_secret', { spec: { secrets: [{ secret: 'for-no-team' }] } })
      const url = '/api/v1/fleet/ota_enrollment?enroll_secret=for-no-team'
      assert.equal((await edge.post(url, machineInfo(phone, built))).status, 200)
      assert.equal((await edge.post(url, machineInfo(phone))).status, 400)
    } finally {
      await edge.stop()
    }
  })
})
