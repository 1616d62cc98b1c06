import assert from 'node:assert/strict'
import { ParseError } from '../../../../src/kernel/parse-error.ts'
import { credentialHash, digestOf, isDigest } from '../../../../src/protocols/windows/syncml/digest.ts'
import type { SyncCommand, SyncItem } from '../../../../src/protocols/windows/syncml/message.ts'
import { readSyncMessage } from '../../../../src/protocols/windows/syncml/read-message.ts'
import { meaningOf, outcomeOfStatus } from '../../../../src/protocols/windows/syncml/status-codes.ts'
import { writeSyncMessage } from '../../../../src/protocols/windows/syncml/write-message.ts'

const deviceId = '0123456789ABCDEF0123456789ABCDEF'
const head =
  '<SyncML xmlns="SYNCML:SYNCML1.2"><SyncHdr><VerDTD>1.2</VerDTD><VerProto>DM/1.2</VerProto><SessionID>1</SessionID><MsgID>1</MsgID>' +
  `<Target><LocURI>https://mdm.example.com/m</LocURI></Target><Source><LocURI>${deviceId}</LocURI></Source></SyncHdr>`
const first =
  `${head}<SyncBody><Alert><CmdID>2</CmdID><Data>1201</Data></Alert><Alert><CmdID>3</CmdID><Data>1224</Data><Item><Meta>` +
  '<Type xmlns="syncml:metinf">com.microsoft/MDM/LoginStatus</Type></Meta><Data>user</Data></Item></Alert><Replace><CmdID>4</CmdID>' +
  `<Item><Source><LocURI>./DevInfo/DevId</LocURI></Source><Data>${deviceId}</Data></Item></Replace><Final/></SyncBody></SyncML>`
const read = (text: string) => readSyncMessage(Buffer.from(text))

const refusal = (text: string): string => {
  try {
    read(text)
  } catch (error) {
    if (error instanceof ParseError) return error.field
    throw error
  }
  return 'taken'
}

const item = (more: Partial<SyncItem>): SyncItem => ({
  ...{ target: null, source: null, format: null, type: null, data: null, moreData: false },
  ...more,
})
const header = {
  sessionId: '1',
  msgId: '1',
  target: deviceId,
  source: 'https://mdm.example.com/m',
  credential: null,
  maxMessage: null,
}

