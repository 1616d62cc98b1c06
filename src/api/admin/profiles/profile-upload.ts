import type { Request, Response } from 'express'
import { memoryStorage } from 'multer'
import { basename, extname } from 'node:path'
import { z } from 'zod'
import type { App } from '../../../app/app.ts'
import { noTeam } from '../../../domain/teams/events.ts'
import { maxProfileBytes } from '../../../protocols/apple/configuration-profile.ts'
import type { KindOfUpload } from '../../../protocols/kind-of-upload.ts'
import { uploadedName } from '../../../protocols/uploaded-name.ts'
import { refuse } from '../../errors.ts'
import { formReader, readForm } from '../../form-file.ts'
import { formOf, numberText } from '../../parsing.ts'
import { openSecrets } from '../../secret-variables.ts'
import type { LabelNames } from './profile-labels.ts'
import { namedLabels } from './profile-labels.ts'
import type { Settings } from './read-settings.ts'
import { readSettings, secretsIn } from './read-settings.ts'

/** What came in the form; `labels` are the names by mode, null when the form names none. */
export type Upload = Readonly<{ teamId: string; settings: Settings; labels: LabelNames | null }>

/** More than a profile may have, so that one slightly too large is told so with its own words. */
const largestUpload = 1.5 * 1024 * 1024

const reader = formReader({
  storage: memoryStorage(),
  limits: { fileSize: largestUpload, files: 1, fields: 100, fieldSize: 16 * 1024, parts: 110 },
})

/** A profile of any kind may have 1 MiB; a form that holds more than the reader takes is told so in the same words. */
const receive = readForm(reader.single('profile'), 'profile', maxProfileBytes)

const oneOrMore = z
  .union([z.string().max(255), z.array(z.string().max(255)).max(50)])
  .transform((value) => (typeof value === 'string' ? [value] : value))
  .optional()

export const fields = z.object({
  team_id: z.literal('').or(numberText).optional(),
  labels: oneOrMore,
  labels_include_all: oneOrMore,
  labels_include_any: oneOrMore,
  labels_exclude_any: oneOrMore,
})

const kinds: Readonly<Record<string, KindOfUpload>> = {
  '.mobileconfig': 'apple-profile',
  '.json': 'declaration',
  '.xml': 'windows-profile',
}

/**
 * Takes the multipart form `profile` (a `.mobileconfig`, a declaration's `.json`, or the `.xml` of a Windows profile), `team_id` (absent, empty or 0: no team) and the names of
 * labels. Refuses another extension with 400 and what cannot be settings with 422, naming the key at fault.
 */
export const receiveProfile = async (app: Pick<App, 'load' | 'vault'>, request: Request, response: Response): Promise<Upload> => {
  await receive(request, response)
  const { team_id, ...labels } = formOf(fields, request, 400)
  const file = request.file ?? refuse(400, 'profile', 'The form has no file named profile.')
  const fileName = basename(uploadedName(file.originalname, 'profile'))
  const extension = extname(fileName).toLowerCase()
  const kind =
    kinds[extension] ??
    refuse(400, 'profile', 'The file is neither a .mobileconfig, nor a declaration (.json), nor a Windows profile (.xml).')
  const name = fileName.slice(0, -extension.length)
  const settings = readSettings({ kind, bytes: file.buffer, name }, await openSecrets(app, secretsIn(file.buffer)))
  return { teamId: team_id === undefined || team_id === '' ? noTeam : team_id, settings, labels: namedLabels(labels) }
}
