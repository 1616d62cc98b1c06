import { request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import { gzipSync } from 'node:zlib'

/** What a simulated agent answers from. `profiles` are those on the host, with when they came there (ISO 8601). */
export type AgentHost = Readonly<{
  uuid: string
  serial: string
  name: string
  model: string
  osVersion: string
  osBuild: string
  profiles: () => readonly Readonly<{ identifier: string; displayName: string; installedAt: string }>[]
  /** Who manages it, as it thinks; absent or null: nobody. */
  serverUrl?: () => string | null
  encrypted?: boolean
  /** Whether the query of a label finds a row on this host. */
  isIn: (sql: string) => boolean
}>

export type AgentOptions = Readonly<{
  url: string
  ca?: string
  secret: string
  host: AgentHost
  instanceId?: string
  gzip?: boolean
}>

/** A simulated osquery: enrolls again by itself when it hears that its key is worth nothing. */
export type Agent = Readonly<{
  /** Throws an `Error` when it is refused. */
  enroll: () => Promise<void>
  /** One distributed read, and the write if anything was asked. Answers the names of the queries. */
  poll: () => Promise<readonly string[]>
  config: () => Promise<object>
  nodeKey: () => string | null
}>

/** An agent of version 5.12 on a Mac. */
export const osqueryAgent = ({ url, ca, secret, host, instanceId = 'instance-1', gzip = false }: AgentOptions): Agent => {
  let nodeKey: string | null = null
  const post = (path: string, body: object) => send({ url: `${url}${path}`, gzip, ...(ca && { ca }) }, body)

  const enroll = async (): Promise<void> => {
    const { status, body } = await post('/api/osquery/enroll', {
      enroll_secret: secret,
      host_identifier: host.uuid,
      platform_type: '21',
      host_details: {
        os_version: { platform: 'darwin', version: host.osVersion, build: host.osBuild },
        osquery_info: { version: '5.12.1', instance_id: instanceId },
        system_info: {
          uuid: host.uuid,
          hardware_serial: host.serial,
          computer_name: host.name,
          hardware_model: host.model,
        },
      },
    })
    const key = body['node_key']
    if (typeof key !== 'string') throw new Error(`The agent was refused with ${String(status)}.`)
    nodeKey = key
  }

  /** As osquery 5 reads an answer: no status counts, only `node_invalid` and `error`; an answer without a body is a good one. */
  const ask = async (path: string, more: object = {}): Promise<Body> => {
    if (nodeKey === null) await enroll()
    const { body } = await post(path, { node_key: nodeKey, ...more })
    if (body['node_invalid'] === true) {
      nodeKey = null
      await enroll()
      return (await post(path, { node_key: nodeKey, ...more })).body
    }
    if ('error' in body) throw new Error(`The agent was told: ${String(body['error'])}`)
    return body
  }

  return {
    enroll,
    config: () => ask('/api/osquery/config'),
    nodeKey: () => nodeKey,
    poll: async () => {
      const { queries } = (await ask('/api/osquery/distributed/read')) as Readonly<{ queries: Readonly<Record<string, string>> }>
      const names = Object.keys(queries)
      if (names.length === 0) return names
      const answers = Object.fromEntries(names.map((name) => [name, rowsOf(name, queries[name] ?? '', host)]))
      await ask('/api/osquery/distributed/write', {
        queries: answers,
        statuses: Object.fromEntries(names.map((name) => [name, '0'])),
      })
      return names
    },
  }
}

const rowsOf = (name: string, sql: string, host: AgentHost): readonly object[] => {
  if (name.startsWith('fleet_label_query_')) return host.isIn(sql) ? [{ 1: '1' }] : []
  if (sql.includes('macos_profiles'))
    return host.profiles().map(({ identifier, displayName, installedAt }) => ({
      identifier,
      display_name: displayName,
      install_date: installedAt.replace('T', ' ').replace(/\.\d+Z$/, ' +0000'),
    }))
  if (name.endsWith('_query_mdm')) {
    const serverUrl = host.serverUrl?.() ?? null
    return serverUrl === null ? [] : [{ enrolled: 'true', server_url: serverUrl, installed_from_dep: 'false' }]
  }
  if (sql.includes('disk_encryption')) return host.encrypted === true ? [{ 1: '1' }] : []
  return [
    {
      hardware_serial: host.serial,
      computer_name: host.name,
      hardware_model: host.model,
      os_version: host.osVersion,
      os_build: host.osBuild,
    },
  ]
}

type Body = Readonly<Record<string, unknown>>

const send = (
  { url, ca, gzip }: Readonly<{ url: string; ca?: string; gzip: boolean }>,
  body: object,
): Promise<Readonly<{ status: number; body: Body }>> =>
  new Promise((resolve, reject) => {
    const text = Buffer.from(JSON.stringify(body))
    const headers = { 'content-type': 'application/json', ...(gzip && { 'content-encoding': 'gzip' }) }
    const request = url.startsWith('https:') ? requestSecure : requestPlain
    const outgoing = request(url, { method: 'POST', headers, ...(ca && { ca }) }, (response) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        try {
          resolve({ status: response.statusCode ?? 0, body: JSON.parse(Buffer.concat(parts).toString() || '{}') as Body })
        } catch (error) {
          reject(error instanceof Error ? error : new Error('The answer is no JSON.'))
        }
      })
    })
    outgoing.on('error', reject)
    outgoing.end(gzip ? gzipSync(text) : text)
  })
