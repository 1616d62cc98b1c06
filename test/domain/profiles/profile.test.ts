import assert from 'node:assert/strict'
import type { Recorded } from '../../../src/kernel/event.ts'
import type { ProfileEvent, ProfileVersion } from '../../../src/domain/profiles/events.ts'
import { profile } from '../../../src/domain/profiles/profile.ts'
import { work } from '../../../src/domain/profiles/work.ts'
import { given } from '../../support/given.ts'

const version = (more: Partial<ProfileVersion> = {}): ProfileVersion => ({
  name: 'Wi-Fi',
  identifier: 'com.example.wifi',
  scope: 'System',
  checksum: 'd41d8cd98f00b204e9800998ecf8427e',
  size: 512,
  payloadTypes: ['com.apple.wifi.managed'],
  content: { gzip: 'H4sI' },
  ...more,
})

const upload = { type: 'UploadProfile', data: { ...version(), teamId: '7', family: 'apple' } } as const
const uploaded: ProfileEvent = { type: 'ProfileUploaded', data: upload.data }
const deleted: ProfileEvent = { type: 'ProfileDeleted', data: { teamId: '7', because: 'asked' } }

describe('a profile', () => {
  it('is uploaded once, and again after it was deleted', () => {
    given(profile, []).when(upload).then([uploaded])
    given(profile, [uploaded]).when(upload).thenRejected('already-exists')
    given(profile, [uploaded, deleted]).when(upload).then([uploaded])
  })

  it('is edited when its content or its name changes', () => {
    for (const change of [{ checksum: 'other' }, { name: 'Wireless' }])
      given(profile, [uploaded])
        .when({ type: 'EditProfile', data: version(change) })
        .then([{ type: 'ProfileEdited', data: version(change) }])
        .andAgainNothing()
    given(profile, [uploaded]).when({ type: 'EditProfile', data: version() }).thenNothing()
  })

  it('keeps its identifier, by which devices know it', () => {
    given(profile, [uploaded])
      .when({ type: 'EditProfile', data: version({ identifier: 'com.example.other' }) })
      .thenRejected('already-exists')
  })

  it('cannot be edited when it is not there', () => {
    given(profile, []).when({ type: 'EditProfile', data: version() }).thenRejected('not-found')
    given(profile, [uploaded, deleted]).when({ type: 'EditProfile', data: version() }).thenRejected('not-found')
  })

  it('is deleted once, telling the team that had it', () => {
    given(profile, [uploaded])
      .when({ type: 'DeleteProfile', data: { because: 'asked' } })
      .then([deleted])
      .andAgainNothing()
    given(profile, [])
      .when({ type: 'DeleteProfile', data: { because: 'asked' } })
      .thenRejected('not-found')
  })

  it('concerns the hosts of its team whenever it changes', () => {
    const recorded = <E extends ProfileEvent>(event: E) => ({ ...event, id: 'a1' }) as Recorded<E>
    assert.deepEqual(work.ProfileUploaded?.(recorded(uploaded)), [{ kind: 'reconcile-team', key: '7' }])
    assert.deepEqual(work.ProfileEdited?.(recorded({ type: 'ProfileEdited', data: version() } as const)), [
      { kind: 'reconcile-profile', key: 'a1' },
    ])
    assert.deepEqual(work.ProfileDeleted?.(recorded(deleted)), [
      { kind: 'reconcile-team', key: '7' },
      { kind: 'release-names', key: 'profiles_7/a1' },
    ])
  })
})
