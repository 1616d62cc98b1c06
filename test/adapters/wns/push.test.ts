import assert from 'node:assert/strict'
import type { IncomingMessage, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { isWnsChannel, wnsPush } from '../../../src/adapters/wns/push.ts'
import { pushByTopic } from '../../../src/app/push-by-topic.ts'
import type { Push, PushTarget } from '../../../src/app/ports.ts'

describe('The push service of Windows', () => {
  let service: Server
  let url: string
  let tokens: number
  let valid: string
  let seen: Readonly<{ path: string; headers: IncomingMessage['headers'] }>[]
  let now: Date
  const logged: string[] = []
  const log = { info: () => undefined, warn: () => undefined, error: (_: object, message: string) => void logged.push(message) }

  before(async () => {
    service = createServer((request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        const path = request.url ?? ''
        if (path === '/token') {
          const form = new URLSearchParams(Buffer.concat(parts).toString())
          if (form.get('client_secret') !== 'secret' || form.get('client_id') !== 'ms-app://S-1-15-2-1')
            return void response.writeHead(400).end('{}')
          valid = `token-${String(++tokens)}`
          return void response.end(JSON.stringify({ access_token: valid, token_type: 'bearer', expires_in: 86_400 }))
        }
        seen.push({ path, headers: request.headers })
        response.writeHead(request.headers.authorization === `Bearer ${valid}` ? Number(path.slice(1)) : 401).end()
      })
    })
    await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${String((service.address() as AddressInfo).port)}`
  })
  beforeEach(() => {
    tokens = 0
    valid = ''
    seen = []
    now = new Date('2026-03-01T12:00:00.000Z')
  })
  after(() => {
    service.closeAllConnections()
    service.close()
  })

  const pushing = (clientSecret = 'secret'): Push =>
    wnsPush({
      ...{ packageSid: 'S-1-15-2-1', clientSecret, tokenUrl: `${url}/token`, clock: () => now, log },
      mayPushTo: ({ hostname }) => hostname === '127.0.0.1',
    })
  const channel = (path: string): PushTarget => ({ topic: 'wns', token: Buffer.from(`${url}/${path}`), magic: '' })

  it('sends raw notifications with one token for all', async () => {
    const push = pushing()
    assert.deepEqual(await push.wake([channel('200'), channel('200')]), [{ kind: 'sent' }, { kind: 'sent' }])
    assert.equal(tokens, 1)
    assert.deepEqual([seen[0]?.headers['x-wns-type'], seen[0]?.headers['content-type']], ['wns/raw', 'application/octet-stream'])
  })

  it('gets another token before one ends, and at once when one is not taken', async () => {
    const push = pushing()
    await push.wake([channel('200')])
    now = new Date(now.getTime() + 86_400_000 - 60_000)
    await push.wake([channel('200')])
    assert.equal(tokens, 2)
    valid = 'changed'
    assert.deepEqual(await push.wake([channel('200')]), [{ kind: 'sent' }])
    assert.equal(tokens, 3)
  })

  it('tells what became of each push', async () => {
    const outcomes = await pushing().wake(['410', '404', '406', '503', '413'].map(channel))
    assert.deepEqual(
      outcomes.map(({ kind }) => kind),
      ['bad-token', 'bad-token', 'try-later', 'try-later', 'refused'],
    )
  })

  it('sends its token nowhere else', async () => {
    const elsewhere = ['http://example.com/x', 'https://notify.windows.com.example.com/', 'no address']
    const outcomes = await pushing().wake(elsewhere.map((text) => ({ topic: 'wns', token: Buffer.from(text), magic: '' })))
    assert.deepEqual([...new Set(outcomes.map(({ kind }) => kind))], ['bad-token'])
    assert.deepEqual([tokens, seen.length], [0, 0])
    assert.equal(isWnsChannel(new URL('https://db5p.notify.windows.com/?token=x')), true)
    assert.equal(isWnsChannel(new URL('http://db5p.notify.windows.com/')), false)
    assert.equal(isWnsChannel(new URL('https://evil-notify.windows.com/')), false)
  })

  it('says that its credentials are wrong, once it is told so', async () => {
    assert.deepEqual(
      (await pushing('wrong').wake([channel('200')])).map(({ kind }) => kind),
      ['certificate-refused'],
    )
    assert.match(logged.at(-1) ?? '', /secret/)
    assert.equal(logged.join().includes('wrong'), false)
  })

  it('stands beside another one, each for its own topics, in the order in which they were asked', async () => {
    const other: Push = {
      wake: (targets) => Promise.resolve(targets.map(({ topic }) => ({ kind: 'refused', reason: topic }) as const)),
      close: () => Promise.resolve(),
    }
    const both = pushByTopic({ wns: pushing() }, other)
    const apple = { topic: 'com.apple.mgmt', token: Buffer.from('t'), magic: 'm' }
    assert.deepEqual(await both.wake([apple, channel('200'), apple]), [
      { kind: 'refused', reason: 'com.apple.mgmt' },
      { kind: 'sent' },
      { kind: 'refused', reason: 'com.apple.mgmt' },
    ])
    await both.close()
  })
})
