import assert from 'node:assert/strict'
import { readConfigurationProfile } from '../../src/protocols/apple/configuration-profile.ts'
import { readDeclarationUpload } from '../../src/protocols/apple/declaration-upload.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { whyReserved } from '../../src/protocols/windows/reserved-nodes.ts'

const said = (read: () => unknown): string => {
  try {
    return String(read())
  } catch (error) {
    return (error as Error).message
  }
}

describe('A refusal of settings that the server keeps for itself', () => {
  const names = { PayloadIdentifier: 'com.example.x', PayloadDisplayName: 'X' }
  const payload = { ...names, PayloadType: 'com.apple.MCX.FileVault2', PayloadIdentifier: 'com.example.x.1' }
  const fileVault = Buffer.from(writePlist({ ...names, PayloadType: 'Configuration', PayloadContent: [payload] }))
  const update = { Type: 'com.apple.configuration.softwareupdate.enforcement.specific', Identifier: 'x', Payload: {} }

  const samples: readonly (readonly [string, string, RegExp])[] = [
    ['FileVault', said(() => readConfigurationProfile(fileVault)), /FileVault.*does not manage disk encryption yet/],
    [
      'updates of Apple',
      said(() => readDeclarationUpload(Buffer.from(JSON.stringify(update)))),
      /no settings for OS updates yet/,
    ],
    [
      'BitLocker',
      String(whyReserved('./Device/Vendor/MSFT/BitLocker/RequireDeviceEncryption')),
      /no settings for disk encryption yet/,
    ],
    ['updates of Windows', String(whyReserved('./Device/Vendor/MSFT/Policy/Config/Update/X')), /no settings for OS updates yet/],
  ]
  for (const [what, sentence, expected] of samples)
    it(`says what is so, and sends nobody to settings that do not exist: ${what} [case G6]`, () => {
      assert.match(sentence, expected)
      assert.doesNotMatch(sentence, /use the settings|turn on/)
    })
})
