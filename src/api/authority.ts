import { randomUUID } from 'node:crypto'
import type { App } from '../app/app.ts'
import { keyContextOf } from '../domain/server/authorities.ts'
import { server, theServer } from '../domain/server/server.ts'
import type { Cause } from '../kernel/event.ts'
import { createAuthority, createIdentity } from '../protocols/x509/authority.ts'
import { fingerprintOf, openCertificate } from '../protocols/x509/certificate.ts'
import { nameOf } from '../protocols/x509/names.ts'
import type { Authority } from '../protocols/x509/open-authority.ts'

/** `number` tells one authority's name from the next one's. */
export type AuthorityWish = Readonly<{ organization: string; keyBits: number; number: number }>

/** Ten years: as long as an authority may live; the identities that it issues live one. */
const authorityYears = 10

/** Makes an authority as it may stand in an event: the key sealed in the context `keyContextOf(fingerprint)`, or the one given. */
export const newAuthority = async (
  { vault, clock }: Pick<App, 'vault' | 'clock'>,
  { organization, keyBits, number }: AuthorityWish,
  keyContext?: string,
) => {
  const commonName = number === 1 ? `${organization} device CA` : `${organization} device CA ${String(number)}`
  const made = await createAuthority({ organization, commonName, keyBits, years: authorityYears, now: clock() })
  const fingerprint = fingerprintOf(openCertificate(made.certificatePem))
  const key = await vault.seal('server', keyContext ?? keyContextOf(fingerprint), Buffer.from(made.keyPem))
  return { fingerprint, certificatePem: made.certificatePem, key }
}

/** Makes the first authority at the first start. Of several processes that start at once, one makes it. */
export const ensureAuthority = async (
  { execute, load, vault, clock }: Pick<App, 'execute' | 'load' | 'vault' | 'clock'>,
  wish: Omit<AuthorityWish, 'number'>,
): Promise<void> => {
  if ((await load(server, theServer)).state.authorities.length > 0) return
  const data = await newAuthority({ vault, clock }, { ...wish, number: 1 }, 'authority-key')
  await execute(server, theServer, { type: 'CreateAuthority', data }, startCause())
}

/** A certificate for the server itself: TLS and the signing of enrollment profiles. Made anew at each start, never stored. */
export const serverIdentity = async (authority: Authority, publicUrl: string, clock: App['clock']) => {
  const { hostname } = new URL(publicUrl)
  const isAddress = /^[\d.]+$|^\[/.test(hostname)
  const now = clock().getTime()
  return createIdentity({
    authority,
    subject: nameOf({ commonName: hostname }),
    notBefore: new Date(now - 10 * 60_000),
    notAfter: new Date(now + 397 * 24 * 60 * 60_000),
    extKeyUsage: 'serverAuth',
    san: isAddress
      ? { ip: [hostname.replaceAll(/[[\]]/g, '')] }
      : { dns: [...new Set([hostname, 'localhost'])], ip: ['127.0.0.1'] },
  })
}

/** What the server does of its own accord, at start. */
export const startCause = (): Cause => {
  const id = randomUUID()
  return { id, actor: { kind: 'server', id: 'start' }, correlationId: id, causationId: id }
}
