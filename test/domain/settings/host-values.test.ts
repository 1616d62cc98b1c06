import assert from 'node:assert/strict'
import { renderingOf } from '../../../src/domain/settings/host-values.ts'

describe('variables in settings', () => {
  it('make another digest when a value changes, and name the one that stands for nothing', () => {
    const profile = { profileId: 'a1', variables: ['HOST_UUID', 'HOST_HARDWARE_SERIAL'] }
    const one = renderingOf(profile, { HOST_UUID: 'u', HOST_HARDWARE_SERIAL: 's' })
    const other = renderingOf(profile, { HOST_UUID: 'u', HOST_HARDWARE_SERIAL: 't' })
    assert.ok(one.kind === 'rendering' && other.kind === 'rendering' && one.digest !== other.digest)
    assert.deepEqual(renderingOf(profile, { HOST_UUID: 'u' }), { kind: 'missing', variable: 'HOST_HARDWARE_SERIAL' })
    assert.deepEqual(renderingOf({ profileId: 'a1' }, {}), { kind: 'rendering', digest: null })
  })
})
