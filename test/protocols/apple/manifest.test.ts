import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { mustBeManifest, writeManifest } from '../../../src/protocols/apple/manifest.ts'
import { mustBePackage } from '../../../src/protocols/apple/package-file.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict, PlistValue } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

const plain = (value: PlistValue): unknown => JSON.parse(JSON.stringify(value))

describe('The manifest of a package', () => {
  const written = writeManifest({
    url: 'https://mdm.example.com/a.pkg',
    chunkSize: 10,
    chunks: ['aa', 'bb'],
    bundleIdentifier: 'com.example.agent',
    bundleVersion: '1.2',
    title: 'Agent & more',
  })

  it('says where it lies, what each piece sums up to, and what it is called', () => {
    assert.deepEqual(plain(readPlist(Buffer.from(written))), {
      items: [
        {
          assets: [{ kind: 'software-package', 'sha256-size': 10, sha256s: ['aa', 'bb'], url: 'https://mdm.example.com/a.pkg' }],
          metadata: {
            'bundle-identifier': 'com.example.agent',
            'bundle-version': '1.2',
            kind: 'software',
            title: 'Agent & more',
          },
        },
      ],
    })
    mustBeManifest(Buffer.from(written))
  })

  const good = {
    assets: [{ kind: 'software-package', url: 'https://x/' }],
    metadata: { 'bundle-identifier': 'x', kind: 'software', title: 'x' },
  }
  const cases: readonly (readonly [string, PlistDict])[] = [
    ['items', {}],
    ['items', { items: [] }],
    ['items', { items: ['one'] }],
    ['assets', { items: [{ ...good, assets: [] }] }],
    ['assets', { items: [{ ...good, assets: [{ kind: 'display-image', url: 'https://x/' }] }] }],
    ['url', { items: [{ ...good, assets: [{ kind: 'software-package', url: 'http://x/' }] }] }],
    ['url', { items: [{ ...good, assets: [{ kind: 'software-package' }] }] }],
    ['metadata', { items: [{ assets: good.assets }] }],
    ['title', { items: [{ ...good, metadata: { 'bundle-identifier': 'x', kind: 'software' } }] }],
  ]
  for (const [field, bad] of cases)
    it(`is refused when a device could not use it: ${JSON.stringify(bad)}`, () => {
      assert.throws(
        () => mustBeManifest(Buffer.from(writePlist(bad))),
        (error: unknown) => error instanceof ParseError && error.field === field,
      )
    })
})

describe('A package file', () => {
  it('begins as a XAR archive does', () => {
    mustBePackage(Buffer.from('xar!'))
    mustBePackage(Buffer.from('xar!\0\x1c'))
    for (const text of ['', 'xar', 'PK\x03\x04', 'XAR!', ' xar!'])
      assert.throws(() => mustBePackage(Buffer.from(text)), ParseError, text)
  })
})
