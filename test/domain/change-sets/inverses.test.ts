import assert from 'node:assert/strict'
import { changeSet, undoOf } from '../../../src/domain/change-sets/change-set.ts'
import { inOrder } from '../../../src/domain/change-sets/inverses.ts'
import { labelCourse, labelInverse } from '../../../src/domain/change-sets/label-inverse.ts'
import { profileCourse, profileInverse } from '../../../src/domain/change-sets/profile-inverse.ts'
import { teamCourse, teamInverse } from '../../../src/domain/change-sets/team-inverse.ts'
import type { LabelDefinition, LabelEvent } from '../../../src/domain/labels/events.ts'
import type { ProfileEvent, Targets } from '../../../src/domain/profiles/events.ts'
import type { TeamEvent } from '../../../src/domain/teams/events.ts'
import type { AnyEvent, Recorded } from '../../../src/kernel/event.ts'
import { given, someTime } from '../../support/given.ts'

const undoing = { changeSet: 'A', undo: 'U' }

/** Events of one stream, each with the change set that it belongs to. */
const history = (...events: readonly (readonly [string, AnyEvent])[]): readonly Recorded[] =>
  events.map(([id, event], revision) => ({
    ...{ ...event, eventId: String(revision), id: 'thing', category: 'x', revision, position: String(revision), at: someTime },
    metadata: { $correlationId: id, $causationId: id, actor: { kind: 'admin', id: 'ada' }, at: someTime, hostIds: [] },
  }))

const version = (number: number, more: object = {}) => ({
  ...{ name: 'Wi-Fi', identifier: 'com.example.wifi', scope: 'System' as const, checksum: `v${String(number)}`, size: number },
  ...{ payloadTypes: [], content: { gzip: String(number) }, ...more },
})
const uploaded = (number: number, more: object = {}): ProfileEvent => ({
  type: 'ProfileUploaded',
  data: { ...version(number), teamId: '7', family: 'apple', ...more },
})
const edited = (number: number, more: object = {}): ProfileEvent => ({ type: 'ProfileEdited', data: version(number, more) })
const gone: ProfileEvent = { type: 'ProfileDeleted', data: { teamId: '7', because: 'asked' } }
const aim = (label: string): Targets => ({ includeAll: [], includeAny: [label], excludeAny: [] })
const retargeted = (label: string): ProfileEvent => ({ type: 'ProfileRetargeted', data: { targets: aim(label) } })
const everybody: Targets = { includeAll: [], includeAny: [], excludeAny: [] }

describe('The inverse of what a change set did to a profile', () => {
  const inverse = (...events: readonly (readonly [string, ProfileEvent])[]) => {
    const course = profileCourse(history(...events), undoing) ?? assert.fail('The change set is not in the history.')
    return { course, inverses: profileInverse('p', course) }
  }
  const deleting = { deed: 'delete-profile', id: 'p', name: 'Wi-Fi', teamId: '7' }

  it('deletes what was uploaded', () => {
    assert.deepEqual(inverse(['A', uploaded(1)]).inverses, [deleting])
  })

  it('uploads what was deleted, with all that it was: edits, aim, secrets', () => {
    const secret = { secrets: ['PSK'], secretFingerprints: { PSK: 'one' } }
    const changed: ProfileEvent = { type: 'ProfileSecretsChanged', data: { secrets: ['PSK'], fingerprints: { PSK: 'two' } } }
    const { inverses } = inverse(
      ['x', uploaded(1)],
      ['x', edited(2, secret)],
      ['x', retargeted('l')],
      ['s', changed],
      ['A', gone],
    )
    assert.deepEqual(inverses, [
      {
        ...{ deed: 'upload-profile', id: 'p', name: 'Wi-Fi' },
        profile: {
          ...version(2),
          ...{ teamId: '7', family: 'apple', targets: aim('l'), secrets: ['PSK'], secretFingerprints: { PSK: 'two' } },
        },
      },
    ])
  })

  it('does not keep of a later version what an earlier one did not have', () => {
    const { inverses } = inverse(['x', uploaded(1, { variables: ['HOST_UUID'] })], ['x', edited(2)], ['A', gone])
    assert.ok(inverses[0]?.deed === 'upload-profile' && !('variables' in inverses[0].profile))
  })

  it('puts content and aim back that were changed, both or one', () => {
    const back = { deed: 'edit-profile', id: 'p', name: 'Wi-Fi', version: version(1), targets: everybody }
    assert.deepEqual(inverse(['x', uploaded(1)], ['A', edited(2)], ['A', edited(3)]).inverses, [back])
    assert.deepEqual(inverse(['x', uploaded(1)], ['A', retargeted('l')]).inverses, [back])
    assert.deepEqual(inverse(['x', uploaded(1, { targets: aim('k') })], ['A', retargeted('l')], ['A', edited(2)]).inverses, [
      { ...back, targets: aim('k') },
    ])
  })

  it('replaces what was replaced by another scope', () => {
    const { inverses } = inverse(['x', uploaded(1)], ['A', gone], ['A', uploaded(1, { scope: 'User' })])
    assert.deepEqual(
      inverses.map(({ deed }) => deed),
      ['delete-profile', 'upload-profile'],
    )
  })

  it('is nothing when all of it came to nothing, or is undone already', () => {
    assert.deepEqual(inverse(['A', uploaded(1)], ['A', gone]).inverses, [])
    assert.deepEqual(inverse(['x', uploaded(1)], ['A', gone], ['A', uploaded(1)]).inverses, [])
    const { course, inverses } = inverse(['x', uploaded(1)], ['A', gone], ['U', uploaded(1)])
    assert.deepEqual([inverses, course.begun, course.later], [[], true, []])
  })

  it('knows what others did since, and leaves alone what only they changed', () => {
    const { course, inverses } = inverse(['x', uploaded(1)], ['A', edited(2)], ['B', retargeted('l')])
    assert.deepEqual(
      course.later.map(({ type }) => type),
      ['ProfileRetargeted'],
    )
    assert.deepEqual(inverses, [{ deed: 'edit-profile', id: 'p', name: 'Wi-Fi', version: version(1), targets: aim('l') }])
    assert.deepEqual(inverse(['x', uploaded(1)], ['A', edited(2)], ['B', gone]).inverses, [])
    const secrets: ProfileEvent = { type: 'ProfileSecretsChanged', data: { secrets: ['PSK'] } }
    assert.deepEqual(inverse(['x', uploaded(1)], ['A', edited(2)], ['B', secrets]).course.later, [])
  })

  it('is none where the change set did nothing', () => {
    assert.equal(profileCourse(history(['x', uploaded(1)]), undoing), null)
  })
})

