import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import type { Host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { enrolled } from '../../support/host-stories.ts'

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
const syncOf = ({ commands }: Host): string =>
  [...commands.waiting].find(([, { request }]) => request.kind === 'sync-declarations')?.[0] ?? ''
const answer = (commandId: string) =>
  ({ type: 'ReportCommand', data: { commandId, outcome: 'acknowledged', errors: [], result: null } }) as const
const report = (declarations: readonly object[]) =>
  ({ type: 'ReportStatus', data: { declarations: declarations as never, items: {}, facts: {}, full: false } }) as const

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
      .whenFrom(() => ({ type: 'GiveUpDeclarations', data: {} }) as const)
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
})
