import { z } from 'zod'
import { certificate } from '../../../domain/certificates/certificate.ts'
import { alarmingMs } from '../../../domain/renewal/schedule.ts'
import type { CertificateState, ListedCertificate } from '../../../projections/certificate-directory.ts'
import { certificatesPage } from '../../../projections/certificate-directory.ts'
import { certificatesEndingBefore } from '../../../projections/certificates.ts'
import { numberText, pageOf, paging, paramOf, queryOf, windowOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

const states = ['issued', 'active', 'superseded', 'expired', 'revoked'] as const satisfies CertificateState[]

const days = z.coerce.number().int().min(0).max(3650)

export const listQuery = z.object({
  ...paging(100, 1000),
  ending_within_days: days.optional(),
  host_id: numberText.optional(),
  state: z.enum(states).optional(),
})

export const endingQuery = z.object({ within_days: days.default(30) })

export const fingerprintText = z.string().regex(/^[0-9a-f]{64}$/, 'This is no SHA-256 in lower-case hex.')

const dayMs = 24 * 60 * 60 * 1000

type CertificateRoutes = Pick<
  Handlers,
  'GET /certificates' | 'GET /certificates/ending' | 'POST /certificates/:fingerprint/revocations'
>

/** The identity certificates of devices: which there are, which end soon, and ending one at once. */
export const certificateRoutes = ({ app, trust }: Pick<AdminDeps, 'app' | 'trust'>): CertificateRoutes => ({
  'GET /certificates': async (request, response) => {
    const { ending_within_days, host_id, state, ...page } = queryOf(listQuery, request)
    const now = app.clock()
    const endingBefore = ending_within_days === undefined ? null : after(now, ending_within_days)
    const filter = { endingBefore, hostId: host_id ?? null, state: state ?? null }
    const { rows, meta } = pageOf(await app.read(certificatesPage(now.toISOString(), filter, windowOf(page))), page)
    response.json({ certificates: rows.map((row) => present(row, now)), meta })
  },

  'GET /certificates/ending': async (request, response) => {
    const { within_days } = queryOf(endingQuery, request)
    const rows = await app.read(certificatesEndingBefore(after(app.clock(), within_days)))
    response.json({
      certificates: rows.map(({ fingerprint, serial, subject, not_after, host_id }) => ({
        fingerprint,
        serial,
        subject,
        not_after,
        host_id: host_id === null ? null : Number(host_id),
      })),
    })
  },

  'POST /certificates/:fingerprint/revocations': async (request, response, { cause }) => {
    const fingerprint = paramOf(fingerprintText, request, 'fingerprint')
    const command = { type: 'RevokeCertificate', data: { because: 'asked' } } as const
    const executed = await app.execute(certificate, fingerprint, command, cause)
    await answer(app, response, executed, async () => {
      await trust.refresh()
      return {}
    })
  },
})

/** Whole days until a certificate ends, negative after that; null when its end is not known. */
export const daysLeft = (notAfter: string | Date | null, now: Date): number | null =>
  notAfter === null ? null : Math.floor((new Date(notAfter).getTime() - now.getTime()) / dayMs)

const after = (now: Date, wholeDays: number): string => new Date(now.getTime() + wholeDays * dayMs).toISOString()

export const present = (
  {
    host_id,
    host_name,
    state,
    renewal_state,
    renewal_attempt,
    renewal_since,
    renewal_detail,
    renewable,
    ...row
  }: ListedCertificate,
  now: Date,
) => ({
  ...row,
  host_id: host_id === null ? null : Number(host_id),
  host_name,
  state,
  superseded: state === 'superseded',
  days_left: daysLeft(row.not_after, now),
  renewal:
    renewal_state === null
      ? null
      : { state: renewal_state, attempt: renewal_attempt, since: renewal_since, detail: renewal_detail, renewable },
  alarming: state === 'active' && row.not_after !== null && Date.parse(row.not_after) - now.getTime() < alarmingMs,
})
