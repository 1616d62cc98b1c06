import type { Pool } from 'pg'
import type { AgentReports } from '../../app/operational-ports.ts'

/** In the table `agent_reports`, a row per host. */
export const postgresAgentReports = (pool: Pool): AgentReports => ({
  last: async (hostId) => {
    const { rows } = await pool.query<{ detail_at: number | null; labels_at: number | null }>(
      `select (extract(epoch from detail_at) * 1000)::float8 as detail_at, (extract(epoch from labels_at) * 1000)::float8 as labels_at
       from agent_reports where host_id = $1`,
      [hostId],
    )
    const [row] = rows
    return { detailAt: row?.detail_at ?? null, labelsAt: row?.labels_at ?? null }
  },
  note: async (hostId, { detailAt, labelsAt }) => {
    await pool.query(
      `insert into agent_reports (host_id, detail_at, labels_at) values ($1, to_timestamp($2 / 1000.0), to_timestamp($3 / 1000.0))
       on conflict (host_id) do update set detail_at = coalesce(excluded.detail_at, agent_reports.detail_at),
         labels_at = coalesce(excluded.labels_at, agent_reports.labels_at)`,
      [hostId, detailAt, labelsAt],
    )
  },
})
