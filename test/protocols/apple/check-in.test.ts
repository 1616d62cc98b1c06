import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readCheckIn } from '../../../src/protocols/apple/check-in.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'

const read = (message: PlistDict) => readCheckIn(Buffer.from(writePlist(message)))
const refusedFor = (field: string, message: PlistDict, reason = /./): void =>
  assert.throws(
    () => read(message),
    (error: unknown) => error instanceof ParseError && error.field === field && reason.test(error.message),
  )
const udid = 'AAAA1111-0000-4000-8000-00000000D001'
const device = {
  kind: 'device',
  enrollmentId: udid,
  parentId: null,
  udid,
  userId: null,
  userShortName: null,
  userLongName: null,
} as const

describe('A device that checks in', () => {
  it('sends its push token', () => {
    const golden = `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
	<key>AwaitingConfiguration</key>
	<true/>
	<key>MessageType</key>
	<string>TokenUpdate</string>
	<key>NotOnConsole</key>
	<false/>
	<key>PushMagic</key>
	<string>5F0C-magic</string>
	<key>Token</key>
	<data>
	3q2+7w==
	</data>
	<key>Topic</key>
	<string>com.apple.mgmt.External.0a1b</string>
	<key>UDID</key>
	<string>${udid}</string>
	<key>SomethingNew</key>
	<array/>
</dict>
</plist>
`
    assert.deepEqual(readCheckIn(Buffer.from(golden)), {
      MessageType: 'TokenUpdate',
      ids: device,
      Topic: 'com.apple.mgmt.External.0a1b',
      Token: Uint8Array.of(0xde, 0xad, 0xbe, 0xef),
      PushMagic: '5F0C-magic',
      UnlockToken: null,
      AwaitingConfiguration: true,
      NotOnConsole: false,
    })
  })

  it('may be silent on what was known before', () => {
    const update = read({ MessageType: 'TokenUpdate', UDID: udid, Topic: 't', Token: Uint8Array.of(1), PushMagic: 'm' })
    assert.ok(update.MessageType === 'TokenUpdate')
    assert.equal(update.AwaitingConfiguration, null)
    assert.equal(update.UnlockToken, null)
  })

  it('introduces itself, as far as it tells', () => {
    const message = {
      MessageType: 'Authenticate',
      Topic: 't',
      UDID: udid,
      SerialNumber: 'C02',
      ProductName: 'Mac14,7',
      Model: '',
    }
    assert.deepEqual(read(message), {
      MessageType: 'Authenticate',
      ids: device,
      Topic: 't',
      DeviceName: null,
      Model: null,
      ModelName: null,
      ProductName: 'Mac14,7',
      OSVersion: null,
      BuildVersion: null,
      SerialNumber: 'C02',
      IMEI: null,
      MEID: null,
    })
  })

  it('leaves, asks for tokens, hands over its bootstrap token, and speaks of declarations', () => {
    assert.deepEqual(read({ MessageType: 'CheckOut', UDID: udid }), { MessageType: 'CheckOut', ids: device, Topic: null })
    assert.deepEqual(read({ MessageType: 'GetBootstrapToken', UDID: udid }), { MessageType: 'GetBootstrapToken', ids: device })
    const kept = read({ MessageType: 'SetBootstrapToken', UDID: udid, BootstrapToken: Uint8Array.of(7) })
    assert.deepEqual(kept.MessageType === 'SetBootstrapToken' && kept.BootstrapToken, Uint8Array.of(7))
    const forgotten = read({ MessageType: 'SetBootstrapToken', UDID: udid, BootstrapToken: new Uint8Array(0) })
    assert.equal(forgotten.MessageType === 'SetBootstrapToken' && forgotten.BootstrapToken, null)
    const token = read({
      MessageType: 'GetToken',
      UDID: udid,
      TokenServiceType: 'com.apple.maid',
      TokenParameters: { PhoneUDID: 'x' },
    })
    assert.equal(token.MessageType === 'GetToken' && token.TokenParameters?.['PhoneUDID'], 'x')
    const status = read({ MessageType: 'DeclarativeManagement', UDID: udid, Endpoint: 'status', Data: Buffer.from('{}') })
    assert.ok(status.MessageType === 'DeclarativeManagement')
    assert.equal(Buffer.from(status.Data ?? []).toString(), '{}')
    const user = read({ MessageType: 'UserAuthenticate', UDID: udid, UserID: 'U1', DigestResponse: '' })
    assert.equal(user.MessageType === 'UserAuthenticate' && user.DigestResponse, '')
  })

  const channels: readonly (readonly [string, PlistDict, string, string | null])[] = [
    ['device', { UDID: 'D', EnrollmentID: 'E' }, 'D', null],
    ['user', { UDID: 'D', UserID: 'U', UserShortName: 'ann' }, 'D:U', 'D'],
    [
      'shared-ipad-user',
      { UDID: 'D', UserID: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', UserShortName: 'Ann@x.org' },
      'D:Ann@x.org',
      'D',
    ],
    ['user-enrollment-device', { EnrollmentID: 'E' }, 'E', null],
    ['user-enrollment-user', { EnrollmentID: 'E', EnrollmentUserID: 'EU' }, 'E:EU', 'E'],
  ]
  for (const [kind, ids, enrollmentId, parentId] of channels) {
    it(`is known as ${kind} by its ids`, () => {
      const { ids: found } = read({ MessageType: 'CheckOut', ...ids })
      assert.deepEqual([found.kind, found.enrollmentId, found.parentId], [kind, enrollmentId, parentId])
      assert.equal(found.udid, 'UDID' in ids ? 'D' : null)
    })
  }

  it('is refused by the name of what is wrong', () => {
    refusedFor('MessageType', { MessageType: 'Bogus', UDID: udid }, /"Bogus" is not known/)
    refusedFor('MessageType', { MessageType: 'toString', UDID: udid }, /not known/)
    refusedFor('MessageType', { UDID: udid }, /missing/)
    refusedFor('UDID', { MessageType: 'CheckOut' }, /neither/)
    refusedFor('UDID', { MessageType: 'CheckOut', UDID: 'victim:user' }, /colon/)
    refusedFor('UDID', { MessageType: 'CheckOut', UDID: 'x'.repeat(129) }, /at most 128/)
    refusedFor('UDID', { MessageType: 'CheckOut', UDID: 7 }, /not a string/)
    refusedFor('UserID', { MessageType: 'CheckOut', UDID: udid, UserID: 'a\nb' }, /control/)
    refusedFor('UserShortName', { MessageType: 'CheckOut', UDID: udid, UserID: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF' })
    refusedFor('Topic', { MessageType: 'Authenticate', UDID: udid }, /missing/)
    refusedFor('SerialNumber', { MessageType: 'Authenticate', UDID: udid, Topic: 't', SerialNumber: 'x'.repeat(256) })
    refusedFor('Token', { MessageType: 'TokenUpdate', UDID: udid, Topic: 't', PushMagic: 'm', Token: 'text' }, /not data/)
    refusedFor(
      'PushMagic',
      { MessageType: 'TokenUpdate', UDID: udid, Topic: 't', Token: Uint8Array.of(1), PushMagic: '' },
      /empty/,
    )
    assert.throws(() => readCheckIn(Buffer.from('<plist><array/></plist>')), /message is not a dictionary/)
  })
})
