import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readConfigurationProfile } from '../../../src/protocols/apple/configuration-profile.ts'
import { signAttached } from '../../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'
import { selfSigned } from '../cms/identities.ts'

const identity = selfSigned('ec')
const wifi = { PayloadType: 'com.apple.wifi.managed', PayloadIdentifier: 'com.example.wifi.1', PayloadDisplayName: 'Office' }
const base = {
  PayloadType: 'Configuration',
  PayloadVersion: 1,
  PayloadIdentifier: 'com.example.wifi',
  PayloadUUID: 'P-1',
  PayloadDisplayName: 'Wi-Fi',
  PayloadContent: [wifi],
}
const bytesOf = (profile: PlistDict): Buffer => Buffer.from(writePlist(profile))
const read = (profile: PlistDict) => readConfigurationProfile(bytesOf(profile))
const refused = (bytes: Uint8Array, field: string, reason = /./): void =>
  assert.throws(
    () => readConfigurationProfile(bytes),
    (error: unknown) => error instanceof ParseError && error.field === field && reason.test(error.message),
  )
const without = (key: string): PlistDict => Object.fromEntries(Object.entries(base).filter(([name]) => name !== key))
const containing = (...payloads: readonly PlistDict[]): Buffer => bytesOf({ ...base, PayloadContent: [wifi, ...payloads] })

