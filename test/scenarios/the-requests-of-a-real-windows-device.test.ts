import assert from 'node:assert/strict'
import { postgresEventLog } from '../../src/adapters/postgres/event-log.ts'
import { generateKeyPairSync, randomUUID } from 'node:crypto'
import { historyOf } from '../../src/cli/history.ts'
import { writeDeviceCsr } from '../../src/protocols/windows/enrollment/device-csr.ts'
import { namespaces as ns } from '../../src/protocols/windows/enrollment/namespaces.ts'
import type { Provisioned } from '../../src/protocols/windows/enrollment/read-response.ts'
import {
  provisioningIn,
  readAnswer,
  readDiscovered,
  readProvisioning,
} from '../../src/protocols/windows/enrollment/read-response.ts'
import { credentialHash, digestOf } from '../../src/protocols/windows/syncml/digest.ts'
import type { SyncStatus } from '../../src/protocols/windows/syncml/message.ts'
import { readSyncMessage } from '../../src/protocols/windows/syncml/read-message.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'

const deviceId = '3F2504E04F8941D39A0C0305E82C3301'
const hardwareId = '00112233445566778899AABBCCDDEEFF00112233445566778899AABBCCDDEEFF'
const user = 'ada@example.com'

/** The order of requests that was seen of Windows 10, with names and values of our own. Prefixes and shapes are those of the wire. */
describe('The requests of a real Windows device', function () {
  this.timeout(60_000)
  let server: TestServer
  let code: string
  let provisioned: Provisioned
  let nonce: Uint8Array

  before(async () => {
    server = await startServer()
    code = await invite()
  })
  after(() => server?.stop())

  const invite = async (): Promise<string> => {
    const { body } = await server.network.send({
      ...{ method: 'POST', url: `${server.url}/api/v1/fleet/account_enrollments` },
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ managed_apple_account: user })),
    })
    return (JSON.parse(body.toString()) as Readonly<{ account_enrollment: Readonly<{ code: string }> }>).account_enrollment.code
  }

  /** What devices made happen, from the log itself: workers and read models come to their ends in their own time. */
  const eventCount = async (): Promise<number> => {
    const log = await postgresEventLog({ url: server.databaseUrl })
    const events = await log.readAll({ after: null, limit: 10_000 })
    await log.close()
    return events.filter(({ metadata }) => metadata.actor.kind === 'device').length
  }

  const security = (password: string): string =>
    `<wsse:Security s:mustUnderstand="1"><wsse:UsernameToken u:Id="uuid-cc1d-1"><wsse:Username>${user}</wsse:Username>` +
    `<wsse:Password wsse:Type="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-username-token-profile-1.0#PasswordText">${password}</wsse:Password>` +
    `</wsse:UsernameToken></wsse:Security>`

  const envelope = (action: string, to: string, body: string, head = ''): string =>
    `<s:Envelope xmlns:s="${ns.soap}" xmlns:a="${ns.addressing}" xmlns:u="${ns.utility}" xmlns:wsse="${ns.security}" xmlns:wst="${ns.trust}" xmlns:ac="${ns.authorization}">` +
    `<s:Header><a:Action s:mustUnderstand="1">${action}</a:Action><a:MessageID>urn:uuid:${randomUUID()}</a:MessageID>` +
    `<a:ReplyTo><a:Address>${ns.addressing}/anonymous</a:Address></a:ReplyTo><a:To s:mustUnderstand="1">${to}</a:To>${head}</s:Header>` +
    `<s:Body>${body}</s:Body></s:Envelope>`

  const post = (path: string, body: string | Uint8Array, type = 'application/soap+xml; charset=utf-8') =>
    server.network.send({
      ...{ method: 'POST', url: path.startsWith('http') ? path : `${server.url}${path}`, body: Buffer.from(body) },
      headers: { 'content-type': type, 'user-agent': 'ENROLLClient', 'accept-encoding': 'gzip' },
    })

  const answerTo = async (path: string, body: string) => {
    const reply = await post(path, body)
    assert.equal(reply.status, 200)
    assert.equal(reply.headers['content-type'], 'application/soap+xml; charset=utf-8')
    assert.equal(reply.headers['content-length'], String(reply.body.length))
    assert.equal(reply.headers['transfer-encoding'], undefined)
    return readAnswer(reply.body)
  }

  const bodyOf = async (path: string, body: string) => {
    const answer = await answerTo(path, body)
    if ('fault' in answer) return assert.fail(answer.fault.reason)
    assert.equal(body.includes(answer.relatesTo ?? 'none'), true)
    return answer.body
  }

  const faultOf = async (path: string, body: string): Promise<string> => {
    const before = await eventCount()
    const answer = await answerTo(path, body)
    assert.equal(await eventCount(), before, 'Something was written.')
    return 'fault' in answer ? answer.fault.subcode : 'none'
  }

  const discover =
    `<Discover xmlns="${ns.discovery}"><request xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><EmailAddress>${user}</EmailAddress>` +
    `<RequestVersion>4.0</RequestVersion><DeviceType>CIMClient_Windows</DeviceType><ApplicationVersion>10.0.19043.2364</ApplicationVersion>` +
    `<OSEdition>72</OSEdition><AuthPolicies><AuthPolicy>OnPremise</AuthPolicy><AuthPolicy>Federated</AuthPolicy></AuthPolicies></request></Discover>`

  const getPolicies =
    `<GetPolicies xmlns="${ns.policy}"><client><lastUpdate xsi:nil="true" xmlns:xsi="${ns.instance}"/><preferredLanguage xsi:nil="true" xmlns:xsi="${ns.instance}"/></client>` +
    `<requestFilter xsi:nil="true" xmlns:xsi="${ns.instance}"/></GetPolicies>`

  const requestToken = (csr: Uint8Array, items: readonly (readonly [string, string])[] = allItems): string =>
    `<wst:RequestSecurityToken><wst:TokenType>http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentToken</wst:TokenType>` +
    `<wst:RequestType>${ns.trust}/Issue</wst:RequestType><wsse:BinarySecurityToken wsse:ValueType="${ns.enrollment}#PKCS10" wsse:EncodingType="${ns.security}#base64binary">\r\n` +
    `${(
      Buffer.from(csr)
        .toString('base64')
        .match(/.{1,64}/g) ?? []
    ).join('\r\n')}\r\n</wsse:BinarySecurityToken>` +
    `<ac:AdditionalContext xmlns="${ns.authorization}">${items
      .map(([name, value]) => `<ac:ContextItem Name="${name}"><ac:Value>${value}</ac:Value></ac:ContextItem>`)
      .join('')}</ac:AdditionalContext></wst:RequestSecurityToken>`

  const allItems: readonly (readonly [string, string])[] = [
    ...[['UXInitiated', 'true'] as const, ['HWDevID', hardwareId] as const, ['Locale', 'en-US'] as const],
    ...[['TargetedUserLoggedIn', 'true'] as const, ['OSEdition', '72'] as const, ['DeviceName', 'DESKTOP-ADA'] as const],
    ...['01', '01', '02', '03', '04', '05'].map((end) => ['MAC', `02-00-00-00-00-${end}`] as const),
    ...[['DeviceID', deviceId] as const, ['EnrollmentType', 'Full'] as const, ['DeviceType', 'CIMClient_Windows'] as const],
    ...[['OSVersion', '10.0.19043.2364'] as const, ['ApplicationVersion', '10.0.19043.2364'] as const],
    ...[['NotInOobe', 'false'] as const],
  ]

  const actionOf = {
    discover: `${ns.discovery}/IDiscoveryService/Discover`,
    policy: `${ns.policy}/IPolicy/GetPolicies`,
    enroll: `${ns.enrollment}/RST/wstep`,
  }

  it('1: is there anybody?', async () => {
    const url = `${server.url}/EnrollmentServer/Discovery.svc`
    const headers = { 'cache-control': 'no-cache', pragma: 'no-cache', 'user-agent': 'ENROLLClient' }
    const { status, body, headers: told } = await server.network.send({ method: 'GET', url, headers })
    assert.deepEqual([status, body.length, told['content-length']], [200, 0, '0'])
  })

  it('2: where do I enroll?', async () => {
    const to = 'https://EnterpriseEnrollment.Example.com:443/EnrollmentServer/Discovery.svc'
    const body = await bodyOf('/EnrollmentServer/Discovery.svc', envelope(actionOf.discover, to, discover))
    const { authPolicy, policyUrl, enrollmentUrl } = readDiscovered(body)
    assert.deepEqual(
      [authPolicy, policyUrl, enrollmentUrl],
      ['OnPremise', `${server.url}/api/mdm/microsoft/policy`, `${server.url}/api/mdm/microsoft/enroll`],
    )
  })

  it('3: how is my certificate to be made?', async () => {
    const to = `${server.url}/api/mdm/microsoft/policy`
    const body = await bodyOf(to, envelope(actionOf.policy, to, getPolicies, security(code)))
    assert.equal(body.name, 'GetPoliciesResponse')
  })

  it('4: may I enroll? With a request signed in the old way', async () => {
    const to = `${server.url}/api/mdm/microsoft/enroll`
    const csr = writeDeviceCsr({ deviceId, keyPair: await generateRsaKey(2048), hash: 'sha1' })
    const body = await bodyOf(to, envelope(actionOf.enroll, to, requestToken(csr), security(code)))
    provisioned = readProvisioning(provisioningIn(body))
    assert.deepEqual(
      [provisioned.store, provisioned.providerId, provisioned.name, provisioned.pollMinutes],
      ['User', 'Muster', deviceId, 15],
    )
  })

  const firstPackage = (sessionId: string, msgId: string, more: Readonly<{ leaves?: boolean; digest?: string }> = {}): string =>
    `<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>${sessionId}</SessionID><MsgID>${msgId}</MsgID>` +
    `<Target><LocURI>${provisioned.managementUrl}</LocURI></Target><Source><LocURI>${deviceId}</LocURI></Source>` +
    (more.digest === undefined
      ? ''
      : `<Cred><Meta><Format xmlns="syncml:metinf">b64</Format><Type xmlns="syncml:metinf">syncml:auth-md5</Type></Meta><Data>${more.digest}</Data></Cred>`) +
    `</SyncHdr><SyncBody><Alert><CmdID>2</CmdID><Data>1201</Data></Alert>` +
    `<Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>user</Data></Item></Alert>` +
    (more.leaves === true
      ? `<Alert><CmdID>4</CmdID><Data>1226</Data><Item><Meta><Type xmlns="syncml:metinf">com.microsoft:mdm.unenrollment.userrequest</Type><Format xmlns="syncml:metinf">int</Format></Meta><Data>1</Data></Item></Alert>`
      : '') +
    `<Replace><CmdID>${more.leaves === true ? '5' : '4'}</CmdID>${[
      ['DevId', deviceId],
      ['Man', 'Contoso'],
      ['Mod', 'Desk 5'],
      ['DmV', '1.3'],
      ['Lang', 'en-US'],
    ]
      .map(([node = '', value = '']) => `<Item><Source><LocURI>./DevInfo/${node}</LocURI></Source><Data>${value}</Data></Item>`)
      .join('')}</Replace><Final/></SyncBody></SyncML>`

  const sync = async (body: string) => {
    const url = `${provisioned.managementUrl}?mode=Maintenance&Platform=WoA`
    const reply = await post(url, body, 'application/vnd.syncml.dm+xml')
    assert.deepEqual([reply.status, reply.headers['content-length']], [200, String(reply.body.length)])
    const message = readSyncMessage(reply.body)
    return { bytes: reply.body, message, statuses: message.commands.filter((one): one is SyncStatus => one.name === 'Status') }
  }

  const digest = (password = provisioned.password): string => digestOf(credentialHash(deviceId, password), nonce)

  it('5: here I am, first without saying who; then with a digest, and there is nothing to do but to tell its serial number', async () => {
    const asked = await sync(firstPackage('1', '1'))
    assert.deepEqual(
      asked.message.commands.map((one) => [one.name, 'data' in one ? one.data : '']),
      [['Status', '407']],
    )
    nonce = asked.statuses[0]?.nonce ?? assert.fail('There is no nonce.')
    const { message, statuses, bytes } = await sync(firstPackage('1', '2', { digest: digest() }))
    assert.deepEqual(
      statuses.map(({ cmdRef, cmd, data }) => [cmdRef, cmd, data]),
      [
        ['0', 'SyncHdr', '200'],
        ['2', 'Alert', '200'],
        ['3', 'Alert', '200'],
        ['4', 'Replace', '200'],
      ],
    )
    assert.deepEqual([message.header.target, message.header.msgId, message.final], [deviceId, '2', true])
    assert.ok(message.commands.filter(({ name }) => name !== 'Status').every(({ name }) => name === 'Get'))
    const again = firstPackage('1', '2', { digest: digest() })
    for (const { bytes: told } of await Promise.all([sync(again), sync(again)]))
      assert.deepEqual(told, bytes, 'A repeated message, the same answer.')
  })

  it('a wrong digest, or one of another session, is challenged again, and nothing happens', async () => {
    const before = await eventCount()
    for (const [sessionId, told] of [
      ['1', digest('wrong')],
      ['9', digest()],
    ] as const) {
      const { message, statuses } = await sync(firstPackage(sessionId, '3', { digest: told }))
      assert.deepEqual([statuses[0]?.data, message.commands.length, statuses[0]?.nonce === null], ['401', 1, false])
    }
    assert.equal(await eventCount(), before)
  })

  it('however many wrong digests anybody sends in its name, the right one is its own [case M6]', async () => {
    for (let times = 0; times < 60; times++) {
      const { statuses } = await sync(firstPackage(`7${String(times)}`, '1', { digest: digest('wrong') }))
      assert.deepEqual([statuses[0]?.data, statuses[0]?.nonce === null], ['401', false])
    }
    const asked = await sync(firstPackage('8', '1'))
    const own = digestOf(credentialHash(deviceId, provisioned.password), asked.statuses[0]?.nonce ?? assert.fail('No nonce.'))
    assert.equal((await sync(firstPackage('8', '2', { digest: own }))).statuses[0]?.data, '200')
  })

  it('what follows the header is not made sense of before it is known who speaks [case M4]', async () => {
    const whole = firstPackage('8', '3', { digest: digest('wrong') })
    const broken = `${whole.slice(0, whole.indexOf('<SyncBody'))}<SyncBody><<<`
    assert.equal((await sync(broken)).statuses[0]?.data, '401')
  })

  it('what is no message of a device is refused, and never with 401', async () => {
    const before = await eventCount()
    const good = firstPackage('1', '4')
    const bad: readonly (readonly [string, string, number])[] = [
      ['nothing', '', 400],
      ['no XML', '<SyncML', 400],
      ['a document type', `<!DOCTYPE SyncML [<!ENTITY x "y">]>${good}`, 400],
      ['another namespace', good.replace('SYNCML:SYNCML1.2', 'SYNCML:SYNCML1.1'), 400],
      ['no header', good.replace(/<SyncHdr>.*<\/SyncHdr>/, ''), 400],
      ['another device', good.replaceAll(deviceId, 'F'.repeat(32)), 403],
      ['too much', good.replace('Contoso', 'x'.repeat(2 * 1024 * 1024)), 413],
    ]
    for (const [what, body, status] of bad)
      assert.equal((await post(provisioned.managementUrl, body, 'application/vnd.syncml.dm+xml')).status, status, what)
    assert.equal(await eventCount(), before)
  })

  it('6: my user sent you away; and again, as the answer was lost', async () => {
    const asked = await sync(firstPackage('2', '1', { leaves: true }))
    nonce = asked.statuses[0]?.nonce ?? assert.fail('There is no nonce.')
    const hosts = async () => (await server.client.hosts.list({ query: 'DESKTOP-ADA' })).hosts
    const [host] = await hosts()
    for (const again of [false, true]) {
      const { message, statuses } = await sync(firstPackage('2', again ? '3' : '2', { leaves: true, digest: digest() }))
      assert.deepEqual([statuses[0]?.data, message.commands.length, message.final], ['200', 5, true])
    }
    const types = (await historyOf(server.client, host?.id ?? 0)).map(({ type }) => type)
    assert.equal(types.filter((type) => type === 'EnrollmentEnded').length, 1)
  })

  it('what cannot enroll hears why, in a fault of its own, and nothing is written', async () => {
    const to = '/api/mdm/microsoft/enroll'
    const csr = writeDeviceCsr({ deviceId, keyPair: await generateRsaKey(2048), hash: 'sha256' })
    const weak = writeDeviceCsr({ deviceId, keyPair: generateKeyPairSync('rsa', { modulusLength: 1024 }), hash: 'sha256' })
    const fresh = await invite()
    const asking = (body: string, head = security(fresh)): string => envelope(actionOf.enroll, to, body, head)
    const token = (
      text: string,
      type = 'http://schemas.microsoft.com/5.0.0.0/ConfigurationManager/Enrollment/DeviceEnrollmentUserToken',
    ) =>
      `<wsse:Security><wsse:BinarySecurityToken ValueType="${type}">${Buffer.from(text).toString('base64')}</wsse:BinarySecurityToken></wsse:Security>`
    const without = (name: string) => allItems.filter(([item]) => item !== name)
    const agent = JSON.stringify({ type: 1, payload: { orbit_node_key: 'nobody', auth_token: '' } })
    const good = asking(requestToken(csr))
    const bad: readonly (readonly [string, string, string])[] = [
      ['nothing', '', 'MessageFormat'],
      ['no XML', '<s:Envelope', 'MessageFormat'],
      ['a document type', `<!DOCTYPE x [<!ENTITY y "z">]>${good}`, 'MessageFormat'],
      ['SOAP 1.1', good.replaceAll(ns.soap, 'http://schemas.xmlsoap.org/soap/envelope/'), 'MessageFormat'],
      ['another namespace', good.replaceAll(ns.trust, 'http://example.com/trust'), 'MessageFormat'],
      ['another action', good.replace(actionOf.enroll, actionOf.policy), 'MessageFormat'],
      ['a message of another call', envelope(actionOf.policy, to, getPolicies, security(fresh)), 'MessageFormat'],
      ['two bodies', asking(requestToken(csr) + getPolicies), 'MessageFormat'],
      ['too much', good.replace('DESKTOP-ADA', 'x'.repeat(300 * 1024)), 'MessageFormat'],
      ['no credential', asking(requestToken(csr), ''), 'InvalidSecurity'],
      ['a wrong code', asking(requestToken(csr), security('AAAA-BBBB')), 'Authentication'],
      ['a code that was used', asking(requestToken(csr), security(code)), 'Authentication'],
      ['a token of nobody', asking(requestToken(csr), token('abc.def')), 'Authentication'],
      ['an unknown agent', asking(requestToken(csr), token(agent)), 'Authentication'],
      ['JSON of another kind', asking(requestToken(csr), token('{"type":9}')), 'InvalidSecurity'],
      [
        'an account, where none is taken',
        asking(requestToken(csr), token('a.b.c', 'urn:ietf:params:oauth:token-type:jwt')),
        'Authorization',
      ],
      ['no DeviceID', asking(requestToken(csr, without('DeviceID'))), 'MessageFormat'],
      ['no HWDevID', asking(requestToken(csr, without('HWDevID'))), 'MessageFormat'],
      ['no EnrollmentType', asking(requestToken(csr, without('EnrollmentType'))), 'MessageFormat'],
      ['a request that is none', asking(requestToken(Buffer.from('none'))), 'CertificateRequest'],
      ['a weak key', asking(requestToken(weak)), 'CertificateRequest'],
    ]
    for (const [what, body, subcode] of bad) assert.equal(await faultOf(to, body), subcode, what)
    await bodyOf(to, asking(requestToken(csr, without('NotInOobe'))))
  })
})