describe('The inverse of what a change set did to a label', () => {
  const defined = (name: string, query: string | null = null): LabelDefinition => ({
    ...{ name, description: '', platform: null, criteria: null },
    query,
  })
  const created: LabelEvent = { type: 'LabelCreated', data: { ...defined('Painters'), kind: 'manual' } }
  const listed = (joined: readonly string[], left: readonly string[] = []): LabelEvent => ({
    type: 'LabelListed',
    data: { joined, left },
  })
  const renamed: LabelEvent = { type: 'LabelEdited', data: defined('Artists') }
  const deleted: LabelEvent = { type: 'LabelDeleted', data: { name: 'Painters' } }
  const inverse = (...events: readonly (readonly [string, LabelEvent])[]) => {
    const course = labelCourse(history(...events), undoing) ?? assert.fail('The change set is not in the history.')
    return labelInverse('l', course)
  }

  it('deletes what was created, and brings back what was deleted, with its hosts', () => {
    assert.deepEqual(inverse(['A', created], ['A', listed(['1'])]), [{ deed: 'delete-label', id: 'l', name: 'Painters' }])
    assert.deepEqual(inverse(['x', created], ['x', listed(['1', '2'])], ['A', deleted]), [
      { deed: 'restore-label', id: 'l', name: 'Painters', label: { ...defined('Painters'), kind: 'manual' }, listed: ['1', '2'] },
    ])
  })

  it('defines it as before, and takes back what was done to the list and no more', () => {
    assert.deepEqual(inverse(['x', created], ['A', renamed]), [
      { deed: 'edit-label', id: 'l', name: 'Painters', definition: defined('Painters') },
    ])
    assert.deepEqual(inverse(['x', created], ['x', listed(['1', '2'])], ['A', listed(['3'], ['1'])], ['B', listed(['4'])]), [
      { deed: 'list-hosts', id: 'l', name: 'Painters', join: ['1'], leave: ['3'] },
    ])
  })

  it('leaves a label deleted that others deleted', () => {
    assert.deepEqual(inverse(['x', created], ['A', renamed], ['B', deleted]), [])
  })
})

describe('The inverse of what a change set did to a team', () => {
  const made = (name: string): TeamEvent => ({ type: 'TeamCreated', data: { name, description: '' } })
  const renamed = (name: string): TeamEvent => ({ type: 'TeamRenamed', data: { name, description: '' } })
  const deleted: TeamEvent = { type: 'TeamDeleted', data: { name: 'Red' } }
  const inverse = (...events: readonly (readonly [string, TeamEvent])[]) => {
    const course = teamCourse(history(...events), undoing) ?? assert.fail('The change set is not in the history.')
    return teamInverse('7', course)
  }

  it('deletes, brings back, and gives its name back', () => {
    assert.deepEqual(inverse(['A', made('Red')]), [{ deed: 'delete-team', id: '7', name: 'Red' }])
    assert.deepEqual(inverse(['x', made('Red')], ['A', deleted]), [
      { deed: 'restore-team', id: '7', name: 'Red', description: '' },
    ])
    assert.deepEqual(inverse(['x', made('Red')], ['A', renamed('Blue')]), [
      { deed: 'rename-team', id: '7', name: 'Red', description: '' },
    ])
    assert.deepEqual(inverse(['x', made('Red')], ['A', renamed('Blue')], ['U', renamed('Red')]), [])
  })
})

describe('Inverses', () => {
  it('come in an order in which each finds what it rests on', () => {
    const deeds = inOrder([
      { deed: 'delete-team', id: '8', name: 'New' },
      { deed: 'move-hosts', from: '0', to: '7', hostIds: ['1'] },
      { deed: 'delete-profile', id: 'p', name: 'p', teamId: '7' },
      { deed: 'restore-team', id: '7', name: 'Red', description: '' },
    ]).map(({ deed }) => deed)
    assert.deepEqual(deeds, ['restore-team', 'delete-profile', 'move-hosts', 'delete-team'])
  })
})

describe('A change set', () => {
  it('is undone once, by one that is always called the same', () => {
    const by = undoOf('A')
    assert.equal(by, undoOf('A'))
    assert.notEqual(by, undoOf(by))
    given(changeSet, [])
      .when({ type: 'NoteUndone', data: { by } })
      .then([{ type: 'ChangeSetUndone', data: { by } }])
      .andAgainNothing()
  })
})
