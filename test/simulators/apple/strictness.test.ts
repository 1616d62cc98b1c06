import assert from 'node:assert/strict'
import { deviceInformation, installProfile, removeProfile } from '../../../src/protocols/apple/commands.ts'
import { signAttached } from '../../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'
import type { KeyPair } from '../../../src/protocols/x509/keys.ts'
import { generateRsaKey } from '../../../src/protocols/x509/keys.ts'
import type { AppleDevice, AppleDeviceOptions } from '../../../src/simulators/apple-device.ts'
import { appleDevice } from '../../../src/simulators/apple-device.ts'
import { declarationStore } from '../../../src/simulators/apple/declarations.ts'
import { DeviceFailure } from '../../../src/simulators/apple/failure.ts'
import type { Network } from '../../../src/simulators/apple/network.ts'
import { deviceNetwork } from '../../../src/simulators/apple/network.ts'
import { random } from '../../../src/simulators/random.ts'
import { selfSigned } from '../../protocols/cms/identities.ts'
import type { ProfileChanges, SmallMdm } from '../../support/small-mdm.ts'
import { startSmallMdm } from '../../support/small-mdm.ts'

const payload = {
  ...{ PayloadType: 'com.apple.wifi.managed', PayloadIdentifier: 'com.example.wifi.1', PayloadUUID: 'P-2', PayloadVersion: 1 },
}
const base = {
  ...{ PayloadType: 'Configuration', PayloadVersion: 1, PayloadIdentifier: 'com.example.wifi', PayloadUUID: 'P-1' },
  PayloadContent: [payload],
}
const bytesOf = (profile: PlistDict = base): Buffer => Buffer.from(writePlist(profile))
const inside = (...payloads: readonly PlistDict[]): Buffer => bytesOf({ ...base, PayloadContent: payloads })
const without = (dict: PlistDict, key: string): PlistDict =>
  Object.fromEntries(Object.entries(dict).filter(([name]) => name !== key))
const behind = (start: string, file: Uint8Array): Buffer => Buffer.concat([Buffer.from(start), file])
const signed = signAttached(bytesOf(), selfSigned('ec'))
const forged = Buffer.from(Buffer.from(signed).toString('latin1').replace('com.example.wifi.1', 'com.example.wifi.2'), 'latin1')

