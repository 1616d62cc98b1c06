import type { ManifestEvent, PackageEvent } from '../domain/packages/events.ts'
import type { Content } from '../kernel/content.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type PackageRow = Readonly<{
  package_id: string
  name: string
  title: string
  bundle_identifier: string
  bundle_version: string
  /** In bytes. */
  size: number
  sha256: string
  chunk_size: number
  chunks: readonly string[]
  uploaded_at: string
}>

/** The software packages that can be installed. */
export const packages: Projection<PackageEvent, PackageRow> = {
  name: 'packages',
  version: 1,
  schema: `
    package_id text not null,
    name text not null,
    title text not null,
    bundle_identifier text not null,
    bundle_version text not null,
    size integer not null,
    sha256 text not null,
    chunk_size integer not null,
    chunks jsonb not null,
    uploaded_at timestamptz not null`,
  key: ['package_id'],

  on: {
    PackageUploaded: ({ id, at, data }) => ({
      where: { package_id: id },
      set: {
        name: data.name,
        title: data.title,
        bundle_identifier: data.bundleIdentifier,
        bundle_version: data.bundleVersion,
        size: data.size,
        sha256: data.sha256,
        chunk_size: data.chunkSize,
        chunks: data.chunks,
        uploaded_at: at,
      },
    }),
    PackageDeleted: ({ id }) => ({ where: { package_id: id }, remove: true }),
  },
}

export type ManifestRow = Readonly<{ manifest_id: string; name: string; content: Content; uploaded_at: string }>

/** Manifests that admins wrote. */
export const manifests: Projection<ManifestEvent, ManifestRow> = {
  name: 'manifests',
  version: 1,
  schema: `
    manifest_id text not null,
    name text not null,
    content jsonb not null,
    uploaded_at timestamptz not null`,
  key: ['manifest_id'],

  on: {
    ManifestUploaded: ({ id, at, data }) => ({
      where: { manifest_id: id },
      set: { name: data.name, content: data.content, uploaded_at: at },
    }),
    ManifestDeleted: ({ id }) => ({ where: { manifest_id: id }, remove: true }),
  },
}

/** All packages by title. */
export const allPackages = () => query<PackageRow>`select * from packages order by title, package_id limit 10000`

export const packageById = (packageId: string) => query<PackageRow>`select * from packages where package_id = ${packageId}`

/** All manifests by name. */
export const allManifests = () => query<ManifestRow>`select * from manifests order by name, manifest_id limit 10000`
