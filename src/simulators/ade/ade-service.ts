import { randomBytes, randomUUID } from 'node:crypto'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createPlain } from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { calls } from './calls.ts'
import type { AdeFault, AdeOptions, AdeService, SeenCall } from './control.ts'
import type { ServerEntry } from './organization.ts'
import { arrive, change, leave, serverEntry } from './organization.ts'
import type { Body, Outcome } from './pages.ts'
import type { KnownToken, Refused } from './signed-in.ts'
import { checkOauth } from './signed-in.ts'

const largestRequest = 1024 * 1024
const mostSeen = 10_000

/** Apple's service of Automated Device Enrollment on 127.0.0.1, as strict as it is documented. */
export const startAde = async (options: AdeOptions = {}): Promise<AdeService> => {
  const { clock = () => new Date(), tls, sessionMs = 180_000 } = options
  const scheme = tls === undefined ? 'http' : 'https'
  const servers = new Map<string, ServerEntry>()
  const tokens = new Map<string, KnownToken>()
  const nonces = new Set<string>()
  const sessions = new Map<string, { readonly token: KnownToken; usedAt: number }>()
  const outcomes = new Map<string, { readonly outcome: Outcome; times: number }>()
  const switches = { terms: true, doubled: false, betaProgram: false }
  const seen: SeenCall[] = []
  let faults: readonly AdeFault[] = []

  const serverOf = (uuid: string): ServerEntry => {
    const server = servers.get(uuid)
    if (server === undefined) throw new Error(`The organisation has no server ${uuid}.`)
    return server
  }
  const holderOf = (serial: string) => [...servers.values()].find(({ devices }) => devices.has(serial))

  const outcomeOf = (serial: string): Outcome | undefined => {
    const set = outcomes.get(serial)
    if (set === undefined || set.times === 0) return undefined
    set.times -= 1
    return set.outcome
  }

  const session = (request: IncomingMessage, url: URL): Body | Refused => {
    if (request.method !== 'GET') return { status: 405, word: 'METHOD_NOT_ALLOWED' }
    const token = checkOauth(request.headers.authorization, { url: url.href, now: clock(), tokens, nonces })
    if ('word' in token) return token
    if (!switches.terms) return { status: 403, word: 'T_C_NOT_SIGNED' }
    const name = randomBytes(24).toString('base64url')
    sessions.set(name, { token, usedAt: clock().getTime() })
    return { auth_session_token: name }
  }

  const signedIn = (request: IncomingMessage): KnownToken | Refused => {
    const name = request.headers['x-adm-auth-session']
    const held = typeof name === 'string' ? sessions.get(name) : undefined
    const now = clock()
    if (held === undefined || now.getTime() - held.usedAt > sessionMs) return { status: 401, word: 'UNAUTHORIZED' }
    if (held.token.revoked || held.token.expiresAt <= now) return { status: 403, word: 'FORBIDDEN' }
    if (!switches.terms) return { status: 403, word: 'T_C_NOT_SIGNED' }
    held.usedAt = now.getTime()
    return held.token
  }

  const answerTo = (request: IncomingMessage, url: URL, body: string): Body | Refused => {
    const agent = userAgentFault(request.headers['user-agent'])
    if (agent !== null) return agent
    const version = Number(request.headers['x-server-protocol-version'] ?? 1)
    if (!Number.isInteger(version) || version < 1) return { status: 400, word: 'BAD_REQUEST' }
    if (url.pathname === '/session') return session(request, url)
    const token = signedIn(request)
    if ('word' in token) return token
    const handler = calls[`${String(request.method)} ${url.pathname}`]
    if (handler === undefined) return unknownCall(url.pathname)
    const read = request.method === 'GET' ? {} : bodyOf(body)
    if (read === null) return { status: 400, word: 'MALFORMED_REQUEST_BODY' }
    const { doubled, betaProgram } = switches
    const scene = { server: serverOf(token.server), now: clock(), version, query: url.searchParams, outcomeOf }
    return handler(read, { ...scene, doubled, betaProgram })
  }

  const faultFor = (path: string): AdeFault | undefined => {
    const fault = faults.find((one) => one.path === undefined || one.path === path)
    faults = faults.flatMap((one) => (one !== fault ? [one] : one.times > 1 ? [{ ...one, times: one.times - 1 }] : []))
    return fault
  }

  const remember = (request: IncomingMessage, path: string, status: number | null, body: string): void => {
    const held = request.headers['x-adm-auth-session']
    const call = { method: String(request.method), path, status, session: typeof held === 'string' ? held : null }
    if (seen.push({ ...call, body: bodyOf(body) ?? {} }) > 2 * mostSeen) seen.splice(0, mostSeen)
  }

  const serve = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    const url = new URL(request.url ?? '/', `${scheme}://${request.headers.host ?? ''}`)
    const fault = faultFor(url.pathname)
    if (fault !== undefined && typeof fault.answer === 'object') {
      const { status, retryAfter, body: said } = fault.answer
      remember(request, url.pathname, status, body)
      response.writeHead(status, retryAfter === undefined ? {} : { 'retry-after': retryAfter }).end(said)
      return
    }
    if (fault?.answer === 'silence') {
      remember(request, url.pathname, null, body)
      return
    }
    const answer = answerTo(request, url, body)
    const word = isRefused(answer) ? answer : null
    remember(request, url.pathname, word?.status ?? 200, body)
    const text = word === null ? JSON.stringify(answer) : `"${word.word}"`
    response.writeHead(word?.status ?? 200, {
      'content-type': word === null ? 'application/json;charset=UTF-8' : 'text/plain;charset=UTF-8',
      'content-length': String(Buffer.byteLength(text)),
    })
    if (fault?.answer === 'half') response.write(text.slice(0, text.length / 2), () => response.destroy())
    else response.end(text)
  }

  const listener = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > largestRequest) request.destroy()
      else chunks.push(chunk)
    })
    request.on('end', () => {
      serve(request, response, Buffer.concat(chunks).toString('utf8'))
    })
  }

  const server: Server =
    tls === undefined ? createPlain(listener) : createSecure({ cert: tls.certificatePem, key: tls.keyPem }, listener)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, '127.0.0.1', resolve)
  })

  const revokeToken = (uuid: string): void => {
    for (const token of tokens.values()) if (token.server === uuid) token.revoked = true
  }
  return {
    url: `${scheme}://127.0.0.1:${String((server.address() as AddressInfo).port)}`,
    addServer: (name) => {
      const uuid = randomUUID().replaceAll('-', '').toUpperCase()
      servers.set(uuid, serverEntry(uuid, name))
      return uuid
    },
    issueToken: (uuid, expiresAt = new Date(clock().getTime() + 365 * 86_400_000)) => {
      revokeToken(serverOf(uuid).uuid)
      const word = (start: string) => `${start}_${randomBytes(20).toString('hex')}`
      const secrets = { consumerSecret: word('CS'), accessToken: word('AT'), accessSecret: word('AS') }
      // The same server entry keeps its consumer key: that is how a renewed token is known.
      const consumerKey = [...tokens.values()].find((one) => one.server === uuid)?.consumerKey ?? word('CK')
      tokens.set(consumerKey, { consumerKey, ...secrets, expiresAt, server: uuid, revoked: false })
      return { consumerKey, ...secrets, expiresAt: expiresAt.toISOString() }
    },
    revokeToken,
    addDevices: (uuid, serials, facts = {}) => {
      for (const serial of serials) {
        const holder = holderOf(serial)
        const from = holder === undefined ? null : leave(holder, serial, clock())
        arrive(serverOf(uuid), { ...macFacts, ...from, ...facts, serial_number: serial }, clock())
      }
    },
    removeDevices: (serials) => {
      for (const serial of serials) {
        const holder = holderOf(serial)
        if (holder !== undefined) leave(holder, serial, clock())
      }
    },
    changeDevice: (serial, facts) => {
      const holder = holderOf(serial)
      if (holder !== undefined) change(holder, serial, facts, clock())
    },
    deviceOf: (serial) => holderOf(serial)?.devices.get(serial) ?? null,
    turnOn: (serial) => {
      const holder = holderOf(serial)
      const uuid = holder?.devices.get(serial)?.['profile_uuid']
      const profile = typeof uuid === 'string' ? holder?.profiles.get(uuid) : undefined
      if (holder === undefined || profile === undefined) return null
      change(holder, serial, { profile_status: 'pushed', profile_push_time: clock().toISOString() }, clock())
      return profile
    },
    setOutcome: (serial, outcome, times) => {
      outcomes.set(serial, { outcome, times })
    },
    fail: (fault) => {
      faults = [...faults, fault]
    },
    set: (changes) => {
      Object.assign(switches, changes)
    },
    endSessions: () => {
      sessions.clear()
    },
    seen: () => seen.slice(-mostSeen),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

const macFacts = { model: 'MacBook Air', description: 'MBA 13.6 SG', color: 'SPACE GRAY', os: 'OSX', device_family: 'Mac' }

/** Apple refuses the names that libraries give themselves. */
const userAgentFault = (agent: string | undefined): Refused | null => {
  if (agent === undefined || agent === '') return { status: 400, word: 'USER_AGENT_MISSING' }
  return /^(node|undici|axios|curl|go-http-client|python-requests|java)\b/i.test(agent)
    ? { status: 400, word: 'USER_AGENT_INVALID' }
    : null
}

const unknownCall = (path: string): Refused =>
  Object.keys(calls).some((call) => call.endsWith(` ${path}`))
    ? { status: 405, word: 'METHOD_NOT_ALLOWED' }
    : { status: 404, word: 'NOT_FOUND' }

const isRefused = (answer: Body | Refused): answer is Refused => 'word' in answer && 'status' in answer

const bodyOf = (body: string): Body | null => {
  try {
    const read: unknown = JSON.parse(body)
    return typeof read === 'object' && read !== null && !Array.isArray(read) ? (read as Body) : null
  } catch {
    return null
  }
}
