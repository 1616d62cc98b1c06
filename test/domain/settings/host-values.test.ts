import assert from 'node:assert/strict'
import { fillIn, namesIn, renderingOf } from '../../../src/domain/settings/host-values.ts'

const same = (value: string) => value

describe('variables in settings', () => {
  it('are found in both forms, each once', () => {
    const text = 'a $FLEET_VAR_HOST_UUID b ${FLEET_VAR_HOST_PLATFORM} c ${FLEET_VAR_HOST_UUID} $FLEET_SECRET_WIFI'
    assert.deepEqual(namesIn(text, 'FLEET_VAR_'), ['HOST_PLATFORM', 'HOST_UUID'])
    assert.deepEqual(namesIn(text, 'FLEET_SECRET_'), ['WIFI'])
  })

  it('are filled in with the longest name first, escaped, and left alone when nothing is known', () => {
    const values = { USERNAME: 'ada@example.com', USERNAME_LOCAL_PART: 'a<da' }
    assert.equal(
      fillIn('$FLEET_VAR_USERNAME_LOCAL_PART ${FLEET_VAR_USERNAME} $FLEET_VAR_OTHER', values, (value) =>
        value.replace('<', '&lt;'),
      ),
      'a&lt;da ada@example.com $FLEET_VAR_OTHER',
    )
    assert.equal(fillIn('$FLEET_VAR_USERNAMES', values, same), '$FLEET_VAR_USERNAMES')
  })

  it('make another digest when a value changes, and name the one that stands for nothing', () => {
    const profile = { profileId: 'a1', variables: ['HOST_UUID', 'HOST_HARDWARE_SERIAL'] }
    const one = renderingOf(profile, { HOST_UUID: 'u', HOST_HARDWARE_SERIAL: 's' })
    const other = renderingOf(profile, { HOST_UUID: 'u', HOST_HARDWARE_SERIAL: 't' })
    assert.ok(one.kind === 'rendering' && other.kind === 'rendering' && one.digest !== other.digest)
    assert.deepEqual(renderingOf(profile, { HOST_UUID: 'u' }), { kind: 'missing', variable: 'HOST_HARDWARE_SERIAL' })
    assert.deepEqual(renderingOf({ profileId: 'a1' }, {}), { kind: 'rendering', digest: null })
  })
})
