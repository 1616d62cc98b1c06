import type { Request, Response } from 'express'
import multer from 'multer'
import { createHash } from 'node:crypto'
import { basename, extname } from 'node:path'
import { z } from 'zod'
import type { App } from '../../app/app.ts'
import type { Blobs } from '../../app/blobs.ts'
import type { ProfileVersion, SettingsKind } from '../../domain/profiles/events.ts'
import { fillIn, knownVariables, namesIn } from '../../domain/settings/host-values.ts'
import { noTeam } from '../../domain/teams/events.ts'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import { readConfigurationProfile } from '../../protocols/apple/configuration-profile.ts'
import { readDeclarationUpload } from '../../protocols/apple/declaration-upload.ts'
import { isReservedName } from '../../protocols/apple/reserved-profiles.ts'
import { refuse } from '../errors.ts'
import { numberText, parsed } from '../parsing.ts'
import { jsonEscaped, xmlEscaped } from '../escaping.ts'
import type { SecretValues } from '../secret-variables.ts'
import { openSecrets } from '../secret-variables.ts'
import type { LabelNames } from './profile-labels.ts'
import { namedLabels } from './profile-labels.ts'

/** Settings as an admin sent them, read and checked. */
export type Settings = Readonly<{
  kind: SettingsKind
  bytes: Uint8Array
  name: string
  identifier: string
  scope: 'System' | 'User'
  payloadTypes: readonly string[]
  variables: readonly string[]
  /** The secrets in it, with the fingerprint of what each stands for. */
  secrets: Readonly<Record<string, string>>
}>

/** What came in the form; `labels` are the names by mode, null when the form names none. */
export type Upload = Readonly<{ teamId: string; settings: Settings; labels: LabelNames | null }>

/** More than a profile may have, so that one slightly too large is told so with its own words. */
const largestUpload = 1.5 * 1024 * 1024

const receive = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: largestUpload, files: 1, fields: 100, fieldSize: 16 * 1024, parts: 110 },
}).single('profile')

const oneOrMore = z
  .union([z.string().max(255), z.array(z.string().max(255)).max(50)])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .optional()

const fields = z.object({
  team_id: z.literal('').or(numberText).optional(),
  labels: oneOrMore,
  labels_include_all: oneOrMore,
  labels_include_any: oneOrMore,
  labels_exclude_any: oneOrMore,
})

/** Kinds of settings that Fleet takes and this server does not yet. */
const laterKinds = ['.xml']

/**
 * Takes the multipart form `profile` (a `.mobileconfig` or a declaration's `.json`), `team_id` (absent, empty or 0: no team) and the names of
 * labels. Refuses another extension with 400 and what cannot be settings with 422, naming the key at fault.
 */
export const receiveProfile = async (app: Pick<App, 'load' | 'vault'>, request: Request, response: Response): Promise<Upload> => {
  await new Promise<void>((resolve, reject) => {
    receive(request, response, (error: unknown) => {
      if (error === undefined || error === null) resolve()
      else reject(error instanceof Error ? error : new Error('The upload failed.'))
    })
  })
  const form: unknown = request.body
  const { team_id, ...labels } = parsed(fields, form ?? {}, 400)
  const file = request.file ?? refuse(400, 'profile', 'The form has no file named profile.')
  const extension = extname(file.originalname).toLowerCase()
  if (laterKinds.includes(extension)) refuse(422, 'profile', `This server does not take ${extension} settings yet.`)
  if (extension !== '.mobileconfig' && extension !== '.json')
    refuse(400, 'profile', 'The file is neither a .mobileconfig nor a declaration (.json).')
  const kind = extension === '.json' ? 'declaration' : 'profile'
  const name = basename(file.originalname).slice(0, -extension.length)
  const settings = readSettings({ kind, bytes: file.buffer, name }, await openSecrets(app, secretsIn(file.buffer)))
  return { teamId: team_id === undefined || team_id === '' ? noTeam : team_id, settings, labels: namedLabels(labels) }
}

/** The secrets that settings name, without `$FLEET_SECRET_`. */
export const secretsIn = (bytes: Uint8Array): readonly string[] => namesIn(Buffer.from(bytes).toString('utf8'), 'FLEET_SECRET_')

type File = Readonly<{ kind: SettingsKind; bytes: Uint8Array; name: string }>

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

const readPlain = ({ kind, bytes, name }: File): Settings => {
  const text = Buffer.from(bytes).toString('utf8')
  const variables = namesIn(text, 'FLEET_VAR_')
  const unknown = variables.find((variable) => !knownVariables.has(variable))
  if (unknown !== undefined) refuse(400, 'profile', `This server knows no variable $FLEET_VAR_${unknown}.`)
  if (kind === 'declaration') {
    const { type, identifier, scope } = inUpload(() => readDeclarationUpload(bytes))
    if (identifier.includes('FLEET_')) refuse(422, 'Identifier', 'The Identifier cannot hold variables or secrets.')
    return { kind, bytes, name: mustBeAName(name), identifier, scope, payloadTypes: [type], variables, secrets: {} }
  }
  const profile = inUpload(() => readConfigurationProfile(bytes))
  for (const [field, value] of [
    ['PayloadIdentifier', profile.identifier] as const,
    ['PayloadDisplayName', profile.displayName] as const,
  ])
    if (value.includes('$FLEET_') || value.includes('${FLEET_')) refuse(422, field, `${field} cannot hold variables or secrets.`)
  const types = [...new Set(profile.payloads.flatMap(({ type }) => (type === null ? [] : [type])))]
  const { displayName, identifier, scope } = profile
  return { kind, bytes, name: displayName, identifier, scope, payloadTypes: types.slice(0, 100), variables, secrets: {} }
}

/** What an event says of the upload; large contents are stored before this answers. */
export const versionOf = async (
  blobs: Pick<Blobs, 'keep'>,
  { bytes, name, identifier, scope, payloadTypes, variables, secrets }: Settings,
  cause: Cause,
): Promise<ProfileVersion> => ({
  ...{ name, identifier, scope, payloadTypes },
  checksum: createHash('md5').update(bytes).digest('hex'),
  size: bytes.length,
  content: await blobs.keep(bytes, cause),
  ...(variables.length > 0 && { variables }),
  ...(Object.keys(secrets).length > 0 && { secrets: Object.keys(secrets), secretFingerprints: secrets }),
})

const mustBeAName = (name: string): string => {
  if (name.trim() === '' || name.length > 255)
    refuse(400, 'profile', 'The file name of a declaration is its name: 1 to 255 characters.')
  return isReservedName(name) ? refuse(400, 'profile', `The name ${name} is reserved for the server's own settings.`) : name
}

const inUpload = <T>(read: () => T): T => {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(error.message.includes('no well-formed JSON') ? 400 : 422, error.field, error.message)
  }
}
