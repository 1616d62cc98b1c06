import assert from 'node:assert/strict'
import type { AdminApi, Call } from '../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../support/admin-api.ts'
import { enrollHost } from '../../support/app.ts'

type Case = readonly [what: string, route: string, call: Call, status: number, field: string, reason: RegExp]

describe('what the admin API refuses', function () {
  this.timeout(30_000)
  let api: AdminApi
  let host: string

  before(async () => {
    api = await startAdminApi()
    host = await enrollHost(api.app, { udid: 'AAAA-1', name: 'Twin' })
    await enrollHost(api.app, { udid: 'BBBB-2', name: 'Twin' })
  })
  after(() => api.stop())

  const cases: readonly Case[] = [
    ['an unknown route', 'GET /nothing', {}, 404, 'base', /There is nothing at GET \/api\/v1\/fleet\/nothing/],
    ['a method that a route lacks', 'DELETE /hosts', {}, 404, 'base', /nothing at DELETE/],
    ['broken JSON', 'POST /teams', { body: '{' }, 400, 'base', /no well-formed JSON/],
    ['JSON that is no object', 'POST /teams', { body: '[1]' }, 400, 'base', /no JSON object/],
    ['no body', 'POST /teams', {}, 422, 'name', /expected string/],
    ['a body too large', 'POST /teams', { body: `"${'x'.repeat(1.6 * 1024 * 1024)}"` }, 413, 'base', /larger/],
    ['a path that cannot be decoded', 'GET /hosts/%E0%A4%A', {}, 400, 'base', /cannot be read/],
    ['a team without a name', 'POST /teams', { json: {} }, 422, 'name', /expected string/],
    ['a team with an empty name', 'POST /teams', { json: { name: ' ' } }, 422, 'name', /needs a name/],
    ['an unknown team', 'PATCH /teams/7', { json: { name: 'x' } }, 404, 'id', /team 7 does not exist/],
    ['a team to delete that is not there', 'DELETE /teams/7', {}, 404, 'team_id', /does not exist/],
    ['a host that is no number', 'GET /hosts/abc', {}, 404, 'id', /abc is the id of nothing/],
    ['an unknown host', 'GET /hosts/7', {}, 404, 'id', /host 7 does not exist/],
    ['an unknown host as it was', 'GET /hosts/7?at=2026-01-01', {}, 404, 'id', /does not exist/],
    ['the history of an unknown host', 'GET /hosts/7/history', {}, 404, 'id', /does not exist/],
    ['the commands of an unknown host', 'GET /hosts/7/commands', {}, 404, 'id', /does not exist/],
    ['an unknown identifier', 'GET /hosts/identifier/zz', {}, 404, 'identifier', /No host has/],
    ['an identifier of two hosts', 'GET /hosts/identifier/Twin', {}, 409, 'identifier', /Several hosts/],
    ['pages too long', 'GET /hosts?per_page=1001', {}, 400, 'per_page', /1000/],
    ['a page before the first', 'GET /hosts?page=-1', {}, 400, 'page', /0/],
    ['an order that is not there', 'GET /hosts?order_key=secret;drop', {}, 400, 'order_key', /Invalid option/],
    ['a direction that is none', 'GET /hosts?order_direction=up', {}, 400, 'order_direction', /Invalid option/],
    ['a status that is none', 'GET /hosts/count?os_settings=good', {}, 400, 'os_settings', /Invalid option/],
    ['a team filter that is no number', 'GET /hosts?team_id=x', {}, 400, 'team_id', /no number/],
    ['a transfer to an unknown team', 'POST /hosts/transfer', { json: { team_id: 7, hosts: [1] } }, 404, 'team_id', /team 7/],
    ['a transfer of nothing', 'POST /hosts/transfer', { json: { team_id: null, hosts: [] } }, 422, 'hosts', /1/],
    ['a transfer of no numbers', 'POST /hosts/transfer', { json: { team_id: null, hosts: ['x'] } }, 422, 'hosts.0', /number/],
    ['a history of too many events', 'GET /hosts/7/history?limit=501', {}, 400, 'limit', /500/],
    ['an unknown profile', 'GET /configuration_profiles/a7', {}, 404, 'profile_uuid', /a7 does not exist/],
    ['the profiles of an unknown team', 'GET /configuration_profiles?team_id=7', {}, 404, 'team_id', /team 7/],
    ['another way to download', 'GET /configuration_profiles/a7?alt=zip', {}, 404, 'profile_uuid', /does not exist/],
    ['an upload that is no form', 'POST /configuration_profiles', { json: {} }, 400, 'profile', /no file/],
    ['an unknown command', 'GET /commands/results?command_uuid=x', {}, 404, 'command_uuid', /does not exist/],
    ['results of no command', 'GET /commands/results', {}, 400, 'command_uuid', /expected string/],
    ['commands of an unknown host', 'GET /commands?host_identifier=zz', {}, 404, 'host_identifier', /No host/],
    ['an enrollment profile for an unknown team', 'GET /enrollment_profiles/manual?team_id=7', {}, 404, 'team_id', /team 7/],
    ['certificates for ever', 'GET /certificates/ending?within_days=9999', {}, 400, 'within_days', /3650/],
    ['activities before nothing', 'GET /activities?before=%20', {}, 400, 'before', /no position/],
    ['a token of no role', 'POST /api_tokens', { json: { name: 'x', role: 'king' } }, 422, 'role', /Invalid option/],
    ['a token whose name is taken', 'POST /api_tokens', { json: { name: 'the admin', role: 'observer' } }, 409, 'name', /exists/],
    ['an unknown token', `DELETE /api_tokens/${'0'.repeat(64)}`, {}, 404, 'token', /does not exist/],
    ['no token', 'GET /hosts', { token: null }, 401, 'base', /API token/],
    ['a token that nobody has', 'GET /hosts', { token: 'guess' }, 401, 'base', /API token/],
    ['a role without the right', 'POST /teams', { token: secretOf('observer') }, 403, 'base', /role observer may not/],
  ]

  for (const [what, route, call, status, field, reason] of cases)
    it(`is ${what}`, async () => {
      const answer = await api.call(route, call)
      assert.equal(answer.status, status)
      assert.deepEqual(Object.keys(answer.body), ['message', 'errors'])
      assert.equal(answer.body.errors[0].name, field)
      assert.match(answer.body.errors[0].reason, reason)
    })

  it('is a moment without its zone, which is told what it lacks [case N1]', async () => {
    for (const asked of [
      `/hosts/${host}?at=2026-11-30T20:00`,
      `/hosts/${host}/diff?from=2026-11-30T20:00&to=2026-11-30T21:00Z`,
    ]) {
      const { status, body } = await api.call(`GET ${asked}`)
      assert.equal(status, 400)
      assert.match(body.errors[0].reason, /2026-11-30T20:00 is told without its zone: write 2026-11-30T20:00Z for UTC/)
    }
  })

  for (const at of ['yesterday', '2026-13-01', '2026-01-01T00:00:00', '12', '0000000000000000', '00000000000000000001/1'])
    it(`is a host as it was at ${at}`, async () => {
      const { status, body } = await api.call(`GET /hosts/${host}?at=${encodeURIComponent(at)}`)
      assert.deepEqual([status, body.errors[0].name], [400, 'at'])
    })

  it('is all of it refused before the body is read when there is no token', async () => {
    const { status } = await api.call('POST /teams', { token: null, body: '{' })
    assert.equal(status, 401)
  })

  it('logs no refusal as a failure', () => {
    assert.deepEqual(
      api.lines.filter(({ level }) => level === 'error'),
      [],
    )
  })
})

