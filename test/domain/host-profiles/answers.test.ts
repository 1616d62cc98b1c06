import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import { installRetries } from '../../../src/domain/host-profiles/consequences.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { work } from '../../../src/domain/host-profiles/work.ts'
import type { OfType, Recorded } from '../../../src/kernel/event.ts'
import type { Past } from '../../support/given.ts'
import { given, stateAfter } from '../../support/given.ts'
import {
  answered,
  cancelled,
  enrolled,
  having,
  installing,
  profileOf,
  queued,
  reconcileTo,
  removing,
  reportOf,
} from '../../support/host-stories.ts'
import { nextIds } from './next-ids.ts'

const wifi = profileOf('wifi')
const underWay = [...enrolled(), queued(installing('one', wifi))]
const leaving = (ignoreError = false) => [...enrolled(), ...having(wifi), queued(removing('away', wifi, ignoreError))]

const removed = (because: OfType<HostEvent, 'ProfileRemoved'>['data']['because']): HostEvent => ({
  type: 'ProfileRemoved',
  data: { profileId: 'wifi', because },
})

describe('the answer to an installation', () => {
  it('leaves a Mac to be looked at, and is enough from other devices', () => {
    for (const [platform, status] of [
      ['darwin', 'verifying'],
      ['ios', 'verified'],
      ['ipados', 'verified'],
    ] as const)
      given(host, [...enrolled(platform), queued(installing('one', wifi))])
        .when(reportOf('one'))
        .then([answered('one'), { type: 'ProfileInstalled', data: { profileId: 'wifi', checksum: 'wifi-v1', status } }])
        .andAgainNothing()
  })

  it('changes nothing while it is NotNow', () => {
    given(host, underWay)
      .when(reportOf('one', 'deferred'))
      .then([{ type: 'CommandDeferred', data: { commandId: 'one' } }])
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.status, 'pending'))
  })

  it('leads to three more attempts when it is a failure, and to none after that', () => {
    let story = given(host, enrolled()).when(reconcileTo([wifi]))
    for (let attempt = 1; attempt <= installRetries + 1; attempt++) {
      let commandId = ''
      story.thenState(({ commands }) => {
        assert.equal(commands.waiting.size, 1)
        commandId = [...commands.waiting.keys()][0] ?? ''
      })
      const willRetry = attempt <= installRetries
      const detail =
        attempt === 1 ? 'The device could not read the command.' : 'MCProfileErrorDomain (1000): Something went wrong.'
      const report =
        attempt === 1 ? reportOf(commandId, 'malformed') : reportOf(commandId, 'failed', ['MCProfileErrorDomain', 1000])
      const { outcome, errors } = report.data
      story = story
        .when(report)
        .then([
          answered(commandId, { errors, outcome: outcome === 'malformed' ? 'malformed' : 'failed' }),
          { type: 'ProfileInstallFailed', data: { profileId: 'wifi', checksum: 'wifi-v1', attempt, willRetry, detail } },
        ])
      story = story.when(reconcileTo([wifi]))
    }
    story.thenNothing().thenState(({ hostProfiles, commands }) => {
      assert.equal(hostProfiles['wifi']?.status, 'failed')
      assert.equal(commands.waiting.size, 0)
    })
  })

  it('counts failures anew after a success', () => {
    given(host, [...underWay, ...failedOnce()])
      .when(reconcileTo([wifi]))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.failures, 1))
      .when(reportOf(nextIds(stateAfter(host, [...underWay, ...failedOnce()]), 1)[0] ?? ''))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.failures, 0))
  })

  it('means nothing for the profile when a newer command has taken over', () => {
    const edited = profileOf('wifi', '2')
    given(host, [...underWay, cancelled('superseded', 'one'), queued(installing('two', edited))])
      .when(reportOf('one', 'failed'))
      .then([answered('one', { outcome: 'failed', late: true })])
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.status, 'pending'))
  })
})

