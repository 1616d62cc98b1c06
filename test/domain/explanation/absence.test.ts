import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Happening } from '../../support/explaining.ts'
import {
  at,
  definitionOf,
  explained,
  labelMade,
  membership,
  moved,
  onHost,
  onHostBy,
  onLabel,
  onProfile,
  onTeam,
  uploaded,
} from '../../support/explaining.ts'
import { answered, discovered, installing, opened, profileOf, queued, removing, started } from '../../support/host-stories.ts'

/** Three events: a Mac that is enrolled. */
const enrolled = onHost(discovered(), started(), opened())
const wifi = profileOf('a1')
const team = onTeam('5', { type: 'TeamCreated', data: { name: 'Studio', description: '' } })

const removed = onHost(queued(removing('c2', wifi)), answered('c2'), {
  type: 'ProfileRemoved',
  data: { profileId: 'a1', because: 'removed' },
})
const installed = onHost(queued(installing('c1', wifi)), answered('c1'), {
  type: 'ProfileInstalled',
  data: { profileId: 'a1', checksum: 'a1-v1', status: 'verified' },
})

type Case = readonly [title: string, history: readonly (readonly Happening[])[], status: string, sentence: string]

const ended = (because: Extract<HostEvent, { type: 'EnrollmentEnded' }>['data']['because']) =>
  onHost({ type: 'EnrollmentEnded', data: { because } })

