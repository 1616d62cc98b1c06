import assert from 'node:assert/strict'
import { availableParallelism } from 'node:os'
import { ConfigError, readConfig } from '../src/config.ts'

describe('How many processes serve', () => {
  const another = { DATABASE_URL: 'postgres://muster@db/muster', MUSTER_MASTER_KEY: Buffer.alloc(32, 1).toString('base64') }
  const processes = (environment: Readonly<Record<string, string>>) => readConfig({ ...environment }).MUSTER_API_PROCESSES

  it('is one per core and at most four with the embedded database, and one with another, whose connections are not ours to share out', () => {
    assert.equal(processes({}), Math.min(4, availableParallelism()))
    assert.equal(processes(another), 1)
  })

  it('is what is said, as long as that is a number from 1 to 16', () => {
    assert.deepEqual([processes({ MUSTER_API_PROCESSES: '1' }), processes({ ...another, MUSTER_API_PROCESSES: '16' })], [1, 16])
    for (const told of ['0', '17', '1.5', 'many', '-1'])
      assert.throws(
        () => processes({ MUSTER_API_PROCESSES: told }),
        (error: unknown) => error instanceof ConfigError && error.message.startsWith('MUSTER_API_PROCESSES: '),
        told,
      )
  })
})
