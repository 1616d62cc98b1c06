import { host } from '../../../src/domain/host/host.ts'
import type { HostEvent } from '../../../src/domain/host/events.ts'
import { given } from '../../support/given.ts'
import { discovered, enrolled, udid } from '../../support/host-stories.ts'

const away: HostEvent = { type: 'HostMergedAway', data: { into: '8', because: 'asked' } }
const merged: HostEvent = { type: 'HostsMerged', data: { absorbed: '7', hardwareId: 'OTHER', because: 'asked' } }

const enrollAgent = (hardwareId: string) =>
  ({
    type: 'EnrollAgent',
    data: {
      ...({ agent: 'osquery', keyHash: 'aa', instanceId: null, version: null, facts: {}, teamId: '0' } as const),
      ...({ hardwareId, platform: 'darwin' } as const),
    },
  }) as const

describe('Two records of one device', () => {
  it('become one, however often it is asked', () => {
    given(host, [discovered()])
      .when({ type: 'MergeAway', data: { into: '8', because: 'asked' } })
      .then([away])
      .andAgainNothing()
    given(host, enrolled())
      .when({ type: 'AbsorbHost', data: { hostId: '7', hardwareId: 'OTHER', because: 'asked' } })
      .then([merged])
      .andAgainNothing()
  })

  it('stay two while the one to go is enrolled itself', () => {
    given(host, enrolled())
      .when({ type: 'MergeAway', data: { into: '8', because: 'asked' } })
      .thenRejected('identity-conflict')
  })

  it('stay two when one of them is not there, or is another already', () => {
    const command = { type: 'MergeAway', data: { into: '9', because: 'asked' } } as const
    given(host, []).when(command).thenRejected('not-found')
    given(host, [discovered(), away]).when(command).thenRejected('identity-conflict')
    given(host, [discovered(), merged]).when(command).thenRejected('identity-conflict')
    const absorb = { type: 'AbsorbHost', data: { hostId: '7', hardwareId: 'OTHER', because: 'asked' } } as const
    given(host, []).when(absorb).thenRejected('not-found')
    given(host, [discovered(), away]).when(absorb).thenRejected('identity-conflict')
  })

  it('have one place for their agents', () => {
    const told = { type: 'AgentEnrolled', data: { agent: 'osquery', keyHash: 'aa', instanceId: null, version: null } } as const
    given(host, [...enrolled(), merged])
      .when(enrollAgent('other'))
      .then([told])
    given(host, enrolled()).when(enrollAgent('other')).thenRejected('identity-conflict')
    given(host, [discovered(), away]).when(enrollAgent(udid)).thenRejected('identity-conflict')
  })

  it('are parted again, each half once', () => {
    given(host, [...enrolled(), merged])
      .when({ type: 'SplitHost', data: { hostId: '7' } })
      .then([{ type: 'HostsSplit', data: { absorbed: '7' } }])
      .andAgainNothing()
    given(host, [discovered(), away])
      .when({ type: 'ComeBack', data: { because: 'asked' } })
      .then([{ type: 'HostCameBack', data: { from: '8', because: 'asked' } }])
      .andAgainNothing()
  })
})
