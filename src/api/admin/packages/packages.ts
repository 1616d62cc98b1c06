import { createHash, randomUUID } from 'node:crypto'
import type { Request } from 'express'
import { z } from 'zod'
import { host } from '../../../domain/host/host.ts'
import { manifest } from '../../../domain/packages/manifest.ts'
import { softwarePackage } from '../../../domain/packages/package.ts'
import { deviceChannel } from '../../../domain/platforms.ts'
import { derivedNumber } from '../../../kernel/ids.ts'
import type { ManifestRow, PackageRow } from '../../../projections/packages.ts'
import { allManifests, allPackages } from '../../../projections/packages.ts'
import { mustBeManifest } from '../../../protocols/apple/manifest.ts'
import { writePlist } from '../../../protocols/plist/write.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, numberText, paramOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Caller, Handlers } from '../deps.ts'
import { deadlineFrom, existingHost } from '../commands/orders.ts'
import { receivePackage } from './package-upload.ts'

export const upload = z.object({
  name: z.string().trim().min(1).max(255),
  manifest: z
    .string()
    .max(1024 * 1024)
    .regex(/^[A-Za-z0-9+/\s]+={0,2}\s*$/, 'The manifest is not written in base64.')
    .describe('A property list in base64.'),
})

type PackageRoutes = Pick<
  Handlers,
  | 'GET /packages'
  | 'POST /packages'
  | 'DELETE /packages/:id'
  | 'POST /hosts/:id/packages/:package_id'
  | 'GET /manifests'
  | 'POST /manifests'
  | 'DELETE /manifests/:id'
  | 'POST /hosts/:id/manifests/:manifest_id'
>

/** Software for Macs: packages that this server hosts, and manifests for those that lie elsewhere. */
export const packageRoutes = ({ app, packages, files }: Pick<AdminDeps, 'app' | 'packages' | 'files'>): PackageRoutes => {
  /** Queues `InstallEnterpriseApplication`. The URL opens the package to whoever knows it, so it is sealed. */
  const install = async (request: Request, manifestUrl: string, { cause }: Pick<Caller, 'cause'>) => {
    const hostId = paramOf(numberText, request, 'id')
    const { platform } = await existingHost(app, hostId)
    if (platform !== 'darwin') refuse(422, 'id', 'Packages can be installed on Macs only.')
    const commandId = randomUUID()
    const requestType = 'InstallEnterpriseApplication'
    const bytes = Buffer.from(writePlist({ RequestType: requestType, ManifestURL: manifestUrl }))
    const payload = await app.blobs.keepSealed(hostId, `command/${commandId}`, bytes, cause)
    const asked = { request: { kind: 'raw', requestType, payload }, reason: { code: 'asked' } } as const
    const commands = [{ commandId, channel: deviceChannel, ...asked, deadline: deadlineFrom(app.clock()) }]
    const executed = await app.execute(host, hostId, { type: 'QueueCommands', data: { commands } }, cause)
    return { executed, commandId }
  }

  return {
    'GET /packages': async (_, response) => {
      response.json({ packages: (await app.read(allPackages())).map(packageJson) })
    },

    'POST /packages': async (request, response, { cause }) => {
      const data = await receivePackage(packages, request, response)
      const packageId = derivedNumber(`package/${data.sha256}`)
      const executed = await app.execute(softwarePackage, packageId, { type: 'UploadPackage', data }, cause)
      const { name, title, size, sha256 } = data
      const said = { id: Number(packageId), name, title, size, sha256, manifest_url: await files.manifestOfPackage(packageId) }
      await answer(app, response, executed, () => ({ package: said }))
    },

    'DELETE /packages/:id': async (request, response, { cause }) => {
      const packageId = paramOf(numberText, request, 'id')
      const executed = await app.execute(softwarePackage, packageId, { type: 'DeletePackage', data: {} }, cause)
      for (const event of executed.events) if (event.type === 'PackageDeleted') await packages.remove(event.data.sha256)
      await answer(app, response, executed, () => ({}))
    },

    'POST /hosts/:id/packages/:package_id': async (request, response, caller) => {
      const packageId = paramOf(numberText, request, 'package_id')
      const { version } = (await app.load(softwarePackage, packageId)).state
      if (version === null) return refuse(404, 'package_id', `The package ${packageId} does not exist.`)
      const { executed, commandId } = await install(request, await files.manifestOfPackage(packageId), caller)
      response.status(202)
      await answer(app, response, executed, () => ({ command_uuid: commandId }))
    },

    'GET /manifests': async (_, response) => {
      response.json({ manifests: (await app.read(allManifests())).map(manifestJson) })
    },

    'POST /manifests': async (request, response, { cause }) => {
      const wish = bodyOf(upload, request)
      const bytes = Buffer.from(wish.manifest, 'base64')
      mustBeManifest(bytes)
      const manifestId = derivedNumber(`manifest/${createHash('sha256').update(bytes).digest('hex')}`)
      const data = { name: wish.name, content: await app.blobs.keep(bytes, cause) }
      const executed = await app.execute(manifest, manifestId, { type: 'UploadManifest', data }, cause)
      const said = { id: Number(manifestId), name: wish.name, manifest_url: await files.manifestOfAdmin(manifestId) }
      await answer(app, response, executed, () => ({ manifest: said }))
    },

    'DELETE /manifests/:id': async (request, response, { cause }) => {
      const manifestId = paramOf(numberText, request, 'id')
      const executed = await app.execute(manifest, manifestId, { type: 'DeleteManifest', data: {} }, cause)
      await answer(app, response, executed, () => ({}))
    },

    'POST /hosts/:id/manifests/:manifest_id': async (request, response, caller) => {
      const manifestId = paramOf(numberText, request, 'manifest_id')
      const { stage } = (await app.load(manifest, manifestId)).state
      if (stage !== 'present') refuse(404, 'manifest_id', `The manifest ${manifestId} does not exist.`)
      const { executed, commandId } = await install(request, await files.manifestOfAdmin(manifestId), caller)
      response.status(202)
      await answer(app, response, executed, () => ({ command_uuid: commandId }))
    },
  }
}

export const packageJson = (row: PackageRow) => ({
  id: Number(row.package_id),
  name: row.name,
  title: row.title,
  bundle_identifier: row.bundle_identifier,
  bundle_version: row.bundle_version,
  size: row.size,
  sha256: row.sha256,
  uploaded_at: row.uploaded_at,
})

export const manifestJson = ({ manifest_id, name, uploaded_at }: ManifestRow) => ({ id: Number(manifest_id), name, uploaded_at })
