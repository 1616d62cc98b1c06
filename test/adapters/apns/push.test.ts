import assert from 'node:assert/strict'
import type { ApnsOptions } from '../../../src/adapters/apns/push.ts'
import { apnsPush } from '../../../src/adapters/apns/push.ts'
import type { Log, Push, PushCredentials } from '../../../src/app/ports.ts'
import type { Apns, ApnsAnswer } from '../../../src/simulators/apns.ts'
import { startApns } from '../../../src/simulators/apns.ts'
import type { TokenState } from '../../contracts/push.contract.ts'
import { pushContract, targetOf, unregisteredSince } from '../../contracts/push.contract.ts'
import type { Pair } from '../../support/push-certificates.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../../support/push-certificates.ts'

const topic = 'com.apple.mgmt.External.0a1b'
const authority = testAuthority('Push authority')
const server = testServerCertificate(authority)
const first = testPushCertificate(authority, topic)
const now = new Date('2026-01-02T03:04:05.678Z')

const credentialsOf = (pair: Pair): PushCredentials => ({ topic, ...pair })

const start = (): Promise<Apns> =>
  startApns({
    serverCertificatePem: server.certificatePem,
    serverKeyPem: server.keyPem,
    clientCaPem: authority.certificatePem,
  })

const silent: Log = { info: () => undefined, warn: () => undefined, error: () => undefined }

type Options = Partial<Pick<ApnsOptions, 'log' | 'requestTimeoutMs' | 'restMs' | 'clock'>>

const pushTo = (port: number, credentials: (topic: string) => Promise<PushCredentials | null>, options: Options = {}): Push =>
  apnsPush({
    credentials,
    address: 'localhost',
    port,
    ca: authority.certificatePem,
    log: silent,
    requestTimeoutMs: 30_000,
    clock: () => now,
    ...options,
  })

const answers: Readonly<Record<TokenState, ApnsAnswer>> = {
  unregistered: { status: 410, reason: 'Unregistered', timestamp: unregisteredSince },
  'bad-token': { status: 400, reason: 'BadDeviceToken' },
  'certificate-refused': { status: 403, reason: 'BadCertificate' },
  refused: { status: 400, reason: 'BadPriority' },
  'try-later': { status: 429, reason: 'TooManyRequests' },
}

pushContract('The APNs push', async () => {
  const apns = await start()
  const push = pushTo(apns.port, (asked) => Promise.resolve(asked === topic ? credentialsOf(first) : null), {
    restMs: 0,
  })
  return {
    push,
    topic,
    topicWithoutCertificate: 'com.apple.mgmt.External.none',
    delivered: apns.pushes,
    make: (token, state) => {
      apns.answer(token, answers[state])
    },
    stop: async () => {
      await push.close()
      await apns.stop()
    },
  }
})

