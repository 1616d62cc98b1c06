import { createHash, X509Certificate } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { CheckIn } from '../../src/protocols/apple/check-in.ts'
import { readCheckIn } from '../../src/protocols/apple/check-in.ts'
import type { Report } from '../../src/protocols/apple/command-report.ts'
import { readReport } from '../../src/protocols/apple/command-report.ts'
import type { Command } from '../../src/protocols/apple/commands.ts'
import { writeCommand } from '../../src/protocols/apple/commands.ts'
import { verifyDetached } from '../../src/protocols/cms/verify-detached.ts'
import type { PlistDict } from '../../src/protocols/plist/value.ts'
import { writePlist } from '../../src/protocols/plist/write.ts'
import { writeCaCaps, writeCaCert } from '../../src/protocols/scep/ca.ts'
import { writeCertRep } from '../../src/protocols/scep/cert-rep.ts'
import { identityContents } from '../../src/protocols/scep/issue.ts'
import { readPkiMessage } from '../../src/protocols/scep/server.ts'
import { createAuthority, createIdentity, issueCertificate } from '../../src/protocols/x509/authority.ts'
import { nameOf } from '../../src/protocols/x509/names.ts'

type Reply = Readonly<{ status: number; type?: string; body?: string | Uint8Array }>

/** What came in: a check-in or a report, and the certificate that its sender proved to hold (SHA-256 in hex). */
export type Arrival = Readonly<{ certificate: string; checkIn?: CheckIn; report?: Report }>

export type SmallMdm = Readonly<{
  url: string
  caPem: string
  arrivals: readonly Arrival[]
  /** TCP connections ever opened, and certificates ever issued. */
  connections: () => number
  issued: () => number
  enrollmentProfile: (changes?: ProfileChanges) => Uint8Array
  /** Appends to a device's queue. */
  enqueue: (udid: string, commandUuid: string, command: Command | PlistDict) => void
  waiting: (udid: string) => readonly string[]
  /** Answers the next requests whose path starts so with these; `break` cuts the connection, `truth` is as always. */
  misbehave: (path: string, ...replies: readonly (Reply | 'break' | 'truth')[]) => void
  stop: () => Promise<void>
}>

export type ProfileChanges = Readonly<{
  mdm?: PlistDict
  scep?: PlistDict
  profile?: PlistDict
}>

/** The secret of its SCEP. */
export const challenge = 'open sesame'

/** An MDM server of the smallest kind, for one test at a time: SCEP, check-in, and a queue per device that forgets what was answered. */
export const startSmallMdm = async (): Promise<SmallMdm> => {
  const { authority, tls } = await (identities ??= createIdentities())
  const caDer = new X509Certificate(authority.certificatePem).raw
  const arrivals: Arrival[] = []
  const queues = new Map<string, Map<string, Command | PlistDict>>()
  const putOff = new Map<string, Set<string>>()
  const misdeeds: { path: string; reply: Reply | 'break' | 'truth' }[] = []
  let connections = 0
  let issued = 0

  const scep = async (url: URL, body: Buffer): Promise<Reply> => {
    const operation = url.searchParams.get('operation')
    if (operation === 'GetCACaps') return { status: 200, type: 'text/plain', body: writeCaCaps() }
    if (operation === 'GetCACert') return { status: 200, ...writeCaCert([caDer]) }
    const request = await readPkiMessage(body, { authorities: [authority] })
    const type = 'application/x-pki-message'
    if (request.csr.challenge !== challenge)
      return {
        status: 200,
        type,
        body: writeCertRep({ authority, request, result: { failInfo: 'badRequest', text: 'wrong challenge' } }),
      }
    issued += 1
    const { certificateDer } = issueCertificate({ authority, ...identityContents(request.csr, { now: new Date() }) })
    return { status: 200, type, body: writeCertRep({ authority, request, result: { certificateDer } }) }
  }

  const next = (udid: string): Reply => {
    const found = [...(queues.get(udid) ?? [])].find(([uuid]) => putOff.get(udid)?.has(uuid) !== true)
    return found === undefined
      ? { status: 200 }
      : { status: 200, type: 'application/xml', body: writeCommand(found[0], found[1] as Command) }
  }

  const mdm = (request: IncomingMessage, body: Buffer): Reply => {
    const certificate = senderOf(request, body)
    if (String(request.headers['content-type']).startsWith('application/x-apple-aspen-mdm-checkin')) {
      arrivals.push({ certificate, checkIn: readCheckIn(body) })
      return { status: 200 }
    }
    const report = readReport(body)
    const udid = report.ids.udid ?? ''
    arrivals.push({ certificate, report })
    if (report.Status === 'Idle') putOff.set(udid, new Set())
    else if (report.Status === 'NotNow') putOff.get(udid)?.add(report.CommandUUID ?? '')
    else queues.get(udid)?.delete(report.CommandUUID ?? '')
    return next(udid)
  }

  const server = createServer(
    { cert: tls.certificatePem, key: tls.keyPem, ca: authority.certificatePem, requestCert: true, rejectUnauthorized: false },
    (request, response) => {
      const respond = async (): Promise<void> => {
        const url = new URL(request.url ?? '/', 'https://localhost')
        const body = await bodyOf(request)
        const at = misdeeds.findIndex(({ path }) => url.pathname.startsWith(path))
        const misdeed = at < 0 ? 'truth' : (misdeeds.splice(at, 1)[0]?.reply ?? 'truth')
        const reply = misdeed !== 'truth' ? misdeed : url.pathname === '/scep' ? await scep(url, body) : mdm(request, body)
        if (reply === 'break') {
          request.socket.destroy()
          return
        }
        response.writeHead(reply.status, { 'content-type': reply.type ?? 'text/plain' }).end(reply.body)
      }
      respond().catch((error: unknown) => response.writeHead(400).end(String(error)))
    },
  )
  server.on('secureConnection', () => (connections += 1))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `https://localhost:${String((server.address() as AddressInfo).port)}`

  return {
    url,
    caPem: authority.certificatePem,
    arrivals,
    connections: () => connections,
    issued: () => issued,
    enrollmentProfile: (changes) => Buffer.from(writePlist(profileFor(url, caDer, changes))),
    enqueue: (udid, commandUuid, command) => {
      queues.set(udid, (queues.get(udid) ?? new Map<string, Command | PlistDict>()).set(commandUuid, command))
    },
    waiting: (udid) => [...(queues.get(udid)?.keys() ?? [])],
    misbehave: (path, ...replies) => misdeeds.push(...replies.map((reply) => ({ path, reply }))),
    stop: () =>
      new Promise<void>((resolve) => {
        server.close(() => {
          resolve()
        })
        server.closeAllConnections()
      }),
  }
}