describe('An uploaded configuration profile', () => {
  it('is described by its top level and its payloads', () => {
    assert.deepEqual(
      read({ ...base, PayloadOrganization: 'Example', PayloadDescription: 'For the office', PayloadScope: 'User' }),
      {
        identifier: 'com.example.wifi',
        displayName: 'Wi-Fi',
        scope: 'User',
        signed: false,
        uuid: 'P-1',
        description: 'For the office',
        organization: 'Example',
        payloads: [{ type: 'com.apple.wifi.managed', identifier: 'com.example.wifi.1', displayName: 'Office' }],
      },
    )
  })

  it('is for the whole system when it does not say', () => {
    assert.equal(read(base).scope, 'System')
    assert.equal(read({ ...base, PayloadScope: '' }).scope, 'System')
    refused(bytesOf({ ...base, PayloadScope: 'Device' }), 'PayloadScope')
  })

  it('may be signed, by whomever, and then is read from inside', () => {
    const signed = Buffer.from(signAttached(bytesOf(base), identity))
    assert.equal(readConfigurationProfile(signed).signed, true)
    assert.equal(readConfigurationProfile(signed).identifier, 'com.example.wifi')
    signed[signed.length - 1] = (signed[signed.length - 1] ?? 0) ^ 1
    assert.equal(readConfigurationProfile(signed).signed, true)
  })

  it('may hold variables, even where only data may stand, but not when it is signed', () => {
    const text = writePlist({ ...base, PayloadContent: [{ ...wifi, Password: '$FLEET_VAR_HOST_UUID' }] }).replace(
      '<key>Password</key>',
      '<key>Pkcs12</key><data>${FLEET_VAR_DIGICERT_DATA_ca}</data><key>Other</key><data> $FLEET_VAR_X </data><key>Password</key>',
    )
    assert.equal(readConfigurationProfile(Buffer.from(text)).payloads.length, 1)
    refused(
      signAttached(bytesOf({ ...base, X: '$FLEET_VAR_HOST_UUID' }), identity),
      'profile',
      /signed profile cannot hold variables/,
    )
    refused(signAttached(bytesOf({ ...base, X: '${FLEET_VAR_HOST_UUID}' }), identity), 'profile', /variables/)
    assert.throws(() => readConfigurationProfile(Buffer.from(text.replace('$FLEET_VAR_X', '$OTHER_VAR_X'))), /base64/)
  })

  it('may stand behind a byte order mark', () => {
    const bytes = Buffer.concat([Uint8Array.of(0xef, 0xbb, 0xbf), bytesOf(base)])
    assert.equal(readConfigurationProfile(bytes).displayName, 'Wi-Fi')
  })

  it('is refused when it is no profile', () => {
    refused(Buffer.from('{"Type": "x"}'), 'profile', /neither XML/)
    refused(Buffer.alloc(0), 'profile', /empty/)
    refused(Buffer.from('<plist version="1.0"><dict/></plist>'), 'profile', /<\?xml/)
    refused(bytesOf(base).subarray(0, 300), 'profile', /well-formed/)
    refused(Buffer.from(writePlist([])), 'profile', /dictionary/)
    refused(bytesOf({ ...base, Filler: 'x'.repeat(1024 * 1024) }), 'profile', /1 MiB/)
    refused(signAttached(Buffer.from('plain text'), identity), 'profile')
  })

  it('is refused without its type, identifier or name', () => {
    refused(bytesOf({ ...base, PayloadType: 'com.apple.wifi.managed' }), 'PayloadType')
    for (const key of ['PayloadType', 'PayloadIdentifier', 'PayloadDisplayName']) {
      refused(bytesOf(without(key)), key, /missing/)
      refused(bytesOf({ ...base, [key]: '' }), key)
    }
    refused(bytesOf({ ...base, PayloadIdentifier: 'x'.repeat(256) }), 'PayloadIdentifier', /at most 255/)
    refused(bytesOf({ ...base, PayloadContent: 'x' }), 'PayloadContent')
    refused(bytesOf({ ...base, PayloadContent: ['x'] }), 'PayloadContent')
  })

  it("is refused with the identifier or name of the server's own profiles", () => {
    const own = ['com.muster.mdm.filevault', 'com.muster.agent.config', 'com.muster.caroot', 'com.muster.mdm.apple']
    for (const identifier of own) {
      refused(bytesOf({ ...base, PayloadIdentifier: identifier }), 'PayloadIdentifier', /reserved/)
      refused(containing({ ...wifi, PayloadIdentifier: identifier }), 'PayloadContent.PayloadIdentifier', /not supported/)
    }
    for (const name of ['Disk encryption', 'Muster agent configuration', 'Windows OS Updates', 'Muster iPadOS OS Updates']) {
      refused(bytesOf({ ...base, PayloadDisplayName: name }), 'PayloadDisplayName', /reserved/)
      refused(containing({ ...wifi, PayloadDisplayName: name }), 'PayloadContent.PayloadDisplayName', /not supported/)
    }
  })

  it('is refused with disk-encryption settings, unless these are allowed', () => {
    const payloads = [
      { PayloadType: 'com.apple.MCX.FileVault2', Enable: 'On' },
      { PayloadType: 'com.apple.security.FDERecoveryKeyEscrow' },
      { PayloadType: 'com.apple.MCX', dontAllowFDEDisable: true },
      { PayloadType: 'com.apple.MCX', DestroyFVKeyOnStandby: false },
    ]
    for (const payload of payloads) {
      refused(containing(payload), 'PayloadContent.PayloadType', /FileVault/)
      assert.equal(readConfigurationProfile(containing(payload), { fileVaultAllowed: true }).payloads.length, 2)
    }
    const redirect = containing({ PayloadType: 'com.apple.security.FDERecoveryRedirect' })
    refused(redirect, 'PayloadContent.PayloadType', /not supported/)
    assert.throws(() => readConfigurationProfile(redirect, { fileVaultAllowed: true }), ParseError)
    assert.equal(readConfigurationProfile(containing({ PayloadType: 'com.apple.MCX', timeServer: 'x' })).payloads.length, 2)
  })

  it('is judged by types first, then identifiers, then names', () => {
    const named = { ...wifi, PayloadDisplayName: 'Disk encryption' }
    const identified = { ...wifi, PayloadIdentifier: 'com.muster.caroot' }
    const typed = { PayloadType: 'com.apple.MCX.FileVault2' }
    refused(containing(named, identified, typed), 'PayloadContent.PayloadType')
    refused(containing(named, identified), 'PayloadContent.PayloadIdentifier')
  })

  it('is not looked into when it is encrypted or empty', () => {
    assert.deepEqual(
      read({ ...base, PayloadContent: [], IsEncrypted: true, EncryptedPayloadContent: Uint8Array.of(1) }).payloads,
      [],
    )
    assert.deepEqual(read(without('PayloadContent')).payloads, [])
  })
})