describe('A message of OMA DM', () => {
  it('tells how much its sender takes, where it does', () => {
    const sized = (size: string) =>
      first.replace('</SyncHdr>', `<Meta><MaxMsgSize xmlns="syncml:metinf">${size}</MaxMsgSize></Meta></SyncHdr>`)
    assert.equal(read(sized('524288')).header.maxMessage, 524288)
    for (const none of ['0', '-1', 'many', '']) assert.equal(read(sized(none)).header.maxMessage, null)
    const written = writeSyncMessage({ header: { ...header, maxMessage: 4096 }, commands: [], final: true })
    assert.equal(readSyncMessage(written).header.maxMessage, 4096)
  })

  it('is read in the order in which it was written', () => {
    const { header: from, commands, final } = read(first)
    assert.deepEqual(from, {
      sessionId: '1',
      msgId: '1',
      target: 'https://mdm.example.com/m',
      source: deviceId,
      credential: null,
      maxMessage: null,
    })
    assert.ok(final)
    assert.deepEqual(commands, [
      { name: 'Alert', cmdId: '2', data: '1201', items: [] },
      { name: 'Alert', cmdId: '3', data: '1224', items: [item({ type: 'com.microsoft/MDM/LoginStatus', data: 'user' })] },
      { name: 'Replace', cmdId: '4', items: [item({ source: './DevInfo/DevId', data: deviceId })] },
    ])
    assert.equal(writeSyncMessage({ header: from, commands, final }).toString(), first)
  })

  it('asks for credentials in the words that Windows answers to', () => {
    const status: SyncCommand = {
      ...{ name: 'Status', cmdId: '1', msgRef: '1', cmdRef: '0', cmd: 'SyncHdr', data: '407' },
      nonce: Buffer.from('nonce-1'),
    }
    const printed = writeSyncMessage({ header, commands: [status], final: true }).toString()
    assert.match(
      printed,
      /<SyncBody><Status><CmdID>1<\/CmdID><MsgRef>1<\/MsgRef><CmdRef>0<\/CmdRef><Cmd>SyncHdr<\/Cmd><Chal><Meta><Format xmlns="syncml:metinf">b64<\/Format><Type xmlns="syncml:metinf">syncml:auth-md5<\/Type><NextNonce xmlns="syncml:metinf">bm9uY2UtMQ==<\/NextNonce><\/Meta><\/Chal><Data>407<\/Data><\/Status><Final\/><\/SyncBody>/,
    )
    assert.deepEqual(read(printed).commands, [status])
  })

  it('holds groups, results and data of every kind', () => {
    const commands: readonly SyncCommand[] = [
      {
        ...{ name: 'Atomic', cmdId: 'a1' },
        commands: [
          { name: 'Add', cmdId: 'a2', items: [item({ target: './Device/A', format: 'node' })] },
          {
            name: 'Replace',
            cmdId: 'a3',
            items: [item({ target: './Device/A/B', format: 'chr', type: 'text/plain', data: '<x a="1">&\'"</x>' })],
          },
        ],
      },
      { name: 'Results', cmdId: '3', msgRef: '1', cmdRef: 'g1', items: [item({ source: './DevDetail/SwV', data: '10.0' })] },
      { name: 'Exec', cmdId: 'e1', items: [item({ target: './Device/C', moreData: true })] },
    ]
    assert.deepEqual(read(writeSyncMessage({ header, commands, final: false }).toString()), { header, commands, final: false })
  })

  it('may say data as text, as CDATA and as elements', () => {
    const withData = (data: string) => {
      const [command] = read(
        `${head}<SyncBody><Replace><CmdID>2</CmdID><Item><Data>${data}</Data></Item></Replace></SyncBody></SyncML>`,
      ).commands
      return command?.name === 'Replace' ? command.items[0]?.data : undefined
    }
    assert.equal(withData('&lt;enabled/&gt;'), '<enabled/>')
    assert.equal(withData('<![CDATA[<enabled/>]]>'), '<enabled/>')
    assert.equal(withData(' <enabled/> '), '<enabled/>')
  })

  it('takes what it does not know', () => {
    const [unknown] = read(
      first.replace('<Alert><CmdID>2</CmdID>', '<Put><CmdID>9</CmdID></Put><Alert><CmdID>2</CmdID>'),
    ).commands
    assert.deepEqual(unknown, { name: 'Other', cmdId: '9', verb: 'Put' })
  })

  for (const [what, text, field] of [
    ['no XML', 'hello', 'message'],
    ['with a document type', `<!DOCTYPE x>${first}`, 'message'],
    ['of another namespace', first.replace('SYNCML1.2"', 'SYNCML1.1"'), 'SyncML'],
    ['of another protocol', first.replace('DM/1.2', 'DM/1.1'), 'VerProto'],
    ['of another version', first.replace('<VerDTD>1.2', '<VerDTD>1.1'), 'VerDTD'],
    ['without a session', first.replace('<SessionID>1', '<SessionID>'), 'SessionID'],
    ['whose number is none', first.replace('<MsgID>1', '<MsgID>one'), 'MsgID'],
    ['from nobody', first.replace(/<Source><LocURI>0123.*?<\/Source>/, ''), 'Source'],
    ['without a header', first.replace(/<SyncHdr>.*<\/SyncHdr>/, ''), 'SyncHdr'],
    ['without a body', first.replace(/<SyncBody>.*<\/SyncBody>/, ''), 'SyncBody'],
    ['with an address that is too long', first.replace('./DevInfo/DevId', 'x'.repeat(2049)), 'LocURI'],
    ['that is too large', first.replace('1201', 'x'.repeat(1024 * 1024)), 'message'],
    ['that is too deep', first.replace('1201', '<a>'.repeat(40) + '</a>'.repeat(40)), 'message'],
  ] as const)
    it(`is refused when it is one ${what}`, () => {
      assert.equal(refusal(text), field)
    })
})

describe('The digest of a device', () => {
  const hash = credentialHash(deviceId, 's3cret')

  it('is that of the specification', () => {
    assert.equal(hash, 'ZY1IIJRuPit5u90jTfxfnw==')
    assert.equal(digestOf(hash, Buffer.from('nonce-1')), 'U6//x8GKPR+XrsP0yBiFcg==')
  })

  it('is good for one nonce and one password', () => {
    const good = digestOf(hash, Buffer.from('nonce-1'))
    assert.ok(isDigest(good, hash, Buffer.from('nonce-1')))
    assert.ok(!isDigest(good, hash, Buffer.from('nonce-2')))
    assert.ok(!isDigest(good, credentialHash(deviceId, 'other'), Buffer.from('nonce-1')))
    assert.ok(!isDigest('', hash, Buffer.from('nonce-1')))
  })
})

describe('A status of a device', () => {
  for (const [code, outcome] of [
    ...[
      ['200', 'done'],
      ['202', 'done'],
      ['299', 'done'],
      ['216', 'failed'],
      ['213', 'retry'],
      ['418', 'exists'],
    ],
    ...[
      ['425', 'retry'],
      ['507', 'failed'],
      ['407', 'unauthenticated'],
      ['499', 'failed'],
      ['', 'failed'],
    ],
  ] as const)
    it(`${code} is ${outcome}`, () => {
      assert.equal(outcomeOfStatus(code ?? ''), outcome)
      assert.notEqual(meaningOf(code ?? ''), '')
    })
})
