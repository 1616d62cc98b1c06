import assert from 'node:assert/strict'
import fc from 'fast-check'
import type { DesiredProfile } from '../../../src/domain/host-profiles/state.ts'
import type { Model, Mood } from './model-device.ts'
import { fetchNext, modelDevice, placeOf, reconcileModel, speakUp, tell } from './model-device.ts'

/** Few ids, fewer identifiers, few versions: so that everything meets everything. */
const desiredSet: fc.Arbitrary<readonly DesiredProfile[]> = fc
  .uniqueArray(
    fc.record({
      team: fc.constantFrom('a', 'b'),
      name: fc.constantFrom('wifi', 'vpn', 'mail'),
      version: fc.constantFrom('1', '2'),
      scope: fc.constantFrom('System' as const, 'System' as const, 'User' as const),
    }),
    { selector: ({ name }) => name, maxLength: 3 },
  )
  .map((profiles) =>
    profiles.map(({ team, name, version, scope }) => ({
      profileId: `${team}-${name}`,
      identifier: `com.example.${name}`,
      checksum: `${name}-${version}-${scope}`,
      scope,
    })),
  )

type Step = Readonly<
  | { do: 'want'; desired: readonly DesiredProfile[] }
  | { do: 'fetch'; mood: Mood }
  | { do: 'speak' }
  | { do: 'resend'; index: number }
>

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: desiredSet.map((desired) => ({ do: 'want' as const, desired })) },
  {
    weight: 5,
    arbitrary: fc
      .constantFrom<Mood>('does', 'does', 'does', 'defers', 'fails', 'mumbles')
      .map((mood) => ({ do: 'fetch' as const, mood })),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'speak' as const }) },
  { weight: 1, arbitrary: fc.nat(5).map((index) => ({ do: 'resend' as const, index })) },
)

const take = (model: Model, next: Step): void => {
  if (next.do === 'want') reconcileModel(model, next.desired)
  else if (next.do === 'fetch') fetchNext(model, next.mood)
  else if (next.do === 'speak') speakUp(model)
  else resendOne(model, next.index)
}

const resendOne = (model: Model, index: number): void => {
  const settled = Object.entries(model.state.hostProfiles).filter(
    ([, { operation, status }]) => operation === 'install' && (status === 'failed' || status === 'verified'),
  )
  const profileId = settled[index]?.[0]
  if (profileId !== undefined) tell(model, { type: 'ResendProfile', data: { profileId } })
}

/** Goes on until host and rules have nothing more to say to each other. */
const settle = (model: Model, desired: readonly DesiredProfile[]): void => {
  for (let round = 0; round < 200; round++) {
    speakUp(model)
    const moved = reconcileModel(model, desired)
    const waits = model.state.commands.waiting.size > 0
    if (!moved && !waits) return
    fetchNext(model, 'does')
  }
  assert.fail('The host never comes to rest.')
}

describe('a host and its cohort', () => {
  it('come to look alike, whatever was wanted, refused, put off or lost on the way', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 25 }), desiredSet, (steps, desired) => {
        const model = modelDevice()
        for (const next of steps) take(model, next)
        settle(model, desired)

        const { hostProfiles } = model.state
        const failedInstalls = desired.filter(({ profileId }) => hostProfiles[profileId]?.status === 'failed')
        const excused = new Set([...model.refusedToGo, ...failedInstalls.map(placeOf)])
        const wanted = new Map(desired.map((profile) => [placeOf(profile), profile.checksum]))
        const plain = (held: ReadonlyMap<string, string>) =>
          Object.fromEntries([...held].filter(([place]) => !excused.has(place)).sort())
        assert.deepEqual(plain(model.device), plain(wanted))

        for (const profile of desired) {
          const has = hostProfiles[profile.profileId]
          assert.deepEqual([has?.operation, has?.checksum, has?.scope], ['install', profile.checksum, profile.scope])
          assert.ok(has?.status === 'verifying' || has?.status === 'failed')
        }
        const known = Object.entries(hostProfiles).filter(([, { operation }]) => operation === 'install')
        assert.deepEqual(known.map(([profileId]) => profileId).sort(), desired.map(({ profileId }) => profileId).sort())
        assert.equal(model.clashes, 0, 'Two commands for one identifier waited at the same time.')
      }),
      { numRuns: 1500, seed: 20260301 },
    )
  })

  it('have nothing more to do once they look alike', () => {
    fc.assert(
      fc.property(desiredSet, desiredSet, (before, desired) => {
        const model = modelDevice()
        settle(model, before)
        settle(model, desired)
        assert.equal(reconcileModel(model, desired), false)
        const held = Object.fromEntries([...model.device].sort())
        assert.deepEqual(held, Object.fromEntries(desired.map((profile) => [placeOf(profile), profile.checksum] as const).sort()))
      }),
      { numRuns: 500, seed: 20260302 },
    )
  })
})
