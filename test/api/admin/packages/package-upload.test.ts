import assert from 'node:assert/strict'
import express from 'express'
import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { memoryPackages } from '../../../../src/adapters/memory/package-store.ts'
import { receivePackage } from '../../../../src/api/admin/packages/package-upload.ts'
import { errorHandler } from '../../../../src/api/errors.ts'

const quiet = { info: () => undefined, warn: () => undefined, error: () => undefined }

describe('The upload of a package', () => {
  let web: Server
  const store = memoryPackages()

  before(async () => {
    web = express()
      .post('/', async (request, response) => {
        response.json(await receivePackage(store, request, response, 200_000))
      })
      .use(errorHandler(quiet))
      .listen(0, '127.0.0.1')
    await once(web, 'listening')
  })
  after(() => void web.close())

  const upload = async (size: number, fileName = 'agent.pkg') => {
    const form = new FormData()
    form.append('installer', new Blob([Buffer.concat([Buffer.from('xar!'), Buffer.alloc(size - 4)])]), fileName)
    const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/`
    const response = await fetch(url, { method: 'POST', body: form })
    return { status: response.status, body: (await response.json()) as ReturnType<typeof JSON.parse> }
  }

  it('says of the package what its admin did not', async () => {
    const { status, body } = await upload(200_000, '../../Agent 2.pkg')
    assert.equal(status, 200)
    const { sha256, chunks, ...rest } = body
    assert.equal(chunks.length, 196)
    assert.deepEqual(rest, {
      name: 'Agent 2.pkg',
      title: 'Agent 2',
      bundleIdentifier: `package.${String(sha256).slice(0, 16)}`,
      bundleVersion: '1.0',
      size: 200_000,
      chunkSize: 1024,
    })
  })

  it('is refused as soon as it is too large, and the next one is taken', async () => {
    const { status, body } = await upload(5_000_000)
    assert.deepEqual([status, body.errors[0].name], [413, 'package'])
    assert.equal((await upload(1_000)).status, 200)
  })
})
