import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { request as httpRequest } from 'node:http'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'
import { enrollHost } from '../../support/app.ts'
import type { Arrivals } from '../../support/arrivals.ts'
import { startArrivals } from '../../support/arrivals.ts'

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const bytes = Buffer.concat([Buffer.from('xar!'), randomBytes(300_000)])

const form = (
  content: Uint8Array,
  { fileName = 'agent.pkg', field = 'package', ...rest }: Readonly<Record<string, string>> = {},
) => {
  const data = new FormData()
  for (const [name, value] of Object.entries(rest)) data.append(name, value)
  data.append(field, new Blob([Buffer.from(content)]), fileName)
  return data
}

describe('Software for Macs', function () {
  this.timeout(30_000)
  let edge: Arrivals
  let packageId: number
  let manifestUrl: string

  before(async () => {
    edge = await startArrivals()
  })
  after(() => edge.stop())

  const manifestAt = async (url: string) => {
    const response = await edge.get(url)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/xml; charset=UTF-8')
    const [item] = (readPlist(Buffer.from(await response.arrayBuffer())) as PlistDict)['items'] as readonly PlistDict[]
    const [asset] = (item?.['assets'] ?? []) as readonly PlistDict[]
    return { asset: asset ?? {}, metadata: (item?.['metadata'] ?? {}) as PlistDict }
  }

  it('is uploaded once, whoever uploads it again', async () => {
    const fields = { title: 'The agent', bundle_identifier: 'com.example.agent', bundle_version: '1.2' }
    const { status, body } = await edge.admin('POST /packages', form(bytes, fields))
    assert.equal(status, 200, JSON.stringify(body))
    const { id, manifest_url, ...said } = body.package
    assert.deepEqual(said, { name: 'agent.pkg', title: 'The agent', size: bytes.length, sha256: sha256(bytes) })
    packageId = id
    manifestUrl = manifest_url
    assert.deepEqual((await edge.admin('POST /packages', form(bytes, fields))).body, body)
    const { packages } = (await edge.admin('GET /packages')).body
    assert.deepEqual([packages.length, packages[0].bundle_identifier], [1, 'com.example.agent'])
    assert.equal((await edge.app.log.readStream(`package-${String(id)}`)).length, 1)
  })

  it('is described by a manifest with the sums of its pieces, and sent as it came', async () => {
    const { asset, metadata } = await manifestAt(manifestUrl)
    assert.deepEqual(
      { ...metadata },
      {
        'bundle-identifier': 'com.example.agent',
        'bundle-version': '1.2',
        kind: 'software',
        title: 'The agent',
      },
    )
    assert.equal(asset['kind'], 'software-package')
    assert.equal(asset['sha256-size'], 10 * 1024 * 1024)
    assert.deepEqual(asset['sha256s'], [sha256(bytes)])
    const response = await edge.get(asset['url'] as string)
    assert.equal(response.status, 200)
    assert.equal(response.headers.get('content-type'), 'application/octet-stream')
    assert.equal(response.headers.get('accept-ranges'), 'bytes')
    assert.ok(Buffer.from(await response.arrayBuffer()).equals(bytes))
  })

  it('is sent in the ranges that a device asks for', async () => {
    const url = (await manifestAt(manifestUrl)).asset['url'] as string
    const part = await edge.get(url, { range: 'bytes=1000-1999' })
    assert.deepEqual([part.status, part.headers.get('content-range')], [206, `bytes 1000-1999/${String(bytes.length)}`])
    assert.ok(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1000, 2000)))
    assert.equal((await edge.get(url, { range: 'bytes=99999999-' })).status, 416)
    const etag = part.headers.get('etag') ?? ''
    assert.equal(etag, `"${sha256(bytes)}"`)
    assert.equal((await edge.get(url, { range: 'bytes=0-9', 'if-range': '"other"' })).status, 200)
  })

  it('is installed by a command whose manifest URL stands sealed in the log', async () => {
    const hostId = await enrollHost(edge.app, { udid: '00008112-000A1C2E3D4F001E' })
    const { status, body } = await edge.admin(`POST /hosts/${hostId}/packages/${String(packageId)}`)
    assert.equal(status, 202)
    const stream = await edge.app.log.readStream(`host-${hostId}`)
    const queued = stream.find(({ type }) => type === 'CommandsQueued')
    const [command] = (
      queued?.data as { commands: readonly { commandId: string; deadline: string; request: { payload: never } }[] }
    ).commands
    assert.equal(command?.commandId, body.command_uuid)
    assert.equal(command?.deadline, '2026-03-31T12:00:00.000Z')
    const payload = await edge.app.blobs.fetchSealed(hostId, `command/${body.command_uuid}`, command?.request.payload)
    assert.deepEqual(
      { ...(readPlist(payload) as PlistDict) },
      { RequestType: 'InstallEnterpriseApplication', ManifestURL: manifestUrl },
    )
    assert.ok(!JSON.stringify(await edge.app.log.readAll({ after: null, limit: 10_000 })).includes('/manifests/'))
  })

  it('is not for phones, nor for hosts or packages that do not exist', async () => {
    const phone = await enrollHost(edge.app, { udid: '00008130-000A1C2E3D4F001E', productName: 'iPhone16,1' })
    const refusals: readonly (readonly [string, number, string])[] = [
      [`POST /hosts/${phone}/packages/${String(packageId)}`, 422, 'id'],
      [`POST /hosts/12345/packages/${String(packageId)}`, 404, 'id'],
      [`POST /hosts/${phone}/packages/12345`, 404, 'package_id'],
      [`POST /hosts/${phone}/manifests/12345`, 404, 'manifest_id'],
      ['DELETE /packages/12345', 404, 'id'],
      ['DELETE /manifests/12345', 404, 'id'],
    ]
    for (const [route, status, field] of refusals) {
      const refused = await edge.admin(route)
      assert.deepEqual([refused.status, refused.body.errors[0].name], [status, field], route)
    }
  })

  it('is refused when it is no package, with the field at fault', async () => {
    const cases: readonly (readonly [FormData, number, string])[] = [
      [form(Buffer.from('PK, a zip')), 400, 'package'],
      [form(Buffer.alloc(0)), 400, 'package'],
      [form(bytes, { fileName: 'agent.dmg' }), 400, 'package'],
      [new FormData(), 400, 'package'],
      [form(bytes, { bundle_identifier: 'a b' }), 422, 'bundle_identifier'],
    ]
    for (const [upload, status, field] of cases) {
      const refused = await edge.admin('POST /packages', upload)
      assert.deepEqual([refused.status, refused.body.errors[0].name], [status, field])
    }
    assert.equal((await edge.admin('POST /packages', { package: 'x' })).status, 400)
  })

  it('leaves nothing behind when an upload breaks off', async () => {
    const url = new URL('/api/v1/fleet/packages', edge.url)
    const upload = httpRequest(url, {
      method: 'POST',
      headers: {
        authorization: 'Bearer admin-secret',
        'content-type': 'multipart/form-data; boundary=x',
        'content-length': '99999',
      },
    })
    const closed = new Promise((resolve) => upload.once('error', resolve).once('close', resolve))
    upload.write('--x\r\ncontent-disposition: form-data; name="package"; filename="a.pkg"\r\n\r\nxar!abc')
    await new Promise((resolve) => setImmediate(resolve))
    upload.destroy()
    await closed
    assert.equal((await edge.admin('GET /packages')).body.packages.length, 1)
  })

  it('lies at URLs that cannot be made up, and guessers have to wait', async () => {
    const token = /\/manifests\/(.+)\.plist$/.exec(manifestUrl)?.[1] ?? ''
    for (const path of [`/mdm/apple/manifests/${token}x.plist`, '/mdm/apple/manifests/x.plist', `/mdm/apple/packages/x.pkg`])
      assert.equal((await edge.get(path)).status, 404, path)
    for (let count = 0; count < 120; count++) await edge.get('/mdm/apple/manifests/x.plist')
    assert.equal((await edge.get(manifestUrl)).status, 429)
    edge.advance(60_000)
    assert.equal((await edge.get(manifestUrl)).status, 200)
  })

  it('may be described by the manifest of an admin, which is served as it is', async () => {
    const written = Buffer.from(
      writePlist({
        items: [
          {
            assets: [{ kind: 'software-package', url: 'https://cdn.example.com/a.pkg' }],
            metadata: { 'bundle-identifier': 'x', kind: 'software', title: 'x' },
          },
        ],
      }),
    )
    const upload = { name: 'From elsewhere', manifest: written.toString('base64') }
    const { status, body } = await edge.admin('POST /manifests', upload)
    assert.equal(status, 200, JSON.stringify(body))
    const served = await edge.get(body.manifest.manifest_url)
    assert.ok(Buffer.from(await served.arrayBuffer()).equals(written))
    const hostId = await enrollHost(edge.app, { udid: '00008112-000A1C2E3D4F002F' })
    assert.equal((await edge.admin(`POST /hosts/${hostId}/manifests/${String(body.manifest.id)}`)).status, 202)
    assert.equal((await edge.admin('GET /manifests')).body.manifests.length, 1)
    await edge.admin(`DELETE /manifests/${String(body.manifest.id)}`)
    assert.equal((await edge.get(body.manifest.manifest_url)).status, 404)
    const bad = await edge.admin('POST /manifests', {
      name: 'x',
      manifest: Buffer.from('<plist><dict/></plist>').toString('base64'),
    })
    assert.deepEqual([bad.status, bad.body.errors[0].name], [400, 'items'])
  })

  it('is gone when it is deleted', async () => {
    const url = (await manifestAt(manifestUrl)).asset['url'] as string
    assert.equal((await edge.admin(`DELETE /packages/${String(packageId)}`)).status, 200)
    assert.equal((await edge.get(manifestUrl)).status, 404)
    assert.equal((await edge.get(url)).status, 404)
    assert.deepEqual((await edge.admin('GET /packages')).body.packages, [])
  })
})
