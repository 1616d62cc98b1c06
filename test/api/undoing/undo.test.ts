import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { host } from '../../../src/domain/host/host.ts'
import { label } from '../../../src/domain/labels/label.ts'
import { profile } from '../../../src/domain/profiles/profile.ts'
import { team } from '../../../src/domain/teams/team.ts'
import { undoOf } from '../../../src/domain/change-sets/change-set.ts'
import type { Call } from '../../support/admin-api.ts'
import { mobileconfig, profileForm, secretOf } from '../../support/admin-api.ts'
import { enrollHost, testCause } from '../../support/app.ts'
import type { PlanningRig } from '../planning/rig.ts'
import { planningRig } from '../planning/rig.ts'

const edition = (number: number, name = 'Wi-Fi', identifier = 'com.example.wifi'): string =>
  mobileconfig({ identifier, name, extra: `<key>Edition</key><integer>${String(number)}</integer>` })

describe('Undoing a change set', function () {
  this.timeout(60_000)
  let rig: PlanningRig
  let hosts: readonly string[]
  beforeEach(async () => {
    rig = await planningRig()
    hosts = await Promise.all(
      ['MAC-1', 'MAC-2', 'MAC-3'].map((udid) => enrollHost(rig.app, { udid, serial: udid, osVersion: '15.1' })),
    )
  })
  afterEach(() => rig?.stop())

  /** Calls under a change set; answers its id. */
  const inOne = async (...calls: readonly (readonly [string, Call?])[]): Promise<string> => {
    const id = randomUUID()
    for (const [route, call = {}] of calls) {
      const answer = await rig.call(route, { ...call, headers: { 'x-change-set': id } })
      assert.ok(answer.status < 300, `${route}: ${JSON.stringify(answer.body)}`)
    }
    return id
  }
  const undo = (id: string, json: object = {}, more = '') => rig.call(`POST /change_sets/${id}/undo${more}`, { json })
  const undone = async (id: string, json: object = {}) => {
    const answer = await undo(id, json)
    assert.equal(answer.status, 200, JSON.stringify(answer.body))
    return answer.body
  }
  const upload = async (content = edition(1), fields: Readonly<Record<string, string>> = {}): Promise<string> =>
    (await rig.call('POST /configuration_profiles', { body: profileForm(content, fields) })).body.profile_uuid as string
  const contentOf = async (uuid: string) => (await rig.call(`GET /configuration_profiles/${uuid}?alt=media`)).bytes.toString()
  const setIds = async () =>
    (await rig.call('GET /change_sets')).body.change_sets.map(({ id }: { id: string }) => id) as readonly string[]
  const stageOf = async (uuid: string) => (await rig.app.load(profile, uuid)).state.stage
  const teamOf = async (hostId: string) => (await rig.app.load(host, hostId)).state.membership.teamId
  const newTeam = async (name: string) => (await rig.call('POST /teams', { json: { name } })).body.team.id as number
  const newLabel = async (json: object) => (await rig.call('POST /labels', { json })).body.label.id as number

  it('deletes what was uploaded, and its undo uploads it again', async () => {
    const id = await inOne(['POST /configuration_profiles', { body: profileForm(edition(1)) }])
    const first = await undone(id)
    assert.equal(first.change_set, undoOf(id))
    assert.deepEqual(
      first.undone.map(({ deed, name }: { deed: string; name: string }) => [deed, name]),
      [['delete-profile', 'Wi-Fi']],
    )
    const uuid = first.undone[0].id as string
    assert.equal(await stageOf(uuid), 'deleted')
    const twice = await undo(id)
    assert.equal(twice.status, 409)
    assert.match(twice.body.errors[0].reason, /was undone already by the change set/)
    const redone = await undone(first.change_set)
    assert.equal(await stageOf(uuid), 'present')
    assert.equal(await contentOf(uuid), edition(1))
    const again = await undo(id)
    assert.match(again.body.errors[0].reason, new RegExp(`and that by the change set ${redone.change_set as string}`))
    const { change_sets } = (await rig.call('GET /change_sets')).body
    const rows = new Map((change_sets as { id: string; undone_by: string; undoes: string }[]).map((row) => [row.id, row]))
    assert.equal(rows.get(id)?.undone_by, first.change_set)
    assert.deepEqual([rows.get(first.change_set)?.undoes, rows.get(first.change_set)?.undone_by], [id, redone.change_set])
  })

  it('puts an edited profile back, its bytes and its aim', async () => {
    const labelled = await newLabel({ name: 'Painters', hosts: ['MAC-1'] })
    const uuid = await upload(edition(1), { labels_include_any: 'Painters' })
    const before = (await rig.app.load(profile, uuid)).state
    const edit = profileForm(edition(2, 'Other name'), { labels_exclude_any: 'Painters' })
    const id = await inOne([`PATCH /configuration_profiles/${uuid}`, { body: edit }])
    const plan = await undo(id, {}, '?plan=true')
    assert.equal(plan.status, 200, JSON.stringify(plan.body))
    assert.equal(plan.body.undone[0].deed, 'edit-profile')
    assert.equal(plan.body.plan.installs, 1)
    await undone(id)
    assert.deepEqual((await rig.app.load(profile, uuid)).state, before)
    assert.equal(await contentOf(uuid), edition(1))
    assert.ok(labelled > 0)
  })

  it('uploads what was deleted, byte for byte and under the same id', async () => {
    const uuid = await upload(edition(1), { labels_include_any: 'macOS' })
    const before = (await rig.app.load(profile, uuid)).state
    const id = await inOne([`DELETE /configuration_profiles/${uuid}`])
    assert.deepEqual((await undone(id)).cannot, [])
    assert.deepEqual((await rig.app.load(profile, uuid)).state, before)
    assert.equal(await contentOf(uuid), edition(1))
    assert.equal((await rig.call('POST /configuration_profiles', { body: profileForm(edition(1)) })).status, 409)
  })

  it('says which name is taken by now, and does the rest', async () => {
    const [uuid, other] = [await upload(edition(1)), await upload(edition(1, 'Mail', 'com.example.mail'))]
    const id = await inOne([`DELETE /configuration_profiles/${uuid}`], [`DELETE /configuration_profiles/${other}`])
    await upload(edition(7, 'Wi-Fi', 'com.example.another'))
    const answer = await undone(id)
    assert.equal(answer.undone.length, 1)
    assert.match(answer.cannot[0].reason, /already has a profile/)
    assert.deepEqual([await stageOf(uuid), await stageOf(other)], ['deleted', 'present'])
  })

  it('refuses when others changed the same since, unless it is forced', async () => {
    const uuid = await upload(edition(1))
    const id = await inOne([`PATCH /configuration_profiles/${uuid}`, { body: profileForm(edition(2)) }])
    const later = await inOne([`PATCH /configuration_profiles/${uuid}`, { body: profileForm(edition(3)) }])
    const refused = await undo(id)
    assert.equal(refused.status, 409)
    assert.equal(refused.body.errors[0].name, 'force')
    assert.match(refused.body.errors[0].reason, /The profile Wi-Fi was edited since by the admin/)
    assert.ok(refused.body.errors[0].reason.includes(later))
    assert.equal(await contentOf(uuid), edition(3))
    await undone(id, { force: true })
    assert.equal(await contentOf(uuid), edition(1))
  })

  it('deletes a label that was created, but not one that is in use', async () => {
    const id = await inOne(['POST /labels', { json: { name: 'Painters', hosts: ['MAC-1'] } }])
    const uuid = await upload(edition(1), { labels_include_any: 'Painters' })
    const refused = await undo(id)
    assert.equal(refused.status, 409)
    assert.match(refused.body.errors[0].reason, /The label Painters is named by the profile Wi-Fi now/)
    await rig.call(`DELETE /configuration_profiles/${uuid}`)
    assert.deepEqual((await undone(id)).undone[0].deed, 'delete-label')
    assert.equal((await newLabel({ name: 'Painters', hosts: [] })) > 0, true)
  })

  it('puts a label back that was edited and listed, and hosts follow', async () => {
    const labelled = await newLabel({ name: 'Painters', hosts: ['MAC-1', 'MAC-2'] })
    const change = { name: 'Artists', description: 'Those who paint', hosts: ['MAC-2', 'MAC-3'] }
    const id = await inOne([`PATCH /labels/${String(labelled)}`, { json: change }])
    const sentences = (await rig.call(`GET /change_sets/${id}`)).body
    assert.deepEqual(
      sentences.events.map(({ sentence }: { sentence: string }) => sentence),
      ['The label Artists was edited.', 'The label Artists was given to other hosts.'],
    )
    assert.equal(sentences.change_set.effects.relabelled, 2)
    await undone(id)
    const { state } = await rig.app.load(label, String(labelled))
    assert.ok(state.stage === 'present')
    assert.deepEqual([state.definition.name, state.definition.description], ['Painters', ''])
    assert.deepEqual([...state.listed].sort(), hosts.slice(0, 2).toSorted())
    const { hosts: members } = (await rig.call(`GET /labels/${String(labelled)}/hosts`)).body
    assert.equal(members.length, 2)
  })

  it('brings labels of every kind back that were deleted, and no host loses what is aimed at them', async () => {
    const manual = await newLabel({ name: 'Listed', hosts: ['MAC-1'] })
    const dynamic = await newLabel({ name: 'Asked', query: 'select 1' })
    const vital = await newLabel({ name: 'Vital', criteria: { vital: 'hardware_serial', value: 'mac-1' } })
    await rig.work()
    const report = { type: 'ReportLabels', data: { memberships: { [String(dynamic)]: true } } } as const
    await rig.app.execute(host, hosts[0] ?? '', report, testCause())
    for (const name of ['Listed', 'Asked', 'Vital'])
      await upload(edition(1, name, `com.example.${name}`), { labels_include_all: name, team_id: '0' })
    await rig.comeToRest(hosts)
    assert.equal(Object.keys((await rig.app.load(host, hosts[0] ?? '')).state.hostProfiles).length, 3)
    const revision = await rig.revisionOf(hosts[0] ?? '')
    const id = await inOne(['DELETE /labels/Listed'], ['DELETE /labels/Asked'], ['DELETE /labels/Vital'])
    await rig.comeToRest(hosts)
    const plan = await undo(id, {}, '?plan=true')
    assert.deepEqual([plan.body.plan.installs, plan.body.plan.removals], [0, 0])
    const answer = await undone(id)
    assert.equal(answer.undone.length, 3, JSON.stringify(answer))
    await rig.comeToRest(hosts)
    assert.deepEqual(await rig.sentSince(hosts[0] ?? '', revision), [])
    const { labels } = (await rig.app.load(host, hosts[0] ?? '')).state
    assert.deepEqual([...labels.members].sort(), [manual, dynamic, vital].map(String).sort())
    assert.equal((await rig.app.load(label, String(manual))).state.stage, 'present')
  })

  it('moves hosts back from where they are, each to where it was', async () => {
    const [red, blue, green] = [await newTeam('Red'), await newTeam('Blue'), await newTeam('Green')]
    const ids = hosts.map(Number)
    await rig.call('POST /hosts/transfer', { json: { team_id: red, hosts: ids.slice(0, 1) } })
    const id = await inOne(['POST /hosts/transfer', { json: { team_id: blue, hosts: ids } }])
    await inOne(['POST /hosts/transfer', { json: { team_id: green, hosts: ids.slice(2) } }])
    const refused = await undo(id)
    assert.equal(refused.status, 409)
    assert.match(refused.body.errors[0].reason, /1 of the hosts were moved since in the change set/)
    const answer = await undone(id, { force: true })
    assert.deepEqual(await Promise.all(hosts.map(teamOf)), [String(red), '0', String(green)])
    assert.equal(answer.skipped.length, 1)
    assert.deepEqual(
      answer.undone.map(({ deed, hosts: count }: { deed: string; hosts: number }) => [deed, count]),
      [
        ['move-hosts', 1],
        ['move-hosts', 1],
      ],
    )
  })

  it('brings a deleted team back with its hosts and settings', async () => {
    const red = await newTeam('Red')
    const uuid = await upload(edition(1), { team_id: String(red) })
    await rig.call('POST /hosts/transfer', { json: { team_id: red, hosts: hosts.map(Number) } })
    await rig.comeToRest(hosts)
    const id = await inOne([`DELETE /teams/${String(red)}`])
    await rig.comeToRest(hosts)
    assert.deepEqual(await Promise.all(hosts.map(teamOf)), ['0', '0', '0'])
    const refused = await rig.call(`POST /change_sets/${id}/undo`, { json: {}, token: secretOf('maintainer') })
    assert.equal(refused.status, 403)
    const plan = await undo(id, {}, '?plan=true')
    assert.equal(plan.body.plan.installs, 3, JSON.stringify(plan.body))
    await undone(id)
    await rig.comeToRest(hosts)
    assert.deepEqual(
      await Promise.all(hosts.map(teamOf)),
      hosts.map(() => String(red)),
    )
    assert.equal(await stageOf(uuid), 'present')
    for (const hostId of hosts) assert.ok(uuid in (await rig.app.load(host, hostId)).state.hostProfiles)
    assert.equal((await rig.call(`GET /teams/${String(red)}`)).body.team.name, 'Red')
  })

  it('brings a team back that is being taken apart at the same moment', async () => {
    const red = await newTeam('Red')
    await rig.call('POST /hosts/transfer', { json: { team_id: red, hosts: hosts.map(Number) } })
    const id = await inOne([`DELETE /teams/${String(red)}`])
    await undone(id)
    await rig.comeToRest(hosts)
    assert.deepEqual(
      await Promise.all(hosts.map(teamOf)),
      hosts.map(() => String(red)),
    )
    assert.equal((await rig.app.load(team, String(red))).state.stage, 'present')
  })

  it('renames a team back, and deletes one that was created unless it is used', async () => {
    const red = await newTeam('Red')
    const id = await inOne(
      [`PATCH /teams/${String(red)}`, { json: { name: 'Crimson', description: 'x' } }],
      ['POST /teams', { json: { name: 'Blue' } }],
    )
    const teams = (await rig.call('GET /teams')).body.teams as { id: number; name: string }[]
    const blue = teams.find(({ name }) => name === 'Blue')?.id
    await rig.call('POST /hosts/transfer', { json: { team_id: blue, hosts: hosts.map(Number) } })
    const refused = await undo(id)
    assert.match(refused.body.errors[0].reason, /The team Blue has 3 hosts and 0 profiles now/)
    await rig.call('POST /hosts/transfer', { json: { team_id: null, hosts: hosts.map(Number) } })
    await undone(id)
    const { teams: left } = (await rig.call('GET /teams')).body
    assert.deepEqual(
      left.map(({ name, description }: { name: string; description: string }) => [name, description]),
      [['Red', '']],
    )
  })

  it('takes commands back that still wait, and says plainly what a host has done', async () => {
    const [first = '', second = ''] = hosts
    const wipe = await inOne([`POST /hosts/${first}/wipe`, { json: {} }], [`POST /hosts/${second}/lock`, { json: {} }])
    for (const commandId of (await rig.app.load(host, first)).state.commands.waiting.keys())
      await rig.app.execute(host, first, { type: 'SendCommand', data: { commandId } }, testCause())
    await rig.caughtUp()
    const answer = await undone(wipe)
    assert.deepEqual(
      answer.undone.map(({ deed, name }: { deed: string; name: string }) => [deed, name]),
      [['cancel-command', 'lock']],
    )
    assert.match(answer.cannot[0].reason, /what it wiped cannot be brought back/)
    assert.equal((await rig.app.load(host, second)).state.custody.pending, null)
    assert.equal((await rig.app.load(host, first)).state.custody.pending?.action, 'wipe')
    const looked = await inOne([`POST /hosts/${hosts[2] ?? ''}/lock?view_pin=true`, { json: {} }])
    const seen = await undone(looked)
    assert.deepEqual(
      seen.cannot.map(({ event }: { event: string }) => event),
      ['PinViewed'],
    )
  })

  it('goes on where it was cut off, and does nothing twice', async () => {
    const uuids = [await upload(edition(1, 'A', 'com.example.a')), await upload(edition(1, 'B', 'com.example.b'))]
    const id = await inOne(...uuids.map((uuid) => [`DELETE /configuration_profiles/${uuid}`] as const))
    // A first call that died after one profile.
    const [first = ''] = uuids
    const by = undoOf(id)
    const events = (await rig.app.log.readStream(`profile-${first}`)) as readonly { type: string; data: object }[]
    const uploaded = events.find(({ type }) => type === 'ProfileUploaded')?.data
    const command = { type: 'UploadProfile', data: uploaded } as never
    await rig.app.execute(profile, first, command, { ...testCause(), correlationId: by })
    await rig.caughtUp()
    const answer = await undone(id)
    assert.deepEqual(
      answer.undone.map(({ id: one }: { id: string }) => one),
      [uuids[1]],
    )
    for (const uuid of uuids) {
      const all = await rig.app.log.readStream(`profile-${uuid}`)
      assert.equal(all.filter(({ type }) => type === 'ProfileUploaded').length, 2)
    }
    assert.equal((await undo(id)).status, 409)
  })

  it('is asked for what there is, with what makes sense', async () => {
    assert.equal((await undo(randomUUID())).status, 404)
    assert.equal((await undo('no!')).status, 404)
    const id = await inOne(['POST /teams', { json: { name: 'Red' } }])
    const bad = await undo(id, { force: 'yes' })
    assert.equal(bad.status, 422)
    assert.equal(bad.body.errors[0].name, 'force')
    assert.equal((await setIds())[0], id)
    const refused = await rig.call(`POST /change_sets/${id}/undo`, { json: {}, token: secretOf('observer') })
    assert.equal(refused.status, 403)
  })

  it('cannot be planned where it cannot be planned', async () => {
    const wipe = await rig.call(`POST /hosts/${hosts[0] ?? ''}/wipe?plan=true`, { json: {} })
    assert.equal(wipe.status, 400)
    assert.equal(wipe.body.errors[0].name, 'plan')
    assert.equal((await rig.call('POST /labels?plan=maybe', { json: { name: 'x' } })).status, 400)
  })
})
