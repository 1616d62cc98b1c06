import type { Request, Response } from 'express'
import multer from 'multer'
import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { z } from 'zod'
import type { Blobs } from '../../app/blobs.ts'
import type { ProfileVersion } from '../../domain/profiles/events.ts'
import { noTeam } from '../../domain/teams/events.ts'
import type { Cause } from '../../kernel/event.ts'
import { ParseError } from '../../kernel/parse-error.ts'
import type { ConfigurationProfile } from '../../protocols/apple/configuration-profile.ts'
import { readConfigurationProfile } from '../../protocols/apple/configuration-profile.ts'
import { refuse } from '../errors.ts'
import { numberText, parsed } from '../parsing.ts'

/** A profile as an admin sent it, read and checked. */
export type UploadedProfile = Readonly<{ teamId: string; bytes: Uint8Array; profile: ConfigurationProfile }>

/** More than a profile may have, so that one slightly too large is told so with its own words. */
const largestUpload = 1.5 * 1024 * 1024

const receive = multer({
  storage: multer.memoryStorage(),
  limits: { fileSize: largestUpload, files: 1, fields: 16, fieldSize: 16 * 1024, parts: 20 },
}).single('profile')

const fields = z.object({ team_id: z.literal('').or(numberText).optional() })

/** Kinds of settings that Fleet takes and this server does not yet. */
const laterKinds = ['.json', '.xml']

const labelFields = ['labels', 'labels_include_all', 'labels_include_any', 'labels_exclude_any']

/**
 * Takes the multipart form `profile` (a `.mobileconfig`), `team_id` (absent, empty or 0: no team). Refuses another extension with 400 and
 * what cannot be a profile with 422, naming the key at fault.
 */
export const receiveProfile = async (request: Request, response: Response): Promise<UploadedProfile> => {
  await new Promise<void>((resolve, reject) => {
    receive(request, response, (error: unknown) => {
      if (error === undefined || error === null) resolve()
      else reject(error instanceof Error ? error : new Error('The upload failed.'))
    })
  })
  const form: unknown = request.body
  const { team_id } = parsed(fields, form ?? {}, 400)
  const file = request.file ?? refuse(400, 'profile', 'The form has no file named profile.')
  const extension = extname(file.originalname).toLowerCase()
  if (laterKinds.includes(extension))
    refuse(422, 'profile', `This server does not take ${extension} settings yet, only .mobileconfig.`)
  if (extension !== '.mobileconfig') refuse(400, 'profile', 'The file is no .mobileconfig.')
  for (const field of labelFields)
    if (typeof form === 'object' && form !== null && field in form)
      refuse(422, field, 'This server does not target profiles by label yet.')
  return { teamId: team_id === undefined || team_id === '' ? noTeam : team_id, bytes: file.buffer, profile: read(file.buffer) }
}

/** What an event says of the upload; large contents are stored before this answers. */
export const versionOf = async (
  blobs: Pick<Blobs, 'keep'>,
  { bytes, profile }: UploadedProfile,
  cause: Cause,
): Promise<ProfileVersion> => ({
  name: profile.displayName,
  identifier: profile.identifier,
  scope: profile.scope,
  checksum: createHash('md5').update(bytes).digest('hex'),
  size: bytes.length,
  payloadTypes: [...new Set(profile.payloads.flatMap(({ type }) => (type === null ? [] : [type])))].slice(0, 100),
  content: await blobs.keep(bytes, cause),
})

const read = (bytes: Uint8Array): ConfigurationProfile => {
  try {
    return readConfigurationProfile(bytes)
  } catch (error) {
    if (!(error instanceof ParseError)) throw error
    return refuse(422, error.field, error.message)
  }
}
