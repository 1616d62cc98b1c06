import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { commands } from '../../src/domain/commands/commands.ts'
import { enrollment } from '../../src/domain/enrollment/enrollment.ts'
import { custody } from '../../src/domain/custody/custody.ts'
import { declarations } from '../../src/domain/declarations/declarations.ts'
import { forgetting } from '../../src/domain/forgetting/forgetting.ts'
import { escrow } from '../../src/domain/escrow/escrow.ts'
import { renewal } from '../../src/domain/renewal/renewal.ts'
import { host } from '../../src/domain/host/host.ts'
import type { HostEvent } from '../../src/domain/host/events.ts'
import { hostProfiles } from '../../src/domain/host-profiles/host-profiles.ts'
import { membership } from '../../src/domain/teams/membership.ts'
import { upcasts } from '../../src/domain/upcasts.ts'
import type { Recorded } from '../../src/kernel/event.ts'
import { allProjections } from '../../src/projections/all.ts'

const folder = 'test/fixtures/events'

/** A later shape of the same name stands beside the first, as `Name.what-is-new.json`. */
const samples = readdirSync(folder).map((file) => ({
  file,
  type: file.split('.')[0] ?? '',
  event: JSON.parse(readFileSync(`${folder}/${file}`, 'utf8')) as Recorded,
}))

const slices: readonly Readonly<{ evolve: object }>[] = [
  enrollment,
  escrow,
  forgetting,
  renewal,
  custody,
  declarations,
  commands,
  hostProfiles,
  membership,
]

/** Every event name that a table of the code knows: no list by hand that could fall behind. */
const known = new Set([
  ...slices.flatMap(({ evolve }) => Object.keys(evolve)),
  ...allProjections.flatMap((projection) => ('on' in projection ? Object.keys(projection.on) : projection.types)),
])

describe('Every shape of event that was ever stored', () => {
  it('has a sample', () => {
    const have = new Set(samples.map(({ type }) => type))
    assert.deepEqual(
      [...known].filter((type) => !have.has(type)),
      [],
    )
  })

  for (const { file, type, event } of samples)
    it(`is read in today's shape: ${file}`, () => {
      const today = upcasts(event)
      assert.equal(today.type, type)
      if (today.category === 'host') assert.doesNotThrow(() => host.evolve(host.initial, today as Recorded<HostEvent>))
      for (const projection of allProjections)
        if ('on' in projection) {
          const on = projection.on as Readonly<Record<string, ((event: Recorded) => unknown) | undefined>>
          assert.doesNotThrow(() => on[type]?.(today))
        }
    })
})

describe('An authority that was recorded without its fingerprint', () => {
  it('has that of its certificate', () => {
    const stored = samples.find(({ type }) => type === 'AuthorityCreated')
    assert.ok(stored !== undefined)
    const data = { ...stored.event.data, certificatePem: '-----BEGIN CERTIFICATE-----\nYWJj\n-----END CERTIFICATE-----\n' }
    const { fingerprint } = upcasts({ ...stored.event, data }).data as { fingerprint: string }
    assert.equal(fingerprint, 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
  })

  it('keeps the one that it has', () => {
    const stored = samples.find(({ type }) => type === 'AuthorityCreated')
    assert.ok(stored !== undefined)
    const today = upcasts({ ...stored.event, data: { ...stored.event.data, fingerprint: 'aa' } })
    assert.equal((today.data as { fingerprint: string }).fingerprint, 'aa')
  })
})
