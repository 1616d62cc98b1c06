import type { Request, Response } from 'express'
import { basename, extname } from 'node:path'
import { z } from 'zod'
import type { PackageStore, StoredPackage } from '../../../app/package-ports.ts'
import { PackageTooLarge } from '../../../app/package-ports.ts'
import type { PackageVersion } from '../../../domain/packages/events.ts'
import { mustBePackage } from '../../../protocols/apple/package-file.ts'
import { uploadedName } from '../../../protocols/uploaded-name.ts'
import { refuse } from '../../errors.ts'
import { formReader, readForm } from '../../form-file.ts'
import { formOf } from '../../parsing.ts'

/** In bytes. */
export const largestPackage = 512 * 1024 * 1024

const shortText = z.string().trim().min(1).max(255)

export const fields = z.object({
  title: shortText.optional(),
  bundle_identifier: shortText
    .regex(/^[\w.-]+$/, 'A bundle identifier consists of letters, digits, dots and hyphens.')
    .optional(),
  bundle_version: shortText.regex(/^[\w.+-]+$/, 'A bundle version consists of letters, digits, dots and hyphens.').optional(),
})

/**
 * Takes the multipart form `package` (a `.pkg`; `software` and `installer` are taken for the name too), with `title`, `bundle_identifier`
 * and `bundle_version` as the admin likes. The file goes to the store as it comes. Refuses what is no package with 400, a larger one than
 * 512 MiB with 413.
 */
export const receivePackage = async (
  store: PackageStore,
  request: Request,
  response: Response,
  limit = largestPackage,
): Promise<PackageVersion> => {
  const received: { stored: StoredPackage | null } = { stored: null }
  const reader = formReader({
    storage: {
      _handleFile: (_request, file, callback) => {
        // A store that refuses stops reading; destroying the stream would be told as an abort, not as what is wrong.
        const bytes = file.stream.iterator({ destroyOnReturn: false }) as AsyncIterable<Uint8Array>
        store.receive(bytes, { limit, check: mustBePackage }).then(
          (stored) => {
            received.stored = stored
            callback(null, { size: stored.size })
          },
          (error: unknown) => {
            // What is left of the upload has to be read, or the answer never arrives.
            file.stream.resume()
            callback(error)
          },
        )
      },
      // Named by its bytes, it may be there for another reason: what no event speaks of is nobody's, and does no harm.
      _removeFile: (_request, _file, callback) => {
        callback(null)
      },
    },
    fileFilter: (_request, file, callback) => {
      if (extname(file.originalname).toLowerCase() === '.pkg') callback(null, true)
      else callback(new UploadRefused('The file is no .pkg.'))
    },
    limits: { files: 1, fields: 8, fieldSize: 4 * 1024, parts: 10 },
  })

  await readForm(
    reader.any(),
    'package',
    limit,
  )(request, response).catch((error: unknown) => {
    if (error instanceof PackageTooLarge) refuse(413, 'package', error.message)
    if (error instanceof UploadRefused) refuse(400, 'package', error.message)
    throw error
  })
  const [file] = Array.isArray(request.files) ? request.files : []
  if (file === undefined || received.stored === null) return refuse(400, 'package', 'The form has no file named package.')
  return versionOf(uploadedName(file.originalname, 'package'), received.stored, formOf(fields, request, 422))
}

class UploadRefused extends Error {
  override readonly name = 'UploadRefused'
}

/** What the admin did not say follows from the file's name and bytes. */
const versionOf = (fileName: string, stored: StoredPackage, wish: z.infer<typeof fields>): PackageVersion => {
  const name = basename(fileName).slice(-255)
  const { size, sha256, chunkSize, chunks } = stored
  return {
    name,
    title: wish.title ?? name.replace(/\.pkg$/i, ''),
    bundleIdentifier: wish.bundle_identifier ?? `package.${sha256.slice(0, 16)}`,
    bundleVersion: wish.bundle_version ?? '1.0',
    size,
    sha256,
    chunkSize,
    chunks,
  }
}
