import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import fc from 'fast-check'
import pg from 'pg'
import { packedData, packedMetadata, unpacked } from '../../../src/adapters/postgres/packing.ts'
import { postgresEventLog } from '../../../src/adapters/postgres/event-log.ts'
import type { EventLog } from '../../../src/app/ports.ts'
import type { Metadata } from '../../../src/kernel/event.ts'
import type { FreshDatabase } from '../../support/postgres.ts'
import { freshDatabase } from '../../support/postgres.ts'

const stream = 'host-4184261547361733'
const request = '2f0f1a52-8f0e-4a55-9c1e-3b0f6f1d2c3a'
const udid = '8A1D5C0E-6C2B-4E0F-9A55-0F1E2D3C4B5A'
const said: Metadata = {
  ...{ $correlationId: request, $causationId: request, actor: { kind: 'device', id: udid } },
  ...{ at: '2026-01-02T03:04:05.678Z', hostIds: ['4184261547361733'] },
}
const queued = {
  commands: Array.from({ length: 5 }, () => ({
    commandId: randomUUID(),
    channel: 'device',
    request: { kind: 'install-profile' },
  })),
}

const kept = (data: object, metadata: Metadata) => ({
  stream,
  data: JSON.parse(packedData(JSON.stringify(data))) as object | string,
  metadata: JSON.parse(packedMetadata(stream, JSON.stringify(metadata))) as Metadata | string,
})
const assertToTheLetter = (data: object, metadata: Metadata): void =>
  assert.equal(JSON.stringify(unpacked(kept(data, metadata))), JSON.stringify({ data, metadata }))

describe('What is packed in the log', () => {
  it('comes out to the letter, whatever was said', () => {
    const id = fc.oneof(
      fc.uuid(),
      fc.uuid().map((one) => one.toUpperCase()),
      fc.string({ unit: 'binary' }),
      fc.constant('sweep'),
    )
    const metadata: fc.Arbitrary<Metadata> = fc.record({
      $correlationId: id,
      $causationId: id,
      actor: fc.record({
        kind: fc.constantFrom('admin', 'device', 'agent', 'worker', 'importer', 'server'),
        id,
      }),
      at: fc.oneof(
        fc.date({ noInvalidDate: true }).map((at) => at.toISOString()),
        fc.constant('2026-01-02T03:04:05Z'),
      ),
      hostIds: fc.oneof(fc.constant(['4184261547361733']), fc.array(fc.string(), { maxLength: 2 })),
    })
    const data = fc
      .dictionary(fc.string({ unit: 'binary' }), fc.jsonValue())
      .map((one) => JSON.parse(JSON.stringify(one)) as object)
    fc.assert(fc.property(data, metadata, assertToTheLetter))
    for (const at of [0, 1, 2 ** 48 - 1, 2 ** 48, 8.64e15, -1]) assertToTheLetter({}, { ...said, at: new Date(at).toISOString() })
    for (const text of ['\0', '\ud800', 'Ä'.repeat(5_000), 'x'.repeat(50_000)])
      assertToTheLetter({ text: text.repeat(200) }, said)
  })

  it('is what a device says in its own stream, in a fifth of the room', () => {
    const { metadata } = kept({}, said)
    assert.ok(typeof metadata === 'string' && metadata.length * 4 < JSON.stringify(said).length, 'It is too long.')
    const { metadata: byWorker } = kept(
      {},
      { ...said, $causationId: udid.toLowerCase(), actor: { kind: 'worker', id: 'reconcile' } },
    )
    assert.ok(typeof byWorker === 'string', 'A worker’s event is not packed.')
    assert.ok(typeof kept(queued, said).data === 'string', 'Five commands are not packed.')
  })

  it('is read for ever as it was packed first', () => {
    const metadata = 'WS8PGlKPDkpVnB47D28dLDoBm3ypjy6KHVwObCtOD5pVDx4tPEta'
    assert.equal(packedMetadata(stream, JSON.stringify(said)), `"${metadata}"`)
    const workers = { ...said, $causationId: udid.toLowerCase(), actor: { kind: 'worker', id: 'reconcile' } } as const
    const byWorker = 'Ey8PGlKPDkpVnB47D28dLDqKHVwObCtOD5pVDx4tPEtaAZt8qY8ucmVjb25jaWxl'
    assert.deepEqual(unpacked({ stream, data: 'q1YqSS0uUbJSqlDSUcpIzcnJV7JSKs8vyklRqgUA', metadata: byWorker }), {
      data: { test: 'x', hello: 'world' },
      metadata: workers,
    })
  })

  it('is left as it is where it would not come out to the letter', () => {
    const [{ at: _, ...rest }] = [said]
    for (const odd of [{ ...said, actor: { ...said.actor, name: 'Ada' } }, rest, { ...said, hostIds: ['7'] }])
      assert.equal(packedMetadata(stream, JSON.stringify(odd)), JSON.stringify(odd))
  })
})

describe('A log that an older version began', function () {
  this.timeout(30_000)
  let database: FreshDatabase
  let log: EventLog
  before(async () => {
    database = await freshDatabase()
    log = await postgresEventLog({ url: database.url })
  })
  after(async () => {
    await log.close()
    await database.drop()
  })

  it('is gone on with, and read as one', async () => {
    const client = new pg.Client(database.url)
    await client.connect()
    const older = [randomUUID(), 'HostDescribed', JSON.stringify(queued), JSON.stringify(said)] as const
    await client.query('select event_log.append_one($1, -1, $2, $3, $4, $5)', [stream, ...older.map((one) => [one])])
    await log.append(stream, [{ eventId: randomUUID(), type: 'CommandsQueued', data: queued, metadata: said }], 0)
    const { rows } = await client.query<{ forms: string }>(
      `select json_typeof(data) || ' ' || json_typeof(metadata) as forms from event_log.events order by position`,
    )
    await client.end()
    assert.deepEqual(
      rows.map(({ forms }) => forms),
      ['object object', 'string string'],
    )
    const events = await log.readStream(stream)
    assert.deepEqual(
      events.map(({ revision, data, metadata, at }) => ({ revision, data, metadata, at })),
      [0, 1].map((revision) => ({ revision, data: queued, metadata: said, at: said.at })),
    )
    assert.deepEqual(await log.readAll({ after: null, limit: 10 }), events)
    assert.deepEqual(await log.last(), events[1])
  })
})
