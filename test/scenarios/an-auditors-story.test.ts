import assert from 'node:assert/strict'
import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { MusterClient } from '../../src/client/muster-client.ts'
import { musterClient } from '../../src/client/muster-client.ts'
import { signIn } from '../../src/client/sign-in.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { eventually } from '../support/eventually.ts'
import type { Program } from '../support/program.ts'
import { programAt } from '../support/program.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

const password = 'a long enough phrase'

describe('An auditor', function () {
  this.timeout(120_000)
  let server: TestServer
  let program: Program
  let fleet: AppleFleet
  let ada: MusterClient
  let tim: MusterClient
  /** Where the log stood when all was well. */
  let wellAt: string

  before(async () => {
    server = await startServer({ environment: { MUSTER_AUDIT_CHECKPOINT_EVENTS: '20' } })
    program = await programAt(server)
    ada = await user('ada@example.com', 'maintainer')
    tim = await user('tim@example.com', 'maintainer')
    fleet = await story.enrolledFleet(server, { count: 3, seed: 'audited' })
    const label = await ada.labels.create({ name: 'Lab', hosts: [] })
    const exclude = { labels_exclude_any: [label.name] }
    await ada.profiles.upload({ name: 'wifi.mobileconfig', bytes: story.profileCalled('wifi') }, null)
    await ada.profiles.upload({ name: 'vpn.mobileconfig', bytes: story.profileCalled('vpn') }, null, exclude)
    await story.converge(fleet, ['vpn', 'wifi'])
    wellAt = (await server.client.activities({ per_page: 1 })).activities[0]?.id ?? assert.fail('Nothing happened.')
  })
  after(async () => {
    ada?.close()
    tim?.close()
    await fleet?.stop()
    await server?.stop()
    await program?.remove()
  })

  /** A user of the admin API, signed in. */
  const user = async (email: string, role: string): Promise<MusterClient> => {
    const { status } = await server.network.send({
      ...{ method: 'POST', url: `${server.url}/api/v1/fleet/users` },
      headers: { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' },
      body: Buffer.from(JSON.stringify({ name: email.split('@')[0], email, password, global_role: role })),
    })
    assert.equal(status, 200)
    const token = await signIn({ url: server.url, ca: server.caPem }, { email, password })
    return musterClient({ url: server.url, token, ca: server.caPem })
  }
  const muster = async (...args: readonly string[]): Promise<string> => {
    const { code, output } = await program.run(...args)
    assert.equal(code, 0, output)
    return output
  }
  const mac = (index: number): AppleDevice => fleet.devices[index] ?? assert.fail('There is no such Mac.')
  const file = (name: string): string => join(program.folder, name)

  it('asks who sent the wipe', async () => {
    const id = await story.hostIdOn(server.client, mac(2))
    await tim.hosts.wipe(id)
    await eventually('it was erased', async () => {
      if (mac(2).enrolled()) await mac(2).connect()
      return !mac(2).enrolled()
    })
    const told = await muster('history', mac(2).serial, '--type', 'WipeRequested,HostWiped')
    assert.match(told, /The host is to be wiped\. +admin tim@example\.com/)
    assert.match(told, /The host wipes itself\./)
  })

  it('asks why a profile went away', async () => {
    const [label] = (await ada.labels.list()).filter(({ name }) => name === 'Lab')
    await ada.labels.setHosts(label?.id ?? 0, [mac(0).serial])
    await eventually('the Mac lost it', async () => {
      await mac(0).connect()
      return story.holdings(mac(0)).join() === 'wifi'
    })
    const told = await muster('explain', mac(0).serial, '--missing', 'The vpn profile')
    assert.match(told, /label Lab/)
    assert.match(told, /ada@example\.com/)
  })

  it('asks what the Mac had then', async () => {
    const then = JSON.parse(await muster('host', mac(0).serial, '--at', wellAt, '--json')) as Awaited<
      ReturnType<MusterClient['hosts']['get']>
    >
    assert.deepEqual(then.mdm.profiles?.map(({ name }) => name).sort(), ['The vpn profile', 'The wifi profile'])
    const changed = await muster('diff', mac(0).serial, wellAt, new Date().toISOString())
    assert.match(changed, /labels\/Lab/)
  })

  it('finds the run that deleted everything, and sees it undone', async () => {
    const changeSet = '0b0e0d0c-1111-4000-8000-00000000000a'
    const token = await signIn({ url: server.url, ca: server.caPem }, { email: 'tim@example.com', password })
    const run = musterClient({ url: server.url, token, ca: server.caPem, changeSet })
    const { profiles } = await run.profiles.list(null)
    for (const { profile_uuid } of profiles) await run.profiles.delete(profile_uuid)
    run.close()
    await eventually('one Mac lost all of it', async () => {
      await mac(1).connect()
      return story.holdings(mac(1)).length === 0
    })
    assert.match(await muster('changes'), new RegExp(`${changeSet}.*tim@example\\.com`))
    assert.match(await muster('undo', changeSet, '--plan'), /Nothing was changed: this is a plan\./)
    assert.match(await muster('undo', changeSet), /Undone by the change set/)
    await eventually('it has all of it back', async () => {
      await mac(1).connect()
      return story.holdings(mac(1)).join() === 'vpn,wifi'
    })
  })

  it('takes the log home, and would notice one byte', async () => {
    const key = (await server.client.audit.key()).fingerprint
    await muster('audit', 'export', file('log.jsonl'))
    assert.match(await muster('audit', 'verify', file('log.jsonl'), '--key', key), /^Valid: \d+ events/)
    const bytes = await readFile(file('log.jsonl'))
    const line = bytes.indexOf('"type":"WipeRequested"')
    const at = bytes.indexOf('tim@example.com', line)
    assert.ok(line > 0 && at > line)
    bytes[at] = 'j'.charCodeAt(0)
    await writeFile(file('bent.jsonl'), bytes)
    const { code, out } = await program.run('audit', 'verify', file('bent.jsonl'), '--key', key)
    assert.equal(code, 1)
    assert.match(out, /^NOT VALID \(altered, line \d+\)/)
  })

  it('signs in at the program as a user, and sees how the server fares', async () => {
    const own = await programAt(server, { MUSTER_PASSWORD: password, MUSTER_URL: '', MUSTER_TOKEN: '' })
    try {
      const login = ['login', '--url', server.url, '--ca', join(own.folder, 'ca.pem'), '--email', 'ada@example.com']
      assert.equal((await own.run(...login)).code, 0)
      const { code, out } = await own.run('doctor', '--json')
      const findings = JSON.parse(out) as readonly Readonly<{ what: string; state: string; detail: string }>[]
      assert.equal(code, findings.some(({ state }) => state === 'ails') ? 1 : 0)
      assert.match(findings.find(({ what }) => what === 'server')?.detail ?? '', /3 hosts/)
      assert.equal((await own.run('login', '--url', server.url)).code, 2)
      assert.match((await own.run('labels')).out, /Lab +manual/)
    } finally {
      await own.remove()
    }
  })
})
