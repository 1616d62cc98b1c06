import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request } from 'node:https'
import { explanationText, runExplain } from '../../src/cli/explain.ts'
import { ApiError } from '../../src/client/api-error.ts'
import type { Explanation } from '../../src/client/history-json.ts'
import type { KeyPair } from '../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../src/protocols/x509/keys.ts'
import type { Agent } from '../../src/simulators/agent.ts'
import { osqueryAgent } from '../../src/simulators/agent.ts'
import type { AppleDevice } from '../../src/simulators/apple-device.ts'
import type { AppleFleet } from '../../src/simulators/fleet.ts'
import { windowsDevice } from '../../src/simulators/windows-device.ts'
import { orbitOn } from '../../src/simulators/windows/orbit.ts'
import { eventually } from '../support/eventually.ts'
import type { TestServer } from '../support/server.ts'
import { startServer } from '../support/server.ts'
import * as story from '../support/story.ts'

describe('Why a profile is on a host, or is not', function () {
  this.timeout(90_000)
  const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
  let server: TestServer
  let secret: string
  let keyPair: KeyPair
  let fleet: AppleFleet
  let mac: AppleDevice
  let hostId: number
  let agent: Agent
  let query = ''

  before(async () => {
    server = await startServer()
    secret = await server.client.enrollSecrets.add(null)
    keyPair = await generateRsaKey(2048)
    fleet = await story.enrolledFleet(server, { count: 1, seed: 'why' })
    mac = fleet.devices[0] ?? assert.fail('There is no Mac.')
    hostId = await story.hostIdOn(server.client, mac)
    agent = osqueryAgent({
      ...{ url: server.url, ca: server.caPem, secret },
      host: {
        ...{ uuid: mac.udid, serial: mac.serial, name: 'Atlas', model: 'Mac14,7', osVersion: '15.4', osBuild: '24E248' },
        ...{
          encrypted: true,
          serverUrl: () => server.url,
          profiles: () => [],
          isIn: (sql) => query !== '' && sql.includes(query),
        },
      },
    })
  })
  after(async () => {
    await fleet?.stop()
    await server?.stop()
  })

  const editQuery = async (labelId: number, sql: string): Promise<void> => {
    const headers = { authorization: `Bearer ${server.token}`, 'content-type': 'application/json' }
    const url = `${server.url}/api/v1/fleet/labels/${String(labelId)}`
    const outgoing = request(url, { method: 'PATCH', ca: server.caPem, headers })
    outgoing.end(JSON.stringify({ query: sql }))
    const [response] = (await once(outgoing, 'response')) as [IncomingMessage]
    response.resume()
    assert.equal(response.statusCode, 200)
  }

  const report = async (isIn: string, labelId: number): Promise<void> => {
    query = isIn
    await eventually('the agent was asked', async () => {
      await agent.enroll()
      return (await agent.poll()).includes(`fleet_label_query_${String(labelId)}`)
    })
  }

  const typesIn = ({ chain }: Explanation): readonly string[] => chain.map(({ stream, type }) => `${stream.category} ${type}`)

  /** What an explanation says agrees with what lists show. */
  const agrees = async ({ subject, status, host_id }: Explanation): Promise<void> => {
    const { mdm } = await server.client.hosts.get(host_id)
    const shown = mdm.profiles?.find(({ profile_uuid }) => profile_uuid === subject.uuid)?.status ?? 'absent'
    assert.equal(status, shown)
  }

  it('is told from the edit of a label over the report of the agent to the removal, now and of before', async () => {
    const { client } = server
    const label = await client.labels.create({ name: 'Lab', query: "SELECT 1 FROM apps WHERE name = 'Xcode'" })
    const bytes = story.profileCalled('build')
    const uuid = await client.profiles.upload({ name: 'build.mobileconfig', bytes }, null, { labels_include_any: ['Lab'] })
    const unknown = await client.explain.missing(hostId, uuid)
    assert.match(unknown.verdict, /nobody knows yet whether the host has the label Lab: there was no report of its agent since/)
    await agrees(unknown)

    await report('Xcode', label.id)
    await story.converge(fleet, ['build'])
    await story.settled(client, uuid, 1)
    const there = await client.explain.profile(hostId, uuid)
    assert.deepEqual([there.status, there.operation_type, there.subject.kind], ['verifying', 'install', 'profile'])
    await agrees(there)

    await editQuery(label.id, "SELECT 1 FROM apps WHERE name = 'Logic'")
    await eventually('the Mac does not hold it', async () => {
      // What agents are asked is a few seconds old at most.
      await report('Xcode', label.id)
      await fleet.connectAll()
      return story.allHold(fleet, [])
    })
    await eventually('nothing of it is left', async () => (await client.explain.profile(hostId, uuid)).status === 'absent')
    const gone = await client.explain.missing(hostId, 'The build profile')
    assert.match(
      gone.verdict,
      /^The build profile is not on the host, because it is for hosts with the label Lab, and the host does not have the label Lab since the host left the label Lab at \S+ \(its agent answered the queries of labels\), after the label Lab was edited at \S+ by .+; at \S+ the host removed it\.$/,
    )
    const types = typesIn(gone)
    const wanted = [
      ...['label LabelCreated', 'profile ProfileUploaded', 'host LabelMembershipChanged', 'host CommandsQueued'],
      ...[
        'host CommandSent',
        'host CommandAnswered',
        'host ProfileInstalled',
        'label LabelEdited',
        'host LabelMembershipChanged',
      ],
      ...['host CommandsQueued', 'host CommandSent', 'host CommandAnswered', 'host ProfileRemoved'],
    ]
    assert.deepEqual(
      types.filter((type) => wanted.includes(type)),
      wanted,
    )
    const edit = gone.chain.find(({ type }) => type === 'LabelEdited')
    assert.deepEqual([edit?.actor.kind, edit?.stream.name, edit?.stream.id], ['admin', 'Lab', String(label.id)])
    await agrees(gone)

    const installed = gone.chain.find(({ type }) => type === 'ProfileInstalled')
    const before = await client.explain.profile(hostId, uuid, installed?.position)
    assert.equal(before.status, 'verifying')
    assert.deepEqual(typesIn(before), types.slice(0, types.indexOf('host ProfileInstalled') + 1))
    const queued = gone.chain.find(({ type }) => type === 'CommandsQueued')
    assert.equal((await client.explain.profile(hostId, uuid, queued?.at)).status, 'pending')
  })

  it('names the error of a Windows PC, and the command by which it came', async () => {
    const { client } = server
    const pc = windowsDevice({
      ...{ network: server.network, seed: 'why', discoveryUrl: `${server.url}/api/mdm/microsoft/discovery`, keyPair },
      credential: async ({ uuid, serial, name }) =>
        (await orbitOn(server.network, server.url, secret, { uuid, serial, name })).credential(),
      behaviour: { failures: { [camera]: '405' } },
    })
    await pc.enroll()
    const xml = `<Replace><Item><Target><LocURI>${camera}</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format></Meta><Data>0</Data></Item></Replace>`
    const uuid = await client.profiles.upload({ name: 'Camera.xml', bytes: Buffer.from(xml) }, null)
    const [host] = (await client.hosts.list({ query: pc.serial })).hosts
    const id = host?.id ?? assert.fail('The PC is not known.')
    await eventually('the profile failed', async () => {
      await pc.connect()
      return (await client.explain.profile(id, uuid)).status === 'failed'
    })
    const failed = await client.explain.profile(id, uuid)
    assert.match(failed.verdict, /^Camera failed on the host at \S+, at attempt 4: SyncML \(405\): .*AllowCamera/)
    assert.equal(typesIn(failed).filter((type) => type === 'host ProfileInstallFailed').length, 4)
    await agrees(failed)
    const onMac = await client.explain.missing(hostId, 'Camera')
    assert.match(onMac.verdict, /is for Windows, and the host runs macOS\.$/)

    const answered = failed.chain.findLast(({ type }) => type === 'CommandsQueued')
    const { results } = await client.commands.list({ host_identifier: pc.serial })
    const last = results.find(({ updated_at }) => answered !== undefined && updated_at >= answered.at) ?? assert.fail()
    const command = await client.explain.command(id, last.command_uuid)
    assert.equal(command.status, 'failed')
    assert.match(
      command.verdict,
      /^Installing .* failed on the host at .*405.*; it was queued at \S+ \(an installation is tried again/,
    )
    assert.deepEqual(typesIn(command).slice(-3), ['host CommandSent', 'host CommandAnswered', 'host ProfileInstallFailed'])
    assert.ok(typesIn(command).includes('profile ProfileUploaded'))
  })

  it('is printed for people', async () => {
    const { client } = server
    const uuid = await story.upload(client, story.profileCalled('vpn'))
    await story.converge(fleet, ['vpn'])
    await story.settled(client, uuid, 1)
    const [explanation, text] = await runExplain(client, { profile: 'The vpn profile' }, [mac.serial])
    assert.equal(explanationText(explanation as Explanation), text)
    assert.match(text, /^The vpn profile was taken by the host and has yet to be verified since/)
    assert.match(text, /WHEN +WHERE +WHAT +WHO +WHY\n/)
    assert.match(text, /profile The vpn profile +The profile The vpn profile was uploaded for no team\. +admin /)
    const [all, lines] = await runExplain(client, {}, [String(hostId)])
    assert.deepEqual(
      (all as readonly Explanation[]).map(({ subject }) => subject.uuid),
      [uuid],
    )
    assert.equal(lines.split('\n').length, 1)
    await assert.rejects(runExplain(client, { profile: 'a', command: 'b' }, [mac.serial]), /Ask for one thing/)
  })

  it('is not told of what there never was', async () => {
    const { explain } = server.client
    const nobody = `a${'0'.repeat(8)}-0000-0000-0000-${'0'.repeat(12)}`
    const refusal = async (asking: Promise<Explanation>, status: number, field: string, message: RegExp) => {
      const error = await asking.then(
        () => assert.fail('It was answered.'),
        (thrown: unknown) => thrown,
      )
      assert.ok(error instanceof ApiError)
      assert.equal(error.status, status, error.message)
      assert.equal(error.errors[0]?.name, field)
      assert.match(error.message, message)
    }
    await refusal(explain.profile(hostId, nobody), 404, 'profile_uuid', /There never was a profile/)
    await refusal(explain.profile(hostId, 'nonsense'), 404, 'profile_uuid', /nonsense is the id of nothing/)
    await refusal(explain.missing(hostId, 'Nonsense'), 404, 'missing', /There never was a profile named Nonsense/)
    await refusal(explain.missing(hostId, ''), 400, 'missing', /./)
    await refusal(explain.missing(4, 'The vpn profile'), 404, 'id', /The host 4 does not exist/)
    await refusal(explain.command(hostId, 'nothing'), 404, 'command_uuid', /never given a command nothing/)
    await refusal(explain.missing(hostId, 'The vpn profile', 'soon'), 400, 'at', /neither a time/)
    await refusal(explain.missing(hostId, 'The vpn profile', '2001-01-01'), 404, 'at', /became known at/)
  })

  it('is asked for by id where several profiles have the name', async () => {
    const { client } = server
    const team = await client.teams.create({ name: 'Studio' })
    const other = await story.upload(client, story.profileCalled('vpn'), team.id)
    await assert.rejects(client.explain.missing(hostId, 'The vpn profile'), new RegExp(`Several profiles .*${other} of team`))
    const elsewhere = await client.explain.missing(hostId, other)
    assert.match(elsewhere.verdict, /it is for team Studio, and the host is in no team since it was uploaded at \S+ by /)
    const early = (await client.hosts.history(hostId, { order: 'asc', limit: 1 })).events[0]?.position
    const notYet = await client.explain.missing(hostId, other, early)
    assert.match(notYet.verdict, /^The vpn profile is not on the host, because it was uploaded only at \S+ by /)
  })
})
