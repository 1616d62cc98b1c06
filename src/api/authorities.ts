import type { X509Certificate } from 'node:crypto'
import type { App } from '../app/app.ts'
import type { KnownAuthority } from '../domain/server/authorities.ts'
import { server, theServer } from '../domain/server/server.ts'
import { openCertificate } from '../protocols/x509/certificate.ts'
import type { Authority } from '../protocols/x509/open-authority.ts'
import { openAuthority } from '../protocols/x509/open-authority.ts'

/** The authorities with their keys. One object per authority for as long as the process lives: parsed keys are remembered by it. */
export type Authorities = Readonly<{
  /** Signs identities; new enrollment profiles name it. */
  issuer: Authority
  /** Made ready to follow the issuer; null: none is. */
  next: Authority | null
  /** Those that issued before, the eldest first. */
  previous: readonly Readonly<{ authority: Authority; replacedAt: Date }>[]
  /** From other servers, with their keys: they open requests that are addressed to them. */
  foreign: readonly Authority[]
  /** Whose identities are let in: all of the above, and imported ones whose keys stayed where they were. */
  trusted: readonly X509Certificate[]
}>

/** How long a replaced authority is handed out beside the new one, ms: twice as long as the challenge in a profile that names it lives. */
const overlapMs = 48 * 60 * 60 * 1000

/**
 * Reads the authorities as they stand in the log. Throws `LogUnavailable`, and an error when there is no issuer or its key does not open;
 * another key that does not open is left out, and its certificate stays trusted.
 */
export const authoritiesReader = ({
  load,
  vault,
  logger,
}: Pick<App, 'load' | 'vault' | 'logger'>): (() => Promise<Authorities>) => {
  const opened = new Map<string, Authority>()
  const certificates = new Map<string, X509Certificate>()

  const open = async ({ fingerprint, certificatePem, key, keyContext }: KnownAuthority): Promise<Authority | null> => {
    const known = opened.get(fingerprint)
    if (known !== undefined || key === null) return known ?? null
    const authority = { certificatePem, keyPem: Buffer.from(await vault.open('server', keyContext, key)).toString() }
    openAuthority(authority)
    opened.set(fingerprint, authority)
    return authority
  }

  const openIfPossible = (known: KnownAuthority): Promise<Authority | null> =>
    open(known).catch((error: unknown) => {
      logger.error({ err: error, fingerprint: known.fingerprint }, 'the key of an authority does not open')
      return null
    })

  const certificateOf = ({ fingerprint, certificatePem }: KnownAuthority): X509Certificate => {
    const certificate = certificates.get(fingerprint) ?? openCertificate(certificatePem)
    certificates.set(fingerprint, certificate)
    return certificate
  }

  return async () => {
    const { authorities } = (await load(server, theServer)).state
    const issuing = authorities.find(({ standing }) => standing === 'issuer')
    const issuer = issuing === undefined ? null : await open(issuing)
    if (issuer === null) throw new Error('The server has no certificate authority.')
    const others = await Promise.all(
      authorities.filter((known) => known !== issuing).map(async (known) => ({ known, authority: await openIfPossible(known) })),
    )
    const standing = (wanted: KnownAuthority['standing']) =>
      others.flatMap(({ known, authority }) =>
        known.standing === wanted && authority !== null ? [{ authority, replacedAt: new Date(known.since) }] : [],
      )
    return {
      issuer,
      next: standing('next')[0]?.authority ?? null,
      previous: standing('previous'),
      foreign: standing('trusted').map(({ authority }) => authority),
      trusted: authorities.map(certificateOf),
    }
  }
}

/** Those that open a request which is addressed to them. */
export const openersOf = ({ issuer, next, previous, foreign }: Authorities): readonly Authority[] => [
  issuer,
  ...(next === null ? [] : [next]),
  ...previous.map(({ authority }) => authority),
  ...foreign,
]

/** What a client that asks for the authority is given: the issuer, and for a while those that it replaced. */
export const handedOut = ({ issuer, previous }: Authorities, now: Date): readonly Authority[] => [
  issuer,
  ...previous.flatMap(({ authority, replacedAt }) => (now.getTime() - replacedAt.getTime() < overlapMs ? [authority] : [])),
]

/** Certificates (DER) that devices are to trust as anchors: whoever of this server's own may have signed what it shows them. */
export const anchorsOf = ({ issuer, next, previous }: Authorities): readonly Uint8Array[] =>
  openersOf({ issuer, next, previous, foreign: [], trusted: [] }).map(({ certificatePem }) => openCertificate(certificatePem).raw)

/**
 * Who signs the server's own TLS certificate: the eldest authority that lives, because every device knows it. Devices that enrolled before
 * a roll-over trust no later one.
 */
export const eldestOf = ({ issuer, previous }: Authorities, now: Date): Authority =>
  previous.map(({ authority }) => authority).find((authority) => openAuthority(authority).notAfter > now) ?? issuer
