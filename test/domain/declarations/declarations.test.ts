import assert from 'node:assert/strict'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { discovered, enrolled, opened, reconcileTo, started } from '../../support/host-stories.ts'

const told = (token: string, now = '2026-03-01T12:00:00.000Z') => {
  const command = reconcileTo([], now)
  return { ...command, data: { ...command.data, declarationsToken: token } }
}
const state = (identifier: string, status: 'verified' | 'verifying' | 'failed' = 'verified') => ({
  identifier,
  token: 't1',
  status,
  detail: null,
})
const report = (more: object) =>
  ({ type: 'ReportStatus', data: { declarations: null, items: {}, facts: {}, full: false, ...more } }) as const

describe('the declarations of a host', () => {
  it('are announced when they changed, once', () => {
    given(host, enrolled())
      .when(told('one'))
      .thenState(({ declarations, commands }) => {
        assert.deepEqual(declarations.announced, { device: 'one' })
        assert.deepEqual(
          [...commands.waiting.values()].map(({ request }) => request.kind),
          ['sync-declarations'],
        )
      })
      .andAgainNothing()
  })

  it('are announced by one command: a newer one takes the place of what was not sent yet', () => {
    given(host, enrolled())
      .when(told('one'))
      .when(told('two', '2026-03-01T12:01:00.000Z'))
      .thenState(({ commands }) => assert.equal(commands.waiting.size, 1))
  })

  it('are not announced to a host that stands in its setup assistant, or is too old for them', () => {
    const data = {
      ...(opened() as Extract<ReturnType<typeof opened>, { type: 'ChannelOpened' }>).data,
      awaitingConfiguration: true,
    }
    given(host, [discovered(), started(), { type: 'ChannelOpened', data }])
      .when(told('one'))
      .thenNothing()
    given(host, [...enrolled(), { type: 'HostDescribed', data: { facts: { osVersion: '12.7' }, source: 'authenticate' } }])
      .when(told('one'))
      .thenNothing()
  })

  it('are remembered as the host reports them, and only news are facts', () => {
    given(host, enrolled())
      .when(report({ declarations: [state('a'), state('b', 'verifying')], full: true }))
      .then([{ type: 'DeclarationsReported', data: { changed: [state('a'), state('b', 'verifying')], gone: [] } }])
      .andAgainNothing()
      .when(report({ declarations: [state('b')] }))
      .then([{ type: 'DeclarationsReported', data: { changed: [state('b')], gone: [] } }])
      .when(report({ declarations: [state('b')], full: true }))
      .then([{ type: 'DeclarationsReported', data: { changed: [], gone: ['a'] } }])
  })

  it('come with facts about the host', () => {
    given(host, enrolled())
      .when(report({ items: { 'device.operating-system.version': '15.4' }, facts: { osVersion: '15.4' } }))
      .then([
        { type: 'StatusReported', data: { items: { 'device.operating-system.version': '15.4' } } },
        { type: 'HostDescribed', data: { facts: { osVersion: '15.4' }, source: 'status-report' } },
      ])
      .andAgainNothing()
  })

  it("are nobody's business when the host is not enrolled", () => {
    given(host, [])
      .when(report({ declarations: [state('a')] }))
      .thenNothing()
  })
})
