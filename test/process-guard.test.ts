import assert from 'node:assert/strict'
import { createRequire } from 'node:module'
import { libraryOf, processGuard } from '../src/process-guard.ts'

const require = createRequire(import.meta.url)

/** An error as it is thrown inside this file. */
const withStack = (...lines: readonly string[]): Error => {
  const error = new Error('It broke.')
  error.stack = ['Error: It broke.', ...lines.map((line) => `    at ${line}`)].join('\n')
  return error
}

const aGuard = () => {
  let time = 0
  let ends = 0
  const lines: Readonly<{ fields: object; message: string }>[] = []
  const note = (fields: object, message: string): void => void lines.push({ fields, message })
  const guard = processGuard({
    logger: { info: note, warn: note, error: note },
    end: () => (ends += 1),
    now: () => time,
  })
  return { ...guard, lines, ends: () => ends, pass: (ms: number) => (time += ms) }
}

describe('The process, when an error is seen by nobody', () => {
  it('[case P2] goes on when a library’s promise fails, and tells of it in the log and in figures', () => {
    const guard = aGuard()
    const lost = withStack(
      'discoverEndpoint (/srv/node_modules/@eventstore/db-client/dist/Client/discovery.js:78:9)',
      'async append (/srv/src/adapters/eventstore/appending.ts:34:5)',
    )
    for (let time = 0; time < 100; time++) guard.judge('rejection', lost)
    assert.deepEqual(guard.faults(), [{ library: '@eventstore/db-client', kind: 'rejection', count: 100 }])
    assert.deepEqual([guard.lines.length, guard.ends()], [1, 0])
    guard.pass(60_000)
    guard.judge('rejection', lost)
    assert.deepEqual((guard.lines.at(-1)?.fields as { leftOut: number }).leftOut, 99)
  })

  it('[case P2] ends, once, when the fault is its own', () => {
    const guard = aGuard()
    const own = withStack('evolve (/srv/muster/src/domain/host/host.ts:3:7)')
    assert.equal(libraryOf(own, '/srv/muster/src'), null)
    const here = new TypeError('Something of this file was not what it should be.')
    guard.judge('rejection', here)
    guard.judge('exception', here)
    assert.equal(guard.ends(), 1)
    assert.match(guard.lines[0]?.message ?? '', /fault of its own/)
    assert.deepEqual(guard.faults(), [])
  })

  it('[case P2] ends when libraries throw on and on', () => {
    const guard = aGuard()
    const thrown = withStack('Socket.<anonymous> (/srv/node_modules/ioredis/built/connector.js:1:1)')
    for (let time = 0; time < 20; time++) guard.judge('exception', thrown)
    assert.equal(guard.ends(), 0)
    guard.pass(60_001)
    for (let time = 0; time < 20; time++) guard.judge('exception', thrown)
    assert.equal(guard.ends(), 0)
    guard.judge('exception', thrown)
    assert.equal(guard.ends(), 1)
  })

  describe('[case P2] knows who threw', () => {
    const own = '/srv/node_modules/muster-mdm/dist'
    const samples: readonly (readonly [string, unknown, string | null])[] = [
      [
        'a socket’s error',
        Object.assign(withStack('TCP.onStreamRead (node:internal/stream_base_commons:218:20)'), { code: 'ECONNRESET' }),
        'node',
      ],
      ['a package of a scope', withStack('x (/srv/node_modules/@grpc/grpc-js/build/src/call.js:1:2)'), '@grpc/grpc-js'],
      [
        'a package inside a package',
        withStack('x (/srv/node_modules/bullmq/node_modules/ioredis/built/Redis.js:1:2)'),
        'ioredis',
      ],
      ['a module of ESM', withStack('file:///srv/node_modules/openid-client/build/index.js:10:2'), 'openid-client'],
      ['a path of Windows', withStack('x (C:\\srv\\node_modules\\pg\\lib\\client.js:1:2)'), 'pg'],
      [
        'Node’s lines before the library’s',
        withStack('emit (node:events:1:1)', 'x (/srv/node_modules/apn/lib/client.js:1:2)'),
        'apn',
      ],
      ['Muster, installed as a package', withStack(`x (${own}/app/execute.js:1:2)`), null],
      ['a package of Muster, installed as a package', withStack(`x (${own}/node_modules/pg/lib/pool.js:1:2)`), 'pg'],
      [
        'our own code, called by a library',
        withStack('x (/srv/src/api/web.ts:1:2)', 'y (/srv/node_modules/express/lib/x.js:1:2)'),
        null,
      ],
      ['something that is no error', 'no error', 'node'],
      ['nothing at all', undefined, 'node'],
    ]
    for (const [who, reason, library] of samples) {
      it(who, () => assert.equal(libraryOf(reason, own), library))
    }

    it('by the stacks of this very Node', async () => {
      const { Client } = require('pg') as { Client: new (options: object) => { query: (text: null) => Promise<unknown> } }
      const thrown = await (async () => new Client({}).query(null))().catch((error: unknown) => error)
      assert.equal(libraryOf(thrown), 'pg')
    })
  })
})