const cases: readonly Case[] = [
  [
    'is for another team than the one that an admin moved the host to',
    [enrolled, team, onProfile(uploaded()), onHostBy('Grace', moved('0', '5'))],
    'absent',
    `Wi-Fi is not on the host, because it is for no team, and the host is in team Studio since the host moved from no team to team Studio at ${at(5)} by Grace.`,
  ],
  [
    'is for another system',
    [enrolled, onProfile(uploaded({ family: 'windows' }))],
    'absent',
    'Wi-Fi is not on the host, because it is for Windows, and the host runs macOS.',
  ],
  [
    'is for hosts with a label that the host does not have',
    [
      onLabel('101', labelMade('Lab')),
      enrolled,
      onHost(membership({ learned: ['101'] })),
      onProfile(uploaded({}, { includeAny: ['101'] })),
    ],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts with the label Lab, and the host does not have the label Lab since it was uploaded at ${at(5)} by Ada.`,
  ],
  [
    'asks for a label of all of which the host lost one, after the label was edited',
    [
      onLabel('101', labelMade('Lab')),
      enrolled,
      onProfile(uploaded({}, { includeAll: ['2', '101'] })),
      onHost(membership({ joined: ['101'], learned: ['101'] })),
      onLabel('101', { type: 'LabelEdited', data: definitionOf('Lab', 'select 2') }),
      onHost(membership({ left: ['101'] })),
    ],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts with the labels macOS and Lab, and the host does not have the label Lab since the host left the label Lab at ${at(7)} (its agent answered the queries of labels), after the label Lab was edited at ${at(6)} by Ada.`,
  ],
  [
    'is excluded by a label that the host was listed on, and was removed for it',
    [
      onLabel('101', labelMade('Lab', 'manual')),
      enrolled,
      onProfile(uploaded({}, { excludeAny: ['101'] })),
      installed,
      onLabel('101', { type: 'LabelListed', data: { joined: ['7', '8', '9'], left: [] } }),
      onHost(membership({ joined: ['101'], because: 'listed' })),
      removed,
    ],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts without the label Lab, and the host has the label Lab since the host joined the label Lab at ${at(9)} (an admin listed the hosts of the label), after the list of the label Lab was edited at ${at(8)} by Ada; at ${at(12)} the host removed it.`,
  ],
  [
    'is for hosts with a label that the agent has not answered since it was made',
    [enrolled, onLabel('101', labelMade('Lab')), onProfile(uploaded({}, { includeAny: ['101'] }))],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts with the label Lab, and nobody knows yet whether the host has the label Lab: there was no report of its agent since the label Lab was made at ${at(3)}.`,
  ],
  [
    'is for hosts without a label that the agent has not answered since it was made',
    [enrolled, onLabel('101', labelMade('Lab')), onProfile(uploaded({}, { excludeAny: ['101'] }))],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts without the label Lab, and nobody knows yet whether the host has the label Lab: there was no report of its agent since the label Lab was made at ${at(3)}.`,
  ],
  [
    'names a label that is gone',
    [
      enrolled,
      onLabel('101', labelMade('Lab')),
      onProfile(uploaded({}, { excludeAny: ['101'] })),
      onLabel('101', { type: 'LabelDeleted', data: { name: 'Lab' } }),
    ],
    'absent',
    `Wi-Fi is not on the host, because it names the label Lab, which was deleted; until it is aimed anew, it is neither given to hosts nor taken from them (Lab at ${at(5)} by Ada).`,
  ],
  [
    'was deleted, and removed from the host',
    [
      enrolled,
      onProfile(uploaded()),
      installed,
      onProfile({ type: 'ProfileDeleted', data: { teamId: '0', because: 'asked' } }),
      removed,
    ],
    'absent',
    `Wi-Fi is not on the host, because it was deleted at ${at(7)} by Ada; at ${at(10)} the host removed it.`,
  ],
  [
    'was aimed at others by an admin, before it was sent',
    [
      enrolled,
      onProfile(uploaded()),
      onHost(queued(installing('c1', wifi))),
      onProfile({ type: 'ProfileRetargeted', data: { targets: { includeAll: [], includeAny: ['3'], excludeAny: [] } } }),
      onHost({ type: 'ProfileForgotten', data: { profileId: 'a1', because: 'never-sent' } }),
    ],
    'absent',
    `Wi-Fi is not on the host, because it is for hosts with the label iOS, and the host does not have the label iOS since it was aimed anew at ${at(5)} by Ada; at ${at(6)} it was taken back before it was sent.`,
  ],
  [
    'was deleted with its team',
    [
      enrolled,
      team,
      onHostBy('Grace', moved('0', '5')),
      onProfile(uploaded({ teamId: '5' })),
      onTeam('5', { type: 'TeamDeleted', data: { name: 'Studio' } }),
      onHost({ type: 'HostTransferred', data: { from: '5', teamId: '0', because: 'team-deleted' } }),
    ],
    'absent',
    `Wi-Fi is not on the host, because it is for team Studio, and the host is in no team since the host moved from team Studio to no team at ${at(7)} (its team was deleted).`,
  ],
  [
    'is for a host that checked out',
    [enrolled, onProfile(uploaded()), installed, ended('checked-out')],
    'absent',
    `Wi-Fi is not on the host, because the enrollment of the host ended at ${at(7)} (the host checked out).`,
  ],
  [
    'is for a host that an admin asked to leave',
    [
      enrolled,
      onProfile(uploaded()),
      onHostBy('Grace', { type: 'UnenrollmentRequested', data: { commandId: 'c9' } }),
      ended('unenrolled'),
    ],
    'absent',
    `Wi-Fi is not on the host, because the enrollment of the host ended at ${at(5)} (the host left, as it was asked to), after it was asked to leave at ${at(4)} by Grace.`,
  ],
  [
    'is for a host that never enrolled',
    [onHost(discovered()), onProfile(uploaded({ family: 'windows' }))],
    'absent',
    'Wi-Fi is not on the host, because the host never enrolled; besides, it is for Windows, and the host runs macOS.',
  ],
  [
    'is for a host that has yet to tell its push token',
    [onHost(discovered(), started()), onProfile(uploaded())],
    'absent',
    `Wi-Fi is not on the host, because the host began to enroll at ${at(1)} and has not finished.`,
  ],
  [
    'is for a host that lives on as another',
    [onHost(discovered()), onProfile(uploaded()), onHost({ type: 'HostMergedAway', data: { into: '8', because: 'asked' } })],
    'absent',
    `Wi-Fi is not on the host, because the host lives on as host 8 since it was merged into it at ${at(2)}.`,
  ],
  [
    'is wanted and about to be sent',
    [enrolled, onProfile(uploaded())],
    'pending',
    'Wi-Fi is pending: the host is to have it, and sending it is about to be decided.',
  ],
  [
    'is for a user, and none can be reached',
    [enrolled, onProfile(uploaded({ scope: 'User' }))],
    'pending',
    'Wi-Fi is pending: it is for a user, and no user of the host can be reached; two hours after the enrollment it counts as failed.',
  ],
  [
    'is a declaration, and the host too old',
    [
      onHost({
        type: 'HostDiscovered',
        data: { source: 'apple', hardwareId: 'x', platform: 'darwin', facts: { osVersion: '12.7' } },
      }),
      onHost(started(), opened()),
      onProfile(uploaded({ kind: 'declaration' })),
    ],
    'pending',
    'Wi-Fi is pending: the host runs macOS 12.7, which takes no declarations.',
  ],
  [
    'has an identifier that has to leave the other scope first',
    [
      enrolled,
      onHost(queued(installing('c7', profileOf('a7', '1', { identifier: 'com.example.a1', scope: 'User' })))),
      onProfile(uploaded()),
    ],
    'pending',
    'Wi-Fi is pending: a profile of the same identifier has to be removed from the User scope first.',
  ],
]

describe('A profile that a host does not have', () => {
  for (const [title, history, status, sentence] of cases)
    it(title, () => {
      const { verdict } = explained(history)
      assert.equal(verdict.sentence, sentence)
      assert.equal(verdict.status, status)
    })

  it('is explained by the events that took it away, in their order, and by no other', () => {
    const [, history] = cases.find(([title]) => title.startsWith('is excluded by a label')) ?? assert.fail()
    const noise = onHost(
      { type: 'PinViewed', data: { commandId: 'x' } },
      membership({ joined: ['999'] }),
      queued(installing('c8', profileOf('other'))),
      answered('c8'),
    )
    const { chain, leftOut } = explained([...history, noise])
    assert.equal(leftOut, 0)
    assert.deepEqual(
      chain.map(({ event: { category, type }, sentence, why }) => [category, type, sentence, why]),
      [
        ['label', 'LabelCreated', 'The label Lab was made.', 'Admins list its hosts by hand.'],
        ['host', 'EnrollmentStarted', 'Enrollment 1 of the host began.', 'It is the first one.'],
        ['host', 'ChannelOpened', 'The host is enrolled and told where it can be woken.', null],
        ['profile', 'ProfileUploaded', 'The profile Wi-Fi was uploaded for no team.', 'It is for hosts without the label Lab.'],
        ['host', 'CommandsQueued', 'It was decided to install it on the host.', 'The host lacks a profile that its team has.'],
        ['host', 'CommandAnswered', 'The host carried out the command to install it.', null],
        ['host', 'ProfileInstalled', 'The host installed the profile Wi-Fi.', 'It acknowledged the command.'],
        ['label', 'LabelListed', 'The host was put on the list of the label Lab.', 'An admin asked for it.'],
        ['host', 'LabelMembershipChanged', 'The host joined the label Lab.', 'An admin listed the hosts of the label.'],
        [
          'host',
          'CommandsQueued',
          'It was decided to remove it from the host.',
          'The host joined the label Lab. It is for hosts without the label Lab, and the host has the label Lab.',
        ],
        ['host', 'CommandAnswered', 'The host carried out the command to remove it.', null],
        ['host', 'ProfileRemoved', 'The profile Wi-Fi is gone from the host.', 'The host removed it.'],
      ],
    )
  })
})
