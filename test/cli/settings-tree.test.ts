import assert from 'node:assert/strict'
import { settingsDiffTable, settingsText } from '../../src/cli/settings-tree.ts'

const version = {
  profile_uuid: 'a1',
  name: 'Wi-Fi',
  platform: 'darwin',
  checksum: 'AAAA',
  updated_at: '2026-03-01T12:00:00.000Z',
}

describe('What a profile sets, on the command line', () => {
  it('is a line for each value, under the keys that lead to it', () => {
    const settings = { PayloadContent: [{ SSID_STR: 'A\nB', AutoJoin: true, Proxies: [] }], PayloadVersion: 1 }
    assert.equal(
      settingsText({ ...version, settings }),
      [
        ...['Wi-Fi, version AAAA of 2026-03-01 12:00:00Z', '  PayloadContent:', '    -:', '      SSID_STR: "A\\nB"'],
        ...['      AutoJoin: true', '      Proxies: []', '  PayloadVersion: 1'],
      ].join('\n'),
    )
  })

  it('is told apart from what it was, with what was not there as -', () => {
    const changes = [
      { path: 'PayloadContent/a/AutoJoin', before: false, after: true },
      { path: 'PayloadContent/b', after: { x: 1 } },
    ]
    const text = settingsDiffTable({ from: version, to: { ...version, checksum: 'BBBB' }, changes, more: 2 })
    assert.match(text, /PayloadContent\/a\/AutoJoin {2}false {2}true/)
    assert.match(text, /PayloadContent\/b {11}- {6}\{"x":1\}\nand 2 more$/)
    assert.match(settingsDiffTable({ from: version, to: version, changes: [], more: 0 }), /^Nothing is different/)
  })
})
