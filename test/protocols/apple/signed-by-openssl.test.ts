import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readInstallableProfile } from '../../../src/protocols/apple/configuration-profile.ts'
import { openProfile } from '../../../src/simulators/apple/profile.ts'
import { profileCalled } from '../../support/story.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0

describe('A profile that OpenSSL signed', function () {
  this.timeout(60_000)
  let folder: string

  before(function () {
    if (!hasOpenssl) this.skip()
    folder = mkdtempSync(join(tmpdir(), 'muster-signed-'))
    writeFileSync(at('wifi.mobileconfig'), profileCalled('wifi'))
    for (const [name, ...key] of [
      ['rsa', 'rsa:2048'],
      ['ec', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
    ] as const)
      openssl(
        ...['req', '-x509', '-nodes', '-subj', '/CN=signer', '-days', '1', '-keyout', at(`${name}.key`)],
        ...['-out', at(`${name}.pem`), '-newkey', ...key],
      )
  })
  after(() => {
    if (hasOpenssl) rmSync(folder, { recursive: true })
  })

  const at = (name: string): string => join(folder, name)
  const openssl = (...options: readonly string[]): void => {
    const { status, stderr } = spawnSync('openssl', options, { encoding: 'utf8' })
    assert.equal(status, 0, stderr)
  }
  const signed = (key: string, options: readonly string[]): Buffer => {
    const files = ['-in', at('wifi.mobileconfig'), '-out', at('signed'), '-signer', at(`${key}.pem`), '-inkey', at(`${key}.key`)]
    openssl('cms', '-sign', '-nodetach', '-binary', '-outform', 'der', ...files, ...options)
    return readFileSync(at('signed'))
  }

  for (const key of ['rsa', 'ec'] as const)
    for (const options of [[], ['-keyid'], ['-noattr'], ['-stream'], ['-md', 'sha512'], ['-nosmimecap', '-keyid', '-stream']])
      it(`is taken, by the door and by a device: ${[key, ...options].join(' ')} [case G3]`, () => {
        const file = signed(key, options)
        assert.equal(readInstallableProfile(file).signed, true)
        assert.equal(openProfile(file).identifier, 'com.example.wifi')
        const forged = Buffer.from(file)
        const place = forged.indexOf('com.example.wifi')
        forged[place] = 0x43
        assert.throws(() => readInstallableProfile(forged), /The signature of the profile does not hold/)
        assert.throws(() => openProfile(forged))
      })

  it('without its certificate is refused by both', () => {
    const file = signed('rsa', ['-nocerts'])
    assert.throws(() => readInstallableProfile(file), /does not hold, and devices refuse it: The signer's certificate is missing/)
    assert.throws(() => openProfile(file))
  })
})