describe('A simulated Apple device is as strict as a real one', () => {
  let server: SmallMdm
  let network: Network
  let identityKey: KeyPair

  before(async function () {
    this.timeout(30_000)
    identityKey = await generateRsaKey(2048)
    server = await startSmallMdm()
    network = deviceNetwork({ ca: server.caPem, backOffMs: 1, tries: 3 })
  })
  after(async () => {
    network.close()
    await server.stop()
  })

  let devices = 0
  const enrolled = async (options: Partial<AppleDeviceOptions> = {}, changes: ProfileChanges = {}): Promise<AppleDevice> => {
    const device = appleDevice({ network, seed: `strict ${String(devices++)}`, model: 'mac', identityKey, ...options })
    await device.enroll(server.enrollmentProfile(changes))
    return device
  }

  /** What a device answers to one command: the status, and the code of its error. */
  const answerOf = async (
    device: AppleDevice,
    command: object,
    user?: string,
  ): Promise<readonly [string, number | undefined]> => {
    server.enqueue(device.udid, 'c', command as PlistDict)
    await (user === undefined ? device.connect() : device.connectUser(user))
    const report = server.arrivals.findLast((one) => one.report?.CommandUUID === 'c')?.report
    return [report?.Status ?? 'none', report?.ErrorChain[0]?.ErrorCode]
  }

  for (const [what, file] of [
    ['white space before its XML', behind('\n', bytesOf())],
    ['white space before its signature', behind(' ', signed)],
    ['a byte order mark before its signature', behind('\ufeff', signed)],
    ['a signature over other content', forged],
    ['bytes after its signature', Buffer.concat([signed, Buffer.from('\n')])],
    ['no version', bytesOf(without(base, 'PayloadVersion'))],
    ['another version', bytesOf({ ...base, PayloadVersion: 2 })],
    ['no UUID', bytesOf(without(base, 'PayloadUUID'))],
    ['no identifier', bytesOf(without(base, 'PayloadIdentifier'))],
    ['no content', bytesOf({ ...base, PayloadContent: 'none' })],
    ['a payload without a type', inside(without(payload, 'PayloadType'))],
    ['a payload without a UUID', inside(without(payload, 'PayloadUUID'))],
    ['a payload without a version', inside(without(payload, 'PayloadVersion'))],
    ['two payloads of one UUID', inside(payload, { ...payload, PayloadIdentifier: 'other' })],
    ['two payloads of one identifier', inside(payload, { ...payload, PayloadUUID: 'P-3' })],
    ['a payload that enrolls', inside({ ...payload, PayloadType: 'com.apple.mdm' })],
    ['declarations, which only a person installs', inside({ ...payload, PayloadType: 'com.apple.declarations' })],
    ['settings for a user, on the channel of the device', bytesOf({ ...base, PayloadScope: 'User' })],
    ['a payload for users alone, on the channel of the device', inside({ ...payload, PayloadType: 'com.apple.caldav.account' })],
  ] as const)
    it(`[case G3] it installs no profile with ${what}`, async () => {
      const device = await enrolled()
      assert.deepEqual(await answerOf(device, installProfile(file)), ['Error', 4001])
      assert.deepEqual(device.installed(), [])
    })

  it('it installs what is sound, signed or behind a byte order mark, in the place of what has its identifier', async () => {
    const device = await enrolled()
    for (const file of [bytesOf(), signed, behind('\ufeff', bytesOf())])
      assert.deepEqual(await answerOf(device, installProfile(file)), ['Acknowledged', undefined])
    assert.equal(device.installed().length, 1)
    assert.deepEqual(await answerOf(device, removeProfile('com.example.unknown')), ['Error', 89])
  })

  it('it keeps the channels of the device and of its user apart', async () => {
    const device = await enrolled()
    await device.logIn('ada')
    const ofDevice = installProfile(bytesOf({ ...base, PayloadScope: 'System' }))
    assert.deepEqual(await answerOf(device, ofDevice, 'ada'), ['Error', 4001])
    const ofUser = installProfile(bytesOf({ ...base, PayloadScope: 'User' }))
    assert.deepEqual(await answerOf(device, ofUser, 'ada'), ['Acknowledged', undefined])
    const firewall = inside({ ...payload, PayloadType: 'com.apple.security.firewall' })
    assert.deepEqual(await answerOf(device, installProfile(firewall), 'ada'), ['Error', 4001])
    for (const RequestType of ['RestartDevice', 'DeviceLock', 'EraseDevice', 'UserList'])
      assert.deepEqual(await answerOf(device, { RequestType, PIN: '123456' }, 'ada'), ['Error', 12021], RequestType)
  })

  it('it does only what its kind does, and what its owner may ask', async () => {
    const mac = await enrolled()
    const iphone = await enrolled({ model: 'iphone' })
    const owned = await enrolled({ model: 'iphone', supervised: true })
    for (const RequestType of ['EnableLostMode', 'ClearPasscode', 'Restrictions', 'EnableRemoteDesktop', 'MakeCoffee'])
      assert.deepEqual(await answerOf(mac, { RequestType }), ['Error', 12021], RequestType)
    for (const RequestType of [
      'EnableLostMode',
      'RestartDevice',
      'ShutDownDevice',
      'AvailableOSUpdates',
      'InstallEnterpriseApplication',
    ])
      assert.deepEqual(await answerOf(iphone, { RequestType, Message: 'Lost' }), ['Error', 12021], RequestType)
    assert.deepEqual(await answerOf(owned, { RequestType: 'EnableLostMode', Message: 'Lost' }), ['Acknowledged', undefined])
    const kiosk = installProfile(inside({ ...payload, PayloadType: 'com.apple.app.lock' }))
    assert.deepEqual(await answerOf(iphone, kiosk), ['Error', 4001])
    assert.deepEqual(await answerOf(owned, kiosk), ['Acknowledged', undefined])
  })

  it('it takes only what its enrollment profile gives the right to', async () => {
    const device = await enrolled({}, { mdm: { AccessRights: 1 + 16 } })
    assert.deepEqual(await answerOf(device, installProfile(bytesOf())), ['Error', 12020])
    assert.deepEqual(await answerOf(device, { RequestType: 'EraseDevice' }), ['Error', 12020])
    assert.deepEqual(await answerOf(device, deviceInformation(['OSVersion'])), ['Acknowledged', undefined])
  })

  it('it cannot read a command without a key that it needs', async () => {
    const device = await enrolled()
    for (const RequestType of ['InstallProfile', 'RemoveProfile', 'DeviceInformation', 'Settings'])
      assert.deepEqual(await answerOf(device, { RequestType }), ['CommandFormatError', undefined], RequestType)
  })
})

