import express from 'express'
import { X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileStore } from '../../src/adapters/files/package-store.ts'
import { tokenHashOf } from '../../src/api/admin/doors/authenticate.ts'
import { adminRouter } from '../../src/api/admin/router.ts'
import { arrivalRoutes } from '../../src/api/apple/arrivals.ts'
import { enrollmentProfiles } from '../../src/api/apple/enrollment-profile.ts'
import { hostedFiles } from '../../src/api/apple/hosted-files.ts'
import type { WatchPairing } from '../../src/api/apple/watch-pairing.ts'
import { watchPairing } from '../../src/api/apple/watch-pairing.ts'
import { serverIdentity } from '../../src/api/authority.ts'
import { errorHandler } from '../../src/api/errors.ts'
import { ticketsOf } from '../../src/api/tickets.ts'
import { server, theServer } from '../../src/domain/server/server.ts'
import type { SigningIdentity } from '../../src/protocols/cms/sign.ts'
import { signAttached } from '../../src/protocols/cms/sign.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { createAuthority } from '../../src/protocols/x509/authority.ts'
import type { Authority } from '../../src/protocols/x509/open-authority.ts'
import type { Profile } from '../../src/simulators/apple/profile.ts'
import { openProfile } from '../../src/simulators/apple/profile.ts'
import { selfSigned } from '../protocols/cms/identities.ts'
import type { TestApp } from './app.ts'
import { testApp, testCause } from './app.ts'
import { emptyBackup } from './empty-backup.ts'

export type Arrivals = TestApp &
  Readonly<{
    url: string
    authority: Authority
    pairing: WatchPairing
    /** `GET /enroll`, from the root; never follows a redirect. */
    get: (path: string, headers?: Readonly<Record<string, string>>) => Promise<Response>
    /** Sends bytes or a form. */
    post: (path: string, body: Uint8Array | string, headers?: Readonly<Record<string, string>>) => Promise<Response>
    /** The admin API as the admin: `POST /packages`. */
    admin: (route: string, body?: object) => Promise<Readonly<{ status: number; body: ReturnType<typeof JSON.parse> }>>
  }>

/** Everything that devices reach before they are enrolled, with the admin API beside it, over HTTP on 127.0.0.1. */
export const startArrivals = async (deviceAuthorities: readonly X509Certificate[] = []): Promise<Arrivals> => {
  const rig = await testApp()
  const { app } = rig
  const data = { name: 'the admin', role: 'admin', tokenHash: tokenHashOf('admin-secret') } as const
  await app.caughtUp(await app.execute(server, theServer, { type: 'IssueApiToken', data }, testCause()))
  const folder = await mkdtemp(join(tmpdir(), 'muster-arrivals-'))
  const routes: { now: express.Router } = { now: express.Router() }
  const web = express()
    .disable('etag')
    .use((request, response, next) => {
      routes.now(request, response, next)
    })
    .listen(0, '127.0.0.1')
  await once(web, 'listening')
  const publicUrl = `http://127.0.0.1:${String((web.address() as AddressInfo).port)}`
  const organization = 'Example'
  const authority = await createAuthority({ organization, commonName: 'Example CA', years: 10, keyBits: 2048, now: app.clock() })
  const signer = await serverIdentity(authority, publicUrl, app.clock)
  const anchors = [new X509Certificate(authority.certificatePem).raw]
  const topic = () => Promise.resolve('com.apple.mgmt.External.test')
  const identity = { kind: 'mdm-signature' } as const
  const profiles = enrollmentProfiles(app, { publicUrl, organization, authority, anchors, signer, identity, topic })
  const tickets = ticketsOf(app)
  const pairing = watchPairing(app, tickets)
  const files = hostedFiles(publicUrl, tickets)
  const packages = fileStore(folder)
  const trust = { refresh: () => Promise.resolve() }
  const shared = { app, tickets, files, packages }
  routes.now = express
    .Router()
    .use(
      arrivalRoutes({ ...shared, publicUrl, organization, signer, profiles, pairing, deviceAuthorities, anchors: () => anchors }),
    )
    .use(
      '/api/v1/fleet',
      adminRouter({
        ...shared,
        settings: { publicUrl, organization },
        enrollmentProfiles: profiles,
        topics: () => Promise.resolve([]),
        trust,
        backup: emptyBackup,
      }),
    )
    .use(errorHandler(app.logger))

  return {
    ...rig,
    url: publicUrl,
    authority,
    pairing,
    get: (path, headers = {}) => fetch(new URL(path, publicUrl), { headers, redirect: 'manual' }),
    post: (path, body, headers = {}) =>
      fetch(new URL(path, publicUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/pkcs7-signature', ...headers },
        body: typeof body === 'string' ? body : Buffer.from(body),
        redirect: 'manual',
      }),
    admin: async (route, body) => {
      const [method = '', path = ''] = route.split(' ')
      const isForm = body instanceof FormData
      const response = await fetch(`${publicUrl}/api/v1/fleet${path}`, {
        method,
        headers: { authorization: 'Bearer admin-secret', ...(isForm ? {} : { 'content-type': 'application/json' }) },
        body: body === undefined ? null : isForm ? body : JSON.stringify(body),
      })
      return { status: response.status, body: await response.json() }
    },
    stop: async () => {
      web.closeAllConnections()
      web.close()
      await rig.stop()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const builtIn = selfSigned('rsa', 11, 'a device')

/** What a device sends of itself, signed by the certificate that it was made with. */
export const machineInfo = (info: PlistDict, identity: SigningIdentity = builtIn): Uint8Array =>
  signAttached(Buffer.from(writePlist(info)), identity)

/** The profile in an answer, read as a device does. */
export const profileIn = async (response: Response): Promise<Profile> => openProfile(Buffer.from(await response.arrayBuffer()))
