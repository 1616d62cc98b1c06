import assert from 'node:assert/strict'
import { constants, generateKeyPairSync, privateDecrypt, publicEncrypt } from 'node:crypto'
import fc from 'fast-check'
import { unpadKey } from '../../../src/protocols/scep/unpad-key.ts'

const key = Buffer.from('000102030405060708090a0b0c0d0e0f', 'hex')
const blockOf = (padding: number, secret = key) =>
  Buffer.concat([Uint8Array.of(0, 2), Buffer.alloc(padding, 0xa5), Uint8Array.of(0), secret])

describe('A content key in its padding', function () {
  this.timeout(30_000)

  it('is found in what OpenSSL padded', () => {
    const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const block = privateDecrypt(
      { key: privateKey, padding: constants.RSA_NO_PADDING },
      publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_PADDING }, key),
    )
    assert.deepEqual(unpadKey(block, 16), key)
  })

  it('is found whatever its bytes and the padding are', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(16, 24, 32).chain((size) => fc.uint8Array({ minLength: size, maxLength: size })),
        fc.array(fc.integer({ min: 1, max: 255 }), { minLength: 8, maxLength: 230 }),
        (secret, padding) => {
          const block = Buffer.concat([Uint8Array.of(0, 2, ...padding, 0), secret])
          assert.deepEqual(unpadKey(block, secret.length), Buffer.from(secret))
        },
      ),
    )
  })

  it('is another one each time the block is bad', () => {
    const good = blockOf(237)
    const changed = (at: number, value: number) => Uint8Array.from(good, (byte, position) => (position === at ? value : byte))
    const bad = [
      changed(0, 1),
      changed(0, 0x80),
      changed(1, 1),
      changed(1, 0),
      changed(2, 0),
      changed(238, 0),
      changed(239, 1),
      changed(239, 0xff),
      blockOf(7),
      blockOf(238, key.subarray(1)),
      Buffer.alloc(256),
      Buffer.alloc(3),
      Buffer.alloc(0),
    ]
    assert.deepEqual(unpadKey(good, 16), key)
    for (const block of bad) {
      const [first, second] = [unpadKey(block, 16), unpadKey(block, 16)]
      assert.equal(first.length, 16)
      assert.notDeepEqual(first, key)
      assert.notDeepEqual(first, second)
    }
  })
})
