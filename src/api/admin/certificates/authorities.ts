import { z } from 'zod'
import { keyContextOf, standing } from '../../../domain/server/authorities.ts'
import { server, theServer } from '../../../domain/server/server.ts'
import type { Sealed } from '../../../kernel/content.ts'
import type { Cause } from '../../../kernel/event.ts'
import type { AuthorityRow } from '../../../projections/authorities.ts'
import { allAuthorities } from '../../../projections/authorities.ts'
import { livingByOrigin } from '../../../projections/certificate-directory.ts'
import { readCertificate } from '../../../protocols/x509/certificate.ts'
import { encryptedKeyPem } from '../../../protocols/x509/keys.ts'
import { newAuthority } from '../../authority.ts'
import { refuse } from '../../errors.ts'
import { bodyOf, paramOf, queryOf } from '../../parsing.ts'
import { answer } from '../answer.ts'
import { readImport } from './authority-import.ts'
import { daysLeft, fingerprintText } from './certificates.ts'
import type { AdminDeps, Handlers } from '../deps.ts'

/** `prepare`: make the next authority known, and leave the one that issues. `to`: the one prepared, so that a repetition changes nothing. */
export const rollOver = z.object({ prepare: z.boolean().default(false), to: fingerprintText.optional() })

const passphrase = z.string().min(16, 'A passphrase that guards an authority has at least 16 characters.').max(1000)

export const exporting = z.object({ passphrase, fingerprint: fingerprintText.optional() })

export const retiring = z.object({ lose_certificates: z.enum(['true', 'false']).default('false') })

type AuthorityRoutes = Pick<
  Handlers,
  | 'GET /certificates/authorities'
  | 'POST /certificates/authorities'
  | 'DELETE /certificates/authorities/:fingerprint'
  | 'POST /certificates/authority/rollovers'
  | 'POST /certificates/authority/exports'
>

/** The authorities behind the devices' identities: changing the one that issues, bringing one along, taking one away. */
export const authorityRoutes = ({ app, settings, trust }: Pick<AdminDeps, 'app' | 'settings' | 'trust'>): AuthorityRoutes => {
  const list = async () => {
    const now = app.clock()
    const living = new Map((await app.read(livingByOrigin(now.toISOString()))).map((row) => [row.origin, row.living]))
    return (await app.read(allAuthorities())).map((row) => present(row, now, living))
  }

  const shown = async (fingerprint: string) => ({
    authority: (await list()).find((authority) => authority.fingerprint === fingerprint) ?? null,
  })

  /** The fingerprint of the one that is to follow; made now if none is ready. */
  const prepare = async (cause: Cause) => {
    const { authorities } = (await app.load(server, theServer)).state
    const ready = standing(authorities, 'next')
    if (ready !== undefined) return { fingerprint: ready.fingerprint, position: null }
    const { organization, authorityKeyBits: keyBits = 4096 } = settings
    const data = await newAuthority(app, { organization, keyBits, number: authorities.length + 1 })
    const { state, position } = await app.execute(server, theServer, { type: 'PrepareAuthority', data }, cause)
    // Another request may have been quicker.
    return { fingerprint: standing(state.authorities, 'next')?.fingerprint ?? data.fingerprint, position }
  }

  const encryptedKey = async (keyContext: string, key: Sealed, secret: string): Promise<string> =>
    encryptedKeyPem(Buffer.from(await app.vault.open('server', keyContext, key)).toString(), secret)

  return {
    'GET /certificates/authorities': async (_, response) => {
      response.json({ authorities: await list() })
    },

    'POST /certificates/authorities': async (request, response, { cause }) => {
      const { fingerprint, certificatePem, keyPem, as } = readImport(request, app.clock())
      const key = keyPem === null ? null : await app.vault.seal('server', keyContextOf(fingerprint), Buffer.from(keyPem))
      const command = { type: 'ImportAuthority', data: { fingerprint, certificatePem, key, as } } as const
      const executed = await app.execute(server, theServer, command, cause)
      await trust.refresh()
      response.status(201)
      await answer(app, response, executed, () => shown(fingerprint))
    },

    'DELETE /certificates/authorities/:fingerprint': async (request, response, { cause }) => {
      const fingerprint = paramOf(fingerprintText, request, 'fingerprint')
      const { lose_certificates } = queryOf(retiring, request)
      const living = (await shown(fingerprint)).authority?.living_certificates ?? 0
      if (living > 0 && lose_certificates === 'false')
        refuse(
          409,
          'fingerprint',
          `Hosts still use ${String(living)} certificates that may be of this authority. They would be lost; lose_certificates=true retires it all the same.`,
        )
      const executed = await app.execute(server, theServer, { type: 'RetireAuthority', data: { fingerprint } }, cause)
      await trust.refresh()
      await answer(app, response, executed, () => ({}))
    },

    'POST /certificates/authority/rollovers': async (request, response, { cause }) => {
      const { prepare: only, to } = bodyOf(rollOver, request)
      const prepared = to === undefined ? await prepare(cause) : { fingerprint: to, position: null }
      const { fingerprint } = prepared
      const executed = only
        ? prepared
        : await app.execute(server, theServer, { type: 'RollOverAuthority', data: { to: fingerprint } }, cause)
      await trust.refresh()
      response.status(201)
      await answer(app, response, [prepared, executed], () => shown(fingerprint))
    },

    'POST /certificates/authority/exports': async (request, response, { cause }) => {
      const wish = bodyOf(exporting, request)
      const { authorities } = (await app.load(server, theServer)).state
      const fingerprint = wish.fingerprint ?? standing(authorities, 'issuer')?.fingerprint
      const known = authorities.find((authority) => authority.fingerprint === fingerprint)
      if (known === undefined) return refuse(404, 'fingerprint', 'There is no such authority.')
      const key = known.key === null ? '' : await encryptedKey(known.keyContext, known.key, wish.passphrase)
      const command = { type: 'RecordAuthorityExport', data: { fingerprint: known.fingerprint } } as const
      const executed = await app.execute(server, theServer, command, cause)
      await answer(app, response, executed, () => ({ fingerprint: known.fingerprint, certificate: known.certificatePem, key }))
    },
  }
}

export const present = (row: AuthorityRow, now: Date, living: ReadonlyMap<string, number>) => {
  const { subjectText, serial, notBefore, notAfter } = readCertificate(row.certificate_pem)
  const own = living.get(row.fingerprint) ?? 0
  const unnamed = row.is_first ? (living.get('first') ?? 0) : 0
  const elsewhere = row.is_imported ? (living.get('elsewhere') ?? 0) : 0
  return {
    fingerprint: row.fingerprint,
    standing: row.standing,
    subject: subjectText,
    serial,
    not_before: notBefore,
    not_after: notAfter,
    days_left: daysLeft(notAfter, now),
    has_key: row.has_key,
    is_imported: row.is_imported,
    known_at: row.known_at,
    since: row.since,
    exported_at: row.exported_at,
    /** Certificates that hosts still use. Those that another server issued may be of any imported authority, and count for each. */
    living_certificates: own + unnamed + elsewhere,
    certificate: row.certificate_pem,
  }
}
