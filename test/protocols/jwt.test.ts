import assert from 'node:assert/strict'
import { generateKeyPairSync, verify } from 'node:crypto'
import { signJwt } from '../../src/protocols/jwt.ts'

describe('A JSON Web Token', () => {
  it('says its claims, and its signature is right', () => {
    const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
    const token = signJwt({ iss: 'me', iat: 5 }, privateKey)
    const [head = '', claims = '', signature = '', ...more] = token.split('.')
    assert.deepEqual(more, [])
    assert.deepEqual(JSON.parse(Buffer.from(head, 'base64url').toString()), { alg: 'RS256', typ: 'JWT' })
    assert.deepEqual(JSON.parse(Buffer.from(claims, 'base64url').toString()), { iss: 'me', iat: 5 })
    assert.ok(verify('sha256', Buffer.from(`${head}.${claims}`), publicKey, Buffer.from(signature, 'base64url')))
  })

  it('needs an RSA key', () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    assert.throws(() => signJwt({}, privateKey), /RSA/)
  })
})
