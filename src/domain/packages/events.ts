import type { Content } from '../../kernel/content.ts'

/** A software package for Macs; its bytes lie in the package store, by SHA-256. */
export type PackageVersion = Readonly<{
  /** The file's name, as uploaded. */
  name: string
  title: string
  bundleIdentifier: string
  bundleVersion: string
  /** In bytes. */
  size: number
  /** Of the whole file, lower-case hex. */
  sha256: string
  /** In bytes: devices check the file piece by piece as it comes. */
  chunkSize: number
  /** SHA-256 of each piece, lower-case hex, in order. */
  chunks: readonly string[]
}>

export type PackageEvent =
  { type: 'PackageUploaded'; data: PackageVersion } | { type: 'PackageDeleted'; data: { name: string; sha256: string } }

/** A manifest that an admin wrote, for software that lies elsewhere: a property list, its bytes as they came. */
export type ManifestEvent =
  { type: 'ManifestUploaded'; data: { name: string; content: Content } } | { type: 'ManifestDeleted'; data: { name: string } }
