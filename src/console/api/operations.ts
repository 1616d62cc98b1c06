import type { Authority, ParkedWork, Projection, Statistics, Webhook } from '../../client/json.ts'
import { call } from './http.ts'
import type { ApiToken, Certificate, HostPage, PushCertificateState, User } from './json.ts'
import { useReading } from './reading.ts'
import { useWriting } from './writing.ts'

export const useProjections = () =>
  useReading<Readonly<{ projections: readonly Projection[] }>>({ key: ['server', 'projections'], path: '/projections' })

export const useStatistics = () => useReading<Statistics>({ key: ['hosts', 'statistics'], path: '/statistics' })

export const useParkedWork = () =>
  useReading<Readonly<{ parked: readonly ParkedWork[] }>>({ key: ['server', 'parked'], path: '/work/parked' })

export const useRetryParked = () =>
  useWriting<null, Readonly<{ retried: number }>>({
    write: () => call('POST', '/work/parked/retries'),
    done: ({ retried }) => `${String(retried)} pieces of work are tried again.`,
  })

export const useWebhooks = () =>
  useReading<Readonly<{ webhooks: readonly Webhook[] }>>({ key: ['server', 'webhooks'], path: '/webhooks' })

export const useResendRefused = () =>
  useWriting<Webhook['name'], Readonly<{ resent: number }>>({
    write: (name) => call('POST', `/webhooks/${name}/set_aside/resends`, { json: {} }),
    done: ({ resent }) => `${String(resent)} deliveries are sent again.`,
  })

export const usePushCertificate = () =>
  useReading<PushCertificateState>({ key: ['certificates', 'push'], path: '/mdm/apple/push_certificate' })

export const useAuthorities = () =>
  useReading<Readonly<{ authorities: readonly Authority[] }>>({
    key: ['certificates', 'authorities'],
    path: '/certificates/authorities',
  })

export type CertificateFilters = Readonly<{ state?: string; ending_within_days?: string; page: number; per_page: number }>

export const useCertificates = (filters: CertificateFilters) =>
  useReading<Readonly<{ certificates: readonly Certificate[]; meta: HostPage['meta'] }>>({
    key: ['certificates', 'list'],
    path: '/certificates',
    query: filters,
    keep: true,
  })

export const useRevocation = () =>
  useWriting<string>({
    write: (fingerprint) => call('POST', `/certificates/${fingerprint}/revocations`),
    done: () => 'The certificate was revoked.',
  })

export const useApiTokens = () =>
  useReading<Readonly<{ api_tokens: readonly ApiToken[] }>>({ key: ['server', 'tokens'], path: '/api_tokens' })

export const useNewToken = () =>
  useWriting<Readonly<{ name: string; role: string }>, Readonly<{ secret: string }>>({
    write: (token) => call('POST', '/api_tokens', { json: token }),
  })

export const useTokenRemoval = () =>
  useWriting<string>({ write: (id) => call('DELETE', `/api_tokens/${id}`), done: () => 'The token was revoked.' })

export const useUsers = () => useReading<Readonly<{ users: readonly User[] }>>({ key: ['server', 'users'], path: '/users' })
