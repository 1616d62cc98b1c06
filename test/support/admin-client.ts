import assert from 'node:assert/strict'
import type { Agent } from 'node:https'
import { Agent as HttpsAgent, request } from 'node:https'
import { buffer } from 'node:stream/consumers'

/** Whatever JSON holds: tests walk through it, and comparing tells. */
export type Json = ReturnType<typeof JSON.parse>

export type AdminAnswer = Readonly<{ status: number; body: Json; bytes: Buffer }>

export type AdminClient = Readonly<{
  /** `GET /hosts`, under `/api/v1/fleet`. Never throws because of a status. */
  ask: (route: string, content?: object) => Promise<AdminAnswer>
  /** As `ask`, for what must succeed: answers the JSON. */
  call: (route: string, content?: object) => Promise<Json>
  close: () => void
}>

/** An admin with a token, over HTTPS. `content` is a form, or an object that travels as JSON. */
export const adminClient = (server: Readonly<{ url: string; caPem: string; token: string }>): AdminClient => {
  const agent = new HttpsAgent({ keepAlive: true, ca: server.caPem, maxSockets: 16 })

  const ask: AdminClient['ask'] = async (route, content) => {
    const [method = '', path = ''] = route.split(' ')
    const { type, bytes } = await encoded(content)
    const headers = { authorization: `Bearer ${server.token}`, 'content-length': String(bytes.length), ...type }
    return exchange(agent, { method, url: `${server.url}/api/v1/fleet${path}`, headers }, bytes)
  }

  return {
    ask,
    call: async (route, content) => {
      const { status, body, bytes } = await ask(route, content)
      assert.ok(status >= 200 && status < 300, `${route} was answered with ${String(status)}: ${bytes.toString().slice(0, 300)}`)
      return body
    },
    close: () => {
      agent.destroy()
    },
  }
}

const encoded = async (content: object | undefined): Promise<Readonly<{ type: Record<string, string>; bytes: Buffer }>> => {
  if (content === undefined) return { type: {}, bytes: Buffer.alloc(0) }
  if (!(content instanceof FormData))
    return { type: { 'content-type': 'application/json' }, bytes: Buffer.from(JSON.stringify(content)) }
  const form = new Response(content)
  return { type: { 'content-type': form.headers.get('content-type') ?? '' }, bytes: Buffer.from(await form.arrayBuffer()) }
}

type Asked = Readonly<{ method: string; url: string; headers: Record<string, string> }>

const exchange = (agent: Agent, { url, ...asked }: Asked, bytes: Buffer): Promise<AdminAnswer> =>
  new Promise((resolve, reject) => {
    const sent = request(url, { ...asked, agent, timeout: 30_000 }, (response) => {
      buffer(response).then((body) => {
        const isJson = String(response.headers['content-type']).includes('json')
        resolve({ status: response.statusCode ?? 0, body: isJson ? JSON.parse(body.toString()) : null, bytes: body })
      }, reject)
    })
    sent.once('error', reject)
    sent.once('timeout', () => sent.destroy(new Error('The server did not answer.')))
    sent.end(bytes)
  })
