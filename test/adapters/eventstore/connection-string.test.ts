import assert from 'node:assert/strict'
import { parseConnectionString } from '../../../src/adapters/eventstore/connection-string.ts'
import { ParseError } from '../../../src/kernel/parse-error.ts'

describe('An EventStoreDB connection string', () => {
  it('names one host, and the rest is as usual', () => {
    assert.deepEqual(parseConnectionString('esdb://events.example.com'), {
      discover: false,
      hosts: [{ address: 'events.example.com', port: 2113 }],
      tls: true,
      connectionName: 'muster',
      defaultDeadline: 10_000,
      keepAliveInterval: 10_000,
      keepAliveTimeout: 10_000,
      nodePreference: 'leader',
      maxDiscoverAttempts: 10,
      discoveryInterval: 100,
      gossipTimeoutSeconds: 5,
    })
  })

  it('names everything else in any case', () => {
    const read = parseConnectionString(
      ' esdb://a%40b:c%3Ad:e@h1:1,[::1]:2,h3/?TLS=false&tls-ca-file=%2Fca%20file.pem&user_cert_file=c&userKeyFile=k&connectionName=x&' +
        'defaultdeadline=1&keepAliveInterval=-1&keepAliveTimeout=30000&NodePreference=read-only-replica&maxDiscoverAttempts=2&' +
        'discoveryInterval=0&gossipTimeout=7&throwOnAppendFailure=true&tlsVerifyCert=true ',
    )
    assert.deepEqual(read, {
      discover: true,
      hosts: [
        { address: 'h1', port: 1 },
        { address: '[::1]', port: 2 },
        { address: 'h3', port: 2113 },
      ],
      credentials: { username: 'a@b', password: 'c:d:e' },
      tls: false,
      tlsCaFile: '/ca file.pem',
      userCertFile: 'c',
      userKeyFile: 'k',
      connectionName: 'x',
      defaultDeadline: 1,
      keepAliveInterval: -1,
      keepAliveTimeout: 30_000,
      nodePreference: 'read_only_replica',
      maxDiscoverAttempts: 2,
      discoveryInterval: 0,
      gossipTimeoutSeconds: 7,
    })
  })

  it('may ask for discovery by name', () => {
    assert.equal(parseConnectionString('esdb+discover://cluster').discover, true)
  })

  for (const [text, field] of [
    ['', 'url'],
    ['http://h:1', 'url'],
    ['esdb://', 'url'],
    ['esdb://h/path', 'url'],
    ['esdb://h:0', 'host'],
    ['esdb://h:65536', 'host'],
    ['esdb://h:x', 'host'],
    ['esdb://h1,,h2', 'host'],
    ['esdb://user@h', 'credentials'],
    ['esdb://:top-secret@h', 'credentials'],
    ['esdb://u:top-secret%@h', 'credentials'],
    ['esdb://h?tls=yes', 'tls'],
    ['esdb://h?tls', 'tls'],
    ['esdb://h?colour=red', 'options'],
    ['esdb://h?tlsVerifyCert=false', 'tlsVerifyCert'],
    ['esdb://h?throwOnAppendFailure=false', 'throwOnAppendFailure'],
    ['esdb://h?userCertFile=c', 'userCertFile'],
    ['esdb://h?defaultDeadline=0', 'defaultDeadline'],
    ['esdb://h?defaultDeadline=1e3', 'defaultDeadline'],
    ['esdb://h?keepAliveInterval=-2', 'keepAliveInterval'],
    ['esdb://h?gossipTimeout=', 'gossipTimeout'],
    ['esdb://h?nodePreference=nearest', 'nodePreference'],
  ] as const) {
    it(`is refused as "${text}", naming ${field} and no secret`, () => {
      assert.throws(
        () => parseConnectionString(text),
        (error) => error instanceof ParseError && error.field === field && !error.message.includes('top-secret'),
      )
    })
  }
})
