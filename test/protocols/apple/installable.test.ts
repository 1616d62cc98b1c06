import assert from 'node:assert/strict'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { readInstallableProfile } from '../../../src/protocols/apple/configuration-profile.ts'
import { readDeclaration, readDeclarationUpload } from '../../../src/protocols/apple/declaration-upload.ts'
import { signAttached } from '../../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../../src/protocols/plist/value.ts'
import { writePlist } from '../../../src/protocols/plist/write.ts'
import { createAuthority, createIdentity } from '../../../src/protocols/x509/authority.ts'
import { nameOf } from '../../../src/protocols/x509/names.ts'
import { selfSigned } from '../cms/identities.ts'

const payload = {
  PayloadType: 'com.apple.wifi.managed',
  PayloadIdentifier: 'com.example.wifi.1',
  PayloadUUID: 'P-2',
  PayloadVersion: 1,
}
const base = {
  PayloadType: 'Configuration',
  PayloadVersion: 1,
  PayloadIdentifier: 'com.example.wifi',
  PayloadUUID: 'P-1',
  PayloadDisplayName: 'Wi-Fi',
  PayloadContent: [payload],
}
const bytesOf = (profile: PlistDict = base): Buffer => Buffer.from(writePlist(profile))
const signed = (content = bytesOf()): Buffer => Buffer.from(signAttached(content, selfSigned('ec')))
const mark = Buffer.from([0xef, 0xbb, 0xbf])
const before = (start: string | Buffer, file: Buffer): Buffer => Buffer.concat([Buffer.from(start), file])
const without = (dict: PlistDict, key: string): PlistDict =>
  Object.fromEntries(Object.entries(dict).filter(([name]) => name !== key))
const inside = (...payloads: readonly PlistDict[]): Buffer => bytesOf({ ...base, PayloadContent: payloads })

/** A signature over these bytes around other ones, of the same length. */
const forged = (): Buffer => {
  const file = signed()
  file[file.indexOf('com.example.wifi')] = 0x43
  return file
}

describe('A profile whose signature', () => {
  for (const [what, file, reason] of [
    ['is over other content', forged(), /does not hold, and devices refuse it: The signature is over other content\. Sign/],
    ['has a byte that is wrong', Buffer.concat([signed().subarray(0, -1), Buffer.of(0)]), /does not hold/],
  ] as const)
    it(`${what} is refused at the door [case G3]`, () => {
      assert.throws(
        () => readInstallableProfile(file),
        (error: unknown) => error instanceof ParseError && error.field === 'profile' && reason.test(error.message),
      )
    })

  it('holds is taken, whoever signed it, and whenever [case G3]', async () => {
    const authority = await createAuthority({
      ...{ organization: 'Test', keyBits: 2048, years: 1, now: new Date('2010-01-01T00:00:00Z'), commonName: 'Root' },
    })
    const ended = await createIdentity({
      authority,
      subject: nameOf({ commonName: 'signer' }),
      notBefore: new Date('2010-01-01T00:00:00Z'),
      notAfter: new Date('2010-06-01T00:00:00Z'),
      extKeyUsage: 'clientAuth',
    })
    for (const identity of [selfSigned('rsa'), selfSigned('ec'), ended, { ...ended, chainPem: authority.certificatePem }])
      assert.equal(readInstallableProfile(signAttached(bytesOf(), identity)).signed, true)
  })
})

