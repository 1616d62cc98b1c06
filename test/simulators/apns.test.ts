import assert from 'node:assert/strict'
import type { OutgoingHttpHeaders } from 'node:http2'
import { connect } from 'node:http2'
import type { Apns } from '../../src/simulators/apns.ts'
import { startApns } from '../../src/simulators/apns.ts'
import type { Pair } from '../support/push-certificates.ts'
import { testAuthority, testPushCertificate, testServerCertificate } from '../support/push-certificates.ts'

const topic = 'com.apple.mgmt.External.0a1b'
const authority = testAuthority('Push authority')
const server = testServerCertificate(authority)
const ours = testPushCertificate(authority, topic)
const foreign = testPushCertificate(testAuthority('Another authority'), topic)

const wellFormed: OutgoingHttpHeaders = {
  ':method': 'POST',
  ':path': '/3/device/A1B2',
  'apns-topic': topic,
  'apns-push-type': 'mdm',
  'apns-priority': '10',
  'apns-expiration': '1700000000',
}

describe('The simulated push service', () => {
  let apns: Apns
  before(async () => {
    apns = await startApns({
      serverCertificatePem: server.certificatePem,
      serverKeyPem: server.keyPem,
      clientCaPem: authority.certificatePem,
    })
  })
  after(() => apns.stop())

  const push = async (headers: OutgoingHttpHeaders = {}, body = '{"mdm":"magic"}', identity: Pair = ours) => {
    const session = connect(`https://localhost:${String(apns.port)}`, {
      ca: authority.certificatePem,
      cert: identity.certificatePem,
      key: identity.keyPem,
    })
    const stream = session.request({ ...wellFormed, ...headers })
    stream.end(body)
    const status = new Promise<number | undefined>((resolve, reject) => {
      stream.on('response', (reply) => {
        resolve(reply[':status'])
      })
      stream.on('error', reject)
    })
    let text = ''
    for await (const chunk of stream) text += String(chunk)
    session.close()
    return { status: await status, reason: text === '' ? undefined : (JSON.parse(text) as { reason: string }).reason }
  }

  it('accepts a push as it should be, and tells who listens', async () => {
    const heard: unknown[] = []
    const forget = apns.onPush((token, body, headers) => heard.push([token, body, headers['apns-topic']]))
    assert.deepEqual(await push(), { status: 200, reason: undefined })
    forget()
    await push()
    assert.deepEqual(heard, [['a1b2', '{"mdm":"magic"}', topic]])
    assert.equal(apns.countOf('A1B2'), 2)
    assert.equal(apns.pushes().at(-1)?.magic, 'magic')
  })

  const badHeaders: readonly (readonly [OutgoingHttpHeaders, number, string])[] = [
    [{ ':method': 'PUT' }, 405, 'MethodNotAllowed'],
    [{ ':path': '/2/device/a1' }, 404, 'BadPath'],
    [{ ':path': '/3/device/' }, 400, 'MissingDeviceToken'],
    [{ ':path': '/3/device/a1b' }, 400, 'BadDeviceToken'],
    [{ 'apns-topic': '' }, 400, 'MissingTopic'],
    [{ 'apns-topic': 'com.apple.mgmt.External.other' }, 400, 'TopicDisallowed'],
    [{ 'apns-push-type': 'alert' }, 400, 'InvalidPushType'],
    [{ 'apns-priority': '5' }, 400, 'BadPriority'],
    [{ 'apns-expiration': '0' }, 400, 'BadExpirationDate'],
  ]
  for (const [headers, status, reason] of badHeaders)
    it(`answers ${reason} to ${JSON.stringify(headers)}`, async () => {
      assert.deepEqual(await push(headers), { status, reason })
    })

  const badBodies: readonly (readonly [string, number, string])[] = [
    ['', 400, 'PayloadEmpty'],
    ['{"mdm":"magic","aps":{}}', 400, 'BadPayload'],
    ['{"aps":{}}', 400, 'BadPayload'],
    ['{"mdm":""}', 400, 'BadPayload'],
    ['{"mdm":', 400, 'BadPayload'],
    [`{"mdm":"${'x'.repeat(5_000)}"}`, 413, 'PayloadTooLarge'],
  ]
  for (const [body, status, reason] of badBodies)
    it(`answers ${reason} to a body of ${body.slice(0, 30)}`, async () => {
      assert.deepEqual(await push({}, body), { status, reason })
    })

  it('refuses a certificate of another authority', async () => {
    assert.deepEqual(await push({}, undefined, foreign), { status: 403, reason: 'BadCertificate' })
  })
})
