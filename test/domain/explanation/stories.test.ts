import assert from 'node:assert/strict'
import type { LabelEvent } from '../../../src/domain/labels/events.ts'
import { story as labelStory, tellLabel } from '../../../src/domain/labels/story.ts'
import type { ProfileEvent } from '../../../src/domain/profiles/events.ts'
import { story as profileStory, tellProfile } from '../../../src/domain/profiles/story.ts'
import type { SecretVariableEvent } from '../../../src/domain/secret-variables/events.ts'
import { story as secretStory, tellSecret } from '../../../src/domain/secret-variables/story.ts'
import type { TeamEvent } from '../../../src/domain/teams/events.ts'
import { story as teamStory, tellTeam } from '../../../src/domain/teams/story.ts'
import { definitionOf, labelMade, uploaded } from '../../support/explaining.ts'
import { sealedAs } from '../../support/host-stories.ts'

type Line<E> = readonly [event: E, sentence: string, why: string | null]

const names = { label: (id: string) => `label-${id}`, team: (id: string) => `team ${id}` }
const version = { ...uploaded().data } as Extract<ProfileEvent, { type: 'ProfileUploaded' }>['data']

const profiles: readonly Line<ProfileEvent>[] = [
  [
    uploaded({}, { includeAll: ['1', '2'], excludeAny: ['3', '4'] }),
    'The profile Wi-Fi was uploaded for team 0.',
    'It is for hosts with the labels label-1 and label-2 and without the labels label-3 or label-4.',
  ],
  [{ type: 'ProfileEdited', data: version }, 'Another version of Wi-Fi was uploaded.', null],
  [
    { type: 'ProfileRetargeted', data: { targets: { includeAll: [], includeAny: [], excludeAny: [] } } },
    'It was aimed anew: at all hosts of the team.',
    null,
  ],
  [
    { type: 'ProfileSecretsChanged', data: { secrets: ['A', 'B'] } },
    'It must be delivered again.',
    'Secrets in it have another value: A, B.',
  ],
  [{ type: 'ProfileDeleted', data: { teamId: '0', because: 'team-deleted' } }, 'It was deleted.', 'Its team was deleted.'],
]

const labels: readonly Line<LabelEvent>[] = [
  [labelMade('Lab', 'manual'), 'The label Lab was made.', 'Admins list its hosts by hand.'],
  [
    { type: 'LabelEdited', data: definitionOf('Lab', `select\n  ${'x'.repeat(300)}`) },
    'The label Lab was edited.',
    `Its hosts are those whose agent answers: select ${'x'.repeat(193)}….`.replace('….', '…'),
  ],
  [
    { type: 'LabelEdited', data: { ...definitionOf('Lab'), query: null, criteria: { vital: 'platform', value: 'ios' } } },
    'The label Lab was edited.',
    'Its hosts are those whose platform is ios.',
  ],
  [
    { type: 'LabelListed', data: { joined: ['1'], left: ['2', '3'] } },
    '1 host was put on the list of the label, 2 hosts were taken off.',
    'An admin asked for it.',
  ],
  [{ type: 'LabelDeleted', data: { name: 'Lab' } }, 'The label Lab was deleted.', 'An admin asked for it.'],
]

const teams: readonly Line<TeamEvent>[] = [
  [{ type: 'TeamCreated', data: { name: 'Studio', description: '' } }, 'The team Studio was made.', null],
  [{ type: 'TeamRenamed', data: { name: 'Lab', description: '' } }, 'The team is called Lab now, or described otherwise.', null],
  [{ type: 'TeamDeleted', data: { name: 'Studio' } }, 'The team Studio was deleted.', 'An admin asked for it.'],
]

const secrets: readonly Line<SecretVariableEvent>[] = [
  [
    { type: 'SecretVariableSet', data: { name: 'WIFI', sealed: sealedAs('secret'), fingerprint: 'f' } },
    'The secret WIFI was given a value.',
    'An admin asked for it.',
  ],
  [{ type: 'SecretVariableDeleted', data: { name: 'WIFI' } }, 'The secret WIFI was deleted.', 'An admin asked for it.'],
]

const stories = [
  { of: 'a profile', lines: profiles, story: profileStory, tell: (event: object) => tellProfile(event as ProfileEvent, names) },
  { of: 'a label', lines: labels, story: labelStory, tell: (event: object) => tellLabel(event as LabelEvent) },
  { of: 'a team', lines: teams, story: teamStory, tell: (event: object) => tellTeam(event as TeamEvent) },
  { of: 'the secrets', lines: secrets, story: secretStory, tell: (event: object) => tellSecret(event as SecretVariableEvent) },
] as const

for (const { of, lines, story, tell } of stories)
  describe(`the story of ${of}`, () => {
    for (const [event, sentence, why] of lines)
      it(`tells ${event.type}: ${sentence}`, () => {
        assert.deepEqual(tell(event), { sentence, why })
      })

    it('has been told of every event that there is, and of no other', () => {
      assert.deepEqual(new Set(lines.map(([{ type }]) => type)), new Set(Object.keys(story)))
      assert.equal(tell({ type: 'toString', data: {} }), null)
    })
  })
