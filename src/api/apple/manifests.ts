import type { Request, RequestHandler, Response } from 'express'
import { Router } from 'express'
import type { App } from '../../app/app.ts'
import type { PackageStore } from '../../app/package-ports.ts'
import { manifest } from '../../domain/packages/manifest.ts'
import { softwarePackage } from '../../domain/packages/package.ts'
import { writeManifest } from '../../protocols/apple/manifest.ts'
import { addressOf, attemptsOf } from '../attempts.ts'
import type { HostedFiles } from './hosted-files.ts'

type Deps = Readonly<{ app: App; files: HostedFiles; packages: PackageStore }>

/** URLs that lead nowhere, per address and minute, before the address has to wait. */
const missesPerMinute = 120

/** A device asks again for what it has; it may hold on to a file for a day, because its URL never means anything else. */
const dayMs = 24 * 60 * 60 * 1000

/**
 * Manifests and packages as devices fetch them: without identity, at URLs that cannot be guessed. Packages are sent in the ranges asked for.
 */
export const manifestRoutes = ({ app, files, packages }: Deps): Router => {
  const misses = attemptsOf(app.clock, { limit: missesPerMinute, windowMs: 60_000 })

  const bounded: RequestHandler = (request, response, next) => {
    if (misses.mayTry(addressOf(request))) next()
    else response.set('retry-after', '60').status(429).end()
  }

  const nothing = (request: Request, response: Response): void => {
    misses.count(addressOf(request))
    response.status(404).end()
  }

  const packageManifest = async (packageId: string): Promise<string | null> => {
    const { version } = (await app.load(softwarePackage, packageId)).state
    return version === null ? null : writeManifest({ ...version, url: await files.packageFile(packageId) })
  }

  const adminManifest = async (manifestId: string): Promise<Uint8Array | null> => {
    const { content } = (await app.load(manifest, manifestId)).state
    return content === null ? null : app.blobs.fetch(content)
  }

  const sendManifest: RequestHandler = async (request, response) => {
    const found = await files.find(tokenIn(request))
    if (found === null) return nothing(request, response)
    const body = found.kind === 'package' ? await packageManifest(found.id) : await adminManifest(found.id)
    if (body === null) return nothing(request, response)
    response.set('cache-control', 'no-store').type('application/xml; charset=UTF-8').send(Buffer.from(body))
  }

  const sendPackage: RequestHandler = async (request, response, next) => {
    const found = await files.find(tokenIn(request))
    const version = found?.kind === 'package' ? (await app.load(softwarePackage, found.id)).state.version : null
    if (version === null) return nothing(request, response)
    const path = await packages.locate(version.sha256)
    if (path === null) {
      app.logger.error({ sha256: version.sha256, name: version.name }, 'a package is not in the package store')
      return void response.status(404).end()
    }
    const headers = {
      'content-type': 'application/octet-stream',
      etag: `"${version.sha256}"`,
      'x-content-type-options': 'nosniff',
    }
    response.sendFile(path, { headers, maxAge: dayMs, cacheControl: true, dotfiles: 'allow' }, (error: unknown) => {
      // A device that went away in the middle is no fault: it asks for the rest.
      if (error !== undefined && !response.headersSent) next(error)
    })
  }

  return Router()
    .use(['/manifests', '/packages'], bounded)
    .get('/manifests/:token.plist', sendManifest)
    .get('/packages/:token.pkg', sendPackage)
}

const tokenIn = ({ params }: Request): string => (typeof params['token'] === 'string' ? params['token'] : '')
