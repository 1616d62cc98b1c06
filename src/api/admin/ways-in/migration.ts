import { z } from 'zod'
import type { EnrollmentTerms } from '../../../domain/enrollment/terms.ts'
import { host } from '../../../domain/host/host.ts'
import { hostIdOf } from '../../../domain/host/host-id.ts'
import { ParseError } from '../../../kernel/parse-error.ts'
import { readCheckIn } from '../../../protocols/apple/check-in.ts'
import { allAccessRights } from '../../../protocols/apple/enrollment-profile.ts'
import { fingerprintOf, openCertificate } from '../../../protocols/x509/certificate.ts'
import { importCheckIn } from '../../nanomdm/migration.ts'
import { sealedBootstrapToken } from '../../apple/check-in.ts'
import { bodyOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

const base64 = z
  .string()
  .max(1024 * 1024)
  .transform((text) => Buffer.from(text, 'base64'))

export const body = z.object({
  checkin: base64.describe('The check-in as the device sent it, a plist in base64.'),
  certificate: z
    .string()
    .max(64 * 1024)
    .optional()
    .describe('The identity certificate: PEM, or the SHA-256 of its DER in hex.'),
  bootstrap_token: base64.optional(),
  terms: z
    .object({
      identifier: z.string().min(1).max(255),
      server_url: z.url().max(2000),
      check_in_url: z.url().max(2000).nullable().default(null),
      access_rights: z.int().min(0).max(allAccessRights).default(allAccessRights),
      capabilities: z.array(z.string().max(255)).max(20).default([]),
    })
    .optional()
    .describe('What the enrollment profile of the other server said; without it the identity cannot be renewed from here.'),
})

/** Devices of other servers, brought over one check-in at a time; each call may be repeated. */
export const migrationRoutes = ({
  app,
  topics,
}: Pick<AdminDeps, 'app' | 'topics'>): Pick<Handlers, 'PUT /migration/checkin'> => ({
  'PUT /migration/checkin': async (request, response, { cause, actor }) => {
    const asked = bodyOf(body, request)
    const message = readCheckIn(asked.checkin)
    const topic = 'Topic' in message ? (message.Topic ?? '') : ''
    const importing = { ...cause, actor: { kind: 'importer', id: actor.id } } as const
    const more = { ...identityIn(asked.certificate), terms: termsIn(asked.terms, topic) }
    const { hostId, position } = await importCheckIn({ ...app, topics }, asked.checkin, importing, more)
    const escrowed = asked.bootstrap_token === undefined ? null : await escrow(hostId, asked.bootstrap_token)
    await answer(app, response, [{ position }, { position: escrowed }], () => ({ host_id: Number(hostId) }))

    async function escrow(id: string, token: Uint8Array): Promise<string | null> {
      const { state } = await app.load(host, hostIdOf(message.ids.parentId ?? message.ids.enrollmentId))
      if (state.escrow.bootstrapToken !== null) return null
      const data = { token: await sealedBootstrapToken(app, id, token) }
      return (await app.execute(host, id, { type: 'EscrowBootstrapToken', data }, importing)).position
    }
  },
})

const identityIn = (certificate: string | undefined): Readonly<{ fingerprint: string | null; notAfter: string | null }> => {
  if (certificate === undefined) return { fingerprint: null, notAfter: null }
  if (/^[0-9a-f]{64}$/i.test(certificate)) return { fingerprint: certificate.toLowerCase(), notAfter: null }
  if (!certificate.includes('BEGIN CERTIFICATE'))
    throw new ParseError('certificate', 'This is neither a certificate in PEM nor a SHA-256 in hex.')
  const opened = openCertificate(certificate)
  return { fingerprint: fingerprintOf(opened), notAfter: new Date(opened.validTo).toISOString() }
}

const termsIn = (terms: z.infer<typeof body>['terms'], topic: string): EnrollmentTerms | null =>
  terms === undefined
    ? null
    : {
        identifier: terms.identifier,
        serverUrl: terms.server_url,
        checkInUrl: terms.check_in_url,
        topic,
        accessRights: terms.access_rights,
        capabilities: terms.capabilities,
        account: null,
        teamId: null,
        renews: null,
      }
