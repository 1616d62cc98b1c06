import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Muster } from '../../src/compose.ts'
import { compose } from '../../src/compose.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { eventually } from '../support/eventually.ts'
import type { EventStoreServer } from '../support/eventstore-server/server.ts'
import { eventStoreServer } from '../support/eventstore-server/server.ts'
import type { Store } from '../support/eventstore-server/store.ts'
import { inMemoryStore } from '../support/eventstore-server/store.ts'
import { freshDatabase } from '../support/postgres.ts'

/** The log as a backup had it that was made `less` events ago. */
const backupOf = (store: Store, less: number): Store => {
  const copy = inMemoryStore()
  for (const event of store.all.slice(0, -less)) copy.append(event.stream, [event], 'any')
  return copy
}

describe('A server whose log is not the one it had', function () {
  this.timeout(120_000)
  const undo: (() => unknown)[] = []
  const lines: string[] = []
  let environment: Readonly<Record<string, string>>
  let running: Muster | null = null
  let store: Store
  let server: EventStoreServer

  const note = (_: object, message: string): void => void lines.push(message)
  const start = async (more: Readonly<Record<string, string>>): Promise<Muster> =>
    (running = await compose(readConfig({ ...environment, ...more }), { info: note, warn: note, error: note }))
  const stop = async (): Promise<void> => {
    await running?.stop()
    running = null
  }
  const refusedWith = async (more: Readonly<Record<string, string>>, ...words: readonly RegExp[]): Promise<void> => {
    await assert.rejects(start(more), (error) => {
      assert.ok(error instanceof ConfigError, String(error))
      for (const word of words) assert.match(error.message, word)
      return true
    })
  }
  const aDatabase = async () => {
    const [database, data] = [await freshDatabase(), await mkdtemp(join(tmpdir(), 'muster-log-'))]
    await chmod(data, 0o711)
    undo.push(database.drop, () => rm(data, { recursive: true, force: true }))
    return {
      ...{ DATABASE_URL: database.url, MUSTER_MASTER_KEY: randomBytes(32).toString('base64'), MUSTER_DATA: data },
      ...{ MUSTER_PORT: '0', MUSTER_TLS: 'off', MUSTER_AUTHORITY_KEY_BITS: '2048', MUSTER_START_WAIT_SECONDS: '20' },
    }
  }
  const another = async (of: Store): Promise<string> => {
    const beside = await eventStoreServer({ store: of })
    undo.push(beside.stop)
    return beside.url
  }
  /** What is projected is remembered in the same transaction: once the lists show it, a start will ask for it. */
  const settled = (muster: Muster) =>
    eventually('all is projected', async () => {
      const { ok } = await fetch(`${muster.url.replace('localhost', '127.0.0.1')}/readyz`)
      const projected = await fetch(`${muster.url.replace('localhost', '127.0.0.1')}/metrics`).then((answer) => answer.text())
      return ok && !/^muster_projection_lag_seconds\{.*\} [^0]/m.test(projected)
    })

  beforeEach(async () => {
    lines.length = 0
    environment = await aDatabase()
    store = inMemoryStore()
    server = await eventStoreServer({ store })
    undo.push(server.stop)
    await settled(await start({ EVENTSTORE_URL: server.url }))
  })
  afterEach(async () => {
    await stop()
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('[case P3] does not start on an empty store, on a log in Postgres, or on a store restored from an older backup', async () => {
    await stop()
    const first = new RegExp(store.all.find(({ stream }) => !stream.startsWith('$'))?.id ?? 'none')
    await refusedWith({ EVENTSTORE_URL: await another(inMemoryStore()) }, /^EVENTSTORE_URL: /, first, /Found: an empty log/)
    await refusedWith({}, /^DATABASE_URL: /, first, /Found: an empty log/, /set EVENTSTORE_URL again/)
    await refusedWith(
      { EVENTSTORE_URL: await another(backupOf(store, 1)) },
      /the same log, but it ends with event .* of 20.*, \d+ min \d+ s before that; it was restored from an older backup/,
      /restore a newer backup/,
    )
    await stop()
    await settled(await start({ EVENTSTORE_URL: server.url }))
  })

  it('[case P3] does not start when EVENTSTORE_URL is set for the first time on a server that began in Postgres', async () => {
    await stop()
    environment = await aDatabase()
    await settled(await start({}))
    await stop()
    await refusedWith(
      { EVENTSTORE_URL: await another(inMemoryStore()) },
      /Found: an empty log/,
      /leave it out if the log was in Postgres/,
    )
    await refusedWith({ EVENTSTORE_URL: server.url }, /Found: a log that begins with event/)
  })

  it('[case P4] does not start on the log of another Muster, and says so', async () => {
    await stop()
    environment = await aDatabase()
    await refusedWith({ EVENTSTORE_URL: server.url }, /^EVENTSTORE_URL: /, /belongs to another Muster/, /database of its own/)
  })

  it('[case P3] serves nothing while another log is there, says why, and goes on when its own is back', async () => {
    assert.ok(running)
    const base = running.url.replace('localhost', '127.0.0.1')
    const { port } = server
    server.stop()
    const wrong = await eventStoreServer({ port, store: inMemoryStore() })
    const status = async (path: string) => (await fetch(`${base}${path}`)).status
    await eventually('the other log is noticed', async () => (await status('/readyz')) === 503 && (await status('/')) === 503)
    const ready = await fetch(`${base}/readyz`).then((answer) => answer.text())
    assert.match(ready, /The event log is another one\. Expected: the log that begins with event/)
    assert.equal(await status('/healthz'), 200)
    wrong.stop()
    await server.start()
    await eventually('its own log is back', async () => (await status('/readyz')) === 200 && (await status('/')) !== 503)
    assert.equal(lines.filter((line) => line.startsWith('The event log is another one')).length, 1)
    assert.equal(lines.filter((line) => line === 'The event log is the right one again.').length, 1)
  })

  it('[case P3] starts from an older log when its last event is named, and fills the read models anew', async () => {
    await stop()
    const backup = backupOf(store, 1)
    const url = await another(backup)
    const end = backup.all.at(-1)?.id ?? ''
    await refusedWith({ EVENTSTORE_URL: url }, new RegExp(`MUSTER_ACCEPT_LOG=${end}`))
    await settled(await start({ EVENTSTORE_URL: url, MUSTER_ACCEPT_LOG: end }))
    await stop()
    await settled(await start({ EVENTSTORE_URL: url }))
  })
})
