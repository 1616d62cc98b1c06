import { ParseError } from '../../kernel/parse-error.ts'
import { bareLocUri } from './syncml/loc-uris.ts'

type Command = Readonly<{ verb: string; locUris: readonly string[] }>

const node = '/Vendor/MSFT/ClientCertificateInstall/SCEP'
const certificateId = 'SCEP_WINDOWS_CERTIFICATE_ID'

/** What must be set before a device can enroll, below `Install/`. */
const required = [
  ...['CAThumbprint', 'Challenge', 'EKUMapping', 'HashAlgorithm', 'KeyLength', 'KeyUsage', 'ServerURL', 'SubjectName'],
] as const

const optional = [
  ...['AADKeyIdentifierList', 'ContainerName', 'CustomTextToShowInPrompt', 'KeyProtection', 'RetryCount', 'RetryDelay'],
  ...['SubjectAlternativeNames', 'TemplateName', 'ValidPeriod', 'ValidPeriodUnits'],
] as const

/** True for a node of the CSP that enrolls certificates by SCEP, however it is spelled. */
export const isScep = (locUri: string): boolean => `${bareLocUri(locUri)}/`.includes(`${node.toLowerCase()}/`)

/** The node of the certificate that a node belongs to. */
export const certificateNode = (locUri: string): string => locUri.replace(/\/Install(\/.*)?$/i, '')

/**
 * Refuses a SCEP profile that a device could not enroll with: all of it is one certificate, every needed node is set, and the enrolment is started.
 * https://learn.microsoft.com/windows/client-management/mdm/clientcertificateinstall-csp
 */
export const mustBeScep = (commands: readonly Command[]): void => {
  const all = commands.flatMap(({ verb, locUris }) => locUris.map((locUri) => ({ verb, ...partsOf(locUri) })))
  if (new Set(all.map(({ place }) => place)).size > 1) refuse('A SCEP profile is for the device or for the user, not for both.')
  const set = new Set(all.filter(({ verb }) => verb !== 'Exec').map(({ path }) => path))
  const missing = ['', ...required.map((name) => `Install/${name}`)].find((path) => !set.has(path))
  if (missing !== undefined) refuse(`The SCEP profile does not set ${missing === '' ? 'the node of its certificate' : missing}.`)
  const unknown = [...set].find((path) => !known.has(path))
  if (unknown !== undefined) refuse(`The SCEP profile sets ${unknown.slice(0, 100)}, which is no node of it.`)
  const started = all.filter(({ verb }) => verb === 'Exec').map(({ path }) => path)
  if (started.length === 0) refuse('The SCEP profile has no Exec of Install/Enroll.')
  if (started.some((path) => path.toLowerCase() !== 'install/enroll'))
    refuse('The only Exec of a SCEP profile is that of Install/Enroll.')
}

const known: ReadonlySet<string> = new Set(['', 'Install', ...[...required, ...optional].map((name) => `Install/${name}`)])

const shape = new RegExp(`^\\./(?:(Device|User)/)?${node.slice(1)}/([^/]+)/?(.*)$`, 'i')

const partsOf = (locUri: string): Readonly<{ place: string; path: string }> => {
  const [, place = 'Device', id = '', path = ''] = shape.exec(locUri) ?? []
  if (id === '') return refuse('A SCEP profile cannot hold other nodes.')
  if (id !== `$FLEET_VAR_${certificateId}` && id !== `\${FLEET_VAR_${certificateId}}`)
    return refuse(`The certificate of a SCEP profile must be named $FLEET_VAR_${certificateId}.`)
  return { place: place.toLowerCase(), path: [...known].find((name) => name.toLowerCase() === path.toLowerCase()) ?? path }
}

const refuse = (message: string): never => {
  throw new ParseError('profile', message)
}
