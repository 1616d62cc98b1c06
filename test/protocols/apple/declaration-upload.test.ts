import assert from 'node:assert/strict'
import { activatedBy, assetsNamedBy, readDeclarationUpload } from '../../../src/protocols/apple/declaration-upload.ts'

const read = (declaration: object) => readDeclarationUpload(Buffer.from(JSON.stringify(declaration)))
const passcode = { Type: 'com.apple.configuration.passcode.settings', Identifier: 'com.example.passcode', Payload: {} }
const activation = {
  Type: 'com.apple.activation.simple',
  Identifier: 'com.example.at-work',
  Payload: { StandardConfigurations: ['com.example.passcode'], Predicate: "(@status(device.model.family) == 'Mac')" },
}

describe('A declaration', () => {
  for (const type of [
    'com.apple.configuration.passcode.settings',
    'com.apple.configuration.account.mail',
    'com.apple.configuration.services.background-tasks',
    'com.apple.asset.credential.userpassword',
    'com.apple.management.organization-info',
    'com.apple.management.properties',
  ])
    it(`may be ${type}`, () => {
      const { scope, identifier } = read({ ...passcode, Type: type })
      assert.deepEqual([scope, identifier], ['System', 'com.example.passcode'])
    })

  it('may be an activation, which names what it puts in force', () => {
    assert.deepEqual(activatedBy(read(activation)), ['com.example.passcode'])
    assert.deepEqual(activatedBy(read(passcode)), [])
  })

  it('names its assets, wherever it does, each once', () => {
    const payload = {
      AuthenticationCredentialsAssetReference: 'com.example.password',
      Inner: { List: [{ IdentityAssetReference: 'com.example.identity' }, { DataAssetReference: 'com.example.password' }] },
      AnchorCertificateAssetReferences: ['com.example.one', 'com.example.two', 7],
      HostName: 'com.example.no-asset',
    }
    assert.deepEqual(assetsNamedBy({ payload }), [
      'com.example.password',
      'com.example.identity',
      'com.example.one',
      'com.example.two',
    ])
  })

  for (const [what, declaration, field] of [
    ['no object', [], 'profile'],
    ['no type', { ...passcode, Type: undefined }, 'Type'],
    ['no identifier', { ...passcode, Identifier: '' }, 'Identifier'],
    ['an identifier of 65 bytes', { ...passcode, Identifier: 'x'.repeat(65) }, 'Identifier'],
    ["an identifier of the server's own", { ...passcode, Identifier: 'com.muster.x' }, 'Identifier'],
    ['no payload', { ...passcode, Payload: 'text' }, 'Payload'],
    ['another scope', { ...passcode, PayloadScope: 'Everyone' }, 'PayloadScope'],
    ['another key', { ...passcode, Colour: 'red' }, 'Colour'],
    ['the updates of the system', { ...passcode, Type: 'com.apple.configuration.softwareupdate.enforcement.specific' }, 'Type'],
    ['status subscriptions', { ...passcode, Type: 'com.apple.configuration.management.status-subscriptions' }, 'Type'],
    ['the pairing of watches', { ...passcode, Type: 'com.apple.configuration.watch.enrollment' }, 'Type'],
    ["the server's capabilities", { ...passcode, Type: 'com.apple.management.server-capabilities' }, 'Type'],
    ['a type of nobody', { ...passcode, Type: 'com.apple.something.else' }, 'Type'],
    ['a type of somebody else', { ...passcode, Type: 'com.example.configuration.x' }, 'Type'],
    ['another activation', { ...activation, Type: 'com.apple.activation.complex' }, 'Type'],
    ['an activation of nothing', { ...activation, Payload: {} }, 'Payload.StandardConfigurations'],
    ['an activation of numbers', { ...activation, Payload: { StandardConfigurations: [1] } }, 'Payload.StandardConfigurations'],
    ['an empty predicate', { ...activation, Payload: { ...activation.Payload, Predicate: '' } }, 'Payload.Predicate'],
  ] as const)
    it(`is refused with ${what}`, () => {
      assert.throws(() => read(declaration), { name: 'ParseError', field })
    })
})
