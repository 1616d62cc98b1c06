import type { Decider } from '../../kernel/decider.ts'
import { decideBy, evolveBy } from '../../kernel/decider.ts'
import { reject } from '../rejections.ts'
import type { PackageEvent, PackageVersion } from './events.ts'

export type PackageCommand = { type: 'UploadPackage'; data: PackageVersion } | { type: 'DeletePackage'; data: object }

/** Null: it was never there, or is deleted. */
export type Package = Readonly<{ version: PackageVersion | null; known: boolean }>

/** One package, its stream named by a number that derives from its bytes: uploaded twice it is the same. */
export const softwarePackage: Decider<PackageCommand, PackageEvent, Package> = {
  category: 'package',
  initial: { version: null, known: false },

  decide: decideBy<PackageCommand, PackageEvent, Package>({
    UploadPackage: ({ data }, { version }) =>
      version !== null && isSame(version, data) ? [] : [{ type: 'PackageUploaded', data }],
    DeletePackage: (_, { version, known }) => {
      if (!known) reject('not-found', 'This package does not exist.', 'id')
      return version === null ? [] : [{ type: 'PackageDeleted', data: { name: version.name, sha256: version.sha256 } }]
    },
  }),

  evolve: evolveBy<PackageEvent, Package>({
    PackageUploaded: (_, { data }) => ({ version: data, known: true }),
    PackageDeleted: () => ({ version: null, known: true }),
  }),
}

const isSame = (one: PackageVersion, other: PackageVersion): boolean =>
  one.sha256 === other.sha256 &&
  one.name === other.name &&
  one.title === other.title &&
  one.bundleIdentifier === other.bundleIdentifier &&
  one.bundleVersion === other.bundleVersion
