import assert from 'node:assert/strict'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { nodeProcess } from '../support/node-process.ts'
import type { TestServer } from '../support/server.ts'
import { joinServer, startServer } from '../support/server.ts'
import { holding, sqlOn } from '../support/sql.ts'
import * as story from '../support/story.ts'

const count = 20

describe('A worker that dies in the middle of its work', function () {
  this.timeout(60_000)
  let server: TestServer
  let worker: NodeProcess
  let other: Awaited<ReturnType<typeof joinServer>> | undefined
  let fleet: AppleFleet

  before(async () => {
    server = await startServer({ roles: ['api', 'projector'], environment: { MUSTER_DECLARATIONS: 'off' } })
    const starting = nodeProcess('worker', server.environment)
    fleet = await story.enrolledFleet(server, { count, seed: 'workshop' })
    worker = await starting
    await eventually('all Macs are known', async () => (await server.client.hosts.count()) === count)
  })
  after(async () => {
    await fleet?.stop()
    await worker?.kill()
    await other?.stop()
    await server?.stop()
  })

  it('is needed: what it does, nobody else does', async () => {
    await story.upload(server.client, story.profileCalled('first'))
    await story.converge(fleet, ['first'])
  })

  it('leaves its work to another, which finishes it', async () => {
    // Nothing more gets into the hosts' streams, so that the worker cannot get on.
    const letGo = await holding(
      server.databaseUrl,
      `create or replace function event_log.wait_for_test() returns trigger language plpgsql as
         'begin if new.type = ''CommandsQueued'' then perform pg_advisory_xact_lock(4711); end if; return new; end';
       create or replace trigger wait_for_test before insert on event_log.events for each row execute function event_log.wait_for_test();
       commit; begin; select pg_advisory_xact_lock(4711)`,
    )
    await story.upload(server.client, story.profileCalled('second'))
    const leased = () => sqlOn(server.databaseUrl, "select kind from work where kind like 'reconcile-%' and leased_until > now()")
    await eventually('the worker is at work', async () => (await leased()).length > 0)
    await worker.kill()
    await letGo()
    assert.ok((await leased()).length > 0, 'the work was over before the worker was killed')

    // The time of the lease passes.
    await sqlOn(server.databaseUrl, "update work set leased_until = leased_until - interval '1 minute'")
    other = await joinServer(server, ['worker'])
    await story.converge(fleet, ['first', 'second'])
    for (const device of fleet.devices) {
      const history = await story.historyOf(server.client, device)
      assert.deepEqual(story.queuedIn(history), ['install-profile first', 'install-profile second'])
      story.answeredOnce(history)
    }
    await eventually('no work is left', async () => {
      const rows = await sqlOn(
        server.databaseUrl,
        "select kind from work where due_at <= now() and kind <> 'refuse-user-settings'",
      )
      return rows.length === 0
    })
  })
})
