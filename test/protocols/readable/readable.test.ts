import assert from 'node:assert/strict'
import { differencesIn } from '../../../src/protocols/readable/differences.ts'
import { messageJson, settingsJson } from '../../../src/protocols/readable/settings-json.ts'

const plist = (inner: string) =>
  Buffer.from(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">${inner}</plist>`)

describe('Settings as people read them', () => {
  it('are the dictionaries of a profile, with every value as it is', () => {
    const long = 'x'.repeat(200_000)
    const bytes = plist(`<dict>
      <key>a &amp; b</key><string> &lt;k&gt; <![CDATA[<v>&amp;]]></string><key>__proto__</key><string>   </string>
      <key>n</key><array><integer>42</integer><integer>9007199254740993</integer><real>0.5</real><true/><false/></array>
      <key>d</key><data>
        AAEC
      </data><key>t</key><date>2026-01-02T03:04:05Z</date><key>e</key><dict/><key>s</key><integer>$FLEET_SECRET_N</integer><!-- no -->
      <key>long</key><string>${long}</string>
    </dict>`)
    assert.equal(
      JSON.stringify(settingsJson('apple-profile', bytes)),
      `{"a & b":" <k> <v>&amp;","__proto__":"   ","n":[42,"9007199254740993",0.5,true,false],"d":"AAEC","t":"2026-01-02T03:04:05Z","e":{},` +
        `"s":"$FLEET_SECRET_N","long":"${long}"}`,
    )
  })

  it('are the nodes of a Windows profile, in its order, with values that are XML as elements', () => {
    const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
    const text = `<Atomic><CmdID>1</CmdID><Replace><Item><Target><LocURI>${camera}</LocURI></Target>
      <Meta><Format xmlns="syncml:metinf">int</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta><Data>0</Data></Item></Replace>
      <Add><Meta><Format>chr</Format></Meta><Item><Target><LocURI>./Vendor/MSFT/X</LocURI></Target><Data><![CDATA[<enabled/><data id="a" value="b &amp; c"/>]]></Data></Item>
      <Item><Target><LocURI>./Vendor/MSFT/Y</LocURI></Target><Data>&lt;WLANProfile xmlns="u"&gt;&lt;name&gt;Café&lt;/name&gt;&lt;/WLANProfile&gt;</Data></Item></Add></Atomic>`
    assert.deepEqual(settingsJson('windows-profile', Buffer.from(text)), [
      { verb: 'Replace', atomic: true, loc_uri: camera, format: 'int', data: '0' },
      {
        ...{ verb: 'Add', atomic: true, loc_uri: './Vendor/MSFT/X', format: 'chr' },
        data: [{ element: 'enabled' }, { element: 'data', attributes: { id: 'a', value: 'b & c' } }],
      },
      {
        ...{ verb: 'Add', atomic: true, loc_uri: './Vendor/MSFT/Y', format: 'chr' },
        data: [{ element: 'WLANProfile', children: [{ element: 'name', text: 'Café' }] }],
      },
    ])
  })

  it('are the keys of a declaration, with figures that would be rounded as text', () => {
    const text =
      '{"Type":"t","Payload":{"a":9007199254740993,"b":[-18446744073709551615, 12],"c":"9007199254740993","d":$FLEET_SECRET_N}}'
    const payload = { a: '9007199254740993', b: ['-18446744073709551615', 12], c: '9007199254740993', d: '$FLEET_SECRET_N' }
    assert.deepEqual(settingsJson('declaration', Buffer.from(text)), { Type: 't', Payload: payload })
  })

  it('are refused by the strict reader before a tree is made of them', () => {
    assert.throws(() => settingsJson('apple-profile', plist('<dict><key>a</key></dict>')), /no value/)
    assert.throws(() => settingsJson('apple-profile', plist('<array>'.repeat(100) + '</array>'.repeat(100))), /nested deeper/)
    assert.throws(
      () =>
        settingsJson('apple-profile', Buffer.from('<?xml version="1.0"?><!DOCTYPE plist [<!ENTITY a "b">]><plist>&a;</plist>')),
      /document type/,
    )
    assert.throws(
      () => settingsJson('windows-profile', Buffer.from(`${'<Add>'.repeat(100)}${'</Add>'.repeat(100)}`)),
      /nested deeper/,
    )
    assert.throws(() => settingsJson('declaration', Buffer.from('{')), /JSON/)
  })
})

describe('Answers of devices as people read them', () => {
  it('are trees of what the device said, and nothing for what is no document', () => {
    assert.deepEqual(messageJson('apple', plist('<dict><key>Status</key><string>Acknowledged</string></dict>')), {
      Status: 'Acknowledged',
    })
    const results =
      '<Results><CmdID>3</CmdID><MsgRef>1</MsgRef><CmdRef>2</CmdRef><Item><Source><LocURI>./DevDetail/SwV</LocURI></Source><Data>10.0</Data></Item></Results>'
    assert.deepEqual(messageJson('windows', Buffer.from(results)), [
      { verb: 'Results', loc_uri: './DevDetail/SwV', data: '10.0' },
    ])
    for (const bytes of [
      Buffer.from(''),
      Buffer.from('the output of a script'),
      Buffer.from('<unclosed'),
      Buffer.alloc(300_000, ' '),
    ])
      for (const platform of ['apple', 'windows'] as const) assert.equal(messageJson(platform, bytes), null)
  })
})

describe('Differences of settings', () => {
  it('are told by the names of payloads and nodes, whatever their order', () => {
    const payload = (name: string, more: object) => ({ PayloadIdentifier: name, ...more })
    const before = { PayloadContent: [payload('a', { x: 1, y: [1, 2] }), payload('b', { z: true })], PayloadVersion: 1 }
    const after = {
      PayloadContent: [payload('b', { z: false }), payload('a', { x: 1, y: [1] }), payload('c', {})],
      PayloadVersion: 1,
    }
    assert.deepEqual(differencesIn(before, after), [
      { path: 'PayloadContent/a/y/1', before: 2 },
      { path: 'PayloadContent/b/z', before: true, after: false },
      { path: 'PayloadContent/c', after: { PayloadIdentifier: 'c' } },
    ])
    const node = (loc_uri: string, data: string) => ({ verb: 'Replace', loc_uri, data })
    assert.deepEqual(differencesIn([node('./A', '1'), node('./B', '1')], [node('./B', '2')]), [
      { path: './A', before: node('./A', '1') },
      { path: './B/data', before: '1', after: '2' },
    ])
  })

  it('are told by place where nothing names the members, and as a whole where the kind changed', () => {
    assert.deepEqual(differencesIn([1, 2], [1, 3, 4]), [
      { path: '1', before: 2, after: 3 },
      { path: '2', after: 4 },
    ])
    assert.deepEqual(differencesIn({ a: [1] }, { a: { '0': 1 } }), [{ path: 'a', before: [1], after: { '0': 1 } }])
    assert.deepEqual(differencesIn({ a: { b: null } }, { a: { b: null } }), [])
    assert.deepEqual(differencesIn('1', 1), [{ path: '', before: '1', after: 1 }])
  })
})
