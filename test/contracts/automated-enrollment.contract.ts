import assert from 'node:assert/strict'
import type {
  AssignedDevicePage,
  AutomatedEnrollment,
  EnrollmentService,
  ServerToken,
  Told,
} from '../../src/app/automated-enrollment-ports.ts'
import type { AdeService } from '../../src/simulators/ade/control.ts'

export type EnrollmentUnderTest = Readonly<{
  enrollment: AutomatedEnrollment
  apple: AdeService
  /** Lets the time of both go on. */
  pass: (ms: number) => void
  stop: () => Promise<void>
}>

const day = 24 * 3600_000
const profile = { profile_name: 'Macs', url: 'https://mdm.example.org/ade/1', is_supervised: true, is_mdm_removable: false }

export const valueOf = <T>(told: Told<T>): T => {
  if (told.kind === 'refused') assert.fail(told.refusal.message)
  return told.value
}
const codeOf = (told: Told<unknown>): string => (told.kind === 'told' ? 'told' : told.refusal.code)

/** What a client of Apple's Automated Device Enrollment does, against a service that is as strict as Apple's. */
export const automatedEnrollmentContract = (name: string, open: () => Promise<EnrollmentUnderTest>): void => {
  describe(`${name} keeps the contract of automated enrollment`, () => {
    let under: EnrollmentUnderTest
    let server: string
    let token: ServerToken
    let service: EnrollmentService
    const serials = ['C01', 'C02', 'C03', 'C04', 'C05']

    beforeEach(async () => {
      under = await open()
      server = under.apple.addServer('Muster')
      token = under.apple.issueToken(server)
      service = under.enrollment.as(token)
    })
    afterEach(() => under.stop())

    const all = async (): Promise<AssignedDevicePage> => {
      let page = valueOf(await service.fetchDevices(null, 2))
      const devices = [...page.devices]
      while (page.moreToFollow) {
        page = valueOf(await service.fetchDevices(page.cursor, 2))
        devices.push(...page.devices)
      }
      return { ...page, devices }
    }

    it('tells whose token it is', async () => {
      const { serverUuid, serverName, organization, limits } = valueOf(await service.account())
      assert.deepEqual([serverUuid, serverName, organization.name], [server, 'Muster', 'Example'])
      assert.deepEqual(
        limits.map(({ path, most }) => [path, most]),
        [
          ['/server/devices', 1000],
          ['/devices/sync', 1000],
        ],
      )
    })

    it('fetches all devices page by page, and then hears of what changes in its order', async () => {
      under.apple.addDevices(server, serials, { wifi_mac_address: 'aa:bb', imei: ['1', '2'] })
      const first = await all()
      assert.deepEqual(
        first.devices.map(({ serial, operation }) => [serial, operation]),
        serials.map((serial) => [serial, null]),
      )
      assert.deepEqual(first.devices[0]?.imei, ['1', '2'])
      assert.equal(codeOf(await service.fetchDevices(first.cursor, 2)), 'cursor-exhausted')
      under.pass(1000)
      under.apple.removeDevices(['C02'])
      under.apple.addDevices(server, ['C06'])
      under.apple.set({ doubled: true })
      const changed = valueOf(await service.syncDevices(first.cursor, 10))
      assert.deepEqual(
        changed.devices.map(({ serial, operation }) => [serial, operation?.type]),
        ['deleted', 'deleted', 'added', 'added'].map((type, at) => [at < 2 ? 'C02' : 'C06', type]),
      )
      assert.equal(changed.moreToFollow, false)
    })

    it('is told which cursor is of no use, and why', async () => {
      const { cursor } = await all()
      assert.equal(codeOf(await service.syncDevices('abcd', 10)), 'cursor-invalid')
      under.pass(8 * day)
      assert.equal(codeOf(await service.syncDevices(cursor, 10)), 'cursor-expired')
      assert.equal(codeOf(await service.fetchDevices(null, 10)), 'told')
    })

    it('defines a profile, and learns of each device what became of it', async () => {
      under.apple.addDevices(server, serials)
      const { profileUuid } = valueOf(await service.defineProfile({ ...profile, devices: ['C01'] }))
      under.apple.setOutcome('C02', 'THROTTLED', 1)
      under.apple.setOutcome('C03', 'FAILED', 1)
      under.apple.setOutcome('C04', 'MISSING', 1)
      const { outcomes, retryAfterSeconds } = valueOf(await service.assignProfile(profileUuid, [...serials, 'X99']))
      assert.deepEqual(
        [...outcomes],
        [
          ...[['C01', 'SUCCESS'] as const, ['C02', 'THROTTLED'] as const, ['C03', 'FAILED'] as const],
          ...[['C04', 'MISSING'] as const, ['C05', 'SUCCESS'] as const, ['X99', 'NOT_ACCESSIBLE'] as const],
        ],
      )
      assert.equal(retryAfterSeconds, 3600)
      assert.equal(under.apple.turnOn('C01')?.['url'], profile.url)
      assert.equal(under.apple.turnOn('C02'), null)
      const details = valueOf(await service.deviceDetails(['C01', 'C05', 'X99']))
      assert.deepEqual(
        details.map(({ status, device }) => [status, device?.profileStatus]),
        [
          ['SUCCESS', 'pushed'],
          ['SUCCESS', 'assigned'],
          ['NOT_ACCESSIBLE', undefined],
        ],
      )
      assert.deepEqual(valueOf(await service.profile(profileUuid))['profile_name'], 'Macs')
      assert.equal(valueOf(await service.removeProfile(['C05'])).outcomes.get('C05'), 'SUCCESS')
      assert.equal(under.apple.deviceOf('C05')?.['profile_status'], 'removed')
      assert.equal(codeOf(await service.assignProfile('nope', ['C01'])), 'not-found')
    })

    for (const [word, change] of [
      ['CONFIG_NAME_REQUIRED', { profile_name: '' }],
      ['CONFIG_NAME_INVALID', { profile_name: 'x'.repeat(126) }],
      ['CONFIG_URL_INVALID', { url: 'http://mdm.example.org' }],
      ['FLAGS_INVALID', { is_supervised: false }],
      ['MAGIC_INVALID', { org_magic: 'x'.repeat(257) }],
      ['LOCALE_INVALID', { region: 'us' }],
    ] as const)
      it(`says that a profile is refused with ${word}`, async () => {
        const answer = await service.defineProfile({ ...profile, ...change })
        assert.deepEqual(answer.kind === 'refused' && [answer.refusal.code, answer.refusal.word], ['profile-refused', word])
      })

    it('makes one new session when the old one has ended, for all who wait for it', async () => {
      valueOf(await service.account())
      under.apple.endSessions()
      for (const answer of await Promise.all([service.account(), service.account(), service.account()])) valueOf(answer)
      assert.equal(under.apple.seen().filter(({ path }) => path === '/session').length, 2)
    })

    it('does not ask again for a token that is revoked, replaced or expired', async () => {
      valueOf(await service.account())
      const renewed = under.apple.issueToken(server)
      assert.equal(renewed.consumerKey, token.consumerKey)
      assert.equal(codeOf(await service.account()), 'token-refused')
      const before = under.apple.seen().length
      assert.equal(codeOf(await service.account()), 'token-refused')
      assert.ok(under.apple.seen().length - before <= 2)
      assert.equal(codeOf(await under.enrollment.as(renewed).account()), 'told')
      under.pass(400 * day)
      assert.equal(codeOf(await under.enrollment.as(renewed).account()), 'token-refused')
      assert.equal(codeOf(await under.enrollment.as({ ...renewed, accessSecret: 'x' }).account()), 'token-refused')
    })

    it('says that terms must be accepted, with or without a session, and goes on after that', async () => {
      under.apple.set({ terms: false })
      assert.equal(codeOf(await service.account()), 'terms-not-signed')
      under.apple.set({ terms: true })
      valueOf(await service.account())
      under.apple.set({ terms: false })
      assert.equal(codeOf(await service.account()), 'terms-not-signed')
    })

    it('does not ask before the time that Apple names, and asks after it', async () => {
      valueOf(await service.account())
      under.apple.fail({ answer: { status: 503, body: '', retryAfter: '120' }, times: 1 })
      const answer = await service.account()
      assert.equal(answer.kind === 'refused' && answer.refusal.retryAfterMs, 120_000)
      const before = under.apple.seen().length
      assert.equal(codeOf(await service.account()), 'throttled')
      assert.equal(under.apple.seen().length, before)
      under.pass(121_000)
      assert.equal(codeOf(await service.account()), 'told')
    })

    it('takes neither half of an answer, nor a page of a proxy, nor silence for one', async () => {
      valueOf(await service.account())
      under.apple.fail({ answer: 'half', path: '/account', times: 1 })
      assert.equal(codeOf(await service.account()), 'unreachable')
      under.apple.fail({ answer: { status: 200, body: '<html>Sign in</html>' }, path: '/account', times: 1 })
      assert.equal(codeOf(await service.account()), 'unintelligible')
      under.apple.fail({ answer: { status: 502, body: '<html>Bad gateway</html>' }, path: '/account', times: 1 })
      assert.equal(codeOf(await service.account()), 'failing')
      under.apple.fail({ answer: 'silence', path: '/account', times: 1 })
      assert.equal(codeOf(await service.account()), 'unreachable')
      assert.equal(codeOf(await service.account()), 'told')
    })

    it('keeps the good records of a page that has a bad one, and tells of that', async () => {
      under.apple.addDevices(server, serials)
      under.apple.changeDevice('C03', { model: 7 })
      const { devices, unreadable } = valueOf(await service.fetchDevices(null, 10))
      assert.equal(devices.length, 4)
      assert.deepEqual(
        unreadable.map(({ serial, field }) => [serial, field]),
        [['C03', 'devices[2].model']],
      )
    })

    it('locks, releases, and knows of beta programmes and of where accounts enroll', async () => {
      under.apple.addDevices(server, serials)
      const lock = { serial: 'C01', escrowKey: 'ab'.repeat(32), lostMessage: null }
      assert.deepEqual(valueOf(await service.activationLock(lock)), { serial: 'C01', status: 'SUCCESS' })
      assert.equal(valueOf(await service.disown(['C01'])).outcomes.get('C01'), 'SUCCESS')
      assert.equal(under.apple.deviceOf('C01'), null)
      assert.equal(codeOf(await service.betaTokens()), 'beta-program-off')
      under.apple.set({ betaProgram: true })
      assert.equal(valueOf(await service.betaTokens())[0]?.os, 'OSX')
      assert.equal(codeOf(await service.serviceDiscovery()), 'not-found')
      valueOf(await service.setServiceDiscovery('https://mdm.example.org/discovery'))
      assert.equal(valueOf(await service.serviceDiscovery()).url, 'https://mdm.example.org/discovery')
    })
  })
}
