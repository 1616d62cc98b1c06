import assert from 'node:assert/strict'
import { host } from '../../../../src/domain/host/host.ts'
import { readPlist } from '../../../../src/protocols/plist/read.ts'
import type { AdminApi } from '../../../support/admin-api.ts'
import { startAdminApi } from '../../../support/admin-api.ts'
import { enrollHost, testCause } from '../../../support/app.ts'

const plist = (inner: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0"><dict>${inner}</dict></plist>`

const inBase64 = (inner: string): string => Buffer.from(plist(inner)).toString('base64')

const restart = '<key>RequestType</key><string>RestartDevice</string><key>NotifyUser</key><true/>'

/** Says more than the menu of requests does. */
const rebuild = `${restart}<key>RebuildKernelCache</key><true/>`

describe('commands in the admin API', function () {
  this.timeout(30_000)
  let api: AdminApi
  let ada: string

  before(async () => {
    api = await startAdminApi()
    ada = await enrollHost(api.app, { udid: 'AAAA-1', name: 'Ada' })
    await enrollHost(api.app, { udid: 'BBBB-2', name: 'Bob' })
  })
  after(() => api.stop())

  const run = (command: string, host_uuids: readonly string[] = ['AAAA-1']) =>
    api.call('POST /commands/run', { json: { command, host_uuids } })

  it('are queued under one id on every host, and listed', async () => {
    const { status, body } = await run(inBase64(restart).replace(/=+$/, ''), ['aaaa-1', 'BBBB-2', 'AAAA-1'])
    assert.deepEqual([status, body.request_type], [200, 'RestartDevice'])
    const { results, meta } = (await api.call('GET /commands?request_type=RestartDevice')).body
    assert.deepEqual(
      results.map((entry: Record<string, unknown>) => [entry['host_uuid'], entry['command_uuid'], entry['status']]).toSorted(),
      [
        ['AAAA-1', body.command_uuid, 'Pending'],
        ['BBBB-2', body.command_uuid, 'Pending'],
      ],
    )
    assert.equal(meta.has_next_results, false)
    assert.equal((await api.call('GET /mdm/commands?host_identifier=Ada')).body.results.length, 1)
    assert.equal((await api.call(`GET /hosts/${ada}/commands`)).body.results[0].hostname, 'Ada')
  })

  it("keep the admin's own bytes sealed, and show them to those who may see them", async () => {
    const wholly = `<key>CommandUUID</key><string>my-own-id</string><key>Command</key><dict>${rebuild}</dict>`
    assert.equal((await run(inBase64(wholly))).body.command_uuid, 'my-own-id')
    const { events } = (await api.call(`GET /hosts/${ada}/history?limit=1`)).body
    assert.equal(events[0].data.commands[0].request.payload, '[sealed]')

    const answerBytes = Buffer.from(plist('<key>Status</key><string>Acknowledged</string>'))
    const result = await api.app.blobs.keepSealed(ada, 'result/my-own-id', answerBytes, testCause())
    const data = { commandId: 'my-own-id', outcome: 'acknowledged', errors: [], result } as const
    await api.app.caughtUp(await api.app.execute(host, ada, { type: 'ReportCommand', data }, testCause()))

    const { results } = (await api.call('GET /commands/results?command_uuid=my-own-id')).body
    assert.deepEqual([results.length, results[0].status, results[0].host_uuid], [1, 'Acknowledged', 'AAAA-1'])
    assert.equal(Buffer.from(results[0].result, 'base64').toString(), answerBytes.toString())
    assert.deepEqual(results[0].result_json, { Status: 'Acknowledged' })
    const sent = readPlist(Buffer.from(results[0].payload, 'base64'))
    assert.deepEqual(results[0].payload_json, JSON.parse(JSON.stringify(sent)))
    assert.equal(
      JSON.stringify(sent),
      '{"CommandUUID":"my-own-id","Command":{"RequestType":"RestartDevice","NotifyUser":true,"RebuildKernelCache":true}}',
    )
  })

  it('are sent as they are written, so placeholders are refused by their names [case F1]', async () => {
    for (const written of ['$FLEET_SECRET_PIN', '${FLEET_VAR_HOST_UUID}', '$FLEET_VAR_host_uuid']) {
      const { status, body } = await run(inBase64(`${restart}<key>Note</key><string>${written}</string>`))
      assert.equal(status, 400)
      assert.equal(body.errors[0].reason, `${written} is filled in in settings only; a command is sent as it is written.`)
    }
  })

  it('are queued once, however often the same id is sent', async () => {
    const twice = inBase64(`<key>CommandUUID</key><string>twice</string><key>Command</key><dict>${restart}</dict>`)
    assert.deepEqual([(await run(twice)).status, (await run(twice)).status], [200, 200])
    assert.equal((await api.call('GET /commands/results?command_uuid=twice')).body.results.length, 1)
    const { events } = (await api.call(`GET /hosts/${ada}/history?limit=500`)).body
    assert.equal(events.filter((event: unknown) => JSON.stringify(event).includes('"commandId":"twice"')).length, 1)
  })

  it('become requests of the menu where they say no more than these', async () => {
    const asked = async (inner: string): Promise<object> => {
      await run(inBase64(inner))
      const { events } = (await api.call(`GET /hosts/${ada}/history?limit=1`)).body
      return events[0].data.commands[0].request
    }
    assert.deepEqual(await asked('<key>RequestType</key><string>ProfileList</string>'), { kind: 'list-profiles' })
    const queries = '<key>Queries</key><array><string>OSVersion</string></array>'
    assert.deepEqual(await asked(`<key>RequestType</key><string>DeviceInformation</string>${queries}`), {
      kind: 'describe-device',
      queries: ['OSVersion'],
    })
    const managedOnly = await asked('<key>RequestType</key><string>ProfileList</string><key>ManagedOnly</key><true/>')
    assert.deepEqual(managedOnly, { kind: 'raw', requestType: 'ProfileList', payload: '[sealed]' })
    assert.equal((await api.call('GET /commands?request_type=ProfileList')).body.results.length, 2)
  })

  it('take the older form with device ids', async () => {
    const json = { command: inBase64(restart), device_ids: ['BBBB-2'] }
    const { status, body } = await api.call('POST /mdm/apple/enqueue', { json })
    assert.deepEqual([status, body.request_type], [200, 'RestartDevice'])
  })

  it('show the answer as null once the key of the host is destroyed', async () => {
    const cleo = await enrollHost(api.app, { udid: 'CCCC-3' })
    const { command_uuid } = (await run(inBase64(rebuild), ['CCCC-3'])).body
    await api.app.vault.destroy(cleo, 1)
    const { results } = (await api.call(`GET /commands/results?command_uuid=${command_uuid}`)).body
    assert.deepEqual([results[0].status, results[0].payload, results[0].result], ['Pending', null, ''])
  })

  it('are refused before anything is queued when a host is missing or off, or the command is none', async () => {
    const off = await enrollHost(api.app, { udid: 'OFF-1' })
    const end = { type: 'EndEnrollment', data: { because: 'checked-out' } } as const
    await api.app.caughtUp(await api.app.execute(host, off, end, testCause()))
    const before = (await api.call(`GET /hosts/${ada}/history?limit=1`)).body.meta.revision
    const good = inBase64(restart)
    const cases: readonly (readonly [string, string, readonly string[], number, string])[] = [
      ['a missing host', good, ['AAAA-1', 'NOBODY'], 404, 'host_uuids'],
      ['a host that is off', good, ['AAAA-1', 'OFF-1'], 409, 'host_uuids'],
      ['no hosts', good, [], 422, 'host_uuids'],
      ['no base64', '%%%', ['AAAA-1'], 400, 'command'],
      ['no plist', Buffer.from('hello').toString('base64'), ['AAAA-1'], 400, 'plist'],
      ['no request type', inBase64('<key>Command</key><dict></dict>'), ['AAAA-1'], 400, 'RequestType'],
      ['a strange id', inBase64(`<key>CommandUUID</key><string>a b</string>${restart}`), ['AAAA-1'], 400, 'CommandUUID'],
      ['more than 4 MiB', inBase64(`<key>a</key><string>${'x'.repeat(4 * 1024 * 1024)}</string>`), ['AAAA-1'], 400, 'plist'],
    ]
    for (const [what, command, hosts, status, field] of cases) {
      const answer = await run(command, hosts)
      assert.deepEqual([answer.status, answer.body.errors?.[0]?.name], [status, field], what)
    }
    assert.equal((await api.call(`GET /hosts/${ada}/history?limit=1`)).body.meta.revision, before)
  })
})
