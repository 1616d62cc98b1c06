import type { Connection } from './connection.ts'
import type { Authority, ParkedWork } from './json.ts'

export type EndingCertificate = Readonly<{ fingerprint: string; subject: string; not_after: string; host_id: number | null }>

export type HostedPackage = Readonly<{ id: number; name: string; bundle_identifier: string; size: number; uploaded_at: string }>

export type HostedManifest = Readonly<{ id: number; name: string; uploaded_at: string }>

/** One thing that a process needs; without a vital one it takes no calls. */
export type ReadinessCheck = Readonly<{ name: string; vital: boolean; ok: boolean; detail?: string }>

/** What an operator looks after. Every function throws `ApiError`. */
export type UpkeepClient = Readonly<{
  /** What the process that answers needs, and whether it is there. */
  readiness: () => Promise<readonly ReadinessCheck[]>
  parkedWork: () => Promise<readonly ParkedWork[]>
  /** Tries parked work again; answers how much there was. */
  retryParked: () => Promise<number>
  /** Identity certificates of devices that end within so many days. */
  endingCertificates: (days: number) => Promise<readonly EndingCertificate[]>
  authorities: () => Promise<readonly Authority[]>
  packages: () => Promise<readonly HostedPackage[]>
  manifests: () => Promise<readonly HostedManifest[]>
}>

export const upkeepClient = ({ json }: Pick<Connection, 'json'>): UpkeepClient => {
  const get = <T>(path: string, query = {}): Promise<T> => json<T>({ method: 'GET', path, query })
  return {
    readiness: async () => {
      const call = { method: 'GET', path: '/readyz', atRoot: true, alsoTakes: 503 } as const
      return (await json<Readonly<{ checks: readonly ReadinessCheck[] }>>(call)).checks
    },
    parkedWork: async () => (await get<Readonly<{ parked: readonly ParkedWork[] }>>('/work/parked')).parked,
    retryParked: async () =>
      (await json<Readonly<{ retried: number }>>({ method: 'POST', path: '/work/parked/retries', json: {} })).retried,
    endingCertificates: async (within_days) =>
      (await get<Readonly<{ certificates: readonly EndingCertificate[] }>>('/certificates/ending', { within_days })).certificates,
    authorities: async () =>
      (await get<Readonly<{ authorities: readonly Authority[] }>>('/certificates/authorities')).authorities,
    packages: async () => (await get<Readonly<{ packages: readonly HostedPackage[] }>>('/packages')).packages,
    manifests: async () => (await get<Readonly<{ manifests: readonly HostedManifest[] }>>('/manifests')).manifests,
  }
}