describe('an admin API whose ground gives way', function () {
  this.timeout(30_000)
  let api: AdminApi

  before(async () => {
    api = await startAdminApi({ perToken: 8, refusedPerAddress: 3 })
  })
  after(() => api.stop())

  const errors = () => api.lines.filter(({ level }) => level === 'error')

  it('names the request under the id that the client gave it, and no other text', async () => {
    const given = await api.call('GET /teams', { headers: { 'x-request-id': 'trace-0001' } })
    assert.equal(given.headers.get('x-request-id'), 'trace-0001')
    const odd = await api.call('GET /teams', { headers: { 'x-request-id': 'a b<script>' } })
    assert.match(odd.headers.get('x-request-id') ?? '', /^[0-9a-f-]{36}$/)
    assert.equal(odd.headers.get('x-content-type-options'), 'nosniff')
    assert.equal(odd.headers.get('x-powered-by'), null)
  })

  it('answers 503 with a time to come back while the log is away, and logs it once', async () => {
    await api.app.log.close()
    const { status, body, headers } = await api.call('POST /teams', { json: { name: 'x' } })
    assert.deepEqual([status, headers.get('retry-after'), body.message], [503, '5', 'Service unavailable'])
    assert.equal(errors().filter(({ message }) => message === 'a request failed').length, 1)
  })

  it('takes so many requests of one token, and then asks to wait', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 9; index++) statuses.push((await api.call('GET /teams')).status)
    assert.deepEqual(statuses.slice(-3), [429, 429, 429])
    const { body, headers } = await api.call('GET /teams')
    assert.equal(body.message, 'Too many requests')
    assert.match(headers.get('retry-after') ?? '', /^\d+$/)
    assert.equal((await api.call('GET /teams', { token: secretOf('observer') })).status, 200, 'another token is not concerned')
  })

  it('lets an address guess a few tokens only, and lets the right ones from there pass all the same [case M5]', async () => {
    const statuses: number[] = []
    for (let index = 0; index < 4; index++)
      statuses.push((await api.call('GET /teams', { token: `guess-${String(index)}` })).status)
    assert.deepEqual(statuses, [401, 401, 401, 429])
    const refused = await api.call('GET /teams', { token: 'one-more-guess' })
    assert.equal(refused.status, 429)
    assert.match(refused.headers.get('retry-after') ?? '', /^[1-9]\d*$/)
    assert.equal((await api.call('GET /teams', { token: secretOf('gitops') })).status, 200)
    assert.equal((await api.call('GET /teams', { token: 'and-another' })).status, 429, 'a right one clears nobody')
  })
})