describe('Waking Apple devices', () => {
  let apns: Apns
  let push: Push
  let current: PushCredentials | null

  beforeEach(async () => {
    current = credentialsOf(first)
    apns = await start()
    push = pushTo(apns.port, () => Promise.resolve(current))
  })
  afterEach(async () => {
    await push.close()
    await apns.stop()
  })

  const outcomeFor = async (token: string, answer: ApnsAnswer): Promise<unknown> => {
    apns.answer(token, answer)
    return (await push.wake([targetOf(topic, token)]))[0]
  }

  it('sends the magic alone, with a week to live', async () => {
    await push.wake([targetOf(topic, 'a0')])
    const sent = apns.pushes()[0]
    assert.equal(sent?.body, '{"mdm":"magic-of-a0"}')
    assert.equal(sent.headers['apns-topic'], topic)
    assert.equal(sent.headers['apns-push-type'], 'mdm')
    assert.equal(sent.headers['apns-priority'], '10')
    assert.equal(Number(sent.headers['apns-expiration']), Math.floor(now.getTime() / 1000) + 7 * 24 * 60 * 60)
  })

  it('takes an expired token for unregistered now when Apple names no time', async () => {
    assert.deepEqual(await outcomeFor('a1', { status: 410, reason: 'ExpiredToken' }), {
      kind: 'unregistered',
      since: now.getTime(),
    })
  })

  const refusals: readonly (readonly [number, string, string])[] = [
    [400, 'BadDeviceToken', 'bad-token'],
    [400, 'DeviceTokenNotForTopic', 'bad-token'],
    [400, 'TopicDisallowed', 'certificate-refused'],
    [400, 'BadExpirationDate', 'refused'],
    [403, 'BadCertificateEnvironment', 'certificate-refused'],
    [403, 'Forbidden', 'certificate-refused'],
    [405, 'MethodNotAllowed', 'refused'],
    [413, 'PayloadTooLarge', 'refused'],
    [429, 'TooManyRequests', 'try-later'],
    [503, 'ServiceUnavailable', 'try-later'],
    [503, 'Shutdown', 'try-later'],
  ]
  for (const [status, reason, kind] of refusals)
    it(`sorts ${String(status)} ${reason} as ${kind}, and asks Apple once only`, async () => {
      assert.deepEqual(await outcomeFor('a2', { status, reason }), { kind, reason })
      assert.equal(apns.countOf('a2'), 1)
    })

  for (const answer of ['reset', 'goaway', { status: 500, reason: 'InternalServerError' }] as const)
    it(`tries later after ${typeof answer === 'string' ? answer : answer.reason}, and reaches the device next time`, async () => {
      const outcome = await outcomeFor('a3', answer)
      assert.equal((outcome as { kind: string }).kind, 'try-later')
      assert.equal(apns.countOf('a3'), 1)
      assert.deepEqual(await outcomeFor('a3', 'accept'), { kind: 'sent' })
    })

  it('tries later when Apple stays silent, and reaches the device next time', async () => {
    const impatient = pushTo(apns.port, () => Promise.resolve(current), { requestTimeoutMs: 50 })
    apns.answer('a3', 'silence')
    assert.deepEqual(
      (await impatient.wake([targetOf(topic, 'a3')])).map(({ kind }) => kind),
      ['try-later'],
    )
    await impatient.close()
    assert.deepEqual(await outcomeFor('a3', 'accept'), { kind: 'sent' })
  })

  it('tries later while Apple cannot be reached, and reaches it when it is back', async () => {
    const gone = await start()
    await gone.stop()
    const alone = pushTo(gone.port, () => Promise.resolve(current))
    assert.deepEqual(
      (await alone.wake([targetOf(topic, 'a4')])).map(({ kind }) => kind),
      ['try-later'],
    )
    const back = await startApns({
      serverCertificatePem: server.certificatePem,
      serverKeyPem: server.keyPem,
      clientCaPem: authority.certificatePem,
      port: gone.port,
    })
    assert.deepEqual(await alone.wake([targetOf(topic, 'a4')]), [{ kind: 'sent' }])
    await alone.close()
    await back.stop()
  })

  it('wakes 2,000 devices in one call over one connection, with at most 500 in flight', async () => {
    const targets = Array.from({ length: 2_000 }, (_, index) => targetOf(topic, index.toString(16).padStart(8, '0')))
    apns.answer('00000007', { status: 410, reason: 'Unregistered', timestamp: unregisteredSince })
    const outcomes = await push.wake(targets)
    assert.equal(outcomes.filter(({ kind }) => kind === 'sent').length, 1_999)
    assert.deepEqual(outcomes[7], { kind: 'unregistered', since: unregisteredSince })
    assert.equal(apns.pushes().length, 2_000)
    assert.equal(apns.connections(), 1)
    assert.ok(apns.mostInFlight() <= 500, `${String(apns.mostInFlight())} were in flight`)
  }).timeout(20_000)

  it('goes over to a renewed certificate, and lets what is in flight on the old one end', async () => {
    apns.answer('a5', 'silence')
    const pending = push.wake([targetOf(topic, 'a5'), targetOf(topic, 'a7')])
    await new Promise<void>((resolve) => {
      const forget = apns.onPush((token) => {
        if (token !== 'a7') return
        forget()
        resolve()
      })
    })
    current = credentialsOf(testPushCertificate(authority, topic))
    assert.deepEqual(await push.wake([targetOf(topic, 'a8')]), [{ kind: 'sent' }])
    apns.answer('a5', 'accept')
    assert.deepEqual(await pending, [{ kind: 'sent' }, { kind: 'sent' }])
    assert.equal(apns.connections(), 2)
  })

  it('stops pushing when the certificate is taken away, and starts again when it is back', async () => {
    await push.wake([targetOf(topic, 'a9')])
    current = null
    assert.deepEqual(await push.wake([targetOf(topic, 'a9')]), [{ kind: 'certificate-refused', reason: 'no push certificate' }])
    current = credentialsOf(first)
    assert.deepEqual(await push.wake([targetOf(topic, 'a9')]), [{ kind: 'sent' }])
    assert.equal(apns.countOf('a9'), 2)
  })

  it('says that an expired certificate or a foreign key is refused, and logs it once', async () => {
    const lines: string[] = []
    const log: Log = { ...silent, error: (_, message) => lines.push(message) }
    const expired = testPushCertificate(authority, topic, new Date(Date.now() - 60_000))
    let bad = credentialsOf(expired)
    const refusing = pushTo(apns.port, () => Promise.resolve(bad), { log })
    const outcomes = [...(await refusing.wake([targetOf(topic, 'aa')])), ...(await refusing.wake([targetOf(topic, 'aa')]))]
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['certificate-refused', 'certificate-refused'],
    )
    assert.equal(lines.length, 1)
    bad = { topic, certificatePem: first.certificatePem, keyPem: expired.keyPem }
    assert.deepEqual(await refusing.wake([targetOf(topic, 'aa')]), [
      { kind: 'certificate-refused', reason: 'certificate and key do not match' },
    ])
    await refusing.close()
    assert.equal(apns.countOf('aa'), 0)
  })

  it('hears from Apple that a certificate from elsewhere is refused', async () => {
    current = credentialsOf(testPushCertificate(testAuthority('Another authority'), topic))
    assert.deepEqual(await push.wake([targetOf(topic, 'ab')]), [{ kind: 'certificate-refused', reason: 'BadCertificate' }])
  })

  it('rests after Apple refused the certificate, until the time is over or there is another', async () => {
    let time = now
    const resting = pushTo(apns.port, () => Promise.resolve(current), { restMs: 60_000, clock: () => time })
    const kinds = async (token: string) => (await resting.wake([targetOf(topic, token)])).map(({ kind }) => kind)
    apns.answer('ad', { status: 403, reason: 'BadCertificate' })
    assert.deepEqual(await kinds('ad'), ['certificate-refused'])
    assert.deepEqual(await kinds('ae'), ['certificate-refused'])
    assert.equal(apns.countOf('ae'), 0)
    time = new Date(now.getTime() + 60_000)
    assert.deepEqual(await kinds('ae'), ['sent'])
    assert.deepEqual(await kinds('ad'), ['certificate-refused'])
    current = credentialsOf(testPushCertificate(authority, topic))
    assert.deepEqual(await kinds('ae'), ['sent'])
    await resting.close()
  })

  it('tries later when the certificate cannot be read', async () => {
    const failing = pushTo(apns.port, () => Promise.reject(new Error('The database is away.')))
    assert.deepEqual(
      (await failing.wake([targetOf(topic, 'ac')])).map(({ kind }) => kind),
      ['try-later'],
    )
    await failing.close()
  })
})
