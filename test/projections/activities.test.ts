import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import type { Recorded } from '../../src/kernel/event.ts'
import type { TimelineRow } from '../../src/projections/timeline.ts'
import { activityTypes } from '../../src/projections/activity-feed.ts'
import { activityNames } from '../../src/console/parts/activity-names.ts'
import { timeline } from '../../src/projections/timeline.ts'
import { installing, listing, profileOf, sealedAs } from '../support/host-stories.ts'

const at = '2026-03-01T12:00:00.000Z'

type Change = Readonly<{ where: Partial<TimelineRow>; set: TimelineRow }>

/** What becomes of an event in the stream `category-7`. */
const toldOf = (category: string, type: string, data: object): Change | readonly [] => {
  const metadata = { actor: { kind: 'admin', id: 'grace' } }
  const event = { type, data, id: '7', category, revision: 3, position: '042', at, eventId: 'e', metadata }
  const tell = timeline.on[type as keyof typeof timeline.on] as ((event: Recorded) => Change | readonly []) | undefined
  assert.ok(tell !== undefined, `${type} is told of`)
  return tell(event as unknown as Recorded)
}

/** The row, without what is the same for all events. */
const rowOf = (category: string, type: string, data: object) => {
  const change = toldOf(category, type, data)
  assert.ok('set' in change)
  const { activity, host_id, team_id, profile_id, details } = change.set
  return { activity, host_id, team_id, profile_id, details }
}

const ofHost = { host_id: '7', team_id: null, profile_id: null, details: {} }
const ofTeam = { host_id: null, team_id: '7', profile_id: null, details: {} }
const ofProfile = { host_id: null, team_id: null, profile_id: '7', details: {} }
const ofNone = { host_id: null, team_id: null, profile_id: null, details: {} }
const enrolled = { installed_from_dep: false, mdm_platform: 'apple', because: 'first-enrollment' }

const stories: readonly (readonly [string, string, object, object])[] = [
  ['host', 'EnrollmentStarted', { because: 'first-enrollment' }, { ...ofHost, activity: 'mdm_enrolled', details: enrolled }],
  [
    'host',
    'EnrollmentEnded',
    { because: 'checked-out' },
    { ...ofHost, activity: 'mdm_unenrolled', details: { installed_from_dep: false, because: 'checked-out' } },
  ],
  ['host', 'AgentEnrolled', {}, { ...ofHost, activity: 'fleet_enrolled' }],
  [
    'host',
    'HostTransferred',
    { teamId: '9', from: '0', because: 'asked' },
    { ...ofHost, team_id: '9', activity: 'transferred_hosts', details: { host_ids: [7], because: 'asked' } },
  ],
  ['host', 'ProfileResendAsked', { profileId: 'p' }, { ...ofHost, profile_id: 'p', activity: 'resent_configuration_profile' }],
  [
    'host',
    'DeclarationResendAsked',
    { profileId: 'd' },
    { ...ofHost, profile_id: 'd', activity: 'resent_configuration_profile' },
  ],
  ['host', 'LockRequested', { pin: null }, { ...ofHost, activity: 'locked_host', details: { view_pin: false } }],
  ['host', 'UnlockRequested', { commandId: null }, { ...ofHost, activity: 'unlocked_host' }],
  ['host', 'WipeRequested', {}, { ...ofHost, activity: 'wiped_host' }],
  ['host', 'PinViewed', { commandId: 'c' }, { ...ofHost, activity: 'pin_viewed' }],
  ['host', 'EscrowedSecretViewed', { fingerprint: 'f' }, { ...ofHost, activity: 'escrowed_secret_viewed' }],
  ['profile', 'ProfileUploaded', { teamId: '9' }, { ...ofProfile, team_id: '9', activity: 'created_profile' }],
  ['profile', 'ProfileEdited', {}, { ...ofProfile, activity: 'edited_profile' }],
  [
    'profile',
    'ProfileDeleted',
    { teamId: '9', because: 'asked' },
    { ...ofProfile, team_id: '9', activity: 'deleted_profile', details: { because: 'asked' } },
  ],
  ['team', 'TeamCreated', { name: 'Attic' }, { ...ofTeam, activity: 'created_team', details: { team_name: 'Attic' } }],
  ['team', 'TeamDeleted', { name: 'Attic' }, { ...ofTeam, activity: 'deleted_team', details: { team_name: 'Attic' } }],
  [
    'label',
    'LabelCreated',
    { name: 'Painters' },
    { ...ofNone, activity: 'created_label', details: { label_id: 7, label_name: 'Painters' } },
  ],
  [
    'label',
    'LabelEdited',
    { name: 'Painters' },
    { ...ofNone, activity: 'edited_label', details: { label_id: 7, label_name: 'Painters' } },
  ],
  ['label', 'LabelListed', { joined: ['1'], left: [] }, { ...ofNone, activity: 'edited_label', details: { label_id: 7 } }],
  [
    'label',
    'LabelDeleted',
    { name: 'Painters' },
    { ...ofNone, activity: 'deleted_label', details: { label_id: 7, label_name: 'Painters' } },
  ],
  [
    'server',
    'PushCertificateUploaded',
    { topic: 't', notAfter: at },
    { ...ofNone, activity: 'push_certificate_uploaded', details: { topic: 't', not_after: at } },
  ],
]

