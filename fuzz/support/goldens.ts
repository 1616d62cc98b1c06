import type { PlistDict, PlistValue } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'

/** The device that all messages are from. */
export const goldenUdid = 'AAAA1111-0000-4000-8000-00000000D001'

const udid = goldenUdid
const topic = 'com.apple.mgmt.External.0a1b'
const bytes = (length: number): Uint8Array => Uint8Array.from({ length }, (_, at) => (at * 37) & 0xff)

const device = { UDID: udid }
const user = { UDID: udid, UserID: 'BBBB', UserShortName: 'anna', UserLongName: 'Anna Example' }
const sharedUser = { UDID: udid, UserID: 'FFFFFFFF-FFFF-FFFF-FFFF-FFFFFFFFFFFF', UserShortName: 'anna@example.com' }
const enrolledUser = { EnrollmentID: 'CCCC', EnrollmentUserID: 'DDDD' }

const reasons = [{ code: 'Error.X', description: 'No' }]
const configurations = [{ identifier: 'com.example.one', 'server-token': 't', active: true, valid: 'valid', reasons }]
/** The JSON that a device sends of its declarations. */
export const goldenStatusReport = {
  StatusItems: {
    management: { declarations: { activations: [], configurations, assets: [], management: [] } },
    device: { model: { identifier: 'Mac14,7' }, 'operating-system': { version: '15.1' } },
  },
  Errors: [],
  FullReport: true,
}

/** A good check-in of every type, on every kind of channel. */
export const goldenCheckIns: readonly PlistDict[] = [
  {
    MessageType: 'Authenticate',
    ...device,
    Topic: topic,
    DeviceName: 'Anna’s Mac 😀',
    Model: 'Mac14,7',
    ModelName: 'MacBook Pro',
    ProductName: 'Mac14,7',
    OSVersion: '15.1',
    BuildVersion: '24B83',
    SerialNumber: 'C02FUZZ00001',
    IMEI: '35 123456 789012 3',
    MEID: '35123456789012',
  },
  { MessageType: 'Authenticate', EnrollmentID: 'CCCC', Topic: topic, Model: 'iPhone15,2' },
  {
    MessageType: 'TokenUpdate',
    ...device,
    Topic: topic,
    Token: bytes(32),
    PushMagic: '5F0C-magic',
    UnlockToken: bytes(900),
    AwaitingConfiguration: true,
    NotOnConsole: false,
  },
  { MessageType: 'TokenUpdate', ...user, Topic: topic, Token: bytes(32), PushMagic: '5F0C', NotOnConsole: true },
  { MessageType: 'TokenUpdate', ...sharedUser, Topic: topic, Token: bytes(32), PushMagic: '5F0C' },
  { MessageType: 'TokenUpdate', ...enrolledUser, Topic: topic, Token: bytes(32), PushMagic: '5F0C' },
  { MessageType: 'CheckOut', ...device, Topic: topic },
  { MessageType: 'UserAuthenticate', ...user },
  { MessageType: 'UserAuthenticate', ...user, DigestResponse: 'Digest username="anna"' },
  { MessageType: 'SetBootstrapToken', ...device, BootstrapToken: bytes(64), AwaitingConfiguration: false },
  { MessageType: 'GetBootstrapToken', ...device },
  { MessageType: 'GetToken', ...device, TokenServiceType: 'com.apple.maid' },
  {
    MessageType: 'GetToken',
    ...device,
    TokenServiceType: 'com.apple.watch.pairing',
    TokenParameters: { SecurityToken: 'S', PhoneUDID: 'P', WatchUDID: 'W' },
  },
  { MessageType: 'DeclarativeManagement', ...device, Endpoint: 'tokens' },
  { MessageType: 'DeclarativeManagement', ...device, Endpoint: 'declaration-items' },
  { MessageType: 'DeclarativeManagement', ...user, Endpoint: 'declaration/configuration/com.example.one' },
  { MessageType: 'DeclarativeManagement', ...device, Endpoint: 'status', Data: Buffer.from(JSON.stringify(goldenStatusReport)) },
]

const chain = [
  { ErrorCode: 12009, ErrorDomain: 'MCMDMErrorDomain', LocalizedDescription: 'Nein 😀', USEnglishDescription: 'No' },
  { ErrorCode: 4001, ErrorDomain: 'MCInstallationErrorDomain', LocalizedDescription: 'x'.repeat(1023) + '😀' },
]

/** A good report of every status, and answers to the commands that the server reads. */
export const goldenReports: readonly PlistDict[] = [
  { ...device, Status: 'Idle' },
  { ...user, Status: 'Idle', NotOnConsole: true, NeedSyncResponse: true, UserConfiguration: false, AuthToken: 'secret' },
  { ...device, Status: 'Acknowledged', CommandUUID: '3c0e3f0a-9d2e-4e3c-8d1f-2f6b00c0ffee' },
  { ...device, Status: 'NotNow', CommandUUID: '3c0e3f0a-9d2e-4e3c-8d1f-2f6b00c0ffee' },
  { ...device, Status: 'Error', CommandUUID: 'C-1', ErrorChain: chain, RequestType: 'InstallProfile' },
  { ...device, Status: 'CommandFormatError', CommandUUID: 'C-1', ErrorChain: [{ ErrorCode: -1 }] },
  {
    ...device,
    Status: 'Acknowledged',
    CommandUUID: 'C-2',
    QueryResponses: { DeviceName: 'Anna', OSVersion: '15.2', IsSupervised: true, BatteryLevel: 0.73, DeviceCapacity: 494.4 },
  },
  {
    ...device,
    Status: 'Acknowledged',
    CommandUUID: 'C-3',
    ProfileList: [
      { PayloadIdentifier: 'com.example.one', PayloadUUID: 'U-1', PayloadDisplayName: 'One', PayloadContent: [{ a: bytes(9) }] },
    ],
  },
  {
    ...device,
    Status: 'Acknowledged',
    CommandUUID: 'C-4',
    SecurityInfo: {
      FDE_Enabled: true,
      FDE_PersonalRecoveryKeyCMS: bytes(300),
      Since: new Date('2026-01-01T00:00:00Z'),
      Large: 2n ** 63n,
    },
  },
]

/** The commonest message of all: what Mdm-Signature is over, in the cast. */
export const idleReport: Uint8Array = Buffer.from(writePlist({ ...device, Status: 'Idle' }))

/** What devices say of themselves before they are enrolled. */
export const goldenMachineInfo: PlistValue = {
  UDID: udid,
  SERIAL: 'C02FUZZ00001',
  PRODUCT: 'iPhone15,2',
  VERSION: '22A1',
  OS_VERSION: '18.0',
  LANGUAGE: 'de',
  CHALLENGE: 'c',
  PAIRING_TOKEN: bytes(16),
  MDM_CAN_REQUEST_SOFTWARE_UPDATE: true,
}
