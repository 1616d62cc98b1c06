import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { installedProfilesIn, readReport } from '../../../src/protocols/apple/command-report.ts'
import {
  deviceInformation,
  installProfile,
  profileList,
  removeProfile,
  writeCommand,
} from '../../../src/protocols/apple/commands.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

const read = (message: PlistDict) => readReport(Buffer.from(writePlist(message)))
const refusedFor = (field: string, message: PlistDict): void =>
  assert.throws(
    () => read(message),
    (error: unknown) => error instanceof ParseError && error.field === field,
  )

describe('A device on its command channel', () => {
  it('has nothing to say', () => {
    const report = read({ UDID: 'D', Status: 'Idle', NeedSyncResponse: true })
    assert.deepEqual(
      { ...report, ids: report.ids.enrollmentId },
      {
        ids: 'D',
        Status: 'Idle',
        CommandUUID: null,
        ErrorChain: [],
        RequestType: null,
        NotOnConsole: false,
        NeedSyncResponse: true,
        UserConfiguration: false,
        AuthToken: null,
        response: {},
      },
    )
  })

  it('answers a command, with the answer apart from the envelope', () => {
    const ProfileList = [
      { PayloadIdentifier: 'com.example.wifi', PayloadDisplayName: 'Wi-Fi', PayloadUUID: 'P1', PayloadVersion: 1 },
      { PayloadIdentifier: 'com.example.vpn' },
    ]
    const report = read({
      UDID: 'D',
      UserID: 'U',
      Status: 'Acknowledged',
      CommandUUID: 'c-1',
      RequestType: 'ProfileList',
      ProfileList,
    })
    assert.equal(report.ids.enrollmentId, 'D:U')
    assert.equal(report.CommandUUID, 'c-1')
    assert.deepEqual(Object.keys(report.response), ['ProfileList'])
    assert.deepEqual(installedProfilesIn(report.response), [
      { PayloadIdentifier: 'com.example.wifi', PayloadDisplayName: 'Wi-Fi', PayloadUUID: 'P1' },
      { PayloadIdentifier: 'com.example.vpn', PayloadDisplayName: null, PayloadUUID: null },
    ])
  })

  it('says why a command failed, at bounded length and even when it says it badly', () => {
    const link = {
      ErrorCode: 12021,
      ErrorDomain: 'MCMDMErrorDomain',
      LocalizedDescription: 'x'.repeat(5000),
      USEnglishDescription: 'e',
    }
    const report = read({ UDID: 'D', Status: 'Error', CommandUUID: 'c', ErrorChain: [link, 'odd', { ErrorCode: 'odd' }] })
    assert.deepEqual(report.ErrorChain, [
      { ...link, LocalizedDescription: 'x'.repeat(1024) },
      { ErrorCode: 0, ErrorDomain: '', LocalizedDescription: '', USEnglishDescription: '' },
    ])
    assert.equal(read({ UDID: 'D', Status: 'Error', CommandUUID: 'c', ErrorChain: Array(500).fill(link) }).ErrorChain.length, 16)
    assert.deepEqual(read({ UDID: 'D', Status: 'NotNow', CommandUUID: 'c', ErrorChain: 'odd' }).ErrorChain, [])
  })

  it('is refused by the name of what is wrong', () => {
    refusedFor('Status', { UDID: 'D' })
    refusedFor('Status', { UDID: 'D', Status: 'Busy' })
    refusedFor('CommandUUID', { UDID: 'D', Status: 'Acknowledged' })
    refusedFor('CommandUUID', { UDID: 'D', Status: 'NotNow', CommandUUID: 'x'.repeat(256) })
    refusedFor('UDID', { Status: 'Idle' })
    assert.throws(() => installedProfilesIn({ ProfileList: [{}] }), ParseError)
    assert.throws(() => installedProfilesIn({ ProfileList: 'none' }), ParseError)
  })
})

describe('A command for a device', () => {
  it('is written as Apple documents it', () => {
    assert.ok(
      writeCommand('c-1', removeProfile('com.example.wifi')).endsWith(
        '<plist version="1.0"><dict><key>CommandUUID</key><string>c-1</string><key>Command</key><dict>' +
          '<key>RequestType</key><string>RemoveProfile</string><key>Identifier</key><string>com.example.wifi</string></dict></dict></plist>',
      ),
    )
  })

  it('carries what it was given', () => {
    const sent = (command: Parameters<typeof writeCommand>[1]): unknown => {
      const { Command, CommandUUID } = readPlist(Buffer.from(writeCommand('c', command))) as PlistDict
      assert.equal(CommandUUID, 'c')
      return { ...(Command as PlistDict) }
    }
    assert.deepEqual(sent(installProfile(Buffer.from('<a>'))), {
      RequestType: 'InstallProfile',
      Payload: Uint8Array.from([60, 97, 62]),
    })
    assert.deepEqual(sent(profileList()), { RequestType: 'ProfileList' })
    assert.deepEqual(sent(profileList({ managedOnly: true })), { RequestType: 'ProfileList', ManagedOnly: true })
    assert.deepEqual(sent(deviceInformation(['UDID', 'OSVersion'])), {
      RequestType: 'DeviceInformation',
      Queries: ['UDID', 'OSVersion'],
    })
  })
})
