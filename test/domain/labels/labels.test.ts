import { label } from '../../../src/domain/labels/label.ts'
import { host } from '../../../src/domain/host/host.ts'
import { given } from '../../support/given.ts'
import { enrolled } from '../../support/host-stories.ts'

const definition = { name: 'Engineers', description: '', platform: null, query: null, criteria: null }
const manual = { type: 'LabelCreated', data: { ...definition, kind: 'manual' } } as const

describe('a label', () => {
  it('lists hosts by hand when it is manual, and tells only what changed', () => {
    given(label, [manual, { type: 'LabelListed', data: { joined: ['1', '2'], left: [] } }])
      .when({ type: 'ListHosts', data: { join: ['2', '3', '3'], leave: ['1', '9'] } })
      .then([{ type: 'LabelListed', data: { joined: ['3'], left: ['1'] } }])
      .andAgainNothing()
  })

  it('lists nobody by hand when a query tells', () => {
    given(label, [{ type: 'LabelCreated', data: { ...definition, query: 'SELECT 1', kind: 'dynamic' } }])
      .when({ type: 'ListHosts', data: { join: ['1'], leave: [] } })
      .thenRejected('not-supported')
  })

  it('is deleted once', () => {
    given(label, [manual])
      .when({ type: 'DeleteLabel', data: {} })
      .then([{ type: 'LabelDeleted', data: { name: 'Engineers' } }])
      .andAgainNothing()
  })

  it('is brought back under its own id, with an empty list', () => {
    const deleted = { type: 'LabelDeleted', data: { name: 'Engineers' } } as const
    given(label, [manual, { type: 'LabelListed', data: { joined: ['1'], left: [] } }, deleted])
      .when({ type: 'RestoreLabel', data: manual.data })
      .then([manual])
      .andAgainNothing()
      .when({ type: 'ListHosts', data: { join: ['1'], leave: [] } })
      .then([{ type: 'LabelListed', data: { joined: ['1'], left: [] } }])
    given(label, []).when({ type: 'RestoreLabel', data: manual.data }).thenRejected('not-found')
  })
})

describe('the labels of a host', () => {
  const report = (memberships: Record<string, boolean>) => ({ type: 'ReportLabels', data: { memberships } }) as const

  it('are told when its agent answers for the first time, be it with no', () => {
    given(host, enrolled())
      .when(report({ '7': true, '8': false }))
      .then([{ type: 'LabelMembershipChanged', data: { joined: ['7'], left: [], learned: ['7', '8'], because: 'reported' } }])
      .andAgainNothing()
  })

  it('change when the answer changes', () => {
    given(host, enrolled())
      .when(report({ '7': true }))
      .when(report({ '7': false }))
      .then([{ type: 'LabelMembershipChanged', data: { joined: [], left: ['7'], learned: [], because: 'reported' } }])
  })

  it('follow what the server knows of the host', () => {
    const vital = (value: string) => ({ labelId: value, criteria: { vital: 'platform', value } }) as const
    given(host, enrolled())
      .when({ type: 'EvaluateVitals', data: { labels: [vital('DARWIN'), vital('ios')] } })
      .then([{ type: 'LabelMembershipChanged', data: { joined: ['DARWIN'], left: [], learned: [], because: 'vitals' } }])
      .andAgainNothing()
  })

  it('are left when the label is gone', () => {
    given(host, enrolled())
      .when({ type: 'ListOn', data: { labelId: '9', listed: true } })
      .when({ type: 'ForgetLabel', data: { labelId: '9' } })
      .then([{ type: 'LabelMembershipChanged', data: { joined: [], left: ['9'], learned: [], because: 'label-deleted' } }])
  })
})
