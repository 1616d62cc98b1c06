import { createPrivateKey, randomUUID } from 'node:crypto'
import { ParseError } from '../../kernel/parse-error.ts'
import { signAttached } from '../../protocols/cms/sign.ts'
import { writeDeviceCsr } from '../../protocols/windows/enrollment/device-csr.ts'
import { thumbprintOf } from '../../protocols/windows/enrollment/provisioning.ts'
import type { Provisioned } from '../../protocols/windows/enrollment/read-response.ts'
import { provisioningIn, readAnswer, readDiscovered, readProvisioning } from '../../protocols/windows/enrollment/read-response.ts'
import type { ContextItems, Credential } from '../../protocols/windows/enrollment/read-request.ts'
import type { Asking } from '../../protocols/windows/enrollment/write-request.ts'
import { writeDiscover, writeGetPolicies, writeRequestSecurityToken } from '../../protocols/windows/enrollment/write-request.ts'
import type { KeyPair } from '../../protocols/x509/keys.ts'
import { keyPemOf } from '../../protocols/x509/keys.ts'
import { DeviceFailure } from '../apple/failure.ts'
import type { Network } from '../apple/network.ts'

/** What Windows tells of itself while it enrolls. */
export type Arriving = Readonly<{
  deviceId: string
  hardwareId: string
  name: string
  osVersion: string
  enrollmentType: 'Full' | 'Device'
  inSetup: boolean
  email: string
  terms: string | null
}>

/** What is left of an enrolment on the device. */
export type Identity = Readonly<{ provisioned: Provisioned; keyPair: KeyPair; enrollUrl: string }>

const soap = { 'content-type': 'application/soap+xml; charset=utf-8', 'user-agent': 'ENROLLClient' }

/** Enrolls as Windows does: asks the address whether anybody is there, then where, how and for what. Throws `DeviceFailure`. */
export const enroll = async (
  network: Network,
  discoveryUrl: string,
  { arriving, credential, keyPair }: Readonly<{ arriving: Arriving; credential: Credential; keyPair: KeyPair }>,
): Promise<Identity> => {
  const probe = await network.send({
    method: 'GET',
    url: discoveryUrl,
    headers: { 'cache-control': 'no-cache', pragma: 'no-cache' },
  })
  if (probe.status !== 200 || probe.body.length > 0)
    throw new DeviceFailure('bad-reply', 'The probe was not answered with nothing.')
  const { email: emailAddress, osVersion } = arriving
  const asked = asking(discoveryUrl, null)
  const found = await ask(network, discoveryUrl, asked, writeDiscover(asked, { emailAddress, requestVersion: '5.0', osVersion }))
  const { policyUrl, enrollmentUrl } = readDiscovered(found)
  const policy = asking(policyUrl, credential)
  await ask(network, policyUrl, policy, writeGetPolicies(policy))
  const wanted = asking(enrollmentUrl, credential)
  const der = writeDeviceCsr({ deviceId: arriving.deviceId, keyPair, hash: 'sha256' })
  const request = writeRequestSecurityToken(wanted, { kind: 'issue', der, items: itemsOf(arriving) })
  const document = provisioningIn(await ask(network, enrollmentUrl, wanted, request))
  return { provisioned: sensible(() => readProvisioning(document)), keyPair, enrollUrl: enrollmentUrl }
}

/** Asks for the next certificate with the one that it has; answers the document. */
export const renew = async (
  network: Network,
  { provisioned, keyPair, enrollUrl }: Identity,
  arriving: Arriving,
): Promise<string> => {
  const csr = writeDeviceCsr({ deviceId: arriving.deviceId, keyPair, hash: 'sha256' })
  const keyPem = keyPemOf(keyPair.privateKey)
  createPrivateKey(keyPem)
  const certificatePem = pemOf(provisioned.certificateDer)
  const der = signAttached(csr, { certificatePem, keyPem })
  const wanted = asking(enrollUrl, null)
  const request = writeRequestSecurityToken(wanted, { kind: 'renew', der, items: itemsOf(arriving) })
  const document = provisioningIn(await ask(network, enrollUrl, wanted, request))
  if (!/[0-9A-F]{40}/.test(document) || document.includes(thumbprintOf(provisioned.certificateDer)))
    throw new DeviceFailure('bad-reply', 'The renewal brought no new certificate.')
  return document
}

const asking = (to: string, credential: Credential | null): Asking => ({ to, messageId: `urn:uuid:${randomUUID()}`, credential })

const ask = async (network: Network, url: string, { messageId }: Asking, body: Uint8Array) => {
  const reply = await network.send({ method: 'POST', url, headers: soap, body })
  if (reply.status !== 200)
    throw new DeviceFailure('refused', `${new URL(url).pathname} was answered with ${String(reply.status)}.`, {
      status: reply.status,
    })
  if (reply.headers['transfer-encoding'] !== undefined || reply.headers['content-length'] !== String(reply.body.length))
    throw new DeviceFailure('bad-reply', 'The answer does not tell its length.')
  const answer = sensible(() => readAnswer(reply.body))
  if ('fault' in answer) throw new DeviceFailure('refused', `${answer.fault.subcode}: ${answer.fault.reason}`)
  if (answer.relatesTo !== messageId) throw new DeviceFailure('bad-reply', 'The answer relates to another message.')
  return answer.body
}

const sensible = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (error instanceof ParseError) throw new DeviceFailure('bad-reply', error.message, { cause: error })
    throw error
  }
}

const itemsOf = ({ deviceId, hardwareId, name, osVersion, enrollmentType, inSetup, terms }: Arriving): ContextItems => [
  ...[
    ['UXInitiated', inSetup ? 'false' : 'true'],
    ['HWDevID', hardwareId],
    ['Locale', 'en-US'],
    ['TargetedUserLoggedIn', 'true'],
    ['OSEdition', '48'],
    ['DeviceName', name],
    ['MAC', '02-00-00-00-00-01'],
    ['MAC', '02-00-00-00-00-01'],
    ['DeviceID', deviceId],
    ['EnrollmentType', enrollmentType],
    ['DeviceType', 'CIMClient_Windows'],
    ['OSVersion', osVersion],
    ['ApplicationVersion', osVersion],
    ['NotInOobe', inSetup ? 'false' : 'true'],
    ['RequestVersion', '5.0'],
    ...(terms === null ? [] : [['EnrollmentData', terms]]),
  ].map(([itemName = '', value = '']) => ({ name: itemName, value })),
]

const pemOf = (der: Uint8Array): string =>
  `-----BEGIN CERTIFICATE-----\n${(
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  ).join('\n')}\n-----END CERTIFICATE-----\n`
