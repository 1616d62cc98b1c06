import type { Pool } from 'pg'
import { sqlStateOf } from './connections.ts'

export const writeProbeTable = `
  create table if not exists write_probe (probe boolean primary key default true check (probe), at timestamptz not null);`

/** A database that only reads, or has no room, still answers questions: that it takes writes is seen by writing. Null: it did. */
export const writeRefusal = async (pool: Pool): Promise<string | null> => {
  try {
    await pool.query(`insert into write_probe (at) values (now()) on conflict (probe) do update set at = excluded.at`)
    return null
  } catch (error) {
    const reason = reasons[sqlStateOf(error)]
    if (reason === undefined) throw error
    return reason
  }
}

/** By SQLSTATE. */
const reasons: Readonly<Record<string, string | undefined>> = {
  '53100': 'the disk of the database is full',
  '53200': 'the database is out of memory',
  '58030': 'the database cannot write to its disk',
  '25006': 'the database only takes reads: it is a standby, or was set so',
}
