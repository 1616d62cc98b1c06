import { createHash } from 'node:crypto'
import { xmlText } from '../../xml/xml-text.ts'

/** The store that the certificate goes to: the user's for `Full` enrolments, the machine's for `Device`. */
export type CertificateStore = 'User' | 'System'

export type Provisioning = Readonly<{
  rootDer: Uint8Array
  certificateDer: Uint8Array
  store: CertificateStore
  providerId: string
  managementUrl: string
  deviceId: string
  deviceName: string | null
  /** By which the server proves itself, and the device. */
  serverSecret: string
  devicePassword: string
  nonce: Uint8Array
  pollMinutes: number
  renewDaysBefore: number
}>

/** SHA-1 over the DER, upper-case hex: how Windows names certificates. */
export const thumbprintOf = (der: Uint8Array): string => createHash('sha1').update(der).digest('hex').toUpperCase()

/**
 * What turns a Windows device into a managed one: trust, identity, the server's address with credentials both ways, and the schedule of its calls.
 * https://learn.microsoft.com/openspecs/windows_protocols/ms-mde2/4d7eadd5-3951-4f1c-8159-c39e07cbe692
 */
export const writeProvisioningDocument = (wish: Provisioning): string =>
  document(
    node(
      'CertificateStore',
      node('Root', node('System', certificate(wish.rootDer))),
      node('My', node(wish.store, certificate(wish.certificateDer), node('PrivateKeyContainer')), renewal(wish)),
    ),
    node(
      'APPLICATION',
      parm('APPID', 'w7'),
      parm('PROVIDER-ID', wish.providerId),
      parm('NAME', wish.providerId),
      parm('ADDR', wish.managementUrl),
      parm('CONNRETRYFREQ', '6'),
      parm('INITIALBACKOFFTIME', '30000'),
      parm('MAXBACKOFFTIME', '120000'),
      '<parm name="BACKCOMPATRETRYDISABLED"/>',
      parm('DEFAULTENCODING', 'application/vnd.syncml.dm+xml'),
      parm('SSLCLIENTCERTSEARCHCRITERIA', `Subject=CN%3d${wish.deviceId}&Stores=My%5C${wish.store}`),
      node('APPAUTH', ...credentials('CLIENT', wish.serverSecret, wish.nonce)),
      node('APPAUTH', ...credentials('APPSRV', wish.devicePassword, wish.nonce, wish.deviceId)),
    ),
    node('DMClient', node('Provider', node(wish.providerId, name(wish.deviceName), poll(wish.pollMinutes)))),
  )

/** A new certificate for a device that renews its identity; all else stays as it is. */
export const writeRenewalDocument = ({
  certificateDer,
  store,
  providerId,
}: Pick<Provisioning, 'certificateDer' | 'store' | 'providerId'>): string =>
  document(
    node('CertificateStore', node('My', node(store, certificate(certificateDer), node('PrivateKeyContainer')))),
    node('APPLICATION', parm('PROVIDER-ID', providerId)),
  )

const renewal = ({ renewDaysBefore }: Provisioning): string =>
  node(
    'WSTEP',
    node(
      'Renew',
      typed('ROBOSupport', 'true', 'boolean'),
      typed('RenewPeriod', String(renewDaysBefore), 'integer'),
      typed('RetryInterval', '4', 'integer'),
    ),
  )

const credentials = (level: string, secret: string, nonce: Uint8Array, name?: string): readonly string[] => [
  parm('AAUTHLEVEL', level),
  parm('AAUTHTYPE', 'DIGEST'),
  ...(name === undefined ? [] : [parm('AAUTHNAME', name)]),
  parm('AAUTHSECRET', secret),
  parm('AAUTHDATA', Buffer.from(nonce).toString('base64')),
]

/** For ever at one pace: a first count of 0 says so, and ends the phases after it. */
const poll = (minutes: number): string =>
  node(
    'Poll',
    typed('NumberOfFirstRetries', '0', 'integer'),
    typed('IntervalForFirstSetOfRetries', String(minutes), 'integer'),
    typed('NumberOfSecondRetries', '0', 'integer'),
    typed('IntervalForSecondSetOfRetries', '0', 'integer'),
    typed('NumberOfRemainingScheduledRetries', '0', 'integer'),
    typed('IntervalForRemainingScheduledRetries', '0', 'integer'),
    typed('PollOnLogin', 'true', 'boolean'),
    typed('AllUsersPollOnFirstLogin', 'true', 'boolean'),
  )

const name = (deviceName: string | null): string => (deviceName === null ? '' : typed('EntDeviceName', deviceName, 'string'))

const certificate = (der: Uint8Array): string =>
  node(thumbprintOf(der), parm('EncodedCertificate', Buffer.from(der).toString('base64')))

const document = (...nodes: readonly string[]): string =>
  `<wap-provisioningdoc version="1.1">${nodes.join('')}</wap-provisioningdoc>`

const node = (type: string, ...inner: readonly string[]): string =>
  inner.length === 0
    ? `<characteristic type="${xmlText(type)}"/>`
    : `<characteristic type="${xmlText(type)}">${inner.join('')}</characteristic>`

const parm = (called: string, value: string): string => `<parm name="${called}" value="${xmlText(value)}"/>`

const typed = (called: string, value: string, type: string): string =>
  `<parm name="${called}" value="${xmlText(value)}" datatype="${type}"/>`
