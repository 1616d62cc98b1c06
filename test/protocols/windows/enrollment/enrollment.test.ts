import assert from 'node:assert/strict'
import { ParseError } from '../../../../src/kernel/parse-error.ts'
import { readDeviceFacts } from '../../../../src/protocols/windows/enrollment/device-facts.ts'
import { writeFault } from '../../../../src/protocols/windows/enrollment/fault.ts'
import { actions } from '../../../../src/protocols/windows/enrollment/namespaces.ts'
import type { ContextItems } from '../../../../src/protocols/windows/enrollment/read-request.ts'
import { messageIdIn, readEnrollmentRequest } from '../../../../src/protocols/windows/enrollment/read-request.ts'
import { provisioningIn, readAnswer, readDiscovered } from '../../../../src/protocols/windows/enrollment/read-response.ts'
import {
  writeDiscover,
  writeGetPolicies,
  writeRequestSecurityToken,
} from '../../../../src/protocols/windows/enrollment/write-request.ts'
import {
  writeDiscoverResponse,
  writePoliciesResponse,
  writeTokenResponse,
} from '../../../../src/protocols/windows/enrollment/write-response.ts'

const messageId = 'urn:uuid:748132ec-A575-4329-b01b-6171a9cf8478'
const asking = { to: 'https://Mdm.Example.com:443/EnrollmentServer/Discovery.svc', messageId, credential: null }
const discover = writeDiscover(asking, {
  emailAddress: 'ada@example.com',
  requestVersion: '5.0',
  osVersion: '10.0.22631.1',
}).toString()
const items: ContextItems = [
  { name: 'DeviceID', value: '0123456789abcdef0123456789ABCDEF' },
  { name: 'HWDevID', value: 'AB'.repeat(32) },
  { name: 'EnrollmentType', value: 'Full' },
  { name: 'DeviceName', value: 'DESKTOP-1' },
  { name: 'MAC', value: '00-15-5D-00-00-01' },
  { name: 'MAC', value: '00-15-5D-00-00-01' },
  { name: 'OSVersion', value: '10.0.22631.1' },
]
const issue = writeRequestSecurityToken(
  { ...asking, credential: { kind: 'user-token', token: '{"type":1}' } },
  { kind: 'issue', der: Uint8Array.of(1, 2, 3), items },
).toString()
const read = (text: string) => readEnrollmentRequest(Buffer.from(text))

const refusal = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ParseError) return error.field
    throw error
  }
  return 'taken'
}

