import assert from 'node:assert/strict'
import { oauthBaseString, oauthSignature, readOauth, writeOauth } from '../../../src/protocols/ade/oauth.ts'

describe('A signature of OAuth 1.0', () => {
  it('is made of what RFC 5849 §3.4.1.1 makes it of', () => {
    const parameters = {
      ...{ oauth_consumer_key: '9djdj82h48djs9d2', oauth_token: 'kkk9d7dh3k39sjv7', oauth_signature_method: 'HMAC-SHA1' },
      ...{ oauth_timestamp: '137131201', oauth_nonce: '7d8f3e4a', c2: '', realm: 'Example' },
    }
    const url = 'http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b&a3=2%20q'
    assert.equal(
      oauthBaseString({ method: 'post', url, parameters }),
      'POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D%26c2%3D%26' +
        'oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1%26' +
        'oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7',
    )
  })

  it('is that of the example of RFC 5849 §1.2', () => {
    const parameters = {
      ...{ oauth_consumer_key: 'dpf43f3p2l4k3l03', oauth_token: 'nnch734d00sl2jdk', oauth_signature_method: 'HMAC-SHA1' },
      ...{ oauth_timestamp: '137131202', oauth_nonce: 'chapoH' },
    }
    const url = 'http://photos.example.net/photos?file=vacation.jpg&size=original'
    assert.equal(
      oauthSignature({ method: 'GET', url, parameters }, 'kd94hf93k423kf44', 'pfkkdhi9sl3r4s00'),
      'MdpQcU8iPSUjWoN/UDMsK2sui9I=',
    )
  })

  it('is read back from the header that carries it, in any order', () => {
    const token = { consumerKey: 'CK_1', consumerSecret: 'a b', accessToken: 'AT+1', accessSecret: 'c&d' }
    const header = writeOauth(token, { method: 'GET', url: 'https://a.example/session', nonce: 'n1', timestamp: 1 })
    const { oauth_signature: signature, ...parameters } = readOauth(header)
    assert.equal(parameters['realm'], 'ADM')
    assert.equal(parameters['oauth_token'], 'AT+1')
    assert.equal(signature, oauthSignature({ method: 'GET', url: 'https://a.example/session', parameters }, 'a b', 'c&d'))
    for (const bad of ['', 'Basic abc', 'OAuth a', 'OAuth a="1", a="2"', 'OAuth a="%zz"'])
      assert.throws(() => readOauth(bad), { name: 'ParseError', field: 'authorization' })
  })
})
