import assert from 'node:assert/strict'
import { filled, placeholdersOf } from '../../../src/protocols/filling/filled.ts'
import { withNeutralValues } from '../../../src/protocols/filling/neutral.ts'
import type { ValueOf } from '../../../src/protocols/filling/placeholders.ts'
import type { KindOfUpload } from '../../../src/protocols/kind-of-upload.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import { readXml } from '../../../src/protocols/xml/read-xml.ts'

const odd = `a<&"b'>]]>\u00fc`
const values: Readonly<Record<string, string>> = {
  ...{
    X: odd,
    NUM: '42',
    BIG: '9007199254740993',
    WORD: 'abc',
    B64: 'AAEC',
    DAY: '2026-01-02T03:04:05Z',
    YES: 'true',
    BELL: '\u0007',
  },
  ...{ LINES: 'one\r\ntwo\tthree', SELF: '$FLEET_SECRET_NUM', XML: '<wlan/>' },
}
const valueOf: ValueOf = ({ name }) => (name === null ? null : (values[name] ?? null))
const fill = (kind: KindOfUpload, text: string) => filled(kind, text, valueOf)

const plist = (inner: string) => `<?xml version="1.0" encoding="UTF-8"?><plist version="1.0">${inner}</plist>`
const inPlist = (inner: string) => readPlist(Buffer.from(fill('apple-profile', plist(inner))))
const data = (inner: string) =>
  `<Replace><Item><Target><LocURI>./Vendor/MSFT/X</LocURI></Target><Data>${inner}</Data></Item></Replace>`
const textsOf = (xml: string, ...names: readonly string[]): string | undefined => {
  let at = readXml(Buffer.from(`<x>${xml}</x>`), { field: 'x', maxBytes: 10_000, maxDepth: 20, maxElements: 100 })
  for (const name of names) at = at.children.find((child) => child.name === name) ?? assert.fail(`There is no ${name}.`)
  return at.text
}
const inData = (inner: string): string | undefined => textsOf(fill('windows-profile', data(inner)), 'Replace', 'Item', 'Data')

