import assert from 'node:assert/strict'
import type { ServerEvent } from '../../../src/domain/server/events.ts'
import type { Sealed } from '../../../src/kernel/content.ts'
import type { Authorities } from '../../../src/domain/server/authorities.ts'
import { security } from '../../../src/domain/server/security.ts'
import { server } from '../../../src/domain/server/server.ts'
import { given } from '../../support/given.ts'
import { sealedAs } from '../../support/host-stories.ts'

const authority = { fingerprint: 'aa', certificatePem: '-----BEGIN CERTIFICATE-----', key: sealedAs('authority') }
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

const made = (fingerprint: string) => ({ ...authority, fingerprint })
const created: ServerEvent = { type: 'AuthorityCreated', data: authority }
const prepared: ServerEvent = { type: 'AuthorityPrepared', data: made('bb') }
const standings = (authorities: Authorities) => authorities.map(({ fingerprint, standing }) => [fingerprint, standing])
const bring = (as: 'issuer' | 'trusted', fingerprint = 'cc', key: Sealed | null = sealedAs('authority')) =>
  ({ type: 'ImportAuthority', data: { fingerprint, certificatePem: 'pem', key, as } }) as const

describe('the server', () => {
  it('has one authority, made once, whoever comes second', () => {
    given(server, [])
      .when({ type: 'CreateAuthority', data: authority })
      .then([{ type: 'AuthorityCreated', data: authority }])
      .when({ type: 'CreateAuthority', data: { ...authority, certificatePem: 'another' } })
      .thenNothing()
      .thenState(({ authorities }) => assert.deepEqual(standings(authorities), [['aa', 'issuer']]))
  })

  it('prepares one next authority, and rolls over to it once', () => {
    given(server, [created])
      .when({ type: 'PrepareAuthority', data: made('bb') })
      .then([prepared])
      .when({ type: 'PrepareAuthority', data: made('cc') })
      .thenNothing()
      .when({ type: 'RollOverAuthority', data: { to: 'bb' } })
      .then([{ type: 'AuthorityRolledOver', data: { from: 'aa', to: 'bb' } }])
      .andAgainNothing()
      .thenState(({ authorities }) =>
        assert.deepEqual(standings(authorities), [
          ['aa', 'previous'],
          ['bb', 'issuer'],
        ]),
      )
  })

  it('rolls over to nothing that was not prepared, and never back', () => {
    given(server, [created])
      .when({ type: 'RollOverAuthority', data: { to: 'bb' } })
      .thenRejected('not-found')
    given(server, [created, prepared, { type: 'AuthorityRolledOver', data: { from: 'aa', to: 'bb' } }])
      .when({ type: 'RollOverAuthority', data: { to: 'aa' } })
      .thenRejected('not-found')
  })

  it('takes in an authority of another server, for its identities alone or to issue', () => {
    given(server, [created])
      .when(bring('trusted', 'cc', null))
      .then([{ type: 'AuthorityImported', data: { ...bring('trusted', 'cc', null).data, replaces: null } }])
      .andAgainNothing()
      .when(bring('trusted'))
      .then([{ type: 'AuthorityImported', data: { ...bring('trusted').data, replaces: null } }])
      .andAgainNothing()
      .when(bring('issuer'))
      .then([{ type: 'AuthorityImported', data: { ...bring('issuer').data, replaces: 'aa' } }])
      .andAgainNothing()
      .thenState(({ authorities }) =>
        assert.deepEqual(standings(authorities), [
          ['aa', 'previous'],
          ['cc', 'issuer'],
        ]),
      )
    given(server, [created, prepared]).when(bring('issuer', 'bb')).thenRejected('already-exists')
    given(server, [created]).when(bring('trusted', 'aa')).thenRejected('already-exists')
  })

  it('records every export of an authority, and refuses those that it cannot make', () => {
    const ask = (fingerprint: string) => ({ type: 'RecordAuthorityExport', data: { fingerprint } }) as const
    const exported: ServerEvent = { type: 'AuthorityExported', data: { fingerprint: 'aa' } }
    given(server, [created]).when(ask('aa')).then([exported]).when(ask('aa')).then([exported])
    given(server, [created]).when(ask('zz')).thenRejected('not-found')
    given(server, [created, { type: 'AuthorityImported', data: { ...bring('trusted', 'cc', null).data, replaces: null } }])
      .when(ask('cc'))
      .thenRejected('not-supported')
  })

  it('lets an authority go, but never the one that issues', () => {
    const retire = (fingerprint: string) => ({ type: 'RetireAuthority', data: { fingerprint } }) as const
    given(server, [created, prepared])
      .when(retire('bb'))
      .then([{ type: 'AuthorityRetired', data: { fingerprint: 'bb' } }])
      .thenState(({ authorities }) => assert.deepEqual(standings(authorities), [['aa', 'issuer']]))
    given(server, [created]).when(retire('aa')).thenRejected('not-supported')
    given(server, [created]).when(retire('bb')).thenRejected('not-found')
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
    given(server, [{ type: 'ApiTokenIssued', data: token }])
      .when({ type: 'IssueApiToken', data: { ...token, tokenHash: 'cd' } })
      .thenRejected('name-taken')
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
