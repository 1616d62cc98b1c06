import assert from 'node:assert/strict'
import { readWindowsProfile } from '../../../src/protocols/windows/profile-upload.ts'
import { readRawCommand } from '../../../src/protocols/windows/syncml/commands.ts'
import { cspTree } from '../../../src/simulators/windows/csp-tree.ts'
import { readSyncBody } from '../../../src/protocols/windows/syncml/read-message.ts'

const camera = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const replaceOf = (locUri: string, value = '<Data>1</Data>') =>
  `<Replace><Item><Target><LocURI>${locUri}</LocURI></Target>${value}</Item></Replace>`
const read = (text: string) => readWindowsProfile(Buffer.from(text))
const tree = () =>
  cspTree({ facts: {}, failures: () => undefined, reaches: () => ({ user: true, device: true }), exec: () => '200' })

/** What the simulated PC answers each command with. */
const codesOf = (text: string): readonly string[] => {
  const pc = tree()
  return readSyncBody(text).flatMap((command) =>
    'commands' in command || command.name === 'Replace' || command.name === 'Add' || command.name === 'Get'
      ? pc.run(command).map(({ code }) => code)
      : [],
  )
}

describe('A LocURI that no device has', () => {
  for (const [what, locUri, reason, code] of [
    ['a segment ..', './Device/Vendor/MSFT/X/../BitLocker2/y', /no node is called \.\./, '400'],
    ['an escaped segment ..', './Device/Vendor/MSFT/%2e%2E/y', /no node is called \.\./, '400'],
    ['a half-escaped segment ..', './Device/Vendor/MSFT/.%2e/y', /no node is called \.\./, '400'],
    ['a segment .', './Device/./Vendor/MSFT/X', /no node is called \./, '400'],
    ['a segment *', './Device/Vendor/MSFT/*', /no node is called \*/, '400'],
    ['no ./ in front', 'Device/Vendor/MSFT/X', /does not begin with \.\//, '400'],
    ['no ./ but the vendor in front', 'Vendor/MSFT/X', /does not begin with \.\//, '400'],
    ['a slash in front', '/Device/Vendor/MSFT/X', /does not begin with \.\//, '400'],
    ['.. in front', '../Vendor/MSFT/X', /does not begin with \.\//, '400'],
    ['an unknown root', './Custom/MSFT/X', /Windows has no \.\/custom/, '404'],
    ['an unknown part of the device', './Device/Custom/X', /no custom below \.\/device/, '404'],
    ['an unknown part of the user', './User/DevDetail/X', /no devdetail below \.\/user/, '404'],
    ['an address', 'http://example.com/x', /does not begin with/, '400'],
    ['an address of another kind', 'urn:x:y', /does not begin with/, '400'],
    ['a blank', './Device/Vendor/MSFT/WiFi/Profile/My Net/WlanXml', /a blank or a line end, which must be escaped/, '400'],
    ['a line end', './Device/Vendor/MSFT/\nX/y', /a blank or a line end/, '400'],
    ['a character beyond ASCII', './Device/Vendor/MSFT/WiFi/Profile/Zürich/WlanXml', /beyond ASCII/, '400'],
    ['a backslash', './Device/Vendor/MSFT\\X/y', /holds \\/, '400'],
    ['a question', './Device/Vendor/MSFT/X/y?prop=ACL', /holds \?/, '400'],
    ['a slash at the end', './Device/Vendor/MSFT/X/', /ends with a slash/, '400'],
    ['two slashes', './Device/Vendor//MSFT/X', /two in a row/, '400'],
    ['half an escape', './Device/Vendor/MSFT/50%', /a % that begins no escape/, '400'],
    ['an escaped NUL', './Device/Vendor/MSFT/X%00/y', /control character/, '400'],
    ['nothing', ' ', /1 to 2,048/, '400'],
    ['an escaped slash at the end', './Device/Vendor/MSFT/X%2f', /escaped slash/, '400'],
    ['an escaped slash at the end of a name', './Device/Vendor/MSFT/X%2F/y', /escaped slash/, '400'],
    ['an escaped path out of a name', './Device/Vendor/MSFT/X%2f..%2fy/z', /no node is called \.\./, '400'],
    ['a path escaped twice over', './Device/Vendor/MSFT/%2e%2e%2fPolicy/z', /no node is called \.\./, '400'],
    ['a path of escaped backslashes', './Device/Vendor/MSFT/X%5c..%5Cy/z', /no node is called \.\./, '400'],
    ['half a character of UTF-8', './Device/Vendor/MSFT/X%C3/y', /no UTF-8/, '400'],
    ['a byte of Latin-1', './Device/Vendor/MSFT/WiFi/Profile/Z%FCrich/WlanXml', /no UTF-8/, '400'],
    ['a blank that is none of XML, inside', './Device/Vendor/MSFT/X\u00a0y/z', /a blank or a line end/, '400'],
    ['what tells about the device', './DevInfo/DevId', /it can only be read/, '405'],
    ['what tells about the device, the long way', './device/devdetail/SwV', /it can only be read/, '405'],
    ['what tells about the device, a part of it', './DevDetail/Ext', /it can only be read/, '405'],
    ['a policy as it came out', './Device/Vendor/MSFT/Policy/Result/Camera/AllowCamera', /it can only be read/, '405'],
    ["a user's policy as it came out", './User/Vendor/MSFT/policy/RESULT/A/B', /it can only be read/, '405'],
  ] as const)
    it(`is refused at the door and by a PC: ${what} [case G1]`, () => {
      assert.throws(
        () => read(replaceOf(locUri)),
        (error: Error & { field?: string }) =>
          error.name === 'ParseError' &&
          error.field === 'profile' &&
          reason.test(error.message) &&
          error.message.includes(locUri.trim()),
      )
      assert.deepEqual(codesOf(replaceOf(locUri)), [code])
      assert.deepEqual(codesOf(`<Atomic>${replaceOf(camera)}${replaceOf(locUri)}</Atomic>`), ['216', code, '507'])
    })

  it('is told of a command of an admin, too, but for what only the device can know', () => {
    for (const locUri of ['./Vendor/MSFT/RemoteWipe/../RemoteWipe/doWipe', './Vendor/MSFT/RemoteWipe/doWipe/', 'Vendor/MSFT/X'])
      assert.throws(() => readRawCommand(`<Exec><Item><Target><LocURI>${locUri}</LocURI></Target></Item></Exec>`), /is refused/)
    for (const locUri of ['./Device/Vendor/MSFT?list=StructData', './Vendor/MSFT/X?prop=Format', './DevDetail', './Custom/X'])
      assert.equal(readRawCommand(`<Get><Item><Target><LocURI>${locUri}</LocURI></Target></Item></Get>`).locUri, locUri)
  })

  it('is not one that a device may have', () => {
    for (const locUri of [
      ...[
        './Vendor/MSFT/X',
        './vendor/msft/Policy/Config/Contoso~Policy~Cat/Name',
        './User/Vendor/MSFT/X',
        './SyncML/DMX',
        './DevDetail/Ext/Microsoft/DeviceName',
        './Device/Vendor/MSFT/Policy/ResultX/Y',
      ],
      ...[
        './Device/Vendor/MSFT/VPNv2/My%20VPN/ProfileXML',
        './Device/Vendor/MSFT/A/{1-2}/B',
        './Device/Vendor/MSFT/A/%7B1%7D/a.b',
        './Device/Vendor/MSFT/A/https:%2F%2Fexample.com%2Fa/B',
        './Device/Vendor/MSFT/A/Z%C3%BCrich/B',
        '\n ./Device/Vendor/MSFT/X \n',
      ],
      './Device/Vendor/MSFT/X/$FLEET_VAR_HOST_UUID/${FLEET_VAR_HOST_PLATFORM}',
    ])
      assert.equal(read(replaceOf(locUri)).commands.length, 1)
  })
})

describe('A node that a profile may not set', () => {
  for (const [locUri, reason] of [
    ['./Device/Vendor/MSFT/BitLocker/X', /disk encryption/],
    ['./device/VENDOR/msft/bitlocker/X', /disk encryption/],
    ['./Vendor/MSFT/%42it%4Cocker/X', /disk encryption/],
    ['./Vendor/MSFT/%2542itLocker/X', /disk encryption/],
    ['./Vendor/MSFT%2FBitLocker/X', /disk encryption/],
    ['./Vendor/MSFT/BitLocker./X', /disk encryption/],
    ['./Vendor/MSFT/BitLocker%20/X', /disk encryption/],
    ['./Vendor/MSFT/BitLocker /X', /disk encryption/],
    ['./Vendor/MSFT/BitLocker/', /disk encryption/],
    ['./Vendor/MSFT/BitLocker', /disk encryption/],
    ['./Vendor/MSFT//BitLocker/X', /disk encryption/],
    ['./Vendor\\MSFT\\BitLocker/X', /disk encryption/],
    ['./Vendor/MSFT/Bit%E2%80%8BLocker/X', /disk encryption/],
    ['./Vendor/MSFT/%EF%BC%A2itLocker/X', /disk encryption/],
    ['./Vendor/MSFT/BitLoc&#107;er/X', /disk encryption/],
    ['./User/Vendor/MSFT/Policy/Config/Update%2e/X', /OS updates/],
    ['./Device/Vendor/MSFT/RemoteWipe%2FdoWipe', /RemoteWipe/],
    ['./Vendor/MSFT/DMClient%20', /DMClient/],
    ['./SyncML/dmacc./x', /DMAcc/],
    ['./Vendor/MSFT/CertificateStore/My/WSTEP%2e', /WSTEP/],
    ['./Device/Vendor/MSFT/CertificateStore/My', /stands above certificatestore\/my\/wstep\..*WSTEP/],
    ['./Device/Vendor/MSFT/CertificateStore%2Fmy', /stands above/],
    ['./Vendor/MSFT/certificatestore', /stands above/],
    ['./User/Vendor/MSFT/Policy/Config', /stands above .*OS updates/],
    ['./Device/Vendor/MSFT/Policy', /stands above/],
  ] as const)
    it(`is known in any spelling: ${locUri} [case G1]`, () => {
      assert.throws(() => read(replaceOf(locUri)), reason)
      assert.throws(() => read(`<Atomic><CmdID>1</CmdID>${replaceOf(camera)}${replaceOf(locUri)}</Atomic>`), reason)
    })
})

describe('A command that no device could run', () => {
  const target = `<Target><LocURI>${camera}</LocURI></Target>`
  for (const [what, text, reason] of [
    [
      'its LocURI stands in Source alone',
      `<Replace><Item><Source><LocURI>${camera}</LocURI></Source></Item></Replace>`,
      /no Target; its LocURI .*AllowCamera stands in <Source>/,
    ],
    [
      'its LocURI stands inside Data',
      `<Replace><Item><Data><LocURI>${camera}</LocURI></Data></Item></Replace>`,
      /no Target; its LocURI .*AllowCamera stands in <Data>/,
    ],
    [
      'its Target stands in no Item',
      `<Replace>${target}<Data>1</Data></Replace>`,
      /<Target> stands in <Replace>.* into an <Item>; its LocURI .*AllowCamera/,
    ],
    ['its LocURI stands alone', `<Replace><LocURI>${camera}</LocURI></Replace>`, /into an <Item>/],
    ['its Item has no Target', '<Replace><Item><Data>1</Data></Item></Replace>', /An Item of <Replace> has no Target/],
    ['its Item has two Targets', `<Replace><Item>${target}${target}</Item></Replace>`, /two Targets.*AllowCamera/],
    [
      'its Target has two LocURIs',
      `<Replace><Item><Target><LocURI>./Vendor/MSFT/X</LocURI><LocURI>./Vendor/MSFT/Y</LocURI></Target></Item></Replace>`,
      /two LocURIs \(\.\/Vendor\/MSFT\/Y\)/,
    ],
    ['its Target is empty', '<Replace><Item><Target/></Item></Replace>', /holds no LocURI/],
    ['it has no Item', '<Replace><CmdID>1</CmdID></Replace>', /has no Item/],
    ['it has two Data', `<Replace><Item>${target}<Data>1</Data><Data>2</Data></Item></Replace>`, /two Data/],
    ['text stands in it', `<Replace>x<Item>${target}</Item></Replace>`, /Text stands/],
    [
      'an element stands in it that SyncML has not',
      `<Replace><Item>${target}<Value>1</Value></Item></Replace>`,
      /<Value> stands in <Item>/,
    ],
    [
      'its prefix means nothing',
      `<a:Replace><a:Item><a:Target><a:LocURI>${camera}</a:LocURI></a:Target></a:Item></a:Replace>`,
      /cannot be sent/,
    ],
    [
      'its format is told twice',
      replaceOf(camera, '<Meta><Format>int</Format><Format>chr</Format></Meta><Data>1</Data>'),
      /two Formats/,
    ],
    ['its format is unknown', replaceOf(camera, '<Meta><Format>integer</Format></Meta><Data>1</Data>'), /format integer is none/],
    [
      'it adds and replaces one node',
      `${replaceOf(camera).replaceAll('Replace', 'Add')}${replaceOf(camera)}`,
      /AllowCamera is set twice, by Add and by Replace/,
    ],
    [
      'it replaces and adds one node in another spelling',
      `${replaceOf(camera)}${replaceOf('./vendor/msft/policy/config/camera/%41llowcamera').replaceAll('Replace', 'Add')}`,
      /set twice, by Replace and by Add/,
    ],
    ['it adds one node twice', replaceOf(camera).replaceAll('Replace', 'Add').repeat(2), /set twice/],
    ['it sets one node to two values', `${replaceOf(camera)}${replaceOf(camera, '<Data>0</Data>')}`, /set twice/],
    ['it names a part of the tree', replaceOf('./Device/Vendor/MSFT'), /part of the tree/],
  ] as const)
    it(`is refused at the door: ${what} [case G1]`, () => {
      assert.throws(() => read(text), reason)
      assert.throws(() => read(`<Atomic>${text}</Atomic>`), reason)
    })

  for (const [format, value] of [
    ...[
      ['int', 'off'],
      ['int', ''],
      ['int', '1.5'],
      ['bool', 'yes'],
      ['b64', 'a_b'],
      ['bin', '?'],
      ['node', 'x'],
      ['null', 'x'],
    ],
  ] as const)
    it(`is refused at the door and by a PC: ${format} "${value}" [case G1]`, () => {
      const text = replaceOf(camera, `<Meta><Format xmlns="syncml:metinf">${format}</Format></Meta><Data>${value}</Data>`)
      assert.throws(() => read(text), new RegExp(`The value of .*AllowCamera is refused: its format is ${format}`))
      assert.deepEqual(codesOf(text), ['415'])
    })

  for (const [what, format, value] of [
    ['no value', 'int', ''],
    ['no value', 'bool', ''],
    ['an element', 'int', '<Data><a>1</a></Data>'],
    ['an element', 'b64', '<Data><a/></Data>'],
    ['an element', 'node', '<Data><a/></Data>'],
  ] as const)
    it(`is refused at the door and by a PC: ${format} with ${what} [case G1]`, () => {
      const text = replaceOf(camera, `<Meta><Format xmlns="syncml:metinf">${format}</Format></Meta>${value}`)
      assert.throws(() => read(text), new RegExp(`The value of .*AllowCamera is refused: its format is ${format}`))
      assert.deepEqual(codesOf(text), ['415'])
    })

  it('is refused by a PC when it replaces in an Atomic what that just added [case G1]', () => {
    const text = `<Atomic>${replaceOf(camera).replaceAll('Replace', 'Add')}${replaceOf(camera)}</Atomic>`
    assert.deepEqual(codesOf(text), ['216', '500', '507'])
    assert.deepEqual(codesOf('<Replace><CmdID>1</CmdID></Replace>'), ['412'])
  })
})

describe('A profile in the order of the DTD', () => {
  for (const [what, text] of [
    [
      'an Atomic that begins with its CmdID',
      `<Atomic><CmdID>1</CmdID><Replace><CmdID>2</CmdID><Item><Target><LocURI>${camera}</LocURI></Target><Meta><Format xmlns="syncml:metinf">int</Format><Type xmlns="syncml:metinf">text/plain</Type></Meta><Data>0</Data></Item></Replace></Atomic>`,
    ],
    [
      'an Atomic with NoResp and Meta',
      `<Atomic><CmdID>1</CmdID><NoResp/><Meta><Type>text/plain</Type></Meta>${replaceOf(camera)}</Atomic>`,
    ],
    [
      'commands with everything that may stand in them',
      `<Replace><CmdID>1</CmdID><NoResp/><Cred/><Meta><Format>chr</Format></Meta><Item><Target><LocURI>${camera}</LocURI><LocName>x</LocName></Target><Source><LocURI>./a</LocURI></Source><Meta/><Data>1</Data></Item></Replace>`,
    ],
    ['the namespace of SyncML', `<Atomic xmlns="SYNCML:SYNCML1.2"><CmdID>1</CmdID>${replaceOf(camera)}</Atomic>`],
  ] as const)
    it(`is taken: ${what} [case G2]`, () => {
      const { commands } = read(text)
      assert.deepEqual(
        commands.map(({ locUris }) => locUris),
        [[camera]],
      )
    })
})