describe('A secret reaches the device as it is, wherever it stands [case F1]', () => {
  const escaped = '&lt;k&gt;$FLEET_SECRET_X&lt;/k&gt;'
  for (const [where, read, wanted] of [
    ['in a string', () => inPlist('<string>$FLEET_SECRET_X</string>'), odd],
    ['with braces, beside other text', () => inPlist('<string>1${FLEET_SECRET_X}2 &amp; 3</string>'), `1${odd}2 & 3`],
    ['in CDATA', () => inPlist('<string><![CDATA[$FLEET_SECRET_X]]></string>'), odd],
    ['in CDATA with text around it', () => inPlist('<string>a&lt;<![CDATA[<${FLEET_SECRET_X}]]>z</string>'), `a<<${odd}z`],
    ['written in references', () => inPlist('<string>&#36;FLEET&#x5f;SECRET_X</string>'), odd],
    ['as a key', () => Object.entries(inPlist('<dict><key>$FLEET_SECRET_WORD</key><true/></dict>')), [['abc', true]]],
    ['with line ends', () => inPlist('<string><![CDATA[$FLEET_SECRET_LINES]]></string>'), values['LINES']],
    ['when it names another', () => inPlist('<string>$FLEET_SECRET_SELF</string>'), '$FLEET_SECRET_NUM'],
    ['as a whole number', () => inPlist('<integer> $FLEET_SECRET_NUM </integer>'), 42],
    ['as a part of a whole number', () => inPlist('<integer>-${FLEET_SECRET_NUM}0</integer>'), -420],
    ['as a number of 54 bits', () => inPlist('<integer>$FLEET_SECRET_BIG</integer>'), 9007199254740993n],
    ['as a real number', () => inPlist('<real>0.$FLEET_SECRET_NUM</real>'), 0.42],
    ['as a date', () => inPlist('<date>$FLEET_SECRET_DAY</date>'), new Date(values['DAY'] ?? '')],
    ['as base64', () => inPlist('<data>\n  $FLEET_SECRET_B64\n</data>'), new Uint8Array([0, 1, 2])],
    ['in data of SyncML', () => inData('$FLEET_SECRET_X'), odd],
    ['in CDATA of SyncML', () => inData('\n  <![CDATA[$FLEET_SECRET_X]]>\n'), `\n  ${odd}\n`],
    ['as a document', () => inData('$FLEET_SECRET_XML'), '<wlan/>'],
    ['in escaped XML', () => textsOf(inData(escaped) ?? '', 'k'), odd],
    ['in XML in CDATA', () => textsOf(inData('<![CDATA[<k>$FLEET_SECRET_X</k>]]>') ?? '', 'k'), odd],
    [
      'in CDATA in escaped XML',
      () => textsOf(inData(escaped.replace('$FLEET_SECRET_X', '&lt;![CDATA[$FLEET_SECRET_X]]&gt;')) ?? '', 'k'),
      odd,
    ],
    [
      'in escaped XML with a declaration',
      () => textsOf((inData(`&lt;?xml version="1.0"?&gt;${escaped}`) ?? '').slice(21), 'k'),
      odd,
    ],
    [
      'in escaped XML in escaped XML',
      () =>
        textsOf(textsOf(inData('&lt;v&gt;&amp;lt;k&amp;gt;$FLEET_SECRET_X&amp;lt;/k&amp;gt;&lt;/v&gt;') ?? '', 'v') ?? '', 'k'),
      odd,
    ],
    ['in escaped XML in a plist', () => textsOf(inPlist(`<string>${escaped}</string>`) as string, 'k'), odd],
    ['in JSON in a plist', () => JSON.parse(inPlist('<string>{"k": "$FLEET_SECRET_X"}</string>') as string), { k: odd }],
    ['in a string of JSON', () => JSON.parse(fill('declaration', '{"a": "1${FLEET_SECRET_X}"}')), { a: `1${odd}` }],
    ['in a string of JSON, escaped', () => JSON.parse(fill('declaration', '{"a": "\\u0024FLEET_SECRET_X"}')), { a: odd }],
    ['in a key of JSON', () => JSON.parse(fill('declaration', '{"$FLEET_SECRET_WORD": 1}')), { abc: 1 }],
    ['in XML in JSON', () => textsOf(JSON.parse(fill('declaration', '{"a": "<k>$FLEET_SECRET_X</k>"}')).a, 'k'), odd],
    [
      'as a number of JSON',
      () => fill('declaration', '{"a":$FLEET_SECRET_BIG, "b": [ ${FLEET_SECRET_NUM}]}'),
      '{"a":9007199254740993, "b": [ 42]}',
    ],
    ['as a truth of JSON', () => fill('declaration', '{"a":$FLEET_SECRET_YES}'), '{"a":true}'],
  ] as const)
    it(where, () => assert.deepEqual(read(), wanted))

  it('in an attribute of escaped XML, as templates of policies have them', () => {
    const value = inData('&lt;enabled/&gt;&lt;data id="a" value="$FLEET_SECRET_X $FLEET_SECRET_LINES"/&gt;') ?? ''
    const root = readXml(Buffer.from(`<x>${value}</x>`), { field: 'x', maxBytes: 10_000, maxDepth: 20, maxElements: 100 })
    const [, element] = root.children
    assert.deepEqual(
      element?.attributes.map((one) => one.value),
      ['a', `${odd} ${values['LINES'] ?? ''}`],
    )
  })

  it('in CDATA that stays CDATA, while all else stays as it was written', () => {
    const text = `${data('<![CDATA[<$FLEET_SECRET_WORD>]]>')}<!-- $FLEET_SECRET_WORD --><Add a = '1'>&#65;</Add>`
    assert.equal(fill('windows-profile', text), text.replace('<$FLEET_SECRET_WORD>', '<abc>'))
    assert.equal(
      fill('declaration', '{ "a" : "$FLEET_SECRET_WORD", "b":1.0, "c":"\\u0041" }'),
      '{ "a" : "abc", "b":1.0, "c":"\\u0041" }',
    )
  })

  it('as one segment of the path of a node', () => {
    const text = data('1').replace('/X', '/$FLEET_VAR_X')
    const uri = textsOf(
      filled('windows-profile', text, () => 'a/b %41'),
      'Replace',
      'Item',
      'Target',
      'LocURI',
    )
    assert.equal(uri, './Vendor/MSFT/a%2Fb%20%2541')
  })
})

