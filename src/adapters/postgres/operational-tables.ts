import type { Pool } from 'pg'
import { logIdentityTable } from './log-identity.ts'
import { setAsideTable } from './set-aside.ts'
import { writeProbeTable } from './write-probe.ts'

/**
 * Tables for what cannot be in the log: keys, work, one-time secrets, telemetry. They are never joined into a projection's own rows, and no
 * replay brings them back: back them up.
 */
const tables = `${logIdentityTable}
${writeProbeTable}
${setAsideTable}
  create table if not exists vault_keys (
    owner text primary key, key_id text not null, wrapped bytea, created_at timestamptz not null default now(), destroyed_at timestamptz);
  alter table vault_keys add column if not exists generation integer not null default 0;
  do $$ begin
    if (select count(*) from pg_index i where i.indrelid = 'vault_keys'::regclass and i.indisprimary and i.indnatts = 1) = 1 then
      alter table vault_keys drop constraint vault_keys_pkey;
      alter table vault_keys add primary key (owner, generation);
    end if;
  end $$;
  create table if not exists work (
    kind text not null, key text not null, due_at timestamptz not null, attempts integer not null default 0,
    version integer not null default 1, leased_until timestamptz, parked_at timestamptz, error text,
    cause_id text not null, correlation_id text not null, primary key (kind, key));
  create index if not exists work_due on work (kind, due_at) where parked_at is null;
  create table if not exists scep_challenges (
    hash bytea primary key, expires_at timestamptz not null, transaction_id text, csr_hash text, terms jsonb);
  alter table scep_challenges add column if not exists terms jsonb;
  create index if not exists scep_challenges_expiry on scep_challenges (expires_at);
  create table if not exists agent_reports (host_id text primary key, detail_at timestamptz, labels_at timestamptz);
  create table if not exists carves (
    id bigint generated always as identity primary key, session bytea not null unique, host_id text not null, carve_id text not null,
    request_id text not null, block_count integer not null, block_size integer not null, size bigint not null,
    received integer not null default 0, started_at timestamptz not null, finished_at timestamptz);
  create index if not exists carves_of_host on carves (host_id);
  create table if not exists carve_blocks (
    carve_id bigint not null references carves (id) on delete cascade, block integer not null, sealed jsonb not null,
    primary key (carve_id, block));
  create table if not exists audit_chain (
    number bigint primary key, position text collate "C" not null unique, link text not null, latest text collate "C");
  create table if not exists snapshots (
    stream text primary key, rules text not null, revision bigint not null, event_id text not null, state bytea not null,
    kept_at timestamptz not null default now());
  create table if not exists log_cursors (name text primary key, position text collate "C" not null);
  create table if not exists host_seen (host_id text primary key, seen_at timestamptz not null);
  create table if not exists user_sessions (
    id text primary key, user_id text not null, kind text not null, created_at timestamptz not null, used_at timestamptz not null,
    ends_at timestamptz not null, address text not null, agent text not null);
  create index if not exists user_sessions_of_user on user_sessions (user_id);
  create index if not exists user_sessions_ends on user_sessions (ends_at);
  create table if not exists sso_attempts (hash bytea primary key, expires_at timestamptz not null);
  create index if not exists sso_attempts_expiry on sso_attempts (expires_at);
  create table if not exists webhook_deliveries (
    id bigint generated always as identity primary key, enrollment_id text not null, sealed jsonb not null,
    created_at timestamptz not null);
  alter table webhook_deliveries
    add column if not exists receiver text not null default 'devices', add column if not exists waiting_since timestamptz,
    add column if not exists failures integer not null default 0, add column if not exists failing_since timestamptz,
    add column if not exists retry_at timestamptz, add column if not exists set_aside_at timestamptz,
    add column if not exists attempts integer, add column if not exists problem text,
    add column if not exists topic text, add column if not exists event_id text;
  drop index if exists webhook_deliveries_order;
  create index if not exists webhook_deliveries_waiting on webhook_deliveries (receiver, enrollment_id, id) where set_aside_at is null;
  create index if not exists webhook_deliveries_aside on webhook_deliveries (receiver, id) where set_aside_at is not null;
  create unique index if not exists webhook_deliveries_events on webhook_deliveries (receiver, event_id) where event_id is not null;
  create table if not exists token_update_tallies (enrollment_id text collate "C" primary key, tally integer not null);
  create table if not exists channel_pushes (
    host_id text not null, channel text not null, pushed_at timestamptz not null, unanswered integer not null,
    problem text, problem_since timestamptz, primary key (host_id, channel));
  create index if not exists channel_pushes_problems on channel_pushes (problem) where problem is not null;`

/** Only one process at a time makes tables: concurrent `create … if not exists` may collide in the catalogue. */
const tableMakersLock = 77_301_001

/** Makes the operational tables where they are missing. */
export const createOperationalTables = async (pool: Pool): Promise<void> => {
  await pool.query(`begin; select pg_advisory_xact_lock(${String(tableMakersLock)}); ${tables} commit;`)
}
