import assert from 'node:assert/strict'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Circumstances } from '../../../src/domain/explanation/explanation.ts'
import type { Happening } from '../../support/explaining.ts'
import {
  at,
  explained,
  explainedCommand,
  labelMade,
  membership,
  minute,
  moved,
  onHost,
  onHostBy,
  onLabel,
  onProfile,
  uploaded,
} from '../../support/explaining.ts'
import {
  answered,
  cancelled,
  discovered,
  installing,
  listing,
  opened,
  profileOf,
  queued,
  removing,
  sealedAs,
  started,
  userChannel,
} from '../../support/host-stories.ts'

const wifi = profileOf('a1')
/** Five events: a Mac that is enrolled, a profile, and the decision to install it. */
const underWay = [onHost(discovered(), started(), opened()), onProfile(uploaded()), onHost(queued(installing('c1', wifi)))]

const sent: HostEvent = { type: 'CommandSent', data: { commandId: 'c1' } }
const deferred: HostEvent = { type: 'CommandDeferred', data: { commandId: 'c1' } }
const taken = onHost(sent, answered('c1'), {
  type: 'ProfileInstalled',
  data: { profileId: 'a1', checksum: 'a1-v1', status: 'verifying' },
})
const observed = (what: Partial<Extract<HostEvent, { type: 'ProfilesObserved' }>['data']>): HostEvent => ({
  type: 'ProfilesObserved',
  data: { source: 'agent', seen: [], missed: [], appeared: [], gone: [], ...what },
})
const errors = [{ domain: 'CPProfileErrorDomain', code: -319, description: 'The payload is not allowed.' }]
const refused = (attempt: number, willRetry: boolean) =>
  onHost(answered('c1', { outcome: 'failed', errors }), {
    type: 'ProfileInstallFailed',
    data: {
      profileId: 'a1',
      checksum: 'a1-v1',
      attempt,
      willRetry,
      detail: 'CPProfileErrorDomain (-319): The payload is not allowed.',
    },
  })

type Case = readonly [title: string, history: readonly (readonly Happening[])[], status: string, sentence: string]

