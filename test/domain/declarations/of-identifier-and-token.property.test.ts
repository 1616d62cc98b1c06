import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { Assigned, Declarations } from '../../../src/domain/declarations/state.ts'
import { host } from '../../../src/domain/host/host.ts'
import type { Host, HostCommand } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import type { DesiredProfile } from '../../../src/domain/host-profiles/state.ts'
import type { Recorded } from '../../../src/kernel/event.ts'
import { rowsOf } from '../../../src/app/rows-of.ts'
import { Rejection } from '../../../src/kernel/rejection.ts'
import { hostDeclarations } from '../../../src/projections/host-declarations.ts'
import { hostProfiles } from '../../../src/projections/host-profiles.ts'
import { stateAfter } from '../../support/given.ts'
import { enrolled, opened, userChannel } from '../../support/host-stories.ts'

const day = 24 * 60 * 60 * 1000
const begun = Date.parse('2026-03-01T12:00:00.000Z')
const at = (moment: number): string => new Date(moment).toISOString()

/** Declarations of two teams; equal names have equal identifiers, equal versions equal bytes. */
const settings = [
  { profileId: 'a1', identifier: 'com.example.one', checksum: 'v1', scope: 'System', kind: 'declaration' },
  { profileId: 'b1', identifier: 'com.example.one', checksum: 'v1', scope: 'System', kind: 'declaration' },
  { profileId: 'c1', identifier: 'com.example.one', checksum: 'v2', scope: 'System', kind: 'declaration' },
  { profileId: 'a2', identifier: 'com.example.two', checksum: 'v1', scope: 'User', kind: 'declaration' },
  { profileId: 'b2', identifier: 'com.example.two', checksum: 'v1', scope: 'User', kind: 'declaration' },
] as const satisfies readonly DesiredProfile[]

/** What happens: to the team's settings, to the channels, and by the device. */
type Step =
  | Readonly<{ kind: 'want'; which: readonly number[]; version: number }>
  | Readonly<{ kind: 'answer'; outcome: 'acknowledged' | 'failed' }>
  | Readonly<{ kind: 'fetch'; user: boolean; full: boolean; says: 'verified' | 'failed' | 'verifying'; old: boolean }>
  | Readonly<{ kind: 'resend'; which: number }>
  | Readonly<{ kind: 'user'; opens: boolean }>
  | Readonly<{ kind: 'later'; days: number }>

const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('want' as const), which: fc.subarray([0, 1, 2, 3, 4]), version: fc.nat(1) }),
    fc.record({ kind: fc.constant('answer' as const), outcome: fc.constantFrom('acknowledged', 'acknowledged', 'failed') }),
    fc.record({
      ...{ kind: fc.constant('fetch' as const), user: fc.boolean(), full: fc.boolean(), old: fc.boolean() },
      says: fc.constantFrom('verified', 'failed', 'verifying'),
    }),
    fc.record({ kind: fc.constant('resend' as const), which: fc.nat(4) }),
    fc.record({ kind: fc.constant('user' as const), opens: fc.boolean() }),
    fc.record({ kind: fc.constant('later' as const), days: fc.constantFrom(0.5, 1) }),
  ),
  { maxLength: 30 },
)

type Story = Readonly<{ state: Host; now: number; desired: readonly DesiredProfile[]; events: readonly HostEvent[] }>

const decided = (story: Story, command: HostCommand): Story => {
  const { state, now, events } = story
  try {
    const more = host.decide(command, state)
    return { ...story, events: [...events, ...more.map((event) => ({ ...event, at: at(now) }))], state: after(story, more) }
  } catch (error) {
    if (error instanceof Rejection) return story
    throw error
  }
}

const after = ({ state, now }: Story, events: readonly HostEvent[]): Host =>
  stateAfter(
    host,
    events.map((event) => ({ ...event, at: at(now) })),
    state,
  )

const reconciled = (story: Story): Story => {
  const data = { desired: story.desired, declarationsToken: 'standing', now: at(story.now) }
  return decided(story, { type: 'ReconcileProfiles', data })
}

/** What a device on this channel holds once it fetched everything; `old`: in another version. */
const reportOn = (story: Story, { user, full, says, old }: Extract<Step, { kind: 'fetch' }>): HostCommand => {
  const channel = user ? userChannel : 'device'
  const held = Object.values(story.state.declarations.assigned).filter(
    (one) => one.channel === channel && one.operation === 'install' && one.refused === undefined && one.token !== '',
  )
  const declarations = held.map(({ identifier, token }) => ({
    ...{ identifier, token: old ? `${token}-before` : token },
    ...{ status: says, detail: says === 'verified' ? null : 'Told.' },
  }))
  return { type: 'ReportStatus', data: { declarations, items: {}, facts: {}, full, channel } }
}

