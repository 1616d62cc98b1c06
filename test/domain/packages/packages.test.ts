import { manifest } from '../../../src/domain/packages/manifest.ts'
import { softwarePackage } from '../../../src/domain/packages/package.ts'
import { given } from '../../support/given.ts'

const version = {
  name: 'agent.pkg',
  title: 'Agent',
  bundleIdentifier: 'com.example.agent',
  bundleVersion: '1.0',
  size: 3,
  sha256: 'aa',
  chunkSize: 10,
  chunks: ['aa'],
}
const uploaded = { type: 'PackageUploaded', data: version } as const
const deleted = { type: 'PackageDeleted', data: { name: 'agent.pkg', sha256: 'aa' } } as const

describe('A software package', () => {
  it('is one however often it is uploaded, and takes a new title', () => {
    const renamed = { ...version, title: 'The agent' }
    given(softwarePackage, [])
      .when({ type: 'UploadPackage', data: version })
      .then([uploaded])
      .andAgainNothing()
      .when({ type: 'UploadPackage', data: renamed })
      .then([{ type: 'PackageUploaded', data: renamed }])
  })

  it('is deleted once, and may come back', () => {
    given(softwarePackage, [uploaded])
      .when({ type: 'DeletePackage', data: {} })
      .then([deleted])
      .andAgainNothing()
      .when({ type: 'UploadPackage', data: version })
      .then([uploaded])
    given(softwarePackage, []).when({ type: 'DeletePackage', data: {} }).thenRejected('not-found')
  })
})

describe('A manifest that an admin wrote', () => {
  const data = { name: 'Agent', content: { gzip: 'H4s=' } }

  it('is uploaded once and deleted once', () => {
    given(manifest, [])
      .when({ type: 'UploadManifest', data })
      .then([{ type: 'ManifestUploaded', data }])
      .andAgainNothing()
      .when({ type: 'DeleteManifest', data: {} })
      .then([{ type: 'ManifestDeleted', data: { name: 'Agent' } }])
      .andAgainNothing()
      .when({ type: 'UploadManifest', data })
      .then([{ type: 'ManifestUploaded', data }])
    given(manifest, []).when({ type: 'DeleteManifest', data: {} }).thenRejected('not-found')
  })
})
