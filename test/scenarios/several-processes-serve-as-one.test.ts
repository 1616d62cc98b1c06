import assert from 'node:assert/strict'
import { historyOf } from '../../src/cli/history.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { eventually } from '../support/eventually.ts'
import type { MusterProcess } from '../support/muster-process.ts'
import { musterProcess } from '../support/muster-process.ts'
import { pollingFleet } from '../support/polling-fleet.ts'
import { isAlive, serversUnder } from '../support/processes.ts'

const processes = 2
const hosts = 20

type Checks = Readonly<{ checks: readonly Readonly<{ name: string; ok: boolean; detail?: string }>[] }>

describe('Several processes that serve', function () {
  this.timeout(240_000)
  let server: MusterProcess
  before(async () => {
    server = await musterProcess({ MUSTER_API_PROCESSES: String(processes), MUSTER_TLS: 'off' })
    await allServe()
  })
  after(() => server?.close())

  const own = (): Promise<readonly number[]> => serversUnder(server.pid() ?? -1)

  /** A connection of its own each time: any of the processes may take it. */
  const get = async (path: string): Promise<string> =>
    (await fetch(`${server.url}${path}`, { headers: { connection: 'close', authorization: `Bearer ${server.token}` } })).text()

  const readiness = async () => {
    const { checks } = JSON.parse(await get('/readyz')) as Checks
    return checks.find(({ name }) => name === 'api processes')
  }
  const allServe = () =>
    eventually(
      'all processes serve',
      // One that ends may take the connection with it.
      async () => (await own()).length === processes && (await readiness().catch(() => undefined))?.ok === true,
      60_000,
    )

  it('are as many as were wished, under one that projects and works', async () => {
    assert.equal((await own()).length, processes)
    assert.deepEqual(await readiness(), { name: 'api processes', vital: false, ok: true })
  })

  it('tell their figures together, and what is the whole server’s once', async () => {
    const served = async (): Promise<number> => {
      const text = await get('/metrics')
      assert.equal(text.match(/^muster_projection_stuck\{projection="hosts"\} 0$/gm)?.length, 1, text)
      return Number(
        /^muster_http_request_duration_seconds_count\{method="GET",route="\/healthz",status="200"\} (\d+)$/m.exec(text)?.[1] ?? 0,
      )
    }
    const before = await served()
    for (let time = 0; time < 20; time++) await get('/healthz')
    await eventually('all requests are counted', async () => (await served()) === before + 20)
  })

  it('roll settings out to a fleet while one after the other is killed, and lose nothing that was acknowledged', async () => {
    const macs = await pollingFleet(server, hosts)
    try {
      await macs.fleet.enroll()
      assert.equal(macs.fleet.counts().enrolled, hosts)
      const wanted = await macs.upload()
      const made: string[] = []
      for (let kill = 0; kill < processes; kill++) {
        const [victim] = await own()
        assert.ok(victim !== undefined)
        const writing = writeUntilStopped(made)
        await eventually('something was written', () => made.length > kill * 10 + 5)
        process.kill(victim, 'SIGKILL')
        await eventually('its end is seen', async () => !(await isAlive(victim)))
        await allServe()
        await writing.stop()
        assert.ok(!(await own()).includes(victim))
      }
      await eventually('all devices hold all profiles', () => macs.converged(wanted) === hosts, 90_000)
      const names = (await macs.client.teams.list()).map(({ name }) => name)
      assert.deepEqual(
        made.filter((name) => !names.includes(name)),
        [],
      )
      for (const { id } of (await macs.client.hosts.list({ per_page: 500 })).hosts) {
        const history = await historyOf(macs.client, id)
        const answered = history.filter(({ type }) => type === 'CommandAnswered').map(({ data }) => data['commandId'])
        assert.equal(new Set(answered).size, answered.length)
      }
    } finally {
      await macs.stop()
    }
  })

  /** Makes teams one after the other, and notes those that the server said it had made. */
  const writeUntilStopped = (made: string[]) => {
    const client = musterClient({ url: server.url, token: server.token, ca: server.caPem })
    const state = { stopped: false }
    const write = async (): Promise<void> => {
      while (!state.stopped) {
        const name = `Team ${String(made.length)} ${String(Math.random())}`
        await client.teams.create({ name }).then(
          () => made.push(name),
          () => undefined,
        )
      }
    }
    const running = write()
    return {
      stop: async () => {
        state.stopped = true
        await running
        client.close()
      },
    }
  }

  it('end together, in order, when the first is asked to', async () => {
    const all = await own()
    assert.equal(await server.end(), 0)
    for (const pid of all) assert.equal(await isAlive(pid), false)
    await server.start()
    await allServe()
  })

  it('end by themselves when the first is killed, and serve again when it is started', async () => {
    const all = await own()
    assert.equal(all.length, processes)
    await server.kill()
    for (const pid of all) await eventually('it ended', async () => !(await isAlive(pid)), 30_000)
    await server.start()
    await allServe()
    assert.match(await get('/api/v1/fleet/teams'), /"teams"/)
  })
})
