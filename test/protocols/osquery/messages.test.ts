import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readEnroll, readNodeKey, readWrite } from '../../../src/protocols/osquery/messages.ts'
import { readOrbitEnroll } from '../../../src/protocols/osquery/orbit.ts'

const fieldOf = (read: () => unknown): string => {
  try {
    read()
  } catch (error) {
    if (error instanceof ParseError) return error.field
    throw error
  }
  return assert.fail('It was taken.')
}

describe('a message of osquery', () => {
  it('that enrolls tells what the machine is; a serial number of -1 is none', () => {
    const details = {
      system_info: { uuid: 'U', hardware_serial: '-1', hostname: 'mac' },
      os_version: { platform: 'darwin', version: '15.3' },
    }
    const { uuid, serial, computerName, platform, osVersion, instanceId } = readEnroll({
      enroll_secret: 's',
      host_details: details,
    })
    assert.deepEqual(
      { uuid, serial, computerName, platform, osVersion, instanceId },
      { uuid: 'U', serial: null, computerName: 'mac', platform: 'darwin', osVersion: '15.3', instanceId: null },
    )
  })

  it('that answers may tell its statuses as numbers or text, and no rows in three ways', () => {
    const { answers } = readWrite({
      node_key: 'k',
      queries: { rows: [{ a: 1, b: 'x', c: null }], empty: [], blank: '', bad: 'rows' },
      statuses: { rows: '0', empty: 0, missing: 0, failed: '1' },
      messages: { failed: 'no such table: foo' },
    })
    assert.deepEqual(answers, {
      rows: { ok: true, rows: [{ a: '1', b: 'x', c: '' }] },
      empty: { ok: true, rows: [] },
      blank: { ok: true, rows: [] },
      bad: { ok: false, message: 'The rows are none.' },
      missing: { ok: true, rows: [] },
      failed: { ok: false, message: 'no such table: foo' },
    })
  })

  it('that answers more queries than are taken is not refused, for it would come again for ever [case K2]', () => {
    const many = Object.fromEntries(Array.from({ length: 2001 }, (_, index) => [String(index), []]))
    assert.equal(Object.keys(readWrite({ node_key: 'k', queries: many }).answers).length, 2000)
  })

  it('is refused in the words of the key at fault', () => {
    assert.equal(
      fieldOf(() => readEnroll({})),
      'enroll_secret',
    )
    assert.equal(
      fieldOf(() => readNodeKey({ node_key: 'x'.repeat(256) })),
      'node_key',
    )
    assert.equal(
      fieldOf(() => readNodeKey('text')),
      'body',
    )
    assert.equal(
      fieldOf(() => readOrbitEnroll({ hardware_uuid: 'u' })),
      'enroll_secret',
    )
  })
})
