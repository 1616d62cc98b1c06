import assert from 'node:assert/strict'
import type { HoldReason } from '../../../src/domain/commands/events.ts'
import { holdOf } from '../../../src/api/windows/holding.ts'

const device = './Device/Vendor/MSFT/Policy/Config/Camera/AllowCamera'
const user = './user/vendor/msft/Policy/Config/Education/DefaultPrinterName'
const scopes = {
  System: [device],
  User: [user, './%55ser/Vendor/MSFT/VPNv2/Home'],
  both: [device, user],
  plain: ['./Vendor/MSFT/Reboot'],
}

type Row = readonly [
  signedIn: 'user' | 'others' | 'none' | null,
  syncType: 'user' | 'device' | 'mixed' | null,
  System: HoldReason | null,
  User: HoldReason | null,
  both: HoldReason | null,
]

/** Every LoginStatus (null: not told) by every SyncType: what stays behind, and why. */
const table: readonly Row[] = [
  ['user', null, null, null, null],
  ['others', null, null, 'no-user', 'no-user'],
  ['none', null, null, 'no-user', 'no-user'],
  [null, null, null, 'no-user', 'no-user'],
  ['user', 'mixed', null, null, null],
  ['others', 'mixed', null, 'no-user', 'no-user'],
  ['none', 'mixed', null, 'no-user', 'no-user'],
  [null, 'mixed', null, 'no-user', 'no-user'],
  ['user', 'user', 'user-session', null, 'user-session'],
  ['others', 'user', 'user-session', 'no-user', 'no-user'],
  ['none', 'user', 'user-session', 'no-user', 'no-user'],
  [null, 'user', 'user-session', null, 'user-session'],
  ['user', 'device', null, 'device-session', 'device-session'],
  ['others', 'device', null, 'device-session', 'device-session'],
  ['none', 'device', null, 'device-session', 'device-session'],
  [null, 'device', null, 'device-session', 'device-session'],
]

describe('A command for Windows in a session', () => {
  for (const [signedIn, syncType, ...expected] of table)
    it(`with LoginStatus ${signedIn ?? 'untold'} and SyncType ${syncType ?? 'untold'} goes out or is held with a reason [case A1] [case L3]`, () => {
      const session = { signedIn, syncType }
      const said = [scopes.System, scopes.User, scopes.both].map((locUris) => holdOf(locUris, session))
      assert.deepEqual(said, expected)
      assert.equal(holdOf(scopes.plain, session), expected[0])
    })
})
