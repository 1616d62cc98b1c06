import assert from 'node:assert/strict'
import { keyHashOf } from '../../../src/api/agents/known-agents.ts'
import { tellsMachine } from '../../../src/protocols/osquery/hardware.ts'
import type { AgentRig } from './agent-rig.ts'
import { agentRig, machine, secret } from './agent-rig.ts'

describe('A machine whose agent enrolls', function () {
  this.timeout(60_000)
  let rig: AgentRig
  before(async () => {
    rig = await agentRig()
  })
  after(() => rig?.stop())

  const taken = async (told: Readonly<Record<string, unknown>>): Promise<string> => {
    const { status, body } = await rig.enroll(told)
    assert.equal(status, 200, JSON.stringify(body))
    await settled()
    return String(body['node_key'])
  }
  const orbit = async (told: Readonly<Record<string, unknown>>): Promise<string> => {
    const { status, body } = await rig.post('/api/fleet/orbit/enroll', { enroll_secret: secret, platform: 'windows', ...told })
    assert.equal(status, 200, JSON.stringify(body))
    await settled()
    return String(body['orbit_node_key'])
  }
  /** The read models have what the log has. */
  const settled = async (): Promise<void> => {
    const events = await rig.app.log.readAll({ after: null, limit: 10_000 })
    await rig.app.caughtUp({ position: events.at(-1)?.position ?? null })
  }
  const hostOf = async (nodeKey: string): Promise<string> => {
    const hash = keyHashOf(nodeKey)
    const { rows } = await rig.pool.query<{ host_id: string }>('select host_id from agents where key_hash = $1', [hash])
    return rows[0]?.host_id ?? assert.fail('The key is nobody’s.')
  }
  const works = async (nodeKey: string): Promise<boolean> =>
    (await rig.post('/api/osquery/config', { node_key: nodeKey })).body['node_invalid'] === false

  const placeholders = [
    '00000000-0000-0000-0000-000000000000',
    'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF',
    '03000200-0400-0500-0006-000700080009',
    '03020100-0504-0706-0809-0a0b0c0d0e0f',
    '{00000000-0000-0000-0000-000000000000}',
    'Not Settable',
    '10000000-0000-8000-0040-000000000000',
  ]

  for (const [n, uuid] of placeholders.entries())
    it(`is told from another by its serial number where both boards say ${uuid} [case K5]`, async () => {
      const [one, other] = [`A${String(n)}SER1`, `A${String(n)}SER2`]
      const keys = [
        await taken(machine({ uuid, hardware_serial: one }, { instance: `i${String(n)}-1` })),
        await taken(machine({ uuid, hardware_serial: other }, { instance: `i${String(n)}-2` })),
      ]
      assert.deepEqual(await Promise.all(keys.map(works)), [true, true])
      const hosts = await Promise.all(keys.map(hostOf))
      assert.equal(new Set(hosts).size, 2)
      const orbitKey = await orbit({ hardware_uuid: uuid, hardware_serial: other })
      assert.equal(await hostOf(orbitKey), hosts[1])
    })

  it('is told from another by the instance of its agent where neither hardware id nor serial number tells [case K5]', async () => {
    const board = { uuid: '03000200-0400-0500-0006-000700080009', hardware_serial: 'To be filled by O.E.M.' }
    const [one, other] = ['0B9F36A0-2C3D-4E4F-8A5B-1C2D3E4F5A60', '1C8E27B1-3D4E-4F5A-9B6C-2D3E4F5A6B71']
    const keys = [await taken(machine(board, { instance: one })), await taken(machine(board, { instance: other }))]
    assert.deepEqual(await Promise.all(keys.map(works)), [true, true])
    assert.equal(new Set(await Promise.all(keys.map(hostOf))).size, 2)
    const [host] = await Promise.all(keys.map(hostOf))
    assert.equal(await hostOf(await taken(machine(board, { instance: one }))), host)
  })

  it('is refused with what to do where nothing at all tells it from others [case K5]', async () => {
    const told = { enroll_secret: secret, hardware_uuid: '00000000-0000-0000-0000-000000000000', platform: 'windows' }
    const { status, body } = await rig.post('/api/fleet/orbit/enroll', told)
    assert.equal(status, 400)
    assert.match(String(body['error']), /--host-identifier=instance/)
  })

  it('is known by its instance where its agent is set so: clones of one hardware id are hosts of their own [case K5]', async () => {
    const board = { uuid: '5D0E8F60-11AA-4C0B-8B7E-9A8B7C6D5E4F', hardware_serial: 'CLONE' }
    const instances = ['2D7F18C2-4E5F-4A6B-8C7D-3E4F5A6B7C82', '3E6A09D3-5F6A-4B7C-9D8E-4F5A6B7C8D93']
    const keys: string[] = []
    for (const instance of instances) keys.push(await taken(machine(board, { instance, identifier: instance })))
    assert.deepEqual(await Promise.all(keys.map(works)), [true, true])
    const hosts = await Promise.all(keys.map(hostOf))
    assert.equal(new Set(hosts).size, 2)
    for (const [n, instance] of instances.entries()) {
      const orbitKey = await orbit({ hardware_uuid: board.uuid, hardware_serial: 'CLONE', osquery_identifier: instance })
      assert.equal(await hostOf(orbitKey), hosts[n])
      const again = await taken(machine(board, { instance, identifier: instance }))
      assert.equal(await hostOf(again), hosts[n])
    }
  })

  it('is its hardware id where that tells, in whatever spelling [case K5]', () => {
    for (const uuid of placeholders) assert.equal(tellsMachine(uuid), false, uuid)
    for (const uuid of ['', '0', '00000000000000000000000000000000', 'none', 'ffffffff-FFFF-ffff-FFFF-ffffffffffff'])
      assert.equal(tellsMachine(uuid), false, uuid)
    for (const uuid of ['5D0E8F60-11AA-4C0B-8B7E-9A8B7C6D5E4F', '4C4C4544-0052-3610-804E-B6C04F4A5931', 'U'.repeat(2) + '1'])
      assert.equal(tellsMachine(uuid), true, uuid)
  })
})
