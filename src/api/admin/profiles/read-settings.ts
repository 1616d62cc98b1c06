import { createHash } from 'node:crypto'
import type { Blobs } from '../../../app/blobs.ts'
import type { PlatformFamily } from '../../../domain/platforms.ts'
import type { ProfileVersion, SettingsKind } from '../../../domain/profiles/events.ts'
import { knownVariables, windowsVariables } from '../../../domain/settings/host-values.ts'
import type { Cause } from '../../../kernel/event.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import { ignoredWarnings } from '../../../protocols/apple/command-needs.ts'
import { readInstallableProfile } from '../../../protocols/apple/configuration-profile.ts'
import { assetsNamedBy, readDeclarationUpload } from '../../../protocols/apple/declaration-upload.ts'
import { isReservedName } from '../../../protocols/apple/reserved-profiles.ts'
import { filled, placeholdersOf } from '../../../protocols/filling/filled.ts'
import { secretNamesIn, variableNamesIn } from '../../../protocols/filling/names.ts'
import type { Place, Placeholder } from '../../../protocols/filling/placeholders.ts'
import { holdsPlaceholder } from '../../../protocols/filling/placeholders.ts'
import type { KindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { mustFitInMessage } from '../../../protocols/windows/profile-delivery.ts'
import { scopeOf } from '../../../protocols/windows/profile-scope.ts'
import { oneSpelling } from '../../../protocols/uploaded-name.ts'
import { readWindowsProfile } from '../../../protocols/windows/profile-upload.ts'
import { refuse } from '../../errors.ts'
import type { SecretValues } from '../../secret-variables.ts'
import { valuesIn } from '../../settings-values.ts'

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
  /** What is worth knowing of it, as sentences; absent: nothing. */
  warnings?: readonly string[]
  /** The secrets in it, with the fingerprint of what each stands for. */
  secrets: Readonly<Record<string, string>>
}>

/** The secrets that settings name, without `$FLEET_SECRET_`, of whatever kind they turn out to be. */
export const secretsIn = (bytes: Uint8Array): readonly string[] => {
  const text = Buffer.from(bytes).toString('utf8')
  return secretNamesIn(text.trimStart().startsWith('{') ? 'declaration' : 'apple-profile', text)
}

type UploadedFile = Readonly<{ kind: KindOfUpload; bytes: Uint8Array; name: string }>

/**
 * Reads settings of a kind; `name` is what a declaration is called. They are checked as they are, and once more with the secrets in their places.
 * Refuses them with 400 or 422, naming the key at fault.
 */
export const readSettings = (uploaded: UploadedFile, known: SecretValues): Settings => {
  const file = { ...uploaded, name: oneSpelling(uploaded.name) }
  const text = Buffer.from(file.bytes).toString('utf8')
  mustBeFillable(file.kind, text, known)
  const settings = readers[file.kind](file, variableNamesIn(file.kind, text))
  const names = secretNamesIn(file.kind, text)
  if (names.length === 0) return settings
  mustBeSoundFilled(file, known)
  return { ...settings, secrets: Object.fromEntries(names.map((name) => [name, known.fingerprints[name] ?? ''])) }
}

/** Refuses settings that cannot be read once the secrets stand in their places. */
export const mustBeSoundFilled = (file: UploadedFile, { values }: Pick<SecretValues, 'values'>): void => {
  const text = Buffer.from(file.bytes).toString('utf8')
  const bytes = Buffer.from(inUpload(() => filled(file.kind, text, valuesIn(values, {}))))
  readers[file.kind]({ ...file, bytes }, [])
}

/** Every placeholder is known by its name, and stands where what it stands for may stand. */
const mustBeFillable = (kind: KindOfUpload, text: string, { values }: SecretValues): void => {
  const check = (one: Placeholder, place: Place): null => {
    const fault = one.kind === 'secret' ? faultOfSecret(one, place, values) : faultOfVariable(kind, one, place)
    return fault === null ? null : refuse(one.kind === 'secret' ? 422 : 400, 'profile', fault)
  }
  inUpload(() => filled(kind, text, check))
  for (const one of placeholdersOf(kind, text)) check(one, 'text')
}

const faultOfSecret = ({ name, written }: Placeholder, place: Place, values: SecretValues['values']): string | null => {
  const shown = written.slice(0, 100)
  if (name === null) return `${shown} is no secret: one is written $FLEET_SECRET_NAME or \${FLEET_SECRET_NAME}, in capitals.`
  if (!Object.hasOwn(values, name)) return `There is no secret named ${name.slice(0, 100)}.`
  return place === 'LocURI' ? `The secret ${shown} stands in a LocURI; names of nodes are shown in lists and errors.` : null
}

const faultOfVariable = (kind: KindOfUpload, { name, written }: Placeholder, place: Place): string | null => {
  const known = kind === 'windows-profile' ? windowsVariables : knownVariables
  const shown = written.slice(0, 100)
  if (name === null || !known.has(name)) {
    const meant = /FLEET_VAR_(\w+)/i.exec(written)?.[1]?.toUpperCase() ?? ''
    const hint = name === null && known.has(meant) ? ` It is written $FLEET_VAR_${meant} or \${FLEET_VAR_${meant}}.` : ''
    return `This server knows no variable ${shown}.${hint}`
  }
  return place === 'text' || place === 'LocURI'
    ? null
    : `The variable ${shown} stands for a text, but ${placeWords[place]} no text may stand.`
}

const placeWords: Readonly<Record<Exclude<Place, 'text' | 'LocURI'>, string>> = {
  ...{ integer: 'in an <integer>', real: 'in a <real>', date: 'in a <date>', data: 'in a <data>', bare: 'outside quotes' },
}

type Reader = (file: UploadedFile, variables: readonly string[]) => Settings

const readers: Readonly<Record<KindOfUpload, Reader>> = {
  'apple-profile': ({ bytes }, variables) => {
    const { identifier, displayName, scope, payloads, ignoredFrom27 } = inUpload(() => readInstallableProfile(bytes))
    mustBePlain('PayloadIdentifier', identifier)
    mustBePlain('PayloadDisplayName', displayName)
    const types = [...new Set(payloads.flatMap(({ type }) => (type === null ? [] : [type])))]
    const described = { name: displayName, identifier, scope, payloadTypes: types.slice(0, 100) }
    const warnings = ignoredWarnings(ignoredFrom27)
    const news = warnings.length === 0 ? {} : { warnings }
    return { kind: 'profile', family: 'apple', bytes, ...described, variables, secrets: {}, ...news }
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
    inUpload(() =>
      mustFitInMessage(
        Buffer.from(bytes)
          .toString('utf8')
          .replace(/^\ufeff/, ''),
      ),
    )
    const described = { name: mustBeAName(name), identifier: name, scope: scopeOf(commands), payloadTypes: [] } as const
    return { kind: 'profile', family: 'windows', bytes, ...described, variables, secrets: {} }
  },
}

const mustBePlain = (field: string, value: string): void => {
  if (holdsPlaceholder(value)) refuse(422, field, `${field} cannot hold variables or secrets.`)
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
