import assert from 'node:assert/strict'
import type { EnrollAgent } from '../../../src/domain/agents/agents.ts'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { discovered, enrolled, udid } from '../../support/host-stories.ts'

const enroll = (more: Partial<EnrollAgent['data']> = {}): EnrollAgent => ({
  type: 'EnrollAgent',
  data: {
    ...{ agent: 'osquery', keyHash: 'aa', instanceId: 'one', version: '5.12.1', hardwareId: udid.toLowerCase() },
    ...{ platform: 'darwin', facts: {}, teamId: '7' },
    ...more,
  },
})
const agentEnrolled = {
  type: 'AgentEnrolled',
  data: { agent: 'osquery', keyHash: 'aa', instanceId: 'one', version: '5.12.1' },
} as const

describe('an agent', () => {
  it('makes its host known when nobody knew it, in the team of its secret', () => {
    given(host, [])
      .when(enroll({ hardwareId: udid }))
      .then([
        { type: 'HostDiscovered', data: { source: 'agent', hardwareId: udid, platform: 'darwin', facts: {} } },
        { type: 'HostTransferred', data: { teamId: '7', from: '0', because: 'enrolled' } },
        agentEnrolled,
      ])
  })

  it('joins the host that is there already, and leaves it in its team', () => {
    given(host, enrolled()).when(enroll()).then([agentEnrolled])
  })

  it('is turned away where its number means another device', () => {
    given(host, enrolled())
      .when(enroll({ hardwareId: 'ANOTHER' }))
      .thenRejected('identity-conflict')
  })

  it('that comes again and again from changing machines is told of as a conflict', () => {
    given(host, enrolled())
      .when(enroll({ instanceId: 'one' }))
      .when(enroll({ instanceId: 'two' }))
      .when(enroll({ instanceId: 'one' }))
      .when(enroll({ instanceId: 'two' }))
      .then([
        { ...agentEnrolled, data: { ...agentEnrolled.data, instanceId: 'two' } },
        { type: 'IdentityConflictDetected', data: { agent: 'osquery', instances: ['one', 'two'] } },
      ])
    given(host, enrolled())
      .when(enroll())
      .when(enroll())
      .when(enroll())
      .when(enroll())
      .thenState(({ agents }) => assert.equal(agents.conflictAt, null))
  })

  it('tell what the host thinks of itself, and only news are facts', () => {
    const mdm = { enrolled: true, serverUrl: 'https://mdm.example.com', installedFromDep: false }
    given(host, [discovered()])
      .when({ type: 'ReportState', data: { mdm, encrypted: false } })
      .then([
        { type: 'MdmReported', data: mdm },
        { type: 'DiskEncryptionReported', data: { encrypted: false } },
      ])
      .andAgainNothing()
    given(host, [discovered(), { type: 'MdmReported', data: mdm }])
      .when({ type: 'ReportState', data: { mdm: { ...mdm, enrolled: false } } })
      .then([{ type: 'MdmReported', data: { ...mdm, enrolled: false } }])
  })
})
