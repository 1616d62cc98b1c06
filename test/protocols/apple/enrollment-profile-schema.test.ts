import assert from 'node:assert/strict'
import { createHash, X509Certificate } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { writeEnrollmentProfile } from '../../../src/protocols/apple/enrollment-profile.ts'
import { readPlist } from '../../../src/protocols/plist/read.ts'
import type { PlistDict, PlistValue } from '../../../src/protocols/plist/value.ts'
import { isDict } from '../../../src/protocols/plist/value.ts'
import { selfSigned } from '../cms/identities.ts'

/** Apple's published schema, where it lies beside the project or is named by the environment; it is no part of the project. */
const schema = `${process.env['APPLE_SCHEMA'] ?? '../shared/data/apple-device-management'}/mdm/profiles`

type Key = Readonly<{
  key: string
  type: string
  presence?: string
  format?: string
  rangelist?: readonly unknown[]
  subkeys?: readonly Key[]
}>

const keysOf = (file: string): readonly Key[] =>
  (parse(readFileSync(`${schema}/${file}.yaml`, 'utf8')) as { payloadkeys: readonly Key[] }).payloadkeys

const typeOf = (value: PlistValue | undefined): string => {
  if (Array.isArray(value)) return '<array>'
  if (value instanceof Uint8Array) return '<data>'
  if (isDict(value)) return '<dictionary>'
  return typeof value === 'string' ? '<string>' : typeof value === 'boolean' ? '<boolean>' : '<integer>'
}

/** What Apple would not find in order. */
const faults = (dict: PlistDict, keys: readonly Key[], common: readonly Key[] = []): readonly string[] => [
  ...keys.filter(({ key, presence }) => presence === 'required' && dict[key] === undefined).map(({ key }) => `${key} is missing`),
  ...Object.entries(dict).flatMap(([name, value]) => {
    const key = [...keys, ...common].find((one) => one.key === name)
    if (key === undefined) return [`${name} is unknown`]
    const range = key.rangelist !== undefined && !key.rangelist.includes(value) ? [`${name} is out of range`] : []
    const format = key.format !== undefined && !new RegExp(key.format).test(value as string) ? [`${name} has another format`] : []
    const type = key.type === '<any>' || key.type === typeOf(value) ? [] : [`${name} is ${typeOf(value)}, not ${key.type}`]
    const inside = isDict(value) && key.subkeys !== undefined ? faults(value, key.subkeys) : []
    return [...range, ...format, ...type, ...inside]
  }),
]

describe("An enrollment profile, held against Apple's schema", () => {
  before(function () {
    if (!existsSync(schema)) this.skip()
  })

  it('has only keys that are known, of their types, and all that are required', () => {
    const ca = new X509Certificate(selfSigned('rsa').certificatePem).raw
    const written = writeEnrollmentProfile({
      identifier: 'com.muster.mdm.apple',
      displayName: 'Example management',
      description: 'Lets Example manage this device.',
      organization: 'Example',
      uuid: '0b1c2d3e-0000-4000-8000-000000000001',
      serverUrl: 'https://mdm.example.com/mdm/apple/mdm',
      checkInUrl: 'https://mdm.example.com/mdm/apple/mdm',
      topic: 'com.apple.mgmt.External.0a1b',
      scep: {
        url: 'https://mdm.example.com/mdm/apple/scep',
        name: 'Muster',
        challenge: 'once-only',
        subject: [['CN', '%SerialNumber%']],
        caFingerprint: createHash('sha256').update(ca).digest(),
      },
      caCertificates: [ca],
      pinnedCertificates: [ca],
      useDevelopmentApns: true,
      enrollmentMode: 'BYOD',
      assignedManagedAppleId: 'ann@example.com',
      requiredAppIdForMdm: 7,
    })
    const whole = readPlist(Buffer.from(written)) as PlistDict
    const common = keysOf('CommonPayloadKeys')
    assert.deepEqual(faults(whole, keysOf('TopLevel')), [])
    const payloads = whole['PayloadContent'] as readonly PlistDict[]
    assert.equal(payloads.length, 3)
    for (const payload of payloads) {
      const type = payload['PayloadType'] as string
      assert.deepEqual(faults(payload, keysOf(type), common), [], type)
    }
  })
})