describe('A secret that cannot stand where it does is refused by its name, without its value [case F1]', () => {
  for (const [kind, text, reason] of [
    [
      'apple-profile',
      plist('<integer>$FLEET_SECRET_WORD</integer>'),
      /\$FLEET_SECRET_WORD stands in an <integer>.*no whole number/,
    ],
    ['apple-profile', plist('<real>${FLEET_SECRET_WORD}</real>'), /\$\{FLEET_SECRET_WORD\} stands in a <real>/],
    ['apple-profile', plist('<date>$FLEET_SECRET_NUM</date>'), /in a <date>/],
    ['apple-profile', plist('<data>$FLEET_SECRET_WORD</data>'), /in a <data>.*no base64/],
    ['apple-profile', plist('<string>$FLEET_SECRET_BELL</string>'), /character that XML cannot carry/],
    ['windows-profile', data('<![CDATA[$FLEET_SECRET_BELL]]>'), /character that XML cannot carry/],
    ['declaration', '{"a":$FLEET_SECRET_WORD}', /stands outside quotes/],
    ['declaration', '{"a":$FLEET_SECRET_X}', /stands outside quotes/],
  ] as const)
    it(`${kind}: ${text.slice(-60)}`, () => {
      assert.throws(
        () => fill(kind, text),
        (error: Error) => error.name === 'ParseError' && reason.test(error.message) && !error.message.includes('abc'),
      )
    })
})

describe('Placeholders in settings', () => {
  const names = (kind: KindOfUpload, text: string) => placeholdersOf(kind, text).map(({ written, name }) => [written, name])

  it('are what looks like one, right or wrong; comments hold none [case F1]', () => {
    const text = data(
      '$FLEET_VAR_HOST_UUID $FLEET_VAR_host_uuid ${FLEET_SECRET_X}y $fleet_secret_x ${ FLEET_VAR_A} ${FLEET_VAR_A $FLEET_VARS $FLEET_SECRET_Xy',
    )
    assert.deepEqual(names('windows-profile', `${text}<!-- $FLEET_SECRET_NO -->`), [
      ...[
        ['$FLEET_VAR_HOST_UUID', 'HOST_UUID'],
        ['$FLEET_VAR_host_uuid', null],
        ['${FLEET_SECRET_X}', 'X'],
        ['$fleet_secret_x', null],
      ],
      ...[
        ['${ FLEET_VAR_A}', null],
        ['${FLEET_VAR_A', null],
        ['$FLEET_VARS', null],
        ['$FLEET_SECRET_Xy', null],
      ],
    ])
    assert.deepEqual(names('declaration', '{"a":$FLEET_SECRET_N,"b":"$OTHER FLEET_SECRET_X"}'), [['$FLEET_SECRET_N', 'N']])
  })

  it('do not keep settings from being read before they are filled in', () => {
    const text = plist(
      '<array><integer>$FLEET_SECRET_A</integer><data>$FLEET_SECRET_B</data><string>$FLEET_SECRET_C</string></array>',
    )
    const read = readPlist(Buffer.from(withNeutralValues('apple-profile', text)))
    assert.deepEqual(read, [0, new Uint8Array(), '$FLEET_SECRET_C'])
  })

  it('are looked for in linear time, whatever the text', () => {
    for (const text of ['<!--', '<![CDATA[', '<a "', "<a '", '${ ', '"\\"', '<a b="$FLEET_SECRET_X', '$FLEET_SECRET_X&#36;'])
      for (const kind of ['apple-profile', 'windows-profile', 'declaration'] as const)
        assert.doesNotThrow(() =>
          placeholdersOf(kind, `${kind === 'apple-profile' ? '<' : ''}${text.repeat(200_000 / text.length)}`),
        )
  })
})
