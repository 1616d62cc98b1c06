import assert from 'node:assert/strict'
import { sessionPackage } from '../../../src/api/windows/session-package.ts'
import type { SyncCommand, SyncMessage, SyncStatus } from '../../../src/protocols/windows/syncml/message.ts'

const header = { sessionId: '1', msgId: '2', target: 't', source: 's', credential: null, maxMessage: null }
const message = (commands: readonly SyncCommand[], final = true): SyncMessage => ({ header, commands, final })
const status = (cmdRef: string): SyncStatus => ({
  ...{ name: 'Status', cmdId: '1', msgRef: '1', cmdRef, cmd: 'Get', data: '200', nonce: null },
})
const piece = (cmdRef: string, data: string, moreData: boolean, source = './Large'): SyncCommand => ({
  ...{ name: 'Results', cmdId: '2', msgRef: '1', cmdRef },
  items: [{ target: null, source, format: null, type: null, data, moreData }],
})
const alert = (data: string): SyncCommand => ({ name: 'Alert', cmdId: '3', data, items: [] })

/** What is said at the end of these messages, and that nothing is said before. */
const saidOf = (messages: readonly SyncMessage[]) => {
  const one = sessionPackage()
  const said = messages.map((each) => {
    one.take(each)
    return one.said(each)
  })
  assert.deepEqual(
    said.slice(0, -1).map((each) => each),
    messages.slice(0, -1).map(() => null),
  )
  const last = said.at(-1) ?? assert.fail('The package does not end.')
  return {
    statuses: last.statuses.map(({ cmdRef }) => cmdRef),
    data: last.results.flatMap(({ items }) => items.map(({ data }) => data)),
    broken: [...last.broken],
  }
}

describe('What a Windows device says in one package', () => {
  const whole = { statuses: ['c1'], data: ['abc'], broken: [] }
  const ways: readonly (readonly [string, readonly SyncMessage[]])[] = [
    [
      'the status first, in the message of the first piece',
      [message([status('c1'), piece('c1', 'a', true)]), message([piece('c1', 'bc', false)])],
    ],
    [
      'the status alone, then pieces',
      [message([status('c1')], false), message([piece('c1', 'ab', true)]), message([piece('c1', 'c', false)])],
    ],
    [
      'the status last',
      [message([piece('c1', 'a', true)]), message([piece('c1', 'b', true)]), message([piece('c1', 'c', false), status('c1')])],
    ],
    [
      'the status between the pieces',
      [message([piece('c1', 'a', true)]), message([status('c1')], false), message([piece('c1', 'bc', false)])],
    ],
    [
      'status and result in two messages, nothing in pieces',
      [message([status('c1')], false), message([piece('c1', 'abc', false)])],
    ],
    ['all in one', [message([status('c1'), piece('c1', 'abc', false)])]],
  ]
  for (const [how, messages] of ways)
    it(`is judged whole: ${how} [case L1]`, () => {
      assert.deepEqual(saidOf(messages), whole)
    })

  it('names the command whose result broke off, and keeps what came whole [case L1]', () => {
    const messages = [
      message([status('c1'), status('c2'), piece('c2', 'x', false, './Small'), piece('c1', 'a', true)]),
      message([alert('1225')]),
    ]
    assert.deepEqual(saidOf(messages), { statuses: ['c1', 'c2'], data: ['x'], broken: ['c1'] })
  })

  it('is told at an abort as far as it came [case L1]', () => {
    const one = sessionPackage()
    const last = message([status('c1'), piece('c1', 'a', true)])
    one.take(last)
    const said = one.said(last, true)
    assert.deepEqual([said?.statuses.length, said?.results.length, [...(said?.broken ?? [])]], [1, 0, ['c1']])
  })

  it('is given up where it grows without end, and the next package begins empty', () => {
    const one = sessionPackage()
    const large = 'x'.repeat(1024 * 1024)
    for (let count = 0; count < 8; count++) one.take(message([piece('c1', large, true)]))
    const last = message([piece('c1', 'end', false), status('c1')])
    one.take(last)
    assert.deepEqual(one.said(last)?.results, [])
    assert.deepEqual(saidOf([message([status('c1'), piece('c1', 'abc', false)])]), whole)
  })
})