describe('the answer to a removal', () => {
  it('takes the profile away', () => {
    given(host, leaving())
      .when(reportOf('away'))
      .then([answered('away'), removed('removed')])
      .thenState(({ hostProfiles }) => assert.deepEqual(hostProfiles, {}))
      .andAgainNothing()
  })

  for (const [domain, code] of [
    ['MDMClientError', 89],
    ['MCMDMErrorDomain', 12075],
  ] as const)
    it(`counts as done when the profile was not there: ${domain} ${String(code)}`, () => {
      const report = reportOf('away', 'failed', ['NSCocoaErrorDomain', 1], [domain, code])
      given(host, leaving())
        .when(report)
        .then([answered('away', { outcome: 'failed', errors: report.data.errors }), removed('was-not-there')])
    })

  it('counts as done, whatever it is, when the profile may never have been there', () => {
    const report = reportOf('away', 'failed', ['MDMClientError', 12])
    given(host, leaving(true))
      .when(report)
      .then([answered('away', { outcome: 'failed', errors: report.data.errors }), removed('error-ignored')])
  })

  it('is otherwise a failure, which is not tried again', () => {
    const report = reportOf('away', 'failed', ['MDMClientError', 12])
    given(host, leaving())
      .when(report)
      .then([
        answered('away', { outcome: 'failed', errors: report.data.errors }),
        {
          type: 'ProfileRemovalFailed',
          data: { profileId: 'wifi', detail: 'Failed to remove: MDMClientError (12): Something went wrong.' },
        },
      ])
      .when(reconcileTo([]))
      .thenNothing()
  })

  it('leads to an installation when the profile is wanted again after it could not be removed', () => {
    given(host, leaving())
      .when(reportOf('away', 'failed', ['MDMClientError', 12]))
      .when(reconcileTo([wifi]))
      .thenState(({ hostProfiles }) => {
        assert.equal(hostProfiles['wifi']?.operation, 'install')
        assert.equal(hostProfiles['wifi']?.status, 'pending')
      })
  })
})

describe('sending a profile again', () => {
  const resend = { type: 'ResendProfile', data: { profileId: 'wifi' } } as const

  it('is asked for once and then done', () => {
    const verified = { type: 'ProfileInstalled', data: { profileId: 'wifi', checksum: 'wifi-v1', status: 'verified' } } as const
    given(host, [...underWay, answered('one'), verified])
      .when(resend)
      .then([{ type: 'ProfileResendAsked', data: { profileId: 'wifi' } }])
      .andAgainNothing()
      .when(reconcileTo([wifi]))
      .then([
        queued(
          installing(nextIds(stateAfter(host, [...underWay, answered('one'), verified]), 1)[0] ?? '', wifi, {
            code: 'resend-asked',
          }),
        ),
      ])
      .andAgainNothing()
  })

  it('gives a profile that failed for good its attempts back', () => {
    const failed = {
      type: 'ProfileInstallFailed',
      data: { profileId: 'wifi', checksum: 'wifi-v1', attempt: 4, willRetry: false, detail: 'no' },
    } as const
    given(host, [...underWay, answered('one', { outcome: 'failed' }), failed])
      .when(resend)
      .when(reconcileTo([wifi]))
      .thenState(({ hostProfiles }) => assert.equal(hostProfiles['wifi']?.failures, 0))
  })

  it('is refused while the profile is on its way or unconfirmed, and for one that the host does not have', () => {
    given(host, underWay).when(resend).thenRejected('still-in-progress')
    given(host, [...enrolled(), ...having(wifi)])
      .when(resend)
      .thenRejected('still-in-progress')
    given(host, enrolled()).when(resend).thenRejected('not-found')
    given(host, leaving()).when(resend).thenRejected('not-found')
  })
})

describe('what follows from answers', () => {
  const recorded = <E extends HostEvent>(event: E): Recorded<E> => ({ ...event, id: '1' }) as Recorded<E>
  const failure = (willRetry: boolean) =>
    ({
      type: 'ProfileInstallFailed',
      data: { profileId: 'wifi', checksum: 'x', attempt: 1, willRetry, detail: '' },
    }) as const

  it('is another look at the host when something is to be tried again, or has made room', () => {
    const again = [{ kind: 'reconcile-host', key: '1' }]
    assert.deepEqual(work.ProfileInstallFailed?.(recorded(failure(true))), again)
    assert.deepEqual(work.ProfileInstallFailed?.(recorded(failure(false))), [])
    assert.deepEqual(
      work.ProfileRemoved?.(recorded({ type: 'ProfileRemoved', data: { profileId: 'wifi', because: 'removed' } } as const)),
      again,
    )
    assert.deepEqual(
      work.ProfileResendAsked?.(recorded({ type: 'ProfileResendAsked', data: { profileId: 'wifi' } } as const)),
      again,
    )
  })
})

const failedOnce = (): readonly Past<HostEvent>[] => [
  answered('one', { outcome: 'failed' }),
  { type: 'ProfileInstallFailed', data: { profileId: 'wifi', checksum: 'wifi-v1', attempt: 1, willRetry: true, detail: 'no' } },
]
