import assert from 'node:assert/strict'
import { audit, eventsSince } from '../../../src/domain/audit/audit.ts'
import type { AuditEvent, SignedCheckpoint } from '../../../src/domain/audit/events.ts'
import { given } from '../../support/given.ts'

const upTo = (count: number): SignedCheckpoint => ({
  ...{ position: String(count), count, link: 'aa', at: '2026-03-01T12:00:00.000Z', keyId: 'key', signature: 'signature' },
})
const signed = (count: number): AuditEvent => ({ type: 'AuditCheckpointed', data: upTo(count) })
const wish = { from: null, to: null, host: '7', actor: null, type: null, category: null }

describe('The log', () => {
  it('is signed when anything happened, once', () => {
    given(audit, [])
      .when({ type: 'Checkpoint', data: upTo(3) })
      .then([signed(3)])
      .andAgainNothing()
    given(audit, [])
      .when({ type: 'Checkpoint', data: upTo(0) })
      .thenNothing()
  })

  it('is not signed because it was signed', () => {
    given(audit, [signed(3)])
      .when({ type: 'Checkpoint', data: upTo(4) })
      .thenNothing()
      .when({ type: 'Checkpoint', data: upTo(5) })
      .then([signed(5)])
      .when({ type: 'Checkpoint', data: upTo(6) })
      .thenNothing()
  })

  it('is never signed for less than it was signed for', () => {
    given(audit, [signed(9)])
      .when({ type: 'Checkpoint', data: upTo(4) })
      .thenNothing()
  })

  it('knows who took it out, each time', () => {
    const noted = { type: 'AuditExported', data: wish } as const
    given(audit, [signed(3)])
      .when({ type: 'NoteExport', data: wish })
      .then([noted])
      .when({ type: 'NoteExport', data: wish })
      .then([noted])
  })

  it('counts what happened since the last time without the checkpoint itself', () => {
    assert.deepEqual(
      [eventsSince(null, 0), eventsSince(null, 5), eventsSince(upTo(5), 5), eventsSince(upTo(5), 6), eventsSince(upTo(5), 9)],
      [0, 5, 0, 0, 3],
    )
  })
})
