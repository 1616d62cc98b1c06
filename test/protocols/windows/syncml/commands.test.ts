import assert from 'node:assert/strict'
import { ParseError } from '../../../../src/kernel/parse-error.ts'
import { maxCommandBytes, readRawCommand, withCommandId } from '../../../../src/protocols/windows/syncml/commands.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const item = (locUri: string, more = '') => `<Item><Target><LocURI>${locUri}</LocURI></Target>${more}</Item>`
const command = (verb: string, locUri = camera, more = '') => `<${verb}>${item(locUri, more)}</${verb}>`

describe('A command in SyncML of an admin', () => {
  for (const verb of ['Add', 'Replace', 'Delete', 'Get', 'Exec'])
    it(`may be ${verb}`, () => {
      const { xml, ...rest } = readRawCommand(command(verb))
      assert.deepEqual(rest, { verb, locUri: camera, locUris: [camera] })
      assert.equal(withCommandId(xml, 'c1'), `<${verb}><CmdID>c1</CmdID>${item(camera)}</${verb}>`)
    })

  it('keeps the meaning of its data, and no CmdID but ours', () => {
    const meta = '<Meta><Format xmlns="syncml:metinf">chr</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta>'
    const given = (data: string) =>
      ` <!-- mine --><Replace xmlns="SYNCML:SYNCML1.2"><CmdID>theirs</CmdID>${item(` ${camera}\n`, `${meta}<Data>${data}</Data>`)}</Replace>\n`
    const printed = (data: string) => `<Replace><CmdID>c1</CmdID>${item(camera, `${meta}<Data>${data}</Data>`)}</Replace>`
    for (const [data, comes] of [
      ['<![CDATA[<enabled/>]]>', '<![CDATA[<enabled/>]]>'],
      ['&lt;enabled/&gt;', '&lt;enabled/&gt;'],
      ['<enabled/>', '&lt;enabled/&gt;'],
    ] as const)
      assert.equal(withCommandId(readRawCommand(given(data)).xml, 'c1'), printed(comes), data)
  })

  it('may be an Atomic, whose commands are numbered after it', () => {
    const { xml, ...rest } = readRawCommand(
      `<Atomic><CmdID>1</CmdID>${command('Add', './A')}${command('Replace', './B')}${command('Delete', './C')}${command('Exec', './D')}</Atomic>`,
    )
    assert.deepEqual(rest, { verb: 'Atomic', locUri: null, locUris: ['./A', './B', './C', './D'] })
    assert.equal(
      withCommandId(xml, 'c1'),
      `<Atomic><CmdID>c1</CmdID><Add><CmdID>c1.1</CmdID>${item('./A')}</Add><Replace><CmdID>c1.2</CmdID>${item('./B')}</Replace>` +
        `<Delete><CmdID>c1.3</CmdID>${item('./C')}</Delete><Exec><CmdID>c1.4</CmdID>${item('./D')}</Exec></Atomic>`,
    )
  })

  it('may be about several nodes', () => {
    const { locUri, locUris } = readRawCommand(`<Get>${item('./A')}${item('./B')}</Get>`)
    assert.deepEqual([locUri, locUris], [null, ['./A', './B']])
  })

  it('gets another CmdID as often as it is sent', () => {
    const { xml } = readRawCommand(`<Atomic>${command('Add')}</Atomic>`)
    assert.equal(withCommandId(withCommandId(xml, 'c1'), 'c2'), withCommandId(xml, 'c2'))
  })

  const refused: readonly (readonly [string, string, RegExp])[] = [
    ['nothing', ' ', /no command/],
    ['a comment only', '<!-- Get -->', /no command/],
    ['no XML', '<Get>', /well-formed/],
    ['an XML declaration', `<?xml version="1.0"?>${command('Get')}`, /processing instruction/],
    ['a processing instruction', `${command('Get')}<?run me?>`, /processing instruction/],
    ['a document type', `<!DOCTYPE x>${command('Get')}`, /./],
    ['an end of the body', `${command('Get')}</SyncBody><SyncBody>${command('Get')}`, /well-formed/],
    ['text beside it', `please ${command('Get')}`, /beside/],
    ['two commands', command('Get') + command('Get'), /One command/],
    ['another verb', command('Status'), /<Status>/],
    ['a Sequence', `<Sequence>${command('Get')}</Sequence>`, /<Sequence>/],
    ['a message', `<SyncML>${command('Get')}</SyncML>`, /<SyncML>/],
    ['no Item', '<Get/>', /no Item/],
    ['no LocURI', '<Get><Item><Data>x</Data></Item></Get>', /LocURI/],
    ['an empty LocURI', command('Get', ' '), /LocURI/],
    ['a LocURI that is too long', command('Get', `./${'x'.repeat(2048)}`), /2,048/],
    ['a LocURI from the root', command('Get', ' /Vendor/MSFT'), /does not begin with/],
    ['an Exec of two', `<Exec>${item('./A')}${item('./B')}</Exec>`, /one Item/],
    ['a command in a command', `<Add>${item('./A')}${command('Exec')}</Add>`, /<Exec>/],
    ['an empty Atomic', '<Atomic><CmdID>1</CmdID></Atomic>', /no command/],
    ['an Atomic in an Atomic', `<Atomic><Atomic>${command('Add')}</Atomic></Atomic>`, /another Atomic/],
    ['a Get in an Atomic', `<Atomic>${command('Get')}</Atomic>`, /a Get/],
    ['a Sequence in an Atomic', `<Atomic><Sequence>${command('Get')}</Sequence></Atomic>`, /<Sequence>/],
    ['an Exec of two in an Atomic', `<Atomic><Exec>${item('./A')}${item('./B')}</Exec></Atomic>`, /one Item/],
    ['deep nesting', command('Add', './A', `<Data>${'<a>'.repeat(40)}${'</a>'.repeat(40)}</Data>`), /nested deeper/],
    ['too many bytes', command('Add', './A', `<Data>${'x'.repeat(maxCommandBytes)}</Data>`), /at most 500000/],
    [
      'too many bytes once escaped',
      command('Add', './A', `<Data><a b="${"'".repeat(maxCommandBytes / 2)}"/></Data>`),
      /at most 500000/,
    ],
  ]
  for (const [what, text, reason] of refused)
    it(`is refused with ${what}`, () => {
      assert.throws(
        () => readRawCommand(text),
        (error) => error instanceof ParseError && error.field === 'command' && reason.test(error.message),
      )
    })

  it('tells where it stopped making sense, not what it held', () => {
    assert.throws(
      () => readRawCommand(command('Add', './A', '<Data>s3cret &s3cret;</Data>')),
      (error) => error instanceof ParseError && !error.message.includes('s3cret'),
    )
  })
})
