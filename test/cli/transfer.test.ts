import assert from 'node:assert/strict'
import { runChanges } from '../../src/cli/changes.ts'
import { transferHosts } from '../../src/cli/transfer.ts'
import { runUndo } from '../../src/cli/undo.ts'
import type { TransferUnderWay } from '../../src/client/history-json.ts'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { secretOf } from '../support/admin-api.ts'
import { enrollHost } from '../support/app.ts'
import type { PlanningRig } from '../api/planning/rig.ts'
import { planningRig } from '../api/planning/rig.ts'

const serials = ['MAC-1', 'MAC-2', 'MAC-3']

describe('Hosts that the program moves', function () {
  this.timeout(60_000)
  let rig: PlanningRig
  let client: MusterClient
  let team: number
  before(async () => {
    rig = await planningRig(undefined, 2)
    client = musterClient({ url: rig.url, token: secretOf('admin') })
    team = (await client.teams.create({ name: 'Design' })).id
    for (const serial of serials) await enrollHost(rig.app, { udid: serial, serial })
    await rig.caughtUp()
  })
  after(async () => {
    client?.close()
    await rig?.stop()
  })

  it('are told when they are few', async () => {
    const [, text] = await transferHosts(client, ['MAC-1', 'MAC-1'], { team, wait: true })
    assert.equal(text, '1 hosts were moved.')
    await rig.caughtUp()
  })

  it('are followed to their end when they are many, and may be left to the server', async () => {
    const [answer, text] = await transferHosts(client, serials, { team, wait: false })
    const { change_set } = answer as TransferUnderWay
    assert.equal(text, `3 hosts are being moved; \`muster changes ${change_set}\` tells how far it is.`)
    const [, early] = await runChanges(client, {}, [change_set])
    assert.match(early, /0 of 3 hosts are done with; it goes on\./)
    const [, list] = await runChanges(client, { limit: 20 }, [])
    assert.match(list, /0 of 3 hosts done/)
    await rig.work()
    const [, late] = await runChanges(client, {}, [change_set])
    assert.match(late, /2 hosts were moved, 1 were there already\./)

    const back = transferHosts(client, serials, { team: null, wait: true })
    while (![...(await rig.app.work.dueKinds())].includes('transfer-hosts')) await rig.caughtUp()
    await rig.work()
    assert.equal((await back)[1], '3 hosts were moved.')
  })

  it('are moved back by an undo that says where to look', async () => {
    const [{ id } = { id: '' }] = (await client.changeSets.list({ per_page: 1 })).change_sets
    const [, text] = await runUndo(client, {}, [id])
    assert.match(text, /Hosts are still being moved back; `muster changes [0-9a-f-]{36}` tells how far it is\./)
    await rig.work()
    assert.equal((await client.hosts.list({ team_id: team })).hosts.length, 3)
  })
})