describe('an activity', () => {
  it('has words in the console, whatever its type', () => {
    assert.deepEqual(Object.keys(activityNames).sort(), activityTypes)
  })

  it('is of a type that can be asked for [case E1]', () => {
    const samples = readdirSync('test/fixtures/events').map(
      (file) => JSON.parse(readFileSync(`test/fixtures/events/${file}`, 'utf8')) as Recorded,
    )
    const told = samples.flatMap((event) => {
      if (!(event.type in timeline.on)) return []
      const change = toldOf(event.category, event.type, event.data)
      return 'set' in change ? [change.set.activity] : []
    })
    const spoken = told.map((activity) => activity.replace(/(?<=^(created|edited|deleted))_profile$/, '_windows_profile'))
    assert.deepEqual(
      spoken.filter((activity) => !activityTypes.includes(activity)),
      [],
    )
    assert.ok(spoken.length > 80)
  })

  for (const [category, type, data, row] of stories)
    it(`is made of ${type}`, () => {
      assert.deepEqual(rowOf(category, type, data), row)
    })

  it('says when it happened, what it was and who did it', () => {
    const change = toldOf('team', 'TeamRenamed', {})
    assert.ok('set' in change)
    assert.deepEqual(change.where, { event_position: '042' })
    const { type, category, subject, actor_kind, actor_id } = change.set
    assert.deepEqual(
      [change.set.at, type, category, subject, actor_kind, actor_id],
      [at, 'TeamRenamed', 'team', '7', 'admin', 'grace'],
    )
  })

  it('is made of a command that somebody asked for, not of those that settings lead to', () => {
    assert.deepEqual(toldOf('host', 'CommandsQueued', { commands: [installing('c1', profileOf('wifi'))] }), [])
    assert.deepEqual(rowOf('host', 'CommandsQueued', { commands: [listing('c2')] }), {
      ...ofHost,
      activity: 'ran_custom_mdm_command',
      details: { command_uuid: 'c2', request_type: 'list-profiles' },
    })
  })

  it('is not made of a lock twice, nor shows its PIN', () => {
    const pin = sealedAs('device-pin')
    const lock = { ...listing('c3'), request: { kind: 'lock', pin, message: null, phoneNumber: null } }
    assert.deepEqual(toldOf('host', 'CommandsQueued', { commands: [lock] }), [])
    const told = rowOf('host', 'LockRequested', { commandId: 'c3', means: 'pin', pin })
    assert.deepEqual(told.details, { view_pin: true })
  })
})
