import type { AgentEvent } from '../domain/agents/events.ts'
import type { ForgettingEvent } from '../domain/forgetting/events.ts'
import type { Projection } from '../kernel/projection.ts'
import { query } from '../kernel/query.ts'

export type HostReportRow = Readonly<{
  host_id: string
  mdm_enrolled: boolean | null
  mdm_server_url: string | null
  mdm_from_dep: boolean | null
  is_server: boolean | null
  encrypted: boolean | null
  reported_at: string
}>

/** What hosts say of themselves by their agents; null: not told. It may contradict what the server knows. */
export const hostReports: Projection<AgentEvent | ForgettingEvent, HostReportRow> = {
  name: 'host_reports',
  version: 3,
  schema: `
    host_id text not null,
    mdm_enrolled boolean,
    mdm_server_url text,
    mdm_from_dep boolean,
    is_server boolean,
    encrypted boolean,
    reported_at timestamptz not null`,
  key: ['host_id'],

  on: {
    HostForgotten: ({ id }) => ({ where: { host_id: id }, remove: true }),
    MdmReported: ({ id, at, data: { enrolled, serverUrl, installedFromDep, isServer = false } }) => ({
      where: { host_id: id },
      set: {
        mdm_enrolled: enrolled,
        mdm_server_url: serverUrl,
        mdm_from_dep: installedFromDep,
        is_server: isServer,
        reported_at: at,
      },
    }),
    DiskEncryptionReported: ({ id, at, data: { encrypted } }) => ({
      where: { host_id: id },
      set: { encrypted, reported_at: at },
    }),
  },
}

export const reportOfHost = (hostId: string) => query<HostReportRow>`select * from host_reports where host_id = ${hostId}`