/** RSA keys take their time: all servers of a test run share theirs. */
let identities: ReturnType<typeof createIdentities> | undefined

const createIdentities = async () => {
  const authority = await createAuthority({ commonName: 'Small CA', organization: 'Test', years: 1, keyBits: 2048 })
  const tls = await createIdentity({
    authority,
    subject: nameOf({ commonName: 'localhost' }),
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    extKeyUsage: 'serverAuth',
    san: { dns: ['localhost'], ip: ['127.0.0.1'] },
  })
  return { authority, tls }
}

/** Who signed, or whose certificate the handshake showed. Throws when neither. */
const senderOf = (request: IncomingMessage, body: Buffer): string => {
  const signature = request.headers['mdm-signature']
  if (typeof signature === 'string') return verifyDetached(Buffer.from(signature, 'base64'), body).fingerprint
  const { socket } = request as Readonly<{ socket: Socket | TLSSocket }>
  if (!('authorized' in socket) || !socket.authorized) throw new Error('The device shows no certificate of ours.')
  return createHash('sha256').update(socket.getPeerCertificate().raw).digest('hex')
}

const bodyOf = async (request: IncomingMessage): Promise<Buffer> => {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}

const profileFor = (url: string, caDer: Uint8Array, { mdm = {}, scep = {}, profile = {} }: ProfileChanges = {}): PlistDict => ({
  PayloadType: 'Configuration',
  PayloadVersion: 1,
  PayloadIdentifier: 'com.example.enrollment',
  PayloadUUID: 'A0000000-0000-4000-8000-000000000001',
  PayloadDisplayName: 'Enrollment',
  PayloadContent: [
    {
      PayloadType: 'com.apple.security.scep',
      PayloadVersion: 1,
      PayloadIdentifier: 'com.example.enrollment.scep',
      PayloadUUID: 'A0000000-0000-4000-8000-000000000002',
      PayloadContent: {
        URL: `${url}/scep`,
        Name: 'Small CA',
        Subject: [[['O', 'Test']], [['CN', '%SerialNumber%']]],
        Challenge: challenge,
        Keysize: 2048,
        CAFingerprint: createHash('sha256').update(caDer).digest(),
        ...scep,
      },
    },
    {
      PayloadType: 'com.apple.mdm',
      PayloadVersion: 1,
      PayloadIdentifier: 'com.example.enrollment.mdm',
      PayloadUUID: 'A0000000-0000-4000-8000-000000000003',
      IdentityCertificateUUID: 'A0000000-0000-4000-8000-000000000002',
      Topic: 'com.apple.mgmt.External.test',
      ServerURL: `${url}/mdm`,
      CheckInURL: `${url}/checkin`,
      AccessRights: 8191,
      SignMessage: true,
      CheckOutWhenRemoved: true,
      ...mdm,
    },
  ],
  ...profile,
})
