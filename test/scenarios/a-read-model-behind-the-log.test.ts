import assert from 'node:assert/strict'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { readPlist } from '../../src/protocols/plist/read.ts'
import { eventually } from '../support/eventually.ts'
import { rawMac } from '../support/raw-mac.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import { sqlOn } from '../support/sql.ts'
import * as story from '../support/story.ts'
import { setNode, windowsStory } from '../support/windows.ts'

const udid = 'AAAA1111-0000-4000-8000-00000000D0A3'

/** As after a crash of the database: the log has what the read models have lost again. */
describe('A command that was answered, while the read models say that it waits', function () {
  this.timeout(90_000)
  let server: TestServer

  let table: string

  before(async () => {
    server = await startServer({ environment: { MUSTER_DECLARATIONS: 'off' } })
    const where = `table_name = 'waiting_commands' and table_type = 'BASE TABLE'`
    const [found] = await sqlOn<{ name: string }>(
      server.databaseUrl,
      `select format('%I.%I', table_schema, table_name) as name from information_schema.tables where ${where}`,
    )
    table = found?.name ?? assert.fail('The read model has no table.')
  })
  after(() => server?.stop())

  const sql = (statement: string) => sqlOn(server.databaseUrl, statement)
  const waiting = async (): Promise<number> =>
    (await sqlOn<{ n: number }>(server.databaseUrl, 'select count(*)::int as n from waiting_commands'))[0]?.n ?? -1

  it('is not handed to a Mac again: its host’s own stream decides [case M3]', async () => {
    const mac = await rawMac(server.network, server.url, await server.client.enrollmentProfile(), 'behind')
    const from = { Topic: mac.topic, UDID: udid }
    const say = (message: PlistDict) => mac.send({ UDID: udid, ...message }, { checkIn: false })
    await mac.send({ MessageType: 'Authenticate', ...from, ProductName: 'Mac14,7' })
    await mac.send({ MessageType: 'TokenUpdate', ...from, Token: Buffer.alloc(32, 7), PushMagic: 'magic' })
    await story.upload(server.client, story.profileCalled('first'))
    await eventually('it waits', async () => (await waiting()) > 0)
    const first = (await say({ Status: 'Idle' })).body
    const { CommandUUID } = readPlist(first) as Readonly<{ CommandUUID: string }>
    await sql(`create table kept as select * from ${table}`)
    const answer = { Status: 'Acknowledged', CommandUUID }
    const handedOut: string[] = []
    for (let { body } = await say(answer); body.length > 0;) {
      const next = readPlist(body) as Readonly<{ CommandUUID: string }>
      handedOut.push(next.CommandUUID)
      ;({ body } = await say({ Status: 'Acknowledged', CommandUUID: next.CommandUUID }))
    }
    await sql(`insert into ${table} select * from kept`)
    for (let times = 0; times < 3; times++) {
      const { status, body } = await say(answer)
      assert.deepEqual([status, body.length], [200, 0])
    }
    assert.ok(!handedOut.includes(CommandUUID))
    await sql('drop table kept')
    await sql(`delete from ${table}`)
  })

  it('is not handed to a Windows PC again [case M3]', async () => {
    const windows = await windowsStory(server)
    const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
    const pc = windows.pc('behind')
    await pc.enroll()
    await pc.connect()
    await windows.upload('Camera', setNode('Replace', camera, '0'))
    await eventually('it waits', async () => (await waiting()) > 0)
    await sql(`create table kept as select * from ${table}`)
    await windows.untilNodes(pc, { [camera]: '0' })
    await eventually('it was answered', async () => {
      await pc.connect()
      return (await waiting()) === 0
    })
    const sent = async () => (await windows.eventsOf(pc)).filter((type) => type === 'CommandSent').length
    const before = await sent()
    await sql(`insert into ${table} select * from kept`)
    await server.client.hosts.refetch(await windows.idOf(pc)).catch(() => undefined)
    await pc.connect()
    const after = await sent()
    assert.ok(after <= before + 1, `${String(before)} and ${String(after)}`)
    const [row] = await sqlOn<{ command_id: string }>(server.databaseUrl, 'select command_id from kept limit 1')
    const sends = await sqlOn<{ n: number }>(
      server.databaseUrl,
      `select count(*)::int as n from event_log.events where type = 'CommandSent' and data->>'commandId' = '${row?.command_id ?? ''}'`,
    )
    assert.equal(sends[0]?.n, 1)
  })
})
