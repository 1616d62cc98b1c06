import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { Host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { enrolled, opened, updateToken, userChannel } from '../../support/host-stories.ts'

const now = '2026-03-01T12:00:00.000Z'
const later = '2026-03-01T13:00:00.000Z'
const passcode = {
  profileId: 'd1',
  kind: 'declaration',
  identifier: 'com.example.passcode',
  checksum: 'aa',
  scope: 'System',
} as const
const told = (desired: readonly object[], at = now) =>
  ({ type: 'ReconcileProfiles', data: { desired: desired as never, declarationsToken: 'standing', now: at } }) as const
const syncOf = ({ commands }: Host, on = 'device'): string =>
  [...commands.waiting].find(([, { request, channel }]) => request.kind === 'sync-declarations' && channel === on)?.[0] ?? ''
const answer = (commandId: string) =>
  ({ type: 'ReportCommand', data: { commandId, outcome: 'acknowledged', errors: [], result: null } }) as const
const report = (declarations: readonly object[]) =>
  ({ type: 'ReportStatus', data: { declarations: declarations as never, items: {}, facts: {}, full: false } }) as const

const giveUp = (at: string) => ({ type: 'GiveUpDeclarations', data: { now: at } }) as const

/** A host on which the declaration was assigned and taken; answers its state. */
const taken = () =>
  given(host, enrolled())
    .when(told([passcode]))
    .whenFrom((state) => answer(syncOf(state)))

describe('the declarations that a team wants', () => {
  it('are assigned in one event, and the host is told once', () => {
    given(host, enrolled())
      .when(told([passcode]))
      .thenState(({ declarations, commands }) => {
        assert.equal(declarations.assigned['d1']?.status, 'pending')
        assert.equal([...commands.waiting.values()].filter(({ request }) => request.kind === 'sync-declarations').length, 1)
      })
      .andAgainNothing()
  })

  it('are verifying when the host took the news, and verified when it reports this very version', () => {
    taken()
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.status, 'verifying'))
      .whenFrom(() => report([{ identifier: 'com.example.passcode', token: 'another', status: 'verified', detail: null }]))
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.status, 'verifying'))
      .whenFrom(({ declarations }) =>
        report([
          { identifier: 'com.example.passcode', token: declarations.assigned['d1']?.token, status: 'verified', detail: null },
        ]),
      )
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.status, 'verified'))
  })

  it('get another token when their content changes, when a value changes, and when an admin asks', () => {
    const tokens: string[] = []
    const note = ({ declarations }: Host) => void tokens.push(declarations.assigned['d1']?.token ?? '')
    taken()
      .thenState(note)
      .whenFrom(() => told([{ ...passcode, checksum: 'bb' }], later))
      .thenState(note)
      .whenFrom(() => told([{ ...passcode, checksum: 'bb', secretsAt: now }], later))
      .thenState(note)
    taken()
      .whenFrom(() => ({ type: 'ResendDeclaration', data: { profileId: 'd1' } }) as const)
      .whenFrom(() => told([passcode], later))
      .thenState(note)
    assert.equal(new Set(tokens).size, 4)
  })

  it('are gone when the host was told and reports them no more', () => {
    taken()
      .whenFrom(() => told([], later))
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.operation, 'remove'))
      .whenFrom((state) => answer(syncOf(state)))
      .whenFrom(() => report([]))
      .thenState(({ declarations }) => assert.deepEqual(declarations.assigned, {}))
  })

  it('fail in the open when the host takes them and never speaks of them', () => {
    taken()
      .whenFrom(() => giveUp('2026-03-02T11:59:00.000Z'))
      .thenNothing()
      .whenFrom(() => giveUp('2026-03-02T12:00:00.000Z'))
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.status, 'failed'))
  })

  it('stay on a host that has them while a membership is not known, and are not given to others', () => {
    const held = { ...passcode, mode: 'held' }
    given(host, enrolled())
      .when(told([held]))
      .thenState(({ declarations }) => assert.deepEqual(declarations.assigned, {}))
    taken()
      .whenFrom(() => told([held], later))
      .thenState(({ declarations }) => assert.equal(declarations.assigned['d1']?.operation, 'install'))
  })

  it('that hold a variable which stands for nothing on the host fail there, and are not served', () => {
    given(host, enrolled())
      .when(told([{ ...passcode, variables: ['HOST_END_USER_IDP_USERNAME'] }]))
      .thenState(({ declarations }) => {
        assert.equal(declarations.assigned['d1']?.status, 'failed')
        assert.equal(declarations.assigned['d1'].missing, 'HOST_END_USER_IDP_USERNAME')
        assert.equal(declarations.announced['device'], 'standing')
      })
  })

  it('are new to the host when an asset that they name is, and only then', () => {
    const asset = { ...passcode, profileId: 'd2', identifier: 'com.example.asset', checksum: 'a1' }
    const naming = { ...passcode, refersTo: ['com.example.asset'] }
    const tokens: string[] = []
    const note = ({ declarations }: Host) => void tokens.push(declarations.assigned['d1']?.token ?? '')
    given(host, enrolled())
      .when(told([naming, asset]))
      .thenState(note)
      .whenFrom(() => told([naming, { ...asset, checksum: 'a2' }], later))
      .thenState(note)
      .whenFrom(() =>
        told([naming, { ...asset, checksum: 'a2' }, { ...asset, profileId: 'd3', identifier: 'com.example.other' }], later),
      )
      .thenState(note)
    const [first, second, third] = tokens
    assert.notEqual(first, second)
    assert.equal(second, third)
  })

  const ofB = { ...passcode, profileId: 'd9' }
  const saying = (state: Host, status = 'verified', more: object = {}) => {
    const mine = Object.values(state.declarations.assigned).filter(({ operation }) => operation === 'install')
    const told = mine.map(({ identifier, token }) => ({
      identifier,
      token,
      status,
      detail: status === 'verified' ? null : 'No.',
    }))
    const { data } = report(told)
    return { type: 'ReportStatus', data: { ...data, ...more } } as const
  }
  const standing = ({ declarations }: Host): object =>
    Object.values(declarations.assigned).map(({ profileId, operation, status }) => `${profileId} ${operation} ${status}`)

  it('[case B1] keep their status under the id of another team with the same bytes, and nothing is sent', () => {
    for (const status of ['verified', 'failed'])
      taken()
        .whenFrom((state) => saying(state, status))
        .whenFrom(() => told([ofB], later))
        .thenState((state) => {
          assert.deepEqual(standing(state), [`d9 install ${status}`])
          assert.equal(state.commands.waiting.size, 0)
        })
        .andAgainNothing()
    taken()
      .whenFrom(() => told([ofB], later))
      .thenState((state) => assert.deepEqual([standing(state), state.commands.waiting.size], [['d9 install verifying'], 0]))
      .whenFrom((state) => saying(state))
      .thenState((state) => assert.deepEqual(standing(state), ['d9 install verified']))
  })

  it('[case B1] keep it even after an admin had them sent again', () => {
    taken()
      .whenFrom((state) => saying(state))
      .whenFrom(() => ({ type: 'ResendDeclaration', data: { profileId: 'd1' } }) as const)
      .whenFrom(() => told([passcode], later))
      .whenFrom((state) => answer(syncOf(state)))
      .whenFrom((state) => saying(state))
      .whenFrom(() => told([ofB], later))
      .thenState((state) => assert.deepEqual([standing(state), state.commands.waiting.size], [['d9 install verified'], 0]))
  })

  it('[case B1] of other bytes take the place of what had their identifier, in one go', () => {
    taken()
      .whenFrom((state) => saying(state))
      .whenFrom(() => told([{ ...ofB, checksum: 'bb' }], later))
      .thenState((state) => assert.deepEqual(standing(state), ['d9 install pending']))
      .whenFrom((state) => answer(syncOf(state)))
      .whenFrom((state) => saying(state))
      .thenState((state) => assert.deepEqual(standing(state), ['d9 install verified']))
  })

  it('[case B1] that a host never spoke of are fetched anew under the other id', () => {
    taken()
      .whenFrom(() => giveUp('2026-03-02T12:00:00.000Z'))
      .whenFrom(() => told([ofB], later))
      .thenState((state) => assert.deepEqual([standing(state), syncOf(state) !== ''], [['d9 install pending'], true]))
  })

  for (const isReported of [true, false])
    it(`[case B2] that come back after they were taken away are verified on the report of the host, ${isReported ? 'which said that they were gone' : 'which never said that they were gone'}`, () => {
      const away = taken()
        .whenFrom((state) => saying(state))
        .whenFrom(() => told([], later))
        .whenFrom((state) => answer(syncOf(state)))
      const without = isReported ? away.whenFrom(() => report([])) : away
      without
        .whenFrom(() => told([passcode], later))
        .thenState((state) => assert.deepEqual(standing(state), ['d1 install pending']))
        .whenFrom((state) => answer(syncOf(state)))
        .thenState((state) => assert.deepEqual(standing(state), ['d1 install verifying']))
        .whenFrom((state) => saying(state))
        .thenState((state) => assert.deepEqual(standing(state), ['d1 install verified']))
    })

  it('[case B2] that come back before the host heard of it stand as they stood', () => {
    taken()
      .whenFrom((state) => saying(state))
      .whenFrom(() => told([], later))
      .whenFrom(() => told([passcode], later))
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install verified']))
  })

  it('[case B3] fail in the open when the host refuses to fetch them, and when it never does', () => {
    given(host, enrolled())
      .when(told([passcode]))
      .whenFrom((state) => ({ ...answer(syncOf(state)), data: { ...answer(syncOf(state)).data, outcome: 'malformed' } }) as const)
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install failed']))
    given(host, enrolled())
      .when(told([passcode]))
      .whenFrom(() => ({ type: 'ExpireCommands', data: { now: '2026-09-01T12:00:00.000Z' } }) as const)
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install failed']))
  })

  it('[case B3] that a full report does not list any more are doubted, and fail after a day', () => {
    taken()
      .whenFrom((state) => saying(state))
      .whenFrom((state) => ({ ...saying(state), data: { ...saying(state).data, declarations: [], full: true } }) as const)
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install verifying']))
      .whenFrom(() => giveUp('2026-03-02T12:00:00.000Z'))
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install failed']))
  })

  it('[case B3] are not given up before their own day is over, whatever was taken before them', () => {
    const one = (profileId: string) =>
      ({
        profileId,
        identifier: `com.example.${profileId}`,
        checksum: 'aa',
        token: profileId,
        scope: 'System',
        channel: 'device',
      }) as const
    const taking = (profileId: string, at: string) =>
      ({ type: 'DeclarationsTaken', data: { profileIds: [profileId] }, at }) as const
    const assigned: HostEvent = { type: 'DeclarationsAssigned', data: { assigned: [one('d1'), one('d2')], withdrawn: [] } }
    const detail = 'The host fetched the declaration and reported nothing of it; send it again, or look at the host.'
    given(host, [...enrolled(), assigned, taking('d1', now), taking('d2', '2026-03-02T11:00:00.000Z')])
      .when(giveUp('2026-03-02T12:00:00.000Z'))
      .then([{ type: 'DeclarationsUnreported', data: { profileIds: ['d1'], detail } }])
      .andAgainNothing()
  })

  it('[case B3] fail with the reason on a host that is too old for them, and on one without a user for them', () => {
    const old: HostEvent = { type: 'HostDescribed', data: { facts: { osVersion: '12.7' }, source: 'authenticate' } }
    given(host, [...enrolled(), old])
      .when(told([passcode]))
      .thenState(({ declarations: { assigned }, commands }) => {
        assert.equal(assigned['d1']?.status, 'failed')
        assert.match(assigned['d1'].refused?.detail ?? '', /macOS 12\.7 takes no declarations/)
        assert.equal(commands.waiting.size, 0)
      })
      .andAgainNothing()
    const forUser = { ...passcode, scope: 'User' }
    given(host, enrolled())
      .when(told([forUser], later))
      .thenState(({ declarations }) => assert.deepEqual(declarations.assigned, {}))
      .when(told([forUser], '2026-03-01T14:00:00.000Z'))
      .thenState(({ declarations }) => assert.match(declarations.assigned['d1']?.refused?.detail ?? '', /no user of this Mac/))
      .when({ ...updateToken('user-1', userChannel) })
      .when(told([forUser], '2026-03-01T15:00:00.000Z'))
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install pending']))
  })

  it("[case B1] of a user are not gone because of the device's full report", () => {
    given(host, [...enrolled(), opened('user-1', userChannel)])
      .when(told([{ ...passcode, scope: 'User' }]))
      .whenFrom((state) => answer(syncOf(state, userChannel)))
      .whenFrom((state) => saying(state, 'verified', { channel: userChannel }))
      .whenFrom(() => ({ type: 'ReportStatus', data: { ...report([]).data, full: true } }) as const)
      .thenState((state) => assert.deepEqual(standing(state), ['d1 install verified']))
  })
})
