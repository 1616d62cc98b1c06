import assert from 'node:assert/strict'
import { linesOf } from '../../src/cli/apply/apply.ts'
import type { WantedLabel } from '../../src/cli/apply/labels-in.ts'
import { planOf } from '../../src/cli/apply/plan.ts'
import type { Present } from '../../src/cli/apply/present.ts'
import { profileFileIn } from '../../src/cli/apply/profile-file.ts'
import type { Wanted, WantedProfile, WantedTeam } from '../../src/cli/apply/wanted.ts'
import type { Host, Label, Team } from '../../src/client/json.ts'
import type { AimedProfile } from '../../src/client/settings-client.ts'
import { profileCalled } from '../support/story.ts'

describe('The plan of what files change', () => {
  const nothing: Wanted = { labels: [], teams: [], variables: [], notes: [] }
  const empty: Present = { teams: [], labels: [], hosts: new Map(), profiles: new Map(), variables: [] }
  const field: Team = { id: 7, name: 'Field', description: '', created_at: null, host_count: 0 }
  const linesIn = (wanted: Partial<Wanted>, present: Partial<Present> = {}) =>
    planOf({ ...nothing, ...wanted }, { ...empty, ...present }).steps.flatMap(({ lines }) => lines)

  const aims = { includeAll: [], includeAny: [], excludeAny: [] }
  const wifi: WantedProfile = {
    ...profileFileIn('/wifi.mobileconfig', 'apple', profileCalled('wifi')),
    aims: { ...aims, includeAny: ['Painters', 'macOS'] },
    from: 'a.yml:1',
  }
  const presentWifi: AimedProfile = {
    profile_uuid: 'a1',
    team_id: 7,
    name: wifi.name,
    platform: 'darwin',
    identifier: 'com.example.wifi',
    scope: 'System',
    created_at: '',
    updated_at: '',
    checksum: wifi.checksum,
    labels_include_any: [{ name: 'MACOS' }, { name: 'Painters' }],
  }
  const team = (
    profiles: readonly WantedProfile[] | null,
    secrets: WantedTeam['secrets'] = null,
    lists: WantedTeam['lists'] = ['apple', 'windows'],
  ): WantedTeam => ({ name: 'FIELD', secrets, lists: profiles === null ? [] : lists, profiles: profiles ?? [] })
  const inField = (profiles: readonly AimedProfile[]): Partial<Present> => ({
    teams: [field],
    profiles: new Map([[7, profiles]]),
  })

  it('is empty for what is so already, whatever the case of names and the order of labels', () => {
    assert.deepEqual(linesIn({ teams: [team([wifi])] }, inField([presentWifi])), [])
  })

  it('creates a team before its profiles', () => {
    assert.deepEqual(linesIn({ teams: [team([wifi])] }), ['+ team FIELD', '+ profile The wifi profile in team FIELD'])
    const { steps } = planOf({ ...nothing, teams: [team([wifi])] }, empty)
    assert.deepEqual(
      steps.map((step) => (step.kind === 'profiles' ? step.team : step.kind)),
      ['create-team', { coming: 'FIELD' }],
    )
  })

  it('tells how a profile changes', () => {
    const changeOf = (was: Partial<AimedProfile>) =>
      linesIn({ teams: [team([wifi])] }, inField([{ ...presentWifi, ...was }]))[0]?.replace(' in team FIELD', '')
    assert.equal(changeOf({ checksum: 'another' }), '~ profile The wifi profile (content)')
    assert.equal(changeOf({ name: 'Wi-Fi' }), '~ profile The wifi profile (name, was Wi-Fi)')
    assert.equal(changeOf({ scope: 'User' }), '~ profile The wifi profile (scope)')
    assert.equal(changeOf({ labels_include_any: [{ name: 'macOS' }] }), '~ profile The wifi profile (labels)')
    const broken = [{ name: 'macOS' }, { name: 'Painters', broken: true as const }]
    assert.equal(changeOf({ labels_include_any: broken }), '~ profile The wifi profile (labels)')
    assert.equal(changeOf({ labels_exclude_any: [{ name: 'iOS' }] }), '~ profile The wifi profile (labels)')
  })

  it('takes away what a told team has besides, but nothing of a team whose profiles are not told', () => {
    const declaration = { ...presentWifi, profile_uuid: 'd1', name: 'A declaration' }
    const lines = linesIn({ teams: [team([wifi])] }, inField([presentWifi, declaration]))
    assert.deepEqual(lines, ['- profile A declaration in team FIELD'])
    assert.deepEqual(linesIn({ teams: [team([])] }, inField([presentWifi])), ['- profile The wifi profile in team FIELD'])
    const silent = planOf({ ...nothing, teams: [team(null, [])] }, { ...empty, ...inField([presentWifi]) })
    assert.deepEqual(silent.steps, [])
    assert.deepEqual(silent.notes, ['The profiles of team FIELD are left alone; an empty list [] would remove them.'])
  })

  it('changes the lists that are told alone, whichever they are, empty or not [case D1]', () => {
    const { identifier: _, scope: _scope, labels_include_any: _labels, ...rest } = presentWifi
    const camera = { ...rest, profile_uuid: 'w1', platform: 'windows', name: 'Camera' } as AimedProfile
    const declaration = { ...presentWifi, profile_uuid: 'd1', name: 'Passcode' }
    const there = inField([presentWifi, declaration, camera])
    const gone = { apple: ['The wifi profile', 'Passcode'], windows: ['Camera'] }
    for (const lists of [[], ['apple'], ['windows'], ['apple', 'windows']] as const) {
      const plan = planOf({ ...nothing, teams: [team([], null, lists)] }, { ...empty, ...there })
      const removed = lists.flatMap((list) => gone[list]).map((name) => `- profile ${name} in team FIELD`)
      assert.deepEqual(
        plan.steps.flatMap(({ lines }) => lines),
        removed,
      )
      const steps = plan.steps.flatMap((step) => (step.kind === 'profiles' ? [step.lists] : []))
      assert.deepEqual(steps, lists.length === 0 ? [] : [lists])
    }
    assert.deepEqual(planOf({ ...nothing, teams: [team([], null, ['apple'])] }, { ...empty, ...there }).notes, [
      'The profiles for Windows of team FIELD are left alone; an empty list [] would remove them.',
    ])
  })

  it('knows a Windows profile by its name', () => {
    const camera = '<Replace><Item><Target><LocURI>./Device/Vendor/MSFT/X</LocURI></Target><Data>0</Data></Item></Replace>'
    const wanted = { ...profileFileIn('/Camera.xml', 'windows', Buffer.from(camera)), aims, from: 'a.yml:1' }
    const { identifier: _, scope: _scope, labels_include_any: _labels, ...rest } = presentWifi
    const there = { ...rest, profile_uuid: 'w1', platform: 'windows', name: 'Camera', checksum: wanted.checksum } as AimedProfile
    assert.deepEqual(linesIn({ teams: [team([wanted])] }, inField([there])), [])
  })

  const dynamic: WantedLabel = { name: 'New', description: 'd', platform: '', line: 1, membership: 'dynamic', query: 'select 1' }
  const presentDynamic: Label = {
    id: 11,
    name: 'New',
    description: 'd',
    query: 'select 1',
    platform: '',
    label_type: 'regular',
    label_membership_type: 'dynamic',
  }
  const manual: WantedLabel = {
    name: 'Few',
    description: '',
    platform: '',
    line: 1,
    membership: 'manual',
    hosts: ['5', 'C02', 'Mac'],
  }
  const presentManual: Label = {
    ...presentDynamic,
    id: 12,
    name: 'Few',
    description: '',
    query: '',
    label_membership_type: 'manual',
  }
  const hostCalled = (id: number, serial: string, name: string) =>
    ({ id, uuid: `uuid-${String(id)}`, hardware_serial: serial, computer_name: name, display_name: name }) as Host
  const members = [hostCalled(5, 'C01', ''), hostCalled(6, 'C02', ''), hostCalled(8, 'C03', 'Mac')]

  it('creates and edits labels', () => {
    const labels = [presentDynamic]
    assert.deepEqual(linesIn({ labels: [dynamic, manual] }), ['+ label New', '+ label Few'])
    assert.deepEqual(linesIn({ labels: [dynamic] }, { labels }), [])
    assert.deepEqual(linesIn({ labels: [{ ...dynamic, name: 'NEW', description: 'x', query: 'select 2' }] }, { labels }), [
      '~ label NEW (name, description, query)',
    ])
  })

  it('creates and edits labels that go by what the server knows of hosts [case D6]', () => {
    const criteria = { vital: 'platform', value: 'windows' }
    const { query: _, line, ...rest } = dynamic
    const wanted: WantedLabel = { ...rest, line, membership: 'host_vitals', criteria }
    const present: Label = { ...presentDynamic, query: '', label_membership_type: 'host_vitals', criteria }
    const stepsIn = (labels: readonly Label[]) => planOf({ ...nothing, labels: [wanted] }, { ...empty, labels }).steps
    assert.deepEqual(
      stepsIn([]).map((step) => (step.kind === 'create-label' ? step.label.criteria : step.kind)),
      [criteria],
    )
    assert.deepEqual(stepsIn([present]), [])
    const [edit] = stepsIn([{ ...present, criteria: { vital: 'platform', value: 'darwin' } }])
    assert.deepEqual([edit?.lines, edit?.kind === 'edit-label' && edit.change], [['~ label New (criteria)'], { criteria }])
  })

  it('compares the hosts of a manual label by whatever they are told by', () => {
    const linesWith = (hosts: readonly Host[], wanted: WantedLabel = manual) =>
      linesIn({ labels: [wanted] }, { labels: [presentManual], hosts: new Map([[12, hosts]]) })
    assert.deepEqual(linesWith(members), [])
    assert.deepEqual(linesWith(members.slice(1)), ['~ label Few (hosts)'])
    assert.deepEqual(linesWith([...members, hostCalled(9, 'C04', 'Other')]), ['~ label Few (hosts)'])
    assert.deepEqual(linesWith(members, { ...manual, hosts: null }), [])
    assert.deepEqual(linesWith(members, { ...manual, hosts: [] }), ['~ label Few (hosts)'])
  })

  it('says what cannot be done: a label of another kind or platform', () => {
    const labels = [{ ...presentDynamic, label_membership_type: 'manual' as const, platform: 'darwin' }]
    assert.deepEqual(planOf({ ...nothing, labels: [dynamic] }, { ...empty, labels }).impossible, [
      'The label New is manual and cannot become dynamic; delete it first.',
      'The label New is for darwin and cannot change that; delete it first.',
    ])
  })

  it('leaves alone what is in no file, and says so', () => {
    const builtIn: Label = { ...presentDynamic, id: 1, name: 'All Hosts', label_type: 'builtin' }
    assert.deepEqual(planOf(nothing, { ...empty, teams: [field], labels: [builtIn, presentDynamic] }).notes, [
      'Teams that are in no file are left alone: Field.',
      'Labels that are in no file are left alone: New.',
    ])
  })

  it('hands secrets over each time, because only the server can compare them', () => {
    const variables = [
      { name: 'A', value: '1' },
      { name: 'B', value: '2' },
    ]
    const plan = planOf(
      { ...nothing, teams: [team(null, ['a-secret'])], variables },
      { ...empty, teams: [field], variables: ['A'] },
    )
    assert.deepEqual(plan.handedOver, {
      variables,
      enrollSecrets: [{ team: { id: 7 }, name: 'team FIELD', secrets: ['a-secret'] }],
    })
    assert.deepEqual([...plan.coming.variables], ['B'])
  })

  it('is told in lines', () => {
    const applied = { changes: ['+ team A'], done: ['+ team A'], refused: [], notes: ['A note.'], dryRun: false }
    assert.deepEqual(linesOf(applied), ['+ team A', '  A note.', 'Applied.'])
    assert.deepEqual(linesOf({ ...applied, done: [], dryRun: true }), [
      '+ team A',
      '  A note.',
      'Nothing was changed: this is a dry run.',
    ])
    assert.deepEqual(linesOf({ ...applied, changes: [], done: [] }), ['  A note.', 'Nothing to change.'])
    assert.deepEqual(linesOf({ ...applied, done: [], refused: ['No.'] }), [
      '+ team A',
      '  A note.',
      'The server refuses:',
      '! No.',
      'Nothing was changed.',
    ])
    assert.deepEqual(linesOf({ ...applied, refused: ['No.'] }), [
      '  A note.',
      'The server refuses:',
      '! No.',
      'This was changed before; apply again for the rest:',
      '+ team A',
    ])
  })
})