const happen = (story: Story, step: Step): Story => {
  switch (step.kind) {
    case 'want': {
      const chosen = step.which.flatMap((index) => settings[index] ?? [])
      const once = chosen.filter((one, index) => chosen.findIndex(({ identifier }) => identifier === one.identifier) === index)
      const desired = once.map((one) => ({ ...one, ...(step.version > 0 && { secretsAt: at(begun) }) }))
      return reconciled({ ...story, desired })
    }
    case 'answer': {
      const [commandId] = [...story.state.commands.waiting].find(([, { request }]) => request.kind === 'sync-declarations') ?? []
      if (commandId === undefined) return story
      const data = { commandId, outcome: step.outcome, errors: [], result: null } as const
      return decided(story, { type: 'ReportCommand', data })
    }
    case 'fetch':
      return decided(story, reportOn(story, step))
    case 'resend':
      return reconciled(decided(story, { type: 'ResendDeclaration', data: { profileId: settings[step.which]?.profileId ?? '' } }))
    case 'user': {
      const event: HostEvent = step.opens
        ? opened('token-2', userChannel)
        : { type: 'ChannelClosed', data: { channel: userChannel, because: 'push-token-unregistered' } }
      return reconciled({ ...story, state: after(story, [event]) })
    }
    case 'later': {
      const now = story.now + step.days * day
      return decided({ ...story, now }, { type: 'GiveUpDeclarations', data: { now: at(now) } })
    }
  }
}

const start: Story = { state: stateAfter(host, enrolled()), now: begun, desired: [], events: [] }

/** How a row must stand, from the token that was assigned and what was said of it; several where only time tells. */
const allowed = (one: Assigned, { reported }: Declarations): readonly string[] => {
  if (one.operation === 'remove') return ['pending', 'verifying']
  if (one.missing !== undefined || one.refused !== undefined) return ['failed']
  const said = reported[one.channel]?.[one.identifier]
  if (said?.token !== one.token) return ['pending', 'verifying', 'failed']
  return said.status === 'verifying' ? ['verifying', 'failed'] : [said.status]
}

const recorded = (events: readonly HostEvent[]): readonly Recorded[] =>
  events.map((event) => ({ at: at(begun), ...event, id: '1' })) as unknown as readonly Recorded[]

const blank = { kind: 'declaration', failures: 0, detail: null, reason: null } as never

/** What was announced to a user who went before hearing it is announced once more. */
const aUserComesBack: readonly Step[] = [
  { kind: 'want', which: [4], version: 0 },
  { kind: 'user', opens: true },
  { kind: 'user', opens: false },
  { kind: 'answer', outcome: 'acknowledged' },
  { kind: 'answer', outcome: 'acknowledged' },
  { kind: 'user', opens: true },
]

describe('However a host comes by its declarations', () => {
  it('[case B1] each row follows from the token that it was assigned and what the device said of that token, in every read model', () => {
    fc.assert(
      fc.property(steps, (all) => {
        all.reduce((before, step) => {
          const story = happen(before, step)
          const { declarations } = story.state
          const rows = Object.values(declarations.assigned)
          for (const one of rows) assert.ok(allowed(one, declarations).includes(one.status), `${one.profileId} is ${one.status}.`)
          const places = rows.map(({ channel, identifier, operation }) => `${channel} ${identifier} ${operation}`)
          assert.equal(new Set(places).size, places.length, 'A channel has one declaration of an identifier.')
          const table = rowsOf(hostProfiles, blank).from(recorded(story.events))
          const shown = [...table.values()].map(({ profile_id, operation, status }) => `${profile_id} ${operation} ${status}`)
          const held = rows.map(({ profileId, operation, status }) => `${profileId} ${operation} ${status}`)
          assert.deepEqual(shown.sort(), held.sort())
          const said = [
            ...rowsOf(hostDeclarations, {} as never)
              .from(recorded(story.events))
              .values(),
          ]
          const known = Object.entries(declarations.reported).flatMap(([channel, states]) =>
            Object.values(states).map(({ identifier, token, status }) => `${channel} ${identifier} ${token} ${status}`),
          )
          assert.deepEqual(
            said.map(({ channel, identifier, token, status }) => `${channel} ${identifier} ${token} ${status}`).sort(),
            known.sort(),
          )
          return story
        }, start)
      }),
      { numRuns: 300 },
    )
  })

  it('[case B2] a device that fetches and reports leaves nothing open, and once it has, nothing is sent again', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let story = reconciled({ ...all.reduce(happen, start), desired: [settings[1]] })
        for (let round = 0; round < 3; round++)
          story = [
            { kind: 'answer', outcome: 'acknowledged' } as const,
            { kind: 'fetch', user: false, full: false, says: 'verified', old: false } as const,
          ].reduce(happen, story)
        for (const user of [false, true]) story = happen(story, { kind: 'fetch', user, full: true, says: 'verified', old: false })
        const rows = Object.values(story.state.declarations.assigned).filter(({ channel }) => channel === 'device')
        assert.deepEqual(
          rows.map(({ profileId, operation, status }) => [profileId, operation, status]),
          [['b1', 'install', 'verified']],
        )
        assert.deepEqual(reconciled(story).events.length, story.events.length)
      }),
      { numRuns: 300 },
    )
  })

  it('[case B3] no status is without end: silence ends in a failure, or in nothing left', () => {
    fc.assert(
      fc.property(steps, (all) => {
        let story = all.reduce(happen, start)
        for (let round = 0; round < 4; round++) story = happen(story, { kind: 'answer', outcome: 'acknowledged' })
        story = happen(story, { kind: 'later', days: 1 })
        for (const { operation, status } of Object.values(story.state.declarations.assigned)) {
          assert.equal(operation, 'install')
          assert.ok(status === 'verified' || status === 'failed', status)
        }
      }),
      { numRuns: 300, examples: [[aUserComesBack]] },
    )
  })
})
