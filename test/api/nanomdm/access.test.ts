import assert from 'node:assert/strict'
import express from 'express'
import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tokensOf } from '../../../src/api/admin/doors/authenticate.ts'
import { attemptsOf } from '../../../src/api/attempts.ts'
import { nanomdmAccess } from '../../../src/api/nanomdm/access.ts'
import type { AdminApi } from '../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../support/admin-api.ts'

describe("the doors of NanoMDM's tools", function () {
  this.timeout(30_000)
  let api: AdminApi
  let web: Server

  before(async () => {
    api = await startAdminApi()
    const attempts = attemptsOf(api.app.clock, { limit: 60, windowMs: 60_000 })
    web = express()
      .use(nanomdmAccess(tokensOf(api.app), null, attempts))
      .use((_, response) => void response.json({}))
      .listen(0, '127.0.0.1')
    await once(web, 'listening')
  })
  after(async () => {
    web.close()
    await api.stop()
  })

  const statusFor = async (password: string): Promise<number> => {
    const authorization = `Basic ${Buffer.from(`nanomdm:${password}`).toString('base64')}`
    const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}/`
    return (await fetch(url, { headers: { authorization } })).status
  }

  it('open to tokens of those who keep all hosts, and to no others', async () => {
    const { id } = (await api.call('POST /teams', { json: { name: 'Office' } })).body.team
    const limited = await api.call('POST /api_tokens', { json: { name: 'limited', role: 'admin', team_ids: [id] } })
    const user = { email: 'grace@example.com', password: 'correct horse battery' }
    await api.call('POST /users', { json: { ...user, name: 'Grace', global_role: 'admin' } })
    const session = (await api.call('POST /login', { token: null, json: user })).body.token
    const secrets = [...(['admin', 'maintainer', 'observer', 'gitops'] as const).map(secretOf), limited.body.secret, session]
    const statuses: number[] = []
    for (const secret of secrets) statuses.push(await statusFor(secret))
    assert.deepEqual(statuses, [200, 200, 401, 401, 401, 401])
  })

  it('stay open to those tokens, however many wrong ones come from their address [case M5]', async () => {
    const wrong: number[] = []
    for (let index = 0; index < 61; index++) wrong.push(await statusFor(`guess-${String(index)}`))
    assert.deepEqual([wrong[0], wrong.at(-1)], [401, 429])
    assert.equal(await statusFor(secretOf('admin')), 200)
    assert.equal(await statusFor('one-more'), 429)
  })
})
