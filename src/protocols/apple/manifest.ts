import { ParseError } from '../../kernel/parse-error.ts'
import { dictOf, list, text } from '../plist/fields.ts'
import { readPlist } from '../plist/read.ts'
import { writePlist } from '../plist/write.ts'

/** What a manifest says of one package. `chunks` are SHA-256 sums (lower-case hex) of each `chunkSize` bytes. */
export type PackageManifest = Readonly<{
  url: string
  chunkSize: number
  chunks: readonly string[]
  bundleIdentifier: string
  bundleVersion: string
  title: string
}>

/**
 * Writes the manifest that `InstallEnterpriseApplication` points to.
 * https://developer.apple.com/documentation/devicemanagement/manifesturl
 */
export const writeManifest = ({ url, chunkSize, chunks, bundleIdentifier, bundleVersion, title }: PackageManifest): string =>
  writePlist({
    items: [
      {
        assets: [{ kind: 'software-package', 'sha256-size': chunkSize, sha256s: [...chunks], url }],
        metadata: { 'bundle-identifier': bundleIdentifier, 'bundle-version': bundleVersion, kind: 'software', title },
      },
    ],
  })

const limits = { bytes: 1024 * 1024, depth: 16, nodes: 20_000 }

/** Throws `ParseError` naming the key unless this is a manifest that a device can use: items with an https package and a title. */
export const mustBeManifest = (bytes: Uint8Array): void => {
  const items = list(dictOf(readPlist(bytes, limits), 'manifest'), 'items')
  if (items.length === 0) throw new ParseError('items', 'The manifest has no items.')
  for (const value of items) {
    const item = dictOf(value, 'items')
    const metadata = dictOf(item['metadata'], 'metadata')
    for (const key of ['bundle-identifier', 'kind', 'title']) text(metadata, key)
    const packages = list(item, 'assets')
      .map((asset) => dictOf(asset, 'assets'))
      .filter((asset) => text(asset, 'kind') === 'software-package')
    if (packages.length === 0) throw new ParseError('assets', 'An item of the manifest has no software-package.')
    for (const asset of packages) {
      if (!text(asset, 'url', 2048).startsWith('https://')) throw new ParseError('url', 'The URL of a package is no https URL.')
    }
  }
}
