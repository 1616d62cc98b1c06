import assert from 'node:assert/strict'
import { requestTypes } from '../../../src/api/admin/commands/command-presentation.ts'
import { appleRequests } from '../../../src/api/apple/requests.ts'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import type { Request } from '../../../src/domain/commands/requests.ts'
import { commandTypes } from '../../../src/protocols/apple/command-types.ts'
import type { PlistValue } from '../../../src/protocols/plist/value.ts'
import { isDict } from '../../../src/protocols/plist/value.ts'
import type { SchemaKey } from '../../support/apple-schema.ts'
import { haveAppleSchema, howToGetAppleSchema, schemaFiles } from '../../support/apple-schema.ts'
import { termsOf } from '../../support/terms.ts'

const sealed = { keyId: 'k', nonce: 'n', sealed: 's' }

/** What Apple's devices have no command for. */
const notApples = 'unlock'

/** Every other request of the menu, with all that it can say. */
const menu: readonly Exclude<Request, { kind: 'raw' | typeof notApples }>[] = [
  { kind: 'install-profile', profileId: 'a', identifier: 'i', checksum: 'c', scope: 'System' },
  { kind: 'remove-profile', profileId: 'a', identifier: 'i', ignoreError: false },
  { kind: 'list-profiles' },
  { kind: 'describe-device', queries: ['OSVersion'] },
  { kind: 'renew-identity', terms: termsOf() },
  { kind: 'sync-declarations' },
  { kind: 'release-device' },
  { kind: 'lock', pin: sealed, message: 'm', phoneNumber: 'p' },
  { kind: 'wipe', pin: sealed, obliteration: 'Always' },
  { kind: 'enable-lost-mode', message: 'm', phoneNumber: 'p', footnote: 'f' },
  { kind: 'disable-lost-mode' },
  { kind: 'locate' },
  { kind: 'clear-passcode', unlockToken: sealed },
  { kind: 'describe-security' },
  { kind: 'list-certificates', managedOnly: true },
  { kind: 'list-applications', managedOnly: true },
  { kind: 'list-managed-applications' },
  { kind: 'list-restrictions' },
  { kind: 'list-users' },
  { kind: 'list-updates' },
  { kind: 'describe-updates' },
  { kind: 'install-package', manifestUrl: 'https://mdm.example.com/manifest.plist' },
  { kind: 'remove-application', identifier: 'i' },
  { kind: 'restart', notifyUser: true },
  { kind: 'shut-down' },
  { kind: 'play-sound' },
  { kind: 'log-out-user' },
  { kind: 'unlock-user', userName: 'ada' },
  { kind: 'allow-remote-desktop', allowed: true },
  { kind: 'allow-remote-desktop', allowed: false },
  { kind: 'release-user' },
]

const toApple = appleRequests(
  {
    read: () => Promise.resolve([{ content: { gzip: '' } }] as never),
    load: () => Promise.reject(new Error('unused')),
    blobs: {
      keep: () => Promise.reject(new Error('unused')),
      fetch: () => Promise.resolve(Buffer.from('profile')),
      keepSealed: () => Promise.reject(new Error('unused')),
      fetchSealed: () => Promise.reject(new Error('unused')),
    },
  },
  {
    sealed: () => Promise.resolve(Buffer.from('123456')),
    enrollmentProfile: () => Promise.resolve(Buffer.from('profile')),
    secrets: () => Promise.resolve({}),
  },
)

const typeWords: Readonly<Record<string, string>> = {
  '<string>': 'string',
  '<integer>': 'integer',
  '<boolean>': 'boolean',
  '<data>': 'data',
  '<array>': 'array',
  '<dictionary>': 'dict',
  '<real>': 'real',
  '<date>': 'date',
}

const typeOf = (value: PlistValue | undefined): string => {
  if (value instanceof Uint8Array) return 'data'
  if (Array.isArray(value)) return 'array'
  if (isDict(value)) return 'dict'
  return typeof value === 'number' || typeof value === 'bigint' ? 'integer' : typeof value
}

describe("the menu of requests, held against Apple's own schema", () => {
  let schema: ReadonlyMap<string, readonly SchemaKey[]>

  before(function () {
    if (!haveAppleSchema) {
      console.log(howToGetAppleSchema)
      return this.skip()
    }
    schema = new Map(
      schemaFiles('mdm/commands').map(({ payload, payloadkeys = [] }) => [payload?.requesttype ?? '', payloadkeys]),
    )
  })

  it('has all commands that Apple publishes, with their keys, types and duties', () => {
    assert.deepEqual(Object.keys(commandTypes).toSorted(), [...schema.keys()].toSorted())
    for (const [name, { keys }] of Object.entries(commandTypes)) {
      const published = (schema.get(name) ?? []).map(({ key, type, presence }) => [
        key,
        `${typeWords[type] ?? type}${presence === 'required' ? '!' : ''}`,
      ])
      assert.deepEqual(keys, Object.fromEntries(published), name)
    }
  })

  it('says each of its requests in keys that Apple knows, in the right types, and leaves no duty out', async () => {
    for (const request of menu) {
      const { RequestType, ...said } = await toApple({ hostId: '1', commandId: 'c', request })
      const known = schema.get(RequestType) ?? assert.fail(`${RequestType} is no command of Apple's.`)
      for (const [key, value] of Object.entries(said)) {
        const published = known.find((one) => one.key === key) ?? assert.fail(`${RequestType} has no ${key}.`)
        assert.equal(typeOf(value), typeWords[published.type], `${RequestType}.${key}`)
      }
      for (const { key, presence } of known) if (presence === 'required') assert.ok(key in said, `${RequestType} lacks ${key}.`)
    }
  })

  it('is tried here whole: every member of it', () => {
    assert.deepEqual(new Set<string>([...menu.map(({ kind }) => kind), notApples]), new Set(Object.keys(requestTypes)))
    assert.throws(() => toApple({ hostId: '1', commandId: 'c', request: { kind: notApples } }), ParseError)
  })
})

describe("the check-in messages, held against Apple's own schema", () => {
  it('are all that Apple publishes', function () {
    if (!haveAppleSchema) return this.skip()
    const types = schemaFiles('mdm/checkin').map(({ payload }) => payload?.requesttype)
    assert.deepEqual(types.toSorted(), [
      'Authenticate',
      'CheckOut',
      'DeclarativeManagement',
      'GetBootstrapToken',
      'GetToken',
      'SetBootstrapToken',
      'TokenUpdate',
      'UserAuthenticate',
    ])
  })
})