const cases: readonly Case[] = [
  [
    'waits for the host to call',
    underWay,
    'pending install',
    `Wi-Fi is pending: the command to install it waits since ${at(4)} for the host to call.`,
  ],
  [
    'is in the hands of the host',
    [...underWay, onHost(sent)],
    'pending install',
    `Wi-Fi is pending: the host has the command to install it since ${at(5)} and has not answered yet.`,
  ],
  [
    'was put off by the host',
    [...underWay, onHost(sent, deferred)],
    'pending install',
    `Wi-Fi is pending: the host put the command to install it off at ${at(6)} (NotNow), and is offered it again.`,
  ],
  [
    'waits for a user',
    [
      onHost(discovered(), started(), opened(), opened('user', userChannel)),
      onProfile(uploaded({ scope: 'User' })),
      onHost(queued(installing('c1', profileOf('a1', '1', { scope: 'User' })))),
    ],
    'pending install',
    `Wi-Fi is pending: the command to install it waits since ${at(5)} for its user to log in and the host to call.`,
  ],
  [
    'was taken and not seen yet',
    [...underWay, taken],
    'verifying install',
    `Wi-Fi was taken by the host and has yet to be verified since ${at(7)}, when the host installed the profile Wi-Fi.`,
  ],
  [
    'was seen by the agent',
    [...underWay, taken, onHost(observed({ seen: ['a1'] }))],
    'verified install',
    `Wi-Fi is verified on the host since ${at(8)}, when the agent listed Wi-Fi among the profiles of the host.`,
  ],
  [
    'was looked for in vain and is sent again',
    [
      ...underWay,
      taken,
      onHost(
        observed({ missed: [{ profileId: 'a1', was: 'verifying', attempt: 1, willRetry: true, detail: 'It was never seen.' }] }),
      ),
    ],
    'pending install',
    `Wi-Fi is pending: it is about to be sent again, after it was looked for in vain at ${at(8)} (It was never seen).`,
  ],
  [
    'was refused for good, with the error of the device',
    [...underWay, refused(4, false)],
    'failed install',
    `Wi-Fi failed on the host at ${at(6)}, at attempt 4: CPProfileErrorDomain (-319): The payload is not allowed.`,
  ],
  [
    'was refused and is tried again',
    [...underWay, refused(1, true)],
    'pending install',
    `Wi-Fi is pending: it is about to be sent again, after the host refused it at ${at(6)} (attempt 1: CPProfileErrorDomain (-319): The payload is not allowed).`,
  ],
  [
    'has a variable that stands for nothing on the host',
    [
      ...underWay.slice(0, 2),
      onHost({
        type: 'ProfileRefused',
        data: {
          ...{ profileId: 'a1', identifier: 'com.example.a1', checksum: 'a1-v1', scope: 'System', because: 'variable-missing' },
          detail: 'Nothing is known of this host that $FLEET_VAR_HOST_HARDWARE_SERIAL could stand for.',
        },
      }),
    ],
    'failed install',
    `Wi-Fi failed on the host at ${at(4)}: Nothing is known of this host that $FLEET_VAR_HOST_HARDWARE_SERIAL could stand for.`,
  ],
  [
    'is to be sent again because an admin asked',
    [...underWay, taken, onHostBy('Grace', { type: 'ProfileResendAsked', data: { profileId: 'a1' } })],
    'pending install',
    `Wi-Fi is pending: it is about to be sent again, after it was asked for at ${at(8)} by Grace.`,
  ],
  [
    'is there in a version that is not the newest',
    [...underWay, taken, onProfile({ type: 'ProfileEdited', data: { ...uploaded().data, checksum: 'a1-v2' } as never })],
    'verifying install',
    `Wi-Fi was taken by the host and has yet to be verified since ${at(7)}, when the host installed the profile Wi-Fi; another version of it was uploaded at ${at(8)} and is about to be sent.`,
  ],
  [
    'is there, and about to be removed because the host moved',
    [...underWay, taken, onHostBy('Grace', moved('0', '5'))],
    'verifying install',
    `Wi-Fi was taken by the host and has yet to be verified since ${at(7)}, when the host installed the profile Wi-Fi; it is about to be removed, because it is for no team, and the host is in team 5 since the host moved from no team to team 5 at ${at(8)} by Grace.`,
  ],
  [
    'is being removed',
    [...underWay, taken, onHostBy('Grace', moved('0', '5')), onHost(queued(removing('c2', wifi)))],
    'pending remove',
    `Wi-Fi is being removed from the host: the command to remove it waits since ${at(9)} for the host to call; it is for no team, and the host is in team 5 since the host moved from no team to team 5 at ${at(8)} by Grace.`,
  ],
  [
    'could not be removed',
    [
      ...underWay,
      taken,
      onHostBy('Grace', moved('0', '5')),
      onHost(queued(removing('c2', wifi)), { type: 'ProfileRemovalFailed', data: { profileId: 'a1', detail: 'It is locked.' } }),
    ],
    'failed remove',
    `Wi-Fi could not be removed from the host at ${at(10)}: It is locked; it is for no team, and the host is in team 5 since the host moved from no team to team 5 at ${at(8)} by Grace.`,
  ],
  [
    'stays where it is because its label is gone',
    [
      onLabel('101', labelMade('Lab', 'manual')),
      onHost(discovered(), started(), opened(), membership({ joined: ['101'], because: 'listed' })),
      onProfile(uploaded({}, { includeAll: ['101'] })),
      onHost(queued(installing('c1', wifi))),
      taken,
      onLabel('101', { type: 'LabelDeleted', data: { name: 'Lab' } }),
    ],
    'verifying install',
    `Wi-Fi was taken by the host and has yet to be verified since ${at(9)}, when the host installed the profile Wi-Fi; it stays as it is: it names the label Lab, which was deleted; until it is aimed anew, it is neither given to hosts nor taken from them.`,
  ],
]

