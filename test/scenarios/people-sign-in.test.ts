import assert from 'node:assert/strict'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import { eventually } from '../support/eventually.ts'
import type { OidcIssuer } from '../support/oidc-issuer.ts'
import { startOidcIssuer } from '../support/oidc-issuer.ts'
import type { TestServer } from '../support/server.ts'
import { joinServer, startServer } from '../support/server.ts'

const ada = { email: 'ada@example.com', password: 'correct horse battery' }

type Said = Readonly<{ headers?: Readonly<Record<string, string>>; json?: unknown }>

describe('People who look after devices', function () {
  this.timeout(90_000)
  let issuer: OidcIssuer
  let server: TestServer
  let other: Awaited<ReturnType<typeof joinServer>>
  let network: Network

  before(async () => {
    issuer = await startOidcIssuer()
    server = await startServer({
      environment: {
        ...{ MUSTER_OIDC_ISSUER: issuer.issuer, MUSTER_OIDC_CLIENT_ID: issuer.clientId },
        ...{ MUSTER_OIDC_CLIENT_SECRET: issuer.clientSecret, MUSTER_OIDC_DOMAINS: 'example.com', MUSTER_OIDC_CREATE_USERS: 'on' },
      },
    })
    other = await joinServer(server, ['api'])
    network = deviceNetwork({ ca: server.caPem, tries: 1 })
  })
  after(async () => {
    network.close()
    await other.stop()
    await server.stop()
    await issuer.stop()
  })

  const ask = async (method: 'GET' | 'POST' | 'PUT', url: string, { headers = {}, json }: Said = {}) => {
    const sent = json === undefined ? { headers } : { headers: { ...headers, 'content-type': 'application/json' } }
    const body = json === undefined ? {} : { body: Buffer.from(JSON.stringify(json)) }
    const reply = await network.send({ method, url, ...sent, ...body })
    const isJson = reply.headers['content-type']?.includes('json') === true
    const cookies = (reply.headers['set-cookie'] ?? []).map((cookie) => cookie.split(';')[0] ?? '')
    return { ...reply, cookies, json: (isJson ? JSON.parse(reply.body.toString()) : {}) as Readonly<Record<string, unknown>> }
  }
  const at = (node: Readonly<{ url: string }>, path: string): string => `${node.url}/api/v1/fleet${path}`
  const bearer = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })
  const statusOf = async (node: Readonly<{ url: string }>, token: string) =>
    (await ask('GET', at(node, '/me'), bearer(token))).status

  it('are created with the first token, and sign in on every node of the server', async () => {
    const json = { ...ada, name: 'Ada Lovelace', global_role: 'admin' }
    assert.equal((await ask('POST', at(server, '/users'), { ...bearer(server.token), json })).status, 200)
    const { json: signedIn } = await ask('POST', at(server, '/login'), { json: ada })
    const token = String(signedIn['token'])
    assert.deepEqual([await statusOf(server, token), await statusOf(other, token)], [200, 200])
    assert.equal((await ask('POST', at(other, '/logout'), bearer(token))).status, 200)
    await eventually('the session has ended on the other node too', async () => (await statusOf(server, token)) === 401)
  })

  it('use a browser, whose cookie opens nothing without what the console knows', async () => {
    const { cookies, json } = await ask('POST', at(server, '/sessions'), { json: ada })
    const headers = { cookie: cookies.join('; '), origin: server.url }
    const create = (more: Readonly<Record<string, string>>) =>
      ask('POST', at(server, '/teams'), { headers: { ...headers, ...more }, json: { name: 'Analysts' } })
    assert.equal((await create({})).status, 403)
    assert.equal((await create({ 'x-muster-csrf': String(json['csrf_token']) })).status, 200)
  })

  it('sign in at the identity provider, and are observers until an admin says otherwise', async () => {
    const begun = await ask('GET', at(server, '/sso/start'))
    assert.equal(begun.status, 303)
    const back = issuer.signIn(begun.headers.location ?? '')
    assert.equal(back.origin, server.url)
    const returned = await ask('GET', back.href, { headers: { cookie: begun.cookies.join('; ') } })
    assert.deepEqual([returned.status, returned.headers.location], [303, '/'])
    const cookie = returned.cookies.find((one) => one.startsWith('__Host-muster=')) ?? ''
    const { json } = await ask('GET', at(server, '/me'), { headers: { cookie } })
    const user = json['user'] as Readonly<Record<string, unknown>>
    assert.deepEqual([user['email'], user['global_role'], user['sso_enabled']], ['grace@example.com', 'observer', true])
    assert.deepEqual(issuer.complaints, [])
  })

  it('leave no fault in the log of the server', () => {
    // That somebody was refused is told, and is no fault.
    assert.deepEqual(
      server.complaints.filter(({ message }) => message !== 'a sign-in was refused'),
      [],
    )
  })
})
