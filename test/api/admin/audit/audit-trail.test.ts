import assert from 'node:assert/strict'
import { hostIdOf } from '../../../../src/domain/host/host-id.ts'
import { server, theServer } from '../../../../src/domain/server/server.ts'
import { readLine } from '../../../../src/protocols/audit/export-lines.ts'
import type { LineContent } from '../../../../src/protocols/audit/export-lines.ts'
import type { Sound } from '../../../../src/protocols/audit/findings.ts'
import { verifyExport } from '../../../../src/protocols/audit/verify.ts'
import type { AdminApi, Answer } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'

type Of<K extends LineContent['kind']> = Extract<LineContent, { kind: K }>

describe('The log for auditors', function () {
  this.timeout(30_000)
  let api: AdminApi
  let key: Readonly<{ fingerprint: string; public_key: string; algorithm: string }>

  before(async () => {
    api = await startAdminApi()
    for (const udid of ['ONE', 'TWO', 'THREE']) await enrollHost(api.app, { udid, serial: `S-${udid}`, name: `Mac ${udid}` })
    key = (await api.call('GET /audit/key')).body
  })
  after(() => api.stop())

  const exported = (query = ''): Promise<Answer> => api.call(`GET /audit/export${query}`)
  const sound = async ({ status, bytes }: Answer): Promise<Sound> => {
    assert.equal(status, 200, bytes.toString())
    const verdict = await verifyExport(inPieces(bytes), key.fingerprint)
    assert.ok(verdict.valid, JSON.stringify(verdict))
    return verdict
  }
  const contents = ({ bytes }: Answer): readonly LineContent[] =>
    bytes
      .toString()
      .trimEnd()
      .split('\n')
      .map((line) => readLine(line)?.content ?? assert.fail(line))
  const linesOf = <K extends LineContent['kind']>(answer: Answer, kind: K): readonly Of<K>[] =>
    contents(answer).filter((line): line is Of<K> => line.kind === kind)
  const all = () => api.app.log.readAll({ after: null, limit: 10_000 })
  const checkpoints = async () => (await api.call('GET /audit/checkpoints')).body

  it('comes whole, with what proves it, and with the traces of its having been taken out', async () => {
    const answer = await exported()
    assert.match(answer.headers.get('content-type') ?? '', /^application\/x-ndjson/)
    const verdict = await sound(answer)
    const events = await all()
    assert.deepEqual([verdict.events, verdict.leftOut, verdict.first, verdict.last], [events.length, 0, 1, events.length])
    const last = linesOf(answer, 'event').at(-1)
    assert.equal(last?.event.type, 'AuditCheckpointed')
    const [header] = linesOf(answer, 'header')
    assert.deepEqual([header?.server.name, header?.exportedBy, header?.key.publicKey], ['Example', 'the admin', key.public_key])
    await api.app.caughtUp({ position: await api.app.log.head() })
    const { activities } = (await api.call('GET /activities?activity_type=exported_audit')).body
    assert.equal(activities[0].actor_full_name, 'the admin')
  })

  it('is signed at each export, and by nothing more when nothing else happened', async () => {
    const { checkpoints: before, chain } = await checkpoints()
    assert.ok(before.length >= 1)
    assert.equal(before[0].key_id, key.fingerprint)
    assert.deepEqual([Number(before[0].count) + 1, before[0].event_position], [chain.count, chain.position])
    await sound(await exported())
    assert.equal((await checkpoints()).checkpoints.length, Number(before.length) + 1)
    const [newest] = (await api.call('GET /audit/checkpoints?limit=1')).body.checkpoints
    assert.equal(newest.revision, (await checkpoints()).checkpoints[0].revision)
    const older = (await api.call(`GET /audit/checkpoints?limit=1&before=${String(newest.revision)}`)).body
    assert.ok(older.meta.next === null || older.meta.next < newest.revision)
  })

  it('comes in part, by host, actor, type or category; the rest is there as hashes', async () => {
    const hostId = hostIdOf('TWO')
    const byHost = await exported(`?host=${hostId}`)
    const verdict = await sound(byHost)
    const found = linesOf(byHost, 'event').filter(({ event }) => event.stream !== 'audit-main')
    assert.ok(found.length > 0)
    assert.ok(found.every(({ event }) => event.stream === `host-${hostId}`))
    assert.equal(verdict.events + verdict.leftOut, (await all()).length)
    assert.ok(!byHost.bytes.toString().includes('Mac ONE'))
    for (const [query, holds] of [
      ['?type=HostDiscovered', ({ event }: Of<'event'>) => event.type === 'HostDiscovered'],
      ['?category=server', ({ event }: Of<'event'>) => event.stream === 'server-main'],
      ['?actor=nobody', () => false],
    ] as const) {
      const answer = await exported(query)
      await sound(answer)
      const lines = linesOf(answer, 'event').filter(({ event }) => event.stream !== 'audit-main')
      assert.equal(lines.length > 0, !query.includes('nobody'), query)
      assert.ok(lines.every(holds), query)
    }
  })

  it('comes from one moment to another, by position or by time, and begins and ends with what was asked for', async () => {
    const events = await all()
    const [third, fifth] = [events[2]?.position ?? '', events[4]?.position ?? '']
    const part = await exported(`?from=${third}&to=${fifth}`)
    const { first, last } = await sound(part)
    assert.deepEqual([first, last], [3, 5])
    assert.deepEqual(
      linesOf(part, 'event').map(({ position }) => position),
      events.slice(2, 5).map(({ position }) => position),
    )
    const before = api.app.clock().toISOString()
    const since = api.advance(3 * 60 * 60_000).toISOString()
    const named = { name: 'later', role: 'observer', tokenHash: 'a'.repeat(64) } as const
    await api.app.execute(server, theServer, { type: 'IssueApiToken', data: named }, testCause())
    const recent = await exported(`?from=${since}`)
    assert.deepEqual(
      linesOf(recent, 'event').map(({ event }) => event.type),
      ['ApiTokenIssued', 'AuditExported', 'AuditCheckpointed'],
    )
    await sound(recent)
    const old = await exported(`?to=${before}`)
    await sound(old)
    assert.ok(!linesOf(old, 'event').some(({ event }) => JSON.stringify(event.data).includes('later')))
    await sound(await exported('?from=2999-01-01'))
  })

  it('is not told of moments that make no sense', async () => {
    for (const query of ['?from=yesterday', '?to=17', '?from=2026-13-77', `?to=${'9'.repeat(30)}`]) {
      const { status, body } = await exported(query)
      assert.equal(status, 400, query)
      assert.match(body.errors[0].reason, /neither a time in ISO 8601/)
    }
    assert.equal((await exported('?host=x')).status, 400)
    assert.equal((await exported('?type=')).status, 400)
  })

  it('has one key, whichever process is asked', async () => {
    assert.deepEqual((await api.call('GET /audit/key')).body, key)
    assert.equal(key.algorithm, 'Ed25519')
    assert.match(key.public_key, /^-----BEGIN PUBLIC KEY-----/)
    const created = (await all()).filter(({ type, id }) => type === 'ServerKeyCreated' && id === 'audit')
    assert.equal(created.length, 1)
  })

  it('can be taken out by several at once', async () => {
    const answers = await Promise.all([exported(), exported('?type=HostDiscovered'), exported()])
    for (const answer of answers) await sound(answer)
  })
})

async function* inPieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += 1000) yield bytes.subarray(from, from + 1000)
}
