import { createHash } from 'node:crypto'
import type { Blobs } from '../../../app/blobs.ts'
import type { PlatformFamily } from '../../../domain/platforms.ts'
import type { ProfileVersion, SettingsKind } from '../../../domain/profiles/events.ts'
import { fillIn, knownVariables, namesIn, windowsVariables } from '../../../domain/settings/host-values.ts'
import type { Cause } from '../../../kernel/event.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import { readConfigurationProfile } from '../../../protocols/apple/configuration-profile.ts'
import { assetsNamedBy, readDeclarationUpload } from '../../../protocols/apple/declaration-upload.ts'
import { isReservedName } from '../../../protocols/apple/reserved-profiles.ts'
import type { KindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { scopeOf } from '../../../protocols/windows/profile-scope.ts'
import { readWindowsProfile } from '../../../protocols/windows/profile-upload.ts'
import { refuse } from '../../errors.ts'
import { jsonEscaped, xmlEscaped } from '../../escaping.ts'
import type { SecretValues } from '../../secret-variables.ts'

/** Settings as an admin sent them, read and checked. A Windows profile is known by its name alone: it is its identifier. */
export type Settings = Readonly<{
  kind: SettingsKind
  family: PlatformFamily
  bytes: Uint8Array
  name: string
  identifier: string
  scope: 'System' | 'User'
  payloadTypes: readonly string[]
  variables: readonly string[]
  /** Identifiers of the assets that a declaration names; absent: none. */
  refersTo?: readonly string[]
  /** The secrets in it, with the fingerprint of what each stands for. */
  secrets: Readonly<Record<string, string>>
}>

/** The secrets that settings name, without `$FLEET_SECRET_`. */
export const secretsIn = (bytes: Uint8Array): readonly string[] => namesIn(Buffer.from(bytes).toString('utf8'), 'FLEET_SECRET_')

type File = Readonly<{ kind: KindOfUpload; bytes: Uint8Array; name: string }>

/**
 * Reads settings of a kind; `name` is what a declaration is called. They are checked as they are and with the secrets in their places. Refuses them
 * with 400 or 422, naming the key at fault.
 */
export const readSettings = (file: File, known: SecretValues): Settings => {
  const names = secretsIn(file.bytes)
  const unknown = names.find((name) => !Object.hasOwn(known.values, name))
  if (unknown !== undefined) refuse(422, 'profile', `There is no secret named ${unknown}.`)
  const settings = readPlain(file)
  if (names.length === 0) return settings
  const escape = file.kind === 'declaration' ? jsonEscaped : xmlEscaped
  const filled = fillIn(Buffer.from(file.bytes).toString('utf8'), known.values, escape, 'FLEET_SECRET_')
  readPlain({ ...file, bytes: Buffer.from(filled) })
  return { ...settings, secrets: Object.fromEntries(names.map((name) => [name, known.fingerprints[name] ?? ''])) }
}

type Reader = (file: File, variables: readonly string[]) => Settings

const readPlain = (file: File): Settings => {
  const variables = namesIn(Buffer.from(file.bytes).toString('utf8'), 'FLEET_VAR_')
  const known = file.kind === 'windows-profile' ? windowsVariables : knownVariables
  const unknown = variables.find((variable) => !known.has(variable))
  if (unknown !== undefined) refuse(400, 'profile', `This server knows no variable $FLEET_VAR_${unknown}.`)
  return readers[file.kind](file, variables)
}

const readers: Readonly<Record<KindOfUpload, Reader>> = {
  'apple-profile': ({ bytes }, variables) => {
    const { identifier, displayName, scope, payloads } = inUpload(() => readConfigurationProfile(bytes))
    mustBePlain('PayloadIdentifier', identifier)
    mustBePlain('PayloadDisplayName', displayName)
    const types = [...new Set(payloads.flatMap(({ type }) => (type === null ? [] : [type])))]
    const described = { name: displayName, identifier, scope, payloadTypes: types.slice(0, 100) }
    return { kind: 'profile', family: 'apple', bytes, ...described, variables, secrets: {} }
  },
  declaration: ({ bytes, name }, variables) => {
    const declaration = inUpload(() => readDeclarationUpload(bytes))
    const { type, identifier, scope } = declaration
    mustBePlain('Identifier', identifier)
    const described = { name: mustBeAName(name), identifier, scope, payloadTypes: [type] }
    const refersTo = assetsNamedBy(declaration)
    return { kind: 'declaration', family: 'apple', bytes, ...described, variables, refersTo, secrets: {} }
  },
  'windows-profile': ({ bytes, name }, variables) => {
    const { commands } = inUpload(() => readWindowsProfile(bytes), 400)
    const described = { name: mustBeAName(name), identifier: name, scope: scopeOf(commands), payloadTypes: [] } as const
    return { kind: 'profile', family: 'windows', bytes, ...described, variables, secrets: {} }
  },
}

const mustBePlain = (field: string, value: string): void => {
  if (/\$\{?FLEET_/.test(value)) refuse(422, field, `${field} cannot hold variables or secrets.`)
}

/** What an event says of the upload; large contents are stored before this answers. */
export const versionOf = async (
  blobs: Pick<Blobs, 'keep'>,
  { bytes, name, identifier, scope, payloadTypes, variables, refersTo = [], secrets }: Settings,
  cause: Cause,
): Promise<ProfileVersion> => ({
  ...{ name, identifier, scope, payloadTypes },
  checksum: createHash('md5').update(bytes).digest('hex'),
  size: bytes.length,
  content: await blobs.keep(bytes, cause),
  ...(variables.length > 0 && { variables }),
  ...(refersTo.length > 0 && { refersTo }),
  ...(Object.keys(secrets).length > 0 && { secrets: Object.keys(secrets), secretFingerprints: secrets }),
})

const mustBeAName = (name: string): string => {
  if (name.trim() === '' || name.length > 255)
    refuse(400, 'profile', 'The file name is the name of the settings: 1 to 255 characters.')
  return isReservedName(name) ? refuse(400, 'profile', `The name ${name} is reserved for the server's own settings.`) : name
}

const inUpload = <T>(read: () => T, status = 422): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(error.message.includes('no well-formed JSON') ? 400 : status, error.field, error.message)
  }
}