describe('The enrolment of a Windows device', () => {
  it('begins with the question where to enroll', () => {
    const { call, body, messageId: id, credential } = read(discover)
    assert.deepEqual([call, id, credential], ['discover', messageId, null])
    const expected = {
      kind: 'discover',
      emailAddress: 'ada@example.com',
      requestVersion: '5.0',
      authPolicies: ['OnPremise', 'Federated'],
    }
    assert.deepEqual(body, expected)
    assert.equal(read(discover.replace('2012/01/enrollment"', '2012/01/enrollment/"')).call, 'discover')
  })

  it('goes on with how the certificate is made', () => {
    const asked = read(
      writeGetPolicies({ ...asking, credential: { kind: 'password', username: 'ada', password: ' p<w ' } }).toString(),
    )
    assert.deepEqual([asked.call, asked.credential], ['get-policies', { kind: 'password', username: 'ada', password: ' p<w ' }])
  })

  it('asks for a certificate with all that the device tells, in whatever prefixes and lines', () => {
    const other = issue.replaceAll('wsse:', 'o:').replace('xmlns:wsse', 'xmlns:o').replace('AQID', ' AQ\n ID ')
    for (const text of [issue, other]) {
      const { body, credential } = read(text)
      assert.deepEqual(credential, { kind: 'user-token', token: '{"type":1}' })
      assert.ok(body.kind === 'issue')
      assert.deepEqual([...body.csr], [1, 2, 3])
      assert.deepEqual(readDeviceFacts(body.items), {
        ...{ deviceId: '0123456789ABCDEF0123456789ABCDEF', hardwareId: 'AB'.repeat(32), enrollmentType: 'Full' },
        ...{ name: 'DESKTOP-1', osVersion: '10.0.22631.1', inSetup: false },
      })
    }
    const renewal = writeRequestSecurityToken(asking, { kind: 'renew', der: Uint8Array.of(1), items }).toString()
    assert.equal(read(renewal).body.kind, 'renew')
    const jwt = writeGetPolicies({ ...asking, credential: { kind: 'jwt', token: 'a.b.c' } }).toString()
    assert.deepEqual(read(jwt).credential, { kind: 'jwt', token: 'a.b.c' })
  })

  for (const [what, text, field] of [
    ['is no XML', 'hello', 'message'],
    ['is empty', '', 'message'],
    ['has a document type', `<!DOCTYPE x>${discover}`, 'message'],
    ['is too large', discover.replace('<s:Body>', `<s:Body>${' '.repeat(256 * 1024)}`), 'message'],
    [
      'is SOAP 1.1',
      discover.replaceAll('http://www.w3.org/2003/05/soap-envelope', 'http://schemas.xmlsoap.org/soap/envelope/'),
      'Envelope',
    ],
    ['has no header', discover.replace(/<s:Header>.*<\/s:Header>/, ''), 'Header'],
    ['has no id', discover.replace(/<a:MessageID>.*<\/a:MessageID>/, ''), 'MessageID'],
    ['names no address to reply to', discover.replace(/<a:ReplyTo>.*<\/a:ReplyTo>/, ''), 'ReplyTo'],
    ['names nobody', discover.replace(/<a:To .*<\/a:To>/, ''), 'To'],
    ['says that it is another', discover.replace(actions.discover.request, actions.enroll.request), 'Action'],
    ['holds two things', discover.replace('</s:Body>', '<x/></s:Body>'), 'Body'],
    [
      'holds a thing of another namespace',
      discover.replace(
        '<Discover xmlns="http://schemas.microsoft.com/windows/management',
        '<Discover xmlns="http://schemas.microsoft.com/windows/other',
      ),
      'Body',
    ],
    ['is of an old version', discover.replace('5.0<', '2.0<'), 'RequestVersion'],
    [
      'holds no certificate request',
      issue.replace(/<wsse:BinarySecurityToken[^>]*#PKCS10.*?<\/wsse:BinarySecurityToken>/, ''),
      'BinarySecurityToken',
    ],
    ['holds a certificate request that is no base64', issue.replace('AQID', '!!!'), 'BinarySecurityToken'],
    ['comes with a token of another kind', issue.replace('DeviceEnrollmentUserToken', 'Other'), 'BinarySecurityToken'],
    ['asks to validate', issue.replace('/Issue<', '/Validate<'), 'RequestType'],
  ] as const)
    it(`is refused when the message ${what}`, () => {
      assert.equal(refusal(text), field)
    })

  for (const [name, value] of [
    ['DeviceID', 'xyz'],
    ['DeviceID', ''],
    ['HWDevID', '12'],
    ['EnrollmentType', 'Half'],
  ] as const)
    it(`is refused when ${name} is “${value}”`, () => {
      const changed = items.map((item) => (item.name === name ? { name, value } : item))
      assert.throws(
        () => readDeviceFacts(changed),
        (error) => error instanceof ParseError && error.field === name,
      )
    })

  it('is answered under the id of the request, even when nothing else of it makes sense', () => {
    assert.equal(messageIdIn(Buffer.from(discover.replace('5.0<', 'x<'))), messageId)
    assert.equal(messageIdIn(Buffer.from('hello')), null)
  })
})

describe('The answers to a Windows device that enrolls', () => {
  const related = { relatesTo: messageId, activityId: 'activity-1' }
  const head = (action: string) =>
    '<s:Envelope xmlns:s="http://www.w3.org/2003/05/soap-envelope" xmlns:a="http://www.w3.org/2005/08/addressing" ' +
    'xmlns:u="http://docs.oasis-open.org/wss/2004/01/oasis-200401-wss-wssecurity-utility-1.0.xsd"><s:Header>' +
    `<a:Action s:mustUnderstand="1">${action}</a:Action><ActivityId CorrelationId="activity-1" ` +
    `xmlns="http://schemas.microsoft.com/2004/09/ServiceModel/Diagnostics">activity-1</ActivityId><a:RelatesTo>${messageId}</a:RelatesTo>`

  it('say where to go on', () => {
    const urls = { policyUrl: 'https://mdm.example.com/p?a=1&b=2', enrollmentUrl: 'https://mdm.example.com/e' }
    const printed = writeDiscoverResponse(related, { authPolicy: 'OnPremise', authenticationUrl: null, ...urls })
    assert.equal(
      printed.toString(),
      `${head('http://schemas.microsoft.com/windows/management/2012/01/enrollment/IDiscoveryService/DiscoverResponse')}</s:Header><s:Body>` +
        '<DiscoverResponse xmlns="http://schemas.microsoft.com/windows/management/2012/01/enrollment"><DiscoverResult>' +
        '<AuthPolicy>OnPremise</AuthPolicy><EnrollmentVersion>4.0</EnrollmentVersion>' +
        '<EnrollmentPolicyServiceUrl>https://mdm.example.com/p?a=1&amp;b=2</EnrollmentPolicyServiceUrl>' +
        '<EnrollmentServiceUrl>https://mdm.example.com/e</EnrollmentServiceUrl></DiscoverResult></DiscoverResponse></s:Body></s:Envelope>',
    )
    const answer = readAnswer(printed)
    assert.ok('body' in answer)
    assert.deepEqual(readDiscovered(answer.body), { authPolicy: 'OnPremise', ...urls, authenticationUrl: null })
  })

  it('ask for SHA-256 by reference, with every element of the schema in its place', () => {
    const answer = readAnswer(writePoliciesResponse(related, { validityDays: 365, renewalDays: 60 }))
    assert.ok('body' in answer)
    const [response] = answer.body.children
    const attributes = response?.children
      .find(({ name }) => name === 'policies')
      ?.children[0]?.children.find(({ name }) => name === 'attributes')
    assert.deepEqual(
      attributes?.children.map(({ name }) => name),
      [
        ...['commonName', 'policySchema', 'certificateValidity', 'permission', 'privateKeyAttributes', 'revision'],
        ...['supersededPolicies', 'privateKeyFlags', 'subjectNameFlags', 'enrollmentFlags', 'generalFlags'],
        ...['hashAlgorithmOIDReference', 'rARequirements', 'keyArchivalAttributes', 'extensions'],
      ],
    )
    const [sha256] = answer.body.children.find(({ name }) => name === 'oIDs')?.children ?? []
    assert.deepEqual(
      sha256?.children.map(({ text }) => text),
      ['2.16.840.1.101.3.4.2.1', '4', '0', 'szOID_NIST_sha256'],
    )
  })

  it('carry the provisioning document, stamped around now', () => {
    const printed = writeTokenResponse(related, '<doc/>', new Date('2026-03-01T12:00:00.000Z'))
    assert.match(
      printed.toString(),
      /<u:Created>2026-03-01T11:55:00.000Z<\/u:Created><u:Expires>2026-03-01T12:05:00.000Z<\/u:Expires>/,
    )
    const answer = readAnswer(printed)
    assert.ok('body' in answer)
    assert.deepEqual([provisioningIn(answer.body), answer.relatesTo], ['<doc/>', messageId])
  })

  it('are faults with the subcode that Windows has a code for', () => {
    const action = actions.enroll.response
    const fault = (subcode: 'Authorization' | 'InvalidSecurity') =>
      writeFault({ ...related, action }, { subcode, reason: 'No <place>.', errorType: 'DeviceCapReached' }).toString()
    assert.deepEqual(readAnswer(Buffer.from(fault('Authorization'))), {
      relatesTo: messageId,
      fault: { subcode: 'Authorization', reason: 'No <place>.' },
    })
    assert.match(fault('InvalidSecurity'), /<s:Value>a:InvalidSecurity<\/s:Value>.*<ErrorType>DeviceCapReached<\/ErrorType>/)
  })
})
