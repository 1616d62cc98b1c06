import assert from 'node:assert/strict'
import type { ServerEvent } from '../../../src/domain/server/events.ts'
import { security } from '../../../src/domain/server/security.ts'
import { server } from '../../../src/domain/server/server.ts'
import { given } from '../../support/given.ts'
import { sealedAs } from '../../support/host-stories.ts'

const authority = { certificatePem: '-----BEGIN CERTIFICATE-----', key: sealedAs('authority') }
const push = (topic: string, certificatePem = 'pem') => ({
  topic,
  certificatePem,
  key: sealedAs(topic),
  notAfter: '2027-03-01T00:00:00.000Z',
})
const upload = (topic: string, certificatePem: string, replaceTopic = false) =>
  ({ type: 'UploadPushCertificate', data: { ...push(topic, certificatePem), replaceTopic } }) as const
const uploaded = (topic: string, certificatePem = 'pem'): ServerEvent => ({
  type: 'PushCertificateUploaded',
  data: push(topic, certificatePem),
})

describe('the server', () => {
  it('has one authority, made once, whoever comes second', () => {
    given(server, [])
      .when({ type: 'CreateAuthority', data: authority })
      .then([{ type: 'AuthorityCreated', data: authority }])
      .when({ type: 'CreateAuthority', data: { ...authority, certificatePem: 'another' } })
      .thenNothing()
      .thenState((state) => assert.deepEqual(state.authority, authority))
  })

  it('takes a push certificate, and a renewed one of the same topic', () => {
    given(server, [])
      .when(upload('topic-1', 'first'))
      .then([uploaded('topic-1', 'first')])
      .andAgainNothing()
      .when(upload('topic-1', 'second'))
      .then([uploaded('topic-1', 'second')])
  })

  it('takes another topic only from an admin who knows that every device must enroll again', () => {
    given(server, [uploaded('topic-1')])
      .when(upload('topic-2', 'other'))
      .thenRejected('topic-changed')
    given(server, [uploaded('topic-1')])
      .when(upload('topic-2', 'other', true))
      .then([uploaded('topic-2', 'other')])
  })

  it('issues a token once and revokes it once', () => {
    const token = { name: 'ci', role: 'maintainer', tokenHash: 'ab' } as const
    given(server, [])
      .when({ type: 'IssueApiToken', data: token })
      .then([{ type: 'ApiTokenIssued', data: token }])
      .andAgainNothing()
      .when({ type: 'RevokeApiToken', data: { tokenHash: 'ab' } })
      .then([{ type: 'ApiTokenRevoked', data: { tokenHash: 'ab' } }])
      .when({ type: 'RevokeApiToken', data: { tokenHash: 'ab' } })
      .thenRejected('not-found')
  })

  it('records what it refused, as often as it is told', () => {
    const data = {
      why: 'signature-invalid',
      enrollmentId: 'mac',
      certificate: null,
      messageType: 'TokenUpdate',
      address: '127.0.0.1',
    } as const
    given(security, [])
      .when({ type: 'RecordRefusal', data })
      .then([{ type: 'DeviceRefused', data }])
  })
})
