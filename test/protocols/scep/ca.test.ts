import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { ParseError } from '../../../src/kernel/parse-error.ts'
import { decodeGetMessage, readCaCert, writeCaCaps, writeCaCert } from '../../../src/protocols/scep/ca.ts'
import { createAuthority } from '../../../src/protocols/x509/authority.ts'
import { derOf } from './messages.ts'

describe('What a SCEP server says of itself', function () {
  this.timeout(30_000)

  it('promises only what is served', () => {
    assert.equal(writeCaCaps(), 'POSTPKIOperation\nSCEPStandard\nSHA-256\nAES\n')
    assert.equal(writeCaCaps({ renewal: true }), 'POSTPKIOperation\nSCEPStandard\nSHA-256\nAES\nRenewal\n')
    assert.equal(writeCaCaps({ next: true }), 'POSTPKIOperation\nSCEPStandard\nSHA-256\nAES\nGetNextCACert\n')
    assert.equal(writeCaCaps({ oldClients: true }), 'POSTPKIOperation\nSCEPStandard\nSHA-256\nAES\nSHA-1\nDES3\n')
  })

  it('hands out one certificate as it is, and several in a bag, in order', async () => {
    const wish = { organization: 'Example', years: 1, keyBits: 2048 }
    const [one, two] = await Promise.all([
      createAuthority({ ...wish, commonName: 'One' }),
      createAuthority({ ...wish, commonName: 'Two' }),
    ])
    const [first, second] = [derOf(one.certificatePem), derOf(two.certificatePem)]
    assert.deepEqual(writeCaCert([first]), { contentType: 'application/x-x509-ca-cert', body: first })
    assert.deepEqual(readCaCert(first), [first])
    const { contentType, body } = writeCaCert([first, second])
    assert.equal(contentType, 'application/x-x509-ca-ra-cert')
    assert.deepEqual(readCaCert(body), [first, second])
    assert.throws(() => readCaCert(writeCaCert([]).body), ParseError)
    assert.throws(() => readCaCert(Buffer.from('<html>')), ParseError)
    for (let length = 0; length < body.length; length += 29) assert.throws(() => readCaCert(body.subarray(0, length)), ParseError)
  })
})

describe('A message in a query', () => {
  // Bytes whose base64 holds `+`, `/` and padding.
  const bytes = Buffer.concat([Buffer.from('fbffbffbefbe', 'hex'), Buffer.from('x')])
  const base64 = '+/+/+++++eA=='

  it('is read in every spelling that clients are known to use', () => {
    const plain = bytes.toString('base64')
    assert.match(plain, /\+.*\/.*==$/)
    const spellings = [
      plain,
      plain.replaceAll('=', ''),
      bytes.toString('base64url'),
      plain.replaceAll('+', ' '),
      encodeURIComponent(plain),
      `${plain.slice(0, 4)}\r\n${plain.slice(4)}\n`,
      `${plain.slice(0, 4)}%0A${plain.slice(4)}%0d%0a`,
    ]
    for (const spelling of spellings) assert.deepEqual(Buffer.from(decodeGetMessage(spelling)), bytes, spelling)
  })

  it('survives whatever it holds', () => {
    for (let size = 1; size < 40; size++) {
      const message = randomBytes(size)
      assert.deepEqual(Buffer.from(decodeGetMessage(message.toString('base64'))), message)
      assert.deepEqual(Buffer.from(decodeGetMessage(message.toString('base64url'))), message)
    }
  })

  it('is refused when it is empty, too long or not base64', () => {
    for (const message of [
      '',
      '=',
      '==',
      '\n',
      'A',
      'AAAAA',
      'AA=A',
      'AAA*',
      '<xml>',
      '%',
      '%zz',
      '%C3%28',
      `${base64}!`,
      'A'.repeat(300_000),
    ])
      assert.throws(
        () => decodeGetMessage(message),
        (error) => error instanceof ParseError && error.field === 'message',
        message.slice(0, 20),
      )
  })
})