describe('A profile that every device would refuse', () => {
  it('[case G3] is none when it is well made: plain, signed, or behind a byte order mark', () => {
    for (const file of [
      bytesOf(),
      signed(),
      before(mark, bytesOf()),
      bytesOf({ ...base, IsEncrypted: true, PayloadContent: [] }),
    ])
      assert.equal(readInstallableProfile(file).identifier, 'com.example.wifi')
  })

  for (const [what, file, field, reason] of [
    ['a line feed before <?xml', before('\n', bytesOf()), 'profile', /white space before <\?xml/],
    ['blanks before <?xml', before(' \r\n\t', bytesOf()), 'profile', /white space before <\?xml/],
    [
      'a blank between a byte order mark and <?xml',
      before(Buffer.concat([mark, Buffer.from(' ')]), bytesOf()),
      'profile',
      /byte order mark/,
    ],
    ['a line feed before its signature', before('\n', signed()), 'profile', /white space before its signature/],
    ['a byte order mark before its signature', before(mark, signed()), 'profile', /byte order mark before its signature/],
    ['a line feed before <?xml in what is signed', signed(before('\n', bytesOf())), 'profile', /white space before <\?xml/],
    ['a line feed after its signature', before(signed(), Buffer.from('\n')), 'profile', /./],
    ['UTF-16', Buffer.from(`\ufeff${writePlist(base)}`, 'utf16le'), 'profile', /./],
    [
      'a payload that enrolls',
      inside(payload, { ...payload, PayloadType: 'com.apple.mdm', PayloadIdentifier: 'm', PayloadUUID: 'M' }),
      'PayloadContent.PayloadType',
      /payload 2, com\.apple\.mdm, cannot be sent/,
    ],
    [
      'declarations for manual installation',
      inside({ ...payload, PayloadType: 'com.apple.declarations' }),
      'PayloadContent.PayloadType',
      /by hand/,
    ],
    ['no UUID', bytesOf(without(base, 'PayloadUUID')), 'PayloadUUID', /missing/],
    ['no version', bytesOf(without(base, 'PayloadVersion')), 'PayloadVersion', /only 1/],
    ['version 2', bytesOf({ ...base, PayloadVersion: 2 }), 'PayloadVersion', /is 2; devices take only 1/],
    ['a version in words', bytesOf({ ...base, PayloadVersion: '1' }), 'PayloadVersion', /only 1/],
    ['a payload without a type', inside(without(payload, 'PayloadType')), 'PayloadContent.PayloadType', /missing/],
    [
      'a payload without an identifier',
      inside(without(payload, 'PayloadIdentifier')),
      'PayloadContent.PayloadIdentifier',
      /missing/,
    ],
    ['a payload without a UUID', inside(without(payload, 'PayloadUUID')), 'PayloadContent.PayloadUUID', /payload 1 is missing/],
    ['a payload without a version', inside(without(payload, 'PayloadVersion')), 'PayloadContent.PayloadVersion', /missing/],
    [
      'two payloads of one UUID',
      inside(payload, { ...payload, PayloadIdentifier: 'other' }),
      'PayloadContent.PayloadUUID',
      /twice/,
    ],
    ['a payload with the UUID of the profile', inside({ ...payload, PayloadUUID: 'p-1' }), 'PayloadContent.PayloadUUID', /twice/],
    [
      'two payloads of one identifier',
      inside(payload, { ...payload, PayloadUUID: 'other' }),
      'PayloadContent.PayloadIdentifier',
      /twice/,
    ],
  ] as const)
    it(`[case G3] is refused at the upload: ${what}`, () => {
      assert.throws(
        () => readInstallableProfile(file),
        (error: unknown) => error instanceof ParseError && error.field === field && reason.test(error.message),
      )
    })
})

describe('A declaration from an editor on Windows', () => {
  const text =
    '{"Type":"com.apple.configuration.passcode.settings","Identifier":"com.example.passcode","Payload":{"RequirePasscode":true}}'

  it('[case G3] is taken with its byte order mark, and delivered without', () => {
    const bytes = before(mark, Buffer.from(text))
    assert.equal(readDeclarationUpload(bytes).identifier, 'com.example.passcode')
    assert.deepEqual(readDeclaration(bytes.toString('utf8')).payload, { RequirePasscode: true })
  })

  it('[case G3] is refused when it is no UTF-8, rather than changed', () => {
    const latin = Buffer.from(text.replace('passcode"', 'pässcode"'), 'latin1')
    assert.throws(() => readDeclarationUpload(latin), /UTF-8/)
  })
})
