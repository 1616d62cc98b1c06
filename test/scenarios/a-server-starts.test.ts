import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { EventStoreDBClient } from '@eventstore/db-client'
import type { Muster } from '../../src/compose.ts'
import { compose } from '../../src/compose.ts'
import { ConfigError, readConfig } from '../../src/config.ts'
import { selfSigned } from '../support/eventstore-server/certificate.ts'
import type { ServerOptions } from '../support/eventstore-server/server.ts'
import { eventStoreServer } from '../support/eventstore-server/server.ts'
import { eventually } from '../support/eventually.ts'
import { freePort } from '../support/node-process.ts'
import { freshDatabase } from '../support/postgres.ts'

describe('A server that starts', function () {
  this.timeout(120_000)
  const undo: (() => unknown)[] = []
  const lines: string[] = []
  let environment: Readonly<Record<string, string>>

  const note = (_: object, message: string): void => void lines.push(message)
  const start = async (more: Readonly<Record<string, string>>): Promise<Muster> => {
    const muster = await compose(readConfig({ ...environment, ...more }), { info: note, warn: note, error: note })
    undo.push(muster.stop)
    return muster
  }

  beforeEach(async () => {
    lines.length = 0
    const [database, data] = [await freshDatabase(), await mkdtemp(join(tmpdir(), 'muster-start-'))]
    await chmod(data, 0o711)
    undo.push(database.drop, () => rm(data, { recursive: true, force: true }))
    environment = {
      ...{ DATABASE_URL: database.url, MUSTER_MASTER_KEY: randomBytes(32).toString('base64'), MUSTER_DATA: data },
      ...{ MUSTER_PORT: '0', MUSTER_TLS: 'off', MUSTER_AUTHORITY_KEY_BITS: '2048', MUSTER_START_WAIT_SECONDS: '60' },
    }
  })
  afterEach(async () => {
    for (const step of undo.splice(0).reverse()) await step()
  })

  it('[case M2] answers 503 with Retry-After from listening until it serves, and never 404', async () => {
    const port = await freePort()
    const starting = start({ MUSTER_PORT: String(port) })
    const answers: string[] = []
    while (answers.at(-1) !== '200') {
      const answer = await fetch(`http://127.0.0.1:${String(port)}/healthz`).catch(() => null)
      if (answer !== null) {
        if (answer.status === 503) assert.equal(answer.headers.get('retry-after'), '2')
        answers.push(String(answer.status))
      }
      await pause(1)
    }
    await starting
    assert.deepEqual(
      [...new Set(answers)].filter((status) => status !== '503' && status !== '200'),
      [],
    )
  })

  it('[case P8] waits for an EventStoreDB that starts later, and says for what it waits', async () => {
    const store = await eventStoreServer()
    undo.push(store.stop)
    store.stop()
    const starting = start({ EVENTSTORE_URL: store.url })
    await eventually(
      'it says so',
      () => Promise.resolve(lines.includes('The start waits for EventStoreDB (EVENTSTORE_URL).')),
      30_000,
    )
    await store.start()
    await starting
    assert.ok(lines.includes('EventStoreDB (EVENTSTORE_URL) is there.'))
  })

  it('[case P8] gives up after the time that the settings say, with the reason', async () => {
    const nobody = `postgres://nobody:secret@127.0.0.1:${String(await freePort())}/none`
    await assert.rejects(start({ DATABASE_URL: nobody, MUSTER_START_WAIT_SECONDS: '1' }), (error) => {
      assert.ok(error instanceof Error && !(error instanceof ConfigError))
      assert.match(error.message, /^Postgres \(DATABASE_URL\) was not there within 1 s: .*ECONNREFUSED/)
      assert.doesNotMatch(error.message, /secret/)
      return true
    })
  })

  const wrong: readonly (readonly [string, (url: string) => string, RegExp])[] = [
    [
      'a password that is refused',
      (url) => url.replace('://', '://admin:guess@'),
      /^EVENTSTORE_URL: .*refuses the user name or password/,
    ],
    [
      'an authority that is not known',
      (url) => url.replace(/&tlsCAFile=.*/, ''),
      /^EVENTSTORE_URL: .*not signed by an authority/,
    ],
    ['tls=false where TLS is spoken', (url) => url.replace('tls=true', 'tls=false'), /^EVENTSTORE_URL: .*speaks TLS/],
    ['an option that is none', (url) => `${url}&colour=red`, /^EVENTSTORE_URL: .*colour/],
  ]
  for (const [what, spoil, sentence] of wrong) {
    it(`[case P5] ends at once with a sentence for ${what}`, async () => {
      const tls = selfSigned()
      const ca = join(environment['MUSTER_DATA'] ?? '', 'store.pem')
      await writeFile(ca, tls.certificate)
      const store = await eventStoreServer({ tls, credentials: { username: 'admin', password: 'changeit' } })
      undo.push(store.stop)
      const url = spoil(`${store.url}&tlsCAFile=${encodeURIComponent(ca)}`)
      await assert.rejects(start({ EVENTSTORE_URL: url }), (error) => {
        assert.ok(error instanceof ConfigError, String(error))
        assert.match(error.message, sentence)
        assert.doesNotMatch(error.message, /guess|changeit/)
        return true
      })
    })
  }

  /** A store with access lists, and its URL for a user of the group `muster`. */
  const storeWithUsers = async (options: ServerOptions = {}) => {
    const tls = selfSigned()
    const ca = join(environment['MUSTER_DATA'] ?? '', 'store.pem')
    await writeFile(ca, tls.certificate)
    const users = [{ username: 'muster', password: 'changeit', groups: ['muster'] }]
    const admin = { username: 'admin', password: 'changeit' }
    const store = await eventStoreServer({ ...options, tls, users, credentials: admin })
    undo.push(store.stop)
    const url = (user: string) => `${store.url}&tlsCAFile=${encodeURIComponent(ca)}`.replace('://', `://${user}:changeit@`)
    const admit = async (...readRoles: readonly string[]): Promise<void> => {
      const client = EventStoreDBClient.connectionString(url('admin'))
      await client.setStreamMetadata('$all', { acl: { readRoles: ['$admins', ...readRoles] } })
      await client.dispose()
    }
    return { url: url('muster'), admit, store }
  }

  it('[case P5] ends at once with a sentence for a user who may not read $all', async () => {
    const { url } = await storeWithUsers()
    await assert.rejects(start({ EVENTSTORE_URL: url }), (error) => {
      assert.ok(error instanceof ConfigError, String(error))
      assert.match(
        error.message,
        /^EVENTSTORE_URL: EventStoreDB lets the user muster in, but does not let Muster read the whole log; name a user of \$admins, or have an admin put the user's group among the readers in the metadata of \$all\./,
      )
      assert.doesNotMatch(error.message, /changeit/)
      return true
    })
  })

  it('[case P5] serves for a user whose group an admin put among the readers of $all, once the server is ready', async () => {
    const { url, admit, store } = await storeWithUsers({ notReadyCalls: 3 })
    const admitted = () =>
      admit('muster').then(
        () => true,
        () => false,
      )
    await eventually('the store is ready', admitted)
    store.stop()
    await store.start()
    const { url: served } = await start({ EVENTSTORE_URL: url })
    await eventually('it is ready', async () => (await fetch(`${served}/readyz`)).status === 200)
  })

  it('[case P5] says so in one line, and is not ready, when the right is taken away while it serves', async () => {
    const { url, admit, store } = await storeWithUsers()
    await admit('muster')
    const { url: served } = await start({ EVENTSTORE_URL: url })
    await eventually('it is ready', async () => (await fetch(`${served}/readyz`)).status === 200)
    lines.length = 0
    await admit()
    store.stop()
    await store.start()
    await eventually('it is not ready', async () => (await fetch(`${served}/readyz`)).status === 503)
    const before = store.calls().refused
    await eventually('it has tried again and again', () => Promise.resolve(store.calls().refused > before + 10))
    const { checks } = (await (await fetch(`${served}/readyz`)).json()) as {
      checks: readonly { name: string; detail?: string }[]
    }
    assert.match(checks.find(({ name }) => name === 'event log')?.detail ?? '', /does not let Muster read the whole log/)
    const told = lines.filter((line) => line.startsWith('The event log is away'))
    assert.equal(told.length, 1, lines.join('\n'))
    assert.ok(lines.filter((line) => line.startsWith('A subscription to EventStoreDB was lost')).length <= 4, lines.join('\n'))
    await admit('muster')
    await eventually('it is ready again', async () => (await fetch(`${served}/readyz`)).status === 200)
    await eventually('it says so', () => Promise.resolve(lines.includes('The event log is back.')))
  })

  it('[case P5] ends at once with a sentence for a database that is not there', async () => {
    const url = new URL(environment['DATABASE_URL'] ?? '')
    url.pathname = '/no_such_database'
    await assert.rejects(
      start({ DATABASE_URL: url.href }),
      (error) => error instanceof ConfigError && error.message.includes('no database of that name'),
    )
  })

  describe('[case P1] takes what names a cluster', () => {
    for (const url of [
      'esdb://user:pw@a:2113,b:2113,c:2113?tls=true&tlsCAFile=/etc/ca.pem',
      'esdb+discover://cluster.example.com',
      'kurrentdb://a,b:2114?tls=false',
      'kurrentdb+discover://[::1]:2113',
    ])
      it(url, () => assert.equal(readConfig({ EVENTSTORE_URL: url }).EVENTSTORE_URL, url))
    it('and nothing else', () => {
      for (const url of ['http://a:2113', 'esdb:/a', 'esdb://', 'kurrent://a'])
        assert.throws(() => readConfig({ EVENTSTORE_URL: url }), /EVENTSTORE_URL: must begin with/)
    })
  })
})
