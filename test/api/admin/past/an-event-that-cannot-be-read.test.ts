import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { streamOf } from '../../../../src/kernel/ids.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { appendAtEnd } from '../../../support/append-at-end.ts'
import { enrollHost } from '../../../support/app.ts'

describe('A host with an event that cannot be read', function () {
  this.timeout(60_000)
  let api: AdminApi
  let host: string
  let other: string
  let udid: string
  before(async () => {
    api = await startAdminApi()
    udid = 'MAC-1'
    host = await enrollHost(api.app, { udid, serial: 'MAC-1' })
    other = await enrollHost(api.app, { udid: 'MAC-2', serial: 'MAC-2' })
    const metadata = {
      ...{ $correlationId: randomUUID(), $causationId: randomUUID(), actor: { kind: 'server', id: 'newer' } as const },
      ...{ at: api.app.clock().toISOString(), hostIds: [host] },
    }
    const newer = { type: 'CommandsQueued', data: { batch: 'of a shape that is yet to come' }, eventId: randomUUID(), metadata }
    await appendAtEnd(api.app.log, streamOf('host', host), [newer])
    await api.app.caughtUp({ position: await api.app.log.head() })
  })
  after(() => api?.stop())

  const run = (hardwareId: string) => {
    const command = '<plist version="1.0"><dict><key>RequestType</key><string>ProfileList</string></dict></plist>'
    return api.call('POST /commands/run', {
      json: { command: Buffer.from(command).toString('base64'), host_uuids: [hardwareId] },
    })
  }

  it('[case P6] is shown, with its history, and as it was', async () => {
    for (const path of ['', '/history', '/commands', `?at=${api.app.clock().toISOString()}`]) {
      const { status, body } = await api.call(`GET /hosts/${host}${path}`)
      assert.equal(status, 200, `${path} ${JSON.stringify(body)}`)
    }
    const { events } = (await api.call(`GET /hosts/${host}/history`)).body
    assert.ok(events.some(({ type }: { type: string }) => type === 'CommandsQueued'))
  })

  it('[case P6] is not decided about, with the reason; all others are', async () => {
    const refused = await run(udid)
    assert.equal(refused.status, 409)
    assert.match(
      refused.body.errors[0].reason,
      /^The event \d+ of host-\d+ \(CommandsQueued\) cannot be read: nothing is decided about it until it can\.$/,
    )
    assert.equal((await run('MAC-2')).status, 200)
    assert.equal((await api.call(`GET /hosts/${other}/commands`)).body.results.length, 1)
  })

  it('[case P6] is told by the read models that set the event aside, and by the metric', async () => {
    const { projections } = (await api.call('GET /projections')).body
    const aside = projections.filter(({ set_aside }: { set_aside: { count: number } | null }) => (set_aside?.count ?? 0) > 0)
    assert.ok(aside.length > 0, JSON.stringify(projections[0]))
    assert.ok(projections.every(({ status }: { status: string }) => status === 'live'))
  })
})
