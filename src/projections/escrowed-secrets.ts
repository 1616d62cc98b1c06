import type { EscrowEvent } from '../domain/escrow/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type EscrowedSecretRow = Readonly<{
  host_id: string
  fingerprint: string
  kind: 'unlock-token' | 'bootstrap-token'
  escrowed_at: string
}>

/** Which secrets hosts ever gave into custody; the secrets themselves stay in the hosts' streams, sealed. */
export const escrowedSecrets: Projection<EscrowEvent | ForgettingEvent, EscrowedSecretRow> = {
  name: 'escrowed_secrets',
  version: 2,
  schema: `
    host_id text not null,
    fingerprint text not null,
    kind text not null,
    escrowed_at timestamptz not null`,
  key: ['host_id', 'fingerprint'],

  on: {
    HostForgotten: ({ id }) => ({ where: { host_id: id }, remove: true }),
    UnlockTokenEscrowed: ({ id, at, data }) => ({
      where: { host_id: id, fingerprint: data.fingerprint },
      set: { kind: 'unlock-token', escrowed_at: at },
    }),
    BootstrapTokenEscrowed: ({ id, at, data }) => ({
      where: { host_id: id, fingerprint: data.fingerprint },
      set: { kind: 'bootstrap-token', escrowed_at: at },
    }),
  },
}

export const escrowedSecretsOf = (hostId: string) =>
  query<Omit<EscrowedSecretRow, 'host_id'>>`
    select fingerprint, kind, escrowed_at from escrowed_secrets where host_id = ${hostId} order by escrowed_at, fingerprint`