describe('A simulated Apple device declares only what is sound', () => {
  const item = { Identifier: 'a', ServerToken: 't' }
  const tokens = { SyncTokens: { DeclarationsToken: 'set', Timestamp: '2026-03-01T12:00:00Z' } }
  const none = { Activations: [], Configurations: [], Assets: [], Management: [] }
  const items = { Declarations: { ...none, Configurations: [item] }, DeclarationsToken: 'set' }
  const declared = { Type: 'com.apple.configuration.passcode.settings', ...item, Payload: { RequirePasscode: true } }

  type Answers = Readonly<{ tokens?: unknown; items?: unknown; declared?: unknown }>
  type Reported = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>

  /** What a device reports after it fetched these. */
  const reported = async (answers: Answers, byIdentifier: Readonly<Record<string, unknown>> = {}): Promise<Reported> => {
    const all = { tokens, items, declared, ...answers }
    let report = ''
    await declarationStore(random('strict')).sync((endpoint, data) => {
      if (data !== undefined) report = Buffer.from(data).toString()
      const name = endpoint.split('/').at(-1) ?? ''
      const answer =
        endpoint === 'tokens' ? all.tokens : endpoint === 'declaration-items' ? all.items : (byIdentifier[name] ?? all.declared)
      return Promise.resolve(Buffer.from(typeof answer === 'string' ? answer : JSON.stringify(answer)))
    })
    return (JSON.parse(report) as { StatusItems: { management: { declarations: Reported } } }).StatusItems.management.declarations
  }

  for (const [what, answers] of [
    [
      'a time with fractions of a second',
      { tokens: { SyncTokens: { ...tokens.SyncTokens, Timestamp: '2026-03-01T12:00:00.000Z' } } },
    ],
    ['no token of the set', { tokens: { SyncTokens: { Timestamp: '2026-03-01T12:00:00Z' } } }],
    ['no JSON', { tokens: '<plist/>' }],
    ['a list that is missing', { items: { ...items, Declarations: { Activations: [], Configurations: [item], Assets: [] } } }],
    [
      'an identifier that stands twice',
      { items: { ...items, Declarations: { ...none, Configurations: [item], Assets: [item] } } },
    ],
    [
      'an identifier of 65 octets',
      { items: { ...items, Declarations: { ...none, Configurations: [{ ...item, Identifier: 'x'.repeat(65) }] } } },
    ],
    ['another token than was announced', { declared: { ...declared, ServerToken: 'other' } }],
    ['another identifier than was announced', { declared: { ...declared, Identifier: 'b' } }],
    ['a type of another kind', { declared: { ...declared, Type: 'com.apple.asset.data' } }],
    ['no type', { declared: { ...item, Payload: {} } }],
    ['no payload', { declared: { Type: declared.Type, ...item } }],
    ['a key that Apple does not have', { declared: { ...declared, PayloadScope: 'System' } }],
    ['a byte order mark', { declared: `\ufeff${JSON.stringify(declared)}` }],
  ] as const satisfies readonly (readonly [string, Answers])[])
    it(`it takes none from a server that answers with ${what}`, () =>
      assert.rejects(reported(answers), (error) => error instanceof DeviceFailure && error.code === 'bad-reply'))

  it('it tells by itself what is not in force, and why', async () => {
    const one = (Identifier: string) => ({ Identifier, ServerToken: 't' })
    const set = {
      Activations: [one('on'), one('off'), one('lost')],
      Configurations: [one('a'), one('b'), one('c'), one('d')],
      Assets: [],
      Management: [],
    }
    const activation = (Identifier: string, StandardConfigurations: readonly string[], more: object = {}) => ({
      Type: 'com.apple.activation.simple',
      ...one(Identifier),
      Payload: { StandardConfigurations, ...more },
    })
    const states = await reported(
      { items: { ...items, Declarations: set } },
      {
        on: activation('on', ['a']),
        off: activation('off', ['b'], { Predicate: 'FALSEPREDICATE' }),
        lost: activation('lost', ['nowhere']),
        a: { ...declared, ...one('a') },
        b: { ...declared, ...one('b') },
        c: { ...declared, ...one('c') },
        d: { ...declared, ...one('d'), Payload: { CredentialAssetReference: 'nowhere' } },
      },
    )
    const told = Object.values(states)
      .flat()
      .map(({ identifier, active, valid, reasons }) => {
        const [reason] = (reasons ?? []) as readonly Readonly<{ code: string }>[]
        return `${String(identifier)} ${String(active)} ${String(valid)} ${reason?.code ?? ''}`.trim()
      })
    assert.deepEqual(told.sort(), [
      'a true valid',
      'b false valid',
      'c false valid Info.NotReferencedByActivation',
      'd false invalid Error.MissingAssets',
      'lost false invalid Error.MissingConfigurations',
      'off false valid Info.Predicate',
      'on true valid',
    ])
  })
})
