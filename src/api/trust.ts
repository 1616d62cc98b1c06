import type { App } from '../app/app.ts'
import { revokedAfter } from '../projections/certificates.ts'
import type { Authorities } from './authorities.ts'
import { authoritiesReader } from './authorities.ts'

/** Whose certificates are let in, as this process believes it. Asked at every request of a device, so it asks nobody. */
export type Trust = Readonly<{
  authorities: () => Authorities
  isRevoked: (fingerprint: string) => boolean
  /** Reads it all anew, after a change. Never fails: what was believed stands, and is read again in a few seconds. */
  refresh: () => Promise<void>
  /** Tells when authorities came or went. */
  onChange: (listener: () => void) => void
  stop: () => void
}>

/** After these, other certificates are let in than before. */
export const trustChanges: ReadonlySet<string> = new Set([
  'AuthorityCreated',
  'AuthorityPrepared',
  'AuthorityRolledOver',
  'AuthorityImported',
  'AuthorityRetired',
  'CertificateRevoked',
])

/** How long a change made by another process may go unnoticed, ms. */
const believedMs = 5_000

/** How many revocations are read at a time. */
const atATime = 10_000

/** Revocations of certificates that ended this long ago are not kept in memory, ms: a certificate that ended is refused anyway. */
const endedMs = 24 * 60 * 60 * 1000

type Ports = Pick<App, 'load' | 'read' | 'vault' | 'clock' | 'logger'>

/** Keeps what this process believes fresh, until `stop`. Throws when there are no authorities to begin with. */
export const keepTrust = async (app: Ports): Promise<Trust> => {
  const readAuthorities = authoritiesReader(app)
  const listeners: (() => void)[] = []
  const revoked = new Set<string>()
  let lastRevocation = ''
  let authorities = await readAuthorities()
  let stopped = false

  const readRevocations = async (): Promise<void> => {
    const since = new Date(app.clock().getTime() - endedMs).toISOString()
    for (;;) {
      const rows = await app.read(revokedAfter(lastRevocation, since, atATime))
      for (const { fingerprint, revoked_position } of rows) {
        revoked.add(fingerprint)
        lastRevocation = revoked_position
      }
      if (rows.length < atATime) return
    }
  }

  const refresh = async (): Promise<void> => {
    try {
      const before = authorities
      authorities = await readAuthorities()
      if (namesIn(before) !== namesIn(authorities)) for (const listener of listeners) listener()
      await readRevocations()
    } catch (error) {
      app.logger.warn({ err: error }, 'authorities and revocations could not be read; what was known of them stands')
    }
  }

  const again = (): NodeJS.Timeout =>
    setTimeout(() => {
      void refresh().finally(() => {
        if (!stopped) timer = again()
      })
    }, believedMs).unref()

  // The read model may be of a version before this one, until the new one is filled.
  await refresh()
  let timer = again()
  return {
    authorities: () => authorities,
    isRevoked: (fingerprint) => revoked.has(fingerprint),
    refresh,
    onChange: (listener) => void listeners.push(listener),
    stop: () => {
      stopped = true
      clearTimeout(timer)
    },
  }
}

const namesIn = ({ trusted }: Authorities): string => trusted.map(({ fingerprint256 }) => fingerprint256).join()
