import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import type { Network } from '../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../src/simulators/apple/network.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { NodeProcess } from '../support/node-process.ts'
import { freePort, nodeProcess } from '../support/node-process.ts'
import type { FreshDatabase } from '../support/postgres.ts'
import { freshDatabase } from '../support/postgres.ts'
import * as story from '../support/story.ts'

const count = 6

/** One of two nodes behind what devices take for one address. */
type Node = Readonly<{ client: MusterClient; network: Network; fleet: AppleFleet }>

describe('A server whose roles are processes of their own', function () {
  this.timeout(90_000)
  let database: FreshDatabase
  let folder: string
  let environment: Readonly<Record<string, string>>
  let projector: NodeProcess
  let processes: readonly NodeProcess[] = []
  let nodes: readonly Node[] = []

  before(async () => {
    database = await freshDatabase()
    folder = await mkdtemp(join(tmpdir(), 'muster-roles-'))
    const ports = [await freePort(), await freePort()]
    environment = {
      DATABASE_URL: database.url,
      MUSTER_MASTER_KEY: randomBytes(32).toString('base64'),
      MUSTER_PUBLIC_URL: `https://localhost:${String(ports[0])}`,
      MUSTER_AUTHORITY_KEY_BITS: '2048',
      MUSTER_LOG_LEVEL: 'fatal',
    }
    // All at once, on an empty database: of several that want to make the same thing, one makes it.
    const [one, other, leader, worker] = await Promise.all([
      nodeProcess('api', { ...environment, MUSTER_DATA: join(folder, '1'), MUSTER_PORT: String(ports[0]) }),
      nodeProcess('api', { ...environment, MUSTER_DATA: join(folder, '2'), MUSTER_PORT: String(ports[1]) }),
      nodeProcess('projector', { ...environment, MUSTER_DATA: join(folder, '3') }),
      nodeProcess('worker', { ...environment, MUSTER_DATA: join(folder, '4') }),
    ])
    processes = [one, other, leader, worker]
    projector = leader
    const token = one.token ?? other.token ?? ''
    const ca = await readFile(one.ca, 'utf8')
    assert.equal(await readFile(other.ca, 'utf8'), ca, 'both nodes have one authority')

    nodes = await Promise.all(
      ports.map(async (port, index) => {
        const url = `https://localhost:${String(port)}`
        const client = musterClient({ url, token, ca })
        const network = deviceNetwork({ ca, baseUrl: url, tries: 1 })
        await eventually('the token is known', () =>
          client.hosts.count().then(
            (hosts) => hosts >= 0,
            () => false,
          ),
        )
        const fleet = await story.enrolledFleet({ client, network }, { count, seed: `node ${String(index)}` })
        return { client, network, fleet }
      }),
    )
  })
  after(async () => {
    for (const { client, network, fleet } of nodes) {
      await fleet.stop()
      network.close()
      client.close()
    }
    await Promise.all(processes.map(({ kill }) => kill()))
    await database?.drop()
    await rm(folder, { recursive: true, force: true })
  })

  const everywhere = async (names: readonly string[]): Promise<void> => {
    await Promise.all(nodes.map(({ fleet }) => story.converge(fleet, names)))
  }

  it('rolls a profile out to the devices of both nodes, whichever node it was uploaded to', async () => {
    const [one, other] = nodes
    assert.ok(one !== undefined && other !== undefined)
    const first = await story.upload(one.client, story.profileCalled('first'))
    await everywhere(['first'])
    await story.settled(other.client, first, 2 * count)
  })

  it('tells an idle device of a new command, through either node', async () => {
    const [one, other] = nodes
    assert.ok(one !== undefined && other !== undefined)
    for (const { fleet } of nodes) for (const device of fleet.devices) assert.equal(await device.connect(), 0)
    await story.upload(other.client, story.profileCalled('second'))
    await everywhere(['first', 'second'])
  })

  it('goes on when the projector dies and another takes over', async () => {
    const [one] = nodes
    assert.ok(one !== undefined)
    const standby = nodeProcess('projector', { ...environment, MUSTER_DATA: join(folder, '5') })
    processes = [...processes, await standby]
    await projector.kill()
    const third = await story.upload(one.client, story.profileCalled('third'))
    await everywhere(['first', 'second', 'third'])
    await story.settled(one.client, third, 2 * count)
    for (const { client, fleet } of nodes)
      for (const device of fleet.devices) story.answeredOnce(await story.historyOf(client, device))
  })
})
