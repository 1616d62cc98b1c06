import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { secretOf, startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'
import { eventually } from '../../../support/eventually.ts'

type Hint = Readonly<{ topic: string; ids?: readonly string[] }>

/** Somebody who watches: what was told so far, message by message, and when. */
type Watcher = Readonly<{
  status: number
  headers: Headers
  told: readonly (readonly Hint[])[]
  times: readonly number[]
  text: () => string
  hasEnded: () => boolean
  leave: () => void
}>

describe('Who watches what moves', function () {
  this.timeout(30_000)
  let api: AdminApi
  const watchers: Watcher[] = []

  before(async () => {
    api = await startAdminApi()
  })
  afterEach(() => {
    for (const { leave } of watchers.splice(0)) leave()
  })
  after(() => api.stop())

  const watch = async (token = secretOf('observer')): Promise<Watcher> => {
    const leaving = new AbortController()
    const response = await fetch(`${api.url}/api/v1/fleet/live`, {
      headers: { authorization: `Bearer ${token}` },
      signal: leaving.signal,
    })
    const told: (readonly Hint[])[] = []
    const times: number[] = []
    let text = ''
    let ended = false
    const read = async (): Promise<void> => {
      for await (const chunk of response.body ?? []) {
        text += Buffer.from(chunk).toString()
        for (const line of Buffer.from(chunk).toString().split('\n')) {
          if (!line.startsWith('data: ')) continue
          told.push(JSON.parse(line.slice('data: '.length)).hints)
          times.push(Date.now())
        }
      }
    }
    void read()
      .catch(() => undefined)
      .finally(() => (ended = true))
    const { status, headers } = response
    const watcher = { status, headers, told, times, text: () => text, hasEnded: () => ended, leave: () => leaving.abort() }
    watchers.push(watcher)
    return watcher
  }

  const topicsOf = ({ told }: Watcher): readonly string[] => [...new Set(told.flat().map(({ topic }) => topic))]
  const makeTeam = (name: string) => api.call('POST /teams', { json: { name } })

  it('must say who it is', async () => {
    const { status, body } = await api.call('GET /live', { token: null })
    assert.equal(status, 401)
    assert.match(body.errors[0].reason, /token/)
  })

  it('is told at once, in a stream that nobody keeps', async () => {
    const watcher = await watch()
    assert.equal(watcher.status, 200)
    assert.match(watcher.headers.get('content-type') ?? '', /^text\/event-stream/)
    assert.equal(watcher.headers.get('cache-control'), 'no-store')
    await makeTeam('First')
    await eventually('it is told of teams', () => topicsOf(watcher).includes('teams'))
  })

  it('is told what moved, and which hosts', async () => {
    const watcher = await watch()
    const hostId = await enrollHost(api.app, { udid: 'LIVE-1' })
    await eventually('it is told of something', () => watcher.told.length > 0)
    const before = watcher.told.length
    const { body } = await makeTeam('Second')
    const move = { type: 'TransferHost', data: { teamId: String(body.team.id), because: 'asked' } } as const
    await api.app.caughtUp(await api.app.execute(host, hostId, move, testCause()))
    const named = () =>
      watcher.told
        .slice(before)
        .flat()
        .find(({ topic, ids }) => topic === 'hosts' && ids !== undefined)
    await eventually('it is told of the host', () => named() !== undefined)
    assert.deepEqual(named()?.ids, [hostId])
    assert.ok(topicsOf(watcher).includes('audit'))
  })

  it('is told at most once a second, whatever happens', async () => {
    const watcher = await watch()
    let made = 0
    while (watcher.times.length < 3) await makeTeam(`Quick ${String(made++)}`)
    const pauses = watcher.times.slice(1).map((time, index) => time - (watcher.times[index] ?? 0))
    assert.ok(Math.min(...pauses) > 850, `pauses of ${pauses.join(', ')} ms`)
    assert.ok(made > watcher.times.length, `told ${String(watcher.times.length)} times of ${String(made)} teams`)
  })

  it('is told nothing else: no name and no secret travels with the hints', async () => {
    const watcher = await watch()
    await makeTeam('A name that is not for everybody')
    await eventually('it is told of teams', () => topicsOf(watcher).includes('teams'))
    assert.doesNotMatch(watcher.text(), /not for everybody/)
  })

  it('is let go as soon as its token is revoked', async () => {
    const { body } = await api.call('POST /api_tokens', { json: { name: 'watcher', role: 'observer' } })
    const [watcher, other] = [await watch(body.secret), await watch()]
    await api.call(`DELETE /api_tokens/${String(body.api_token.id)}`)
    await eventually('it is let go', () => watcher.hasEnded())
    assert.equal(other.hasEnded(), false)
    const again = await api.call('GET /live', { token: body.secret })
    assert.equal(again.status, 401)
  })

  it('of single teams is told that hosts moved, and not which: they may be of others [case M7]', async () => {
    const { body: made } = await makeTeam('Watched')
    const json = { name: 'of one team', role: 'observer', team_ids: [made.team.id] }
    const { body } = await api.call('POST /api_tokens', { json })
    const [watcher, everywhere] = [await watch(body.secret), await watch()]
    const hostId = await enrollHost(api.app, { udid: 'LIVE-ELSEWHERE' })
    await eventually('both are told of something', () => [watcher, everywhere].every(({ told }) => told.length > 0))
    const move = {
      type: 'TransferHost',
      data: { teamId: String((await makeTeam('Elsewhere')).body.team.id), because: 'asked' },
    } as const
    await api.app.caughtUp(await api.app.execute(host, hostId, move, testCause()))
    await eventually('the other is told of the host', () => everywhere.text().includes(hostId))
    await eventually('it is told that hosts moved', () => topicsOf(watcher).includes('hosts'))
    assert.doesNotMatch(watcher.text(), /ids/)
  })

  it('is one and the same in however many sessions [case M7]', async () => {
    const person = { name: 'Ada', email: 'ada@example.com', password: 'correct horse battery staple' }
    assert.equal((await api.call('POST /users', { json: { ...person, global_role: 'observer' } })).status, 200)
    const signIn = async (): Promise<string> => {
      const { email, password } = person
      return String((await api.call('POST /login', { token: null, json: { email, password } })).body.token)
    }
    const [one, other] = [await signIn(), await signIn()]
    const all = await Promise.all(Array.from({ length: 24 }, (_, index) => watch(index % 2 === 0 ? one : other)))
    assert.deepEqual(
      [200, 429].map((status) => all.filter((watcher) => watcher.status === status).length),
      [20, 4],
    )
  })

  it('cannot take the places of all others, and there are not any number of places [case M7]', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 11 }, async (_, index) => {
        const json = { name: `watcher ${String(index)}`, role: 'observer' }
        return String((await api.call('POST /api_tokens', { json })).body.secret)
      }),
    )
    const alone = await Promise.all(Array.from({ length: 25 }, () => watch(tokens[0])))
    const refused = alone.filter(({ status }) => status === 429)
    assert.equal(refused.length, 5)
    assert.equal(refused[0]?.headers.get('retry-after'), '30')
    assert.equal((await watch(tokens[1])).status, 200, 'another is let in')
    const many = await Promise.all(tokens.slice(1).flatMap((token) => Array.from({ length: 20 }, () => watch(token))))
    const beyond = many.filter(({ status }) => status === 503)
    assert.ok(beyond.length > 0, 'there are 200 places')
    assert.equal(beyond[0]?.headers.get('retry-after'), '30')
    for (const { leave } of [...alone, ...many]) leave()
    await eventually('there is room again', async () => {
      const watcher = await watch(tokens[0])
      watcher.leave()
      return watcher.status === 200
    })
  })
})