describe('A profile that a host has, or is to get', () => {
  for (const [title, history, status, sentence] of cases)
    it(title, () => {
      const { verdict } = explained(history)
      assert.equal(verdict.sentence, sentence)
      assert.equal(`${verdict.status} ${String(verdict.operation)}`, status)
    })

  const pending = (now: Circumstances) => explained(underWay, now).verdict.sentence.replace(/.*for the host to call/, '')
  const later = minute(30)

  it('says when the host was woken and last heard of', () => {
    assert.equal(
      pending({ seenAt: minute(1), pushedAt: later, canBeWoken: true }),
      `, which was woken at ${at(30)} and has not called since (it was last heard of at ${at(1)}).`,
    )
    assert.equal(pending({ seenAt: null, pushedAt: null, canBeWoken: true }), ', which has not called since.')
    assert.equal(pending({ seenAt: later, pushedAt: null, canBeWoken: true }), '.')
    assert.equal(
      pending({ seenAt: later, pushedAt: null, canBeWoken: false }),
      ', which cannot be woken: there is no valid push certificate for it.',
    )
  })

  it('says what the push service said where it did not take the push [case I1]', () => {
    const said = pending({ seenAt: later, pushedAt: later, pushProblem: 'BadDeviceToken', canBeWoken: true })
    assert.match(
      said,
      /^, which could not be woken at .*: its push token is not one of this push certificate \(BadDeviceToken\); the host gets it/,
    )
  })

  it('begins anew with each enrollment', () => {
    const { chain, verdict } = explained([...underWay, taken, onHost(started(2), opened('token-2'))])
    assert.equal(verdict.status, 'pending')
    assert.deepEqual(
      chain.map(({ sentence }) => sentence),
      [
        'The profile Wi-Fi was uploaded for no team.',
        'Enrollment 2 of the host began.',
        'The host is enrolled and told where it can be woken.',
      ],
    )
  })

  it('names the secret whose change sends it again, and who changed it', () => {
    const secret = { type: 'SecretVariableSet', data: { name: 'WIFI', sealed: sealedAs('x'), fingerprint: 'f' } } as const
    const { chain } = explained([
      ...underWay,
      taken,
      [{ stream: 'secretVariables-main', event: secret }],
      onProfile({ type: 'ProfileSecretsChanged', data: { secrets: ['WIFI'] } }),
      onHost(queued(installing('c2', wifi, { code: 'secrets-changed' }))),
    ])
    const told = chain.slice(-3).map(({ sentence, why, event }) => [sentence, why, event.metadata.actor.id])
    assert.deepEqual(told, [
      ['The secret WIFI was given a value.', 'An admin asked for it.', 'Ada'],
      ['It must be delivered again.', 'A secret in it has another value: WIFI.', 'Ada'],
      ['It was decided to install it on the host.', 'A secret in a profile has another value.', '7'],
    ])
  })

  it('tells the beginning and the latest of a very long story', () => {
    const again = Array.from({ length: 150 }, () => [...onHost(sent, deferred)]).flat()
    const { chain, leftOut } = explained([...underWay, again])
    assert.equal(chain.length, 200)
    assert.equal(chain.length + leftOut, 304)
    assert.equal(chain[0]?.event.type, 'EnrollmentStarted')
    assert.equal(chain.at(-1)?.event.position, String(304).padStart(16, '0'))
  })
})

describe('A command', () => {
  const command = (history: readonly (readonly Happening[])[], profileId: string | null = 'a1', id = 'c1') => {
    const found = explainedCommand(history, id, profileId)
    return found ?? assert.fail('It was never queued.')
  }

  it('that carries a profile is explained by what made the profile wanted, and what its answer meant', () => {
    const { verdict, chain, name } = command([...underWay, refused(1, true), onHost(queued(installing('c2', wifi)))])
    assert.equal(name, 'Installing com.example.a1')
    assert.equal(verdict.status, 'failed')
    assert.equal(
      verdict.sentence,
      `Installing com.example.a1 failed on the host at ${at(5)}: CPProfileErrorDomain (-319): The payload is not allowed; it was queued at ${at(4)} (the host lacks a profile that its team has).`,
    )
    assert.deepEqual(
      chain.map(({ event }) => event.type),
      ['EnrollmentStarted', 'ChannelOpened', 'ProfileUploaded', 'CommandsQueued', 'CommandAnswered'],
    )
  })

  it('that an admin asked for is explained by no more than its own way', () => {
    const { verdict, chain } = command(
      [
        onHost(discovered(), started(), opened()),
        onHostBy('Grace', queued(listing('c5'))),
        onHost({ type: 'CommandSent', data: { commandId: 'c5' } }),
      ],
      null,
      'c5',
    )
    assert.equal(
      verdict.sentence,
      `Listing the profiles is under way: the host has the command since ${at(4)} and has not answered yet; it was queued at ${at(3)} by Grace (an admin asked for it).`,
    )
    assert.deepEqual(
      chain.map(({ event }) => event.type),
      ['CommandsQueued', 'CommandSent'],
    )
  })

  it('that was taken back says why', () => {
    const { verdict, chain } = command([
      ...underWay,
      onHostBy('Grace', moved('0', '5')),
      onHost(cancelled('no-longer-wanted', 'c1')),
    ])
    assert.equal(verdict.status, 'cancelled')
    assert.match(verdict.sentence, /was cancelled at .*: what it was for is no longer wanted;/)
    assert.deepEqual(
      chain.slice(-2).map(({ event }) => event.type),
      ['HostTransferred', 'CommandsCancelled'],
    )
  })

  it('that was never queued has no explanation', () => {
    assert.equal(explainedCommand(underWay, 'c99', null), null)
  })
})
