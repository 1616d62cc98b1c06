import express from 'express'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { Registry } from 'prom-client'
import type { App } from '../../src/app/app.ts'
import { tokenHashOf } from '../../src/api/admin/doors/authenticate.ts'
import type { AdminSettings } from '../../src/api/admin/deps.ts'
import type { IdentityProvider } from '../../src/api/admin/sign-in/identity-provider.ts'
import type { EnrollmentProfiles } from '../../src/api/apple/enrollment-profile.ts'
import type { EnrollmentTerms } from '../../src/domain/enrollment/terms.ts'
import { adminRouter } from '../../src/api/admin/router.ts'
import { hostedFiles } from '../../src/api/apple/hosted-files.ts'
import { refusedSignInCount, requestTimes, timed } from '../../src/api/metrics.ts'
import { ticketsOf } from '../../src/api/tickets.ts'
import { memoryPackages } from '../../src/adapters/memory/package-store.ts'
import type { Role } from '../../src/domain/server/events.ts'
import { server, theServer } from '../../src/domain/server/server.ts'
import type { TestApp } from './app.ts'
import { testApp, testCause } from './app.ts'
import { mustKeepContract } from './contracts.ts'
import { emptyBackup } from './empty-backup.ts'

/** Whatever JSON holds: tests walk through it, and comparing tells. */
type Json = ReturnType<typeof JSON.parse>

/** `body` is JSON, or null when the answer is none; `bytes` are what came, nothing of a stream of events. */
export type Answer = Readonly<{ status: number; headers: Headers; body: Json; bytes: Buffer }>

export type Call = Readonly<{
  /** By default the admin's; null for none. */
  token?: string | null
  json?: unknown
  /** As it is, instead of JSON. */
  body?: string | FormData
  headers?: Readonly<Record<string, string>>
}>

export type AdminApi = TestApp &
  Readonly<{
    url: string
    registry: Registry
    /** `GET /hosts`, under `/api/v1/fleet`. Fails when the answer is not what the route's contract says. */
    call: (route: string, call?: Call) => Promise<Answer>
  }>

/** The secret of each role's token. */
export const secretOf = (role: Role): string => `${role}-secret`

const someTerms: EnrollmentTerms = {
  identifier: 'com.example.mdm',
  serverUrl: 'https://mdm.example.com/mdm/apple/mdm',
  checkInUrl: 'https://mdm.example.com/mdm/apple/mdm',
  topic: 'com.apple.mgmt.External.test',
  accessRights: 8191,
  capabilities: [],
  account: null,
  teamId: null,
  renews: null,
}

/** The admin API over HTTP on 127.0.0.1, with one token per role. */
export const startAdminApi = async (
  limits?: AdminSettings['limits'],
  {
    app: other = {},
    settings: more = {},
    identityProvider = null,
  }: Readonly<{ app?: Partial<App>; settings?: Partial<AdminSettings>; identityProvider?: IdentityProvider | null }> = {},
): Promise<AdminApi> => {
  const started = await testApp()
  const app = { ...started.app, ...other }
  const rig = { ...started, app }
  for (const role of ['admin', 'maintainer', 'observer', 'gitops'] as const) {
    const data = { name: `the ${role}`, role, tokenHash: tokenHashOf(secretOf(role)) }
    await app.caughtUp(await app.execute(server, theServer, { type: 'IssueApiToken', data }, testCause()))
  }
  const registry = new Registry()
  const trust = { refresh: () => Promise.resolve() }
  const settings = {
    publicUrl: 'https://mdm.example.com',
    organization: 'Example',
    authorityKeyBits: 2048,
    passwordCost: { log2N: 10, r: 8, p: 1 },
    ...(limits === undefined ? {} : { limits }),
    ...more,
  }
  const enrollmentProfiles: EnrollmentProfiles = {
    termsFor: ({ teamId }) => Promise.resolve({ ...someTerms, teamId }),
    sign: ({ teamId }) => Promise.resolve(Buffer.from(`profile for ${String(teamId)}`)),
  }
  const tickets = ticketsOf(app)
  const files = hostedFiles(settings.publicUrl, tickets)
  const web = express()
    .use(timed(requestTimes(registry)))
    .use(
      ['/api/v1/fleet', '/api/latest/fleet'],
      adminRouter({
        app,
        settings,
        enrollmentProfiles,
        identityProvider,
        signInRefused: refusedSignInCount(registry),
        topics: () => Promise.resolve([]),
        trust,
        tickets,
        packages: memoryPackages(),
        backup: emptyBackup,
        files,
      }),
    )
    .listen(0, '127.0.0.1')
  await once(web, 'listening')
  const url = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`

  return {
    ...rig,
    url,
    registry,
    call: async (route, { token = secretOf('admin'), json, body, headers = {} } = {}) => {
      const [method = '', path = ''] = route.split(' ')
      const response = await fetch(path.startsWith('/api/') ? `${url}${path}` : `${url}/api/v1/fleet${path}`, {
        method,
        headers: {
          ...(token === null ? {} : { authorization: `Bearer ${token}` }),
          ...(json === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        body: json === undefined ? (body ?? null) : JSON.stringify(json),
      })
      const type = response.headers.get('content-type')
      const isEndless = type?.startsWith('text/event-stream') === true
      if (isEndless) await response.body?.cancel()
      const bytes = isEndless ? Buffer.alloc(0) : Buffer.from(await response.arrayBuffer())
      const content: Json = type?.includes('application/json') === true ? JSON.parse(bytes.toString()) : null
      mustKeepContract(`${method} ${path}`, { status: response.status, type, body: content })
      return { status: response.status, headers: response.headers, body: content, bytes }
    },
    stop: async () => {
      web.closeAllConnections()
      web.close()
      await rig.stop()
    },
  }
}

/** A mobileconfig of one payload. */
export const mobileconfig = ({
  identifier = 'com.example.wifi',
  name = 'Wi-Fi',
  type = 'com.apple.wifi.managed',
  extra = '',
}: Readonly<{ identifier?: string; name?: string; type?: string; extra?: string }> = {}): string =>
  `<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
<key>PayloadType</key><string>Configuration</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}</string><key>PayloadUUID</key><string>9B0A2E0C-0000-4000-8000-000000000001</string>
<key>PayloadDisplayName</key><string>${name}</string>
<key>PayloadContent</key><array><dict><key>PayloadType</key><string>${type}</string><key>PayloadVersion</key><integer>1</integer>
<key>PayloadIdentifier</key><string>${identifier}.payload</string><key>PayloadUUID</key><string>9B0A2E0C-0000-4000-8000-000000000002</string>${extra}
</dict></array></dict></plist>`

/** The multipart form that uploads a profile. */
export const profileForm = (
  content: string | Uint8Array<ArrayBuffer>,
  { fileName = 'wifi.mobileconfig', ...fields }: Readonly<Record<string, string>> = {},
): FormData => {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  form.append('profile', new Blob([content]), fileName)
  return form
}
