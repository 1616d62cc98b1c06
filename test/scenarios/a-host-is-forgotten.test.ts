import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { UsageError } from '../../src/cli/access.ts'
import { checkpointsText, verdictText, verifyAudit } from '../../src/cli/audit.ts'
import { findHost, historyOf } from '../../src/cli/history.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('A Mac that is sold', function () {
  this.timeout(120_000)
  let program: Program
  let server: TestServer
  let fleet: AppleFleet
  let hostId: number
  let serial: string
  let key: string

  before(async () => {
    server = await startServer({ environment: { MUSTER_AUDIT_CHECKPOINT_EVENTS: '10' } })
    program = await programAt(server)
    fleet = await story.enrolledFleet(server, { count: 2, seed: 'sold' })
    await eventually('both are shown', async () => (await server.client.hosts.list()).hosts.length === 2)
    const host = await findHost(server.client, fleet.devices[0]?.udid ?? '')
    ;[hostId, serial] = [host.id, host.hardware_serial]
    key = (await server.client.audit.key()).fingerprint
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
    await program?.remove()
  })

  const muster = (...args: readonly string[]) => program.run(...args)
  const file = (name: string): string => join(program.folder, name)

  it('has a PIN, which is shown while the host is known', async () => {
    const { unlock_pin: pin } = await server.client.hosts.lock(hostId, { viewPin: true })
    assert.equal(await server.client.hosts.pin(hostId), pin)
  })

  it('is not forgotten by mistake', async () => {
    const wish = { reason: 'sold', confirm: serial }
    await assert.rejects(server.client.hosts.forget(hostId, { ...wish, confirm: 'XYZ', force: true }), { status: 422 })
    await assert.rejects(server.client.hosts.forget(hostId, wish), { status: 409 })
  })

  it('is forgotten: its PIN can be read no more, its past is there without its name', async () => {
    const { code, out } = await muster('hosts', 'forget', serial, '--reason', 'It was sold.', '--confirm', serial, '--force')
    assert.deepEqual([code, out], [0, `Host ${String(hostId)} is forgotten; the key of its secrets is being destroyed.\n`])
    await assert.rejects(server.client.hosts.pin(hostId), { status: 410 })
    await eventually('the key is destroyed', async () => {
      const { events } = await server.client.hosts.history(hostId, { limit: 1 })
      return events[0]?.type === 'HostKeyDestroyed'
    })
    const history = JSON.stringify(await historyOf(server.client, hostId))
    assert.ok(!history.includes(serial))
    assert.ok(history.includes('It was sold.'))
    await assert.rejects(findHost(server.client, serial), { status: 404 })
  })

  it('leaves a log that verifies, offline, by the key', async () => {
    assert.equal((await muster('audit', 'export', file('all.jsonl'))).code, 0)
    const { code, out } = await muster('audit', 'verify', file('all.jsonl'), '--key', key)
    assert.equal(code, 0, out)
    assert.match(out, /^Valid: \d+ events, from number 1 to \d+/)
    assert.match(verdictText(await verifyAudit(file('all.jsonl'), undefined)), /taken from the file/)
    await writeFile(file('key.pem'), (await server.client.audit.key()).public_key)
    assert.ok((await verifyAudit(file('all.jsonl'), file('key.pem'))).valid)
    assert.ok((await verifyAudit(file('all.jsonl'), key.toUpperCase().replaceAll(/(?<=^(..)+)(?=.)/g, ':'))).valid)
    const other = verdictText(await verifyAudit(file('all.jsonl'), 'a'.repeat(64)))
    assert.match(other, /^NOT VALID \(wrong-key, line 1\)/)
  })

  it('leaves an export that betrays whoever alters it', async () => {
    const lines = (await readFile(file('all.jsonl'), 'utf8')).split(/(?<=\n)/)
    const at = lines.findIndex((line) => line.includes('"type":"HostForgotten"'))
    await writeFile(file('bent.jsonl'), lines.with(at, (lines[at] ?? '').replace('It was sold.', 'It was lost.')).join(''))
    const { code, out } = await muster('audit', 'verify', file('bent.jsonl'), '--key', key, '--json')
    const verdict = JSON.parse(out)
    assert.deepEqual(
      [code, verdict.valid, verdict.problem, verdict.line, verdict.stream],
      [1, false, 'altered', at + 1, `host-${String(hostId)}`],
    )
    assert.equal((await muster('audit', 'verify', file('nowhere.jsonl'))).code, 2)
    await assert.rejects(verifyAudit(file('bent.jsonl'), 'nothing'), UsageError)
    await assert.rejects(verifyAudit(file('bent.jsonl'), file('ca.pem')), UsageError)
  })

  it('leaves its log to those who ask for a part of it, on the standard output', async () => {
    const { code, out } = await muster('audit', 'export', '--type', 'HostForgotten')
    assert.equal(code, 0)
    await writeFile(file('part.jsonl'), out)
    const verdict = await verifyAudit(file('part.jsonl'), key)
    assert.ok(verdict.valid, out)
    assert.match(verdictText(verdict), /A filter left out \d+ others/)
    const page = await server.client.audit.checkpoints()
    assert.ok(page.checkpoints.length >= 2)
    assert.match(checkpointsText(page), /\d+ events are chained/)
  })

  it('may come again: it enrolls as what it is, with secrets of its own', async () => {
    const [device] = fleet.devices
    assert.ok(device !== undefined)
    await assert.rejects(device.connect(), { code: 'unenrolled' })
    await device.enroll(await server.client.enrollmentProfile())
    await eventually('it is managed', async () => (await server.client.hosts.get(hostId)).mdm.connected_to_fleet)
    const host = await findHost(server.client, device.udid)
    assert.deepEqual([host.id, host.hardware_serial, host.mdm.connected_to_fleet], [hostId, serial, true])
    const { unlock_pin: pin } = await server.client.hosts.lock(hostId, { viewPin: true })
    assert.match(pin ?? '', /^\d{6}$/)
    assert.deepEqual(
      server.complaints.filter(({ message }) => message.includes('failed')),
      [],
    )
  })
})
