/** The channel on which each batch of new events is announced. */
export const channel = 'event_log'

/**
 * The event log's tables and functions; safe to run at every start, and by several processes at once.
 *
 * Positions are numbered under a lock that is held until commit, so that their order is the order of commits and a reader never sees a
 * position before all those below it. `json`, not `jsonb`: it keeps what was written to the letter, and takes U+0000, which devices send.
 * What is packed is a text there (see `packing.ts`).
 *
 * The functions are called by name from prepared statements of running servers: give a changed one a new name. They only ever look rows up
 * by index; `enable_seqscan` is off because a plan made while the table was empty would otherwise be kept while it grows.
 */
export const schema = `
select pg_advisory_xact_lock(1836412020, 0);

create schema if not exists event_log;

create table if not exists event_log.events (
  position    bigint primary key,
  stream      text collate "C" not null,
  revision    bigint not null,
  id          uuid not null,
  type        text collate "C" not null,
  data        json not null,
  metadata    json not null,
  recorded_at timestamptz not null default now(),
  unique (stream, revision)
);
create index if not exists events_id on event_log.events (id);

-- Judges each append by the stream's last revision (-1: no events) and by those of its ids that the stream holds already.
-- expected: a revision, -1 for a stream without events, null for any.
create or replace function event_log.outcome(expected bigint, current bigint, size bigint, known bigint, in_place boolean)
returns text language sql immutable as $$
  select case
    when known = 0 and coalesce(expected = current, true) then 'written'
    when known = size and (coalesce(expected = current, true) or in_place) then 'repeated'
    else 'conflict'
  end
$$;

create or replace function event_log.append_one(
  to_stream text, expected bigint, new_ids uuid[], new_types text[], new_data text[], new_metadata text[]
) returns table (outcome text, last_revision bigint, last_position bigint)
language plpgsql set enable_seqscan = off as $$
declare
  base bigint;
  current bigint;
  judgement text;
begin
  perform pg_advisory_xact_lock(1836412020, 1);
  select coalesce(max(position), 0) into base from event_log.events;
  select coalesce(max(revision), -1) into current from event_log.events where stream = to_stream;

  select event_log.outcome(expected, current, count(*), count(held.id), bool_and(held.revision = expected + n))
  into judgement
  from unnest(new_ids) with ordinality as new(id, n)
  left join lateral (select * from event_log.events where id = new.id and stream = to_stream) as held on true;

  if judgement = 'written' then
    insert into event_log.events (position, stream, revision, id, type, data, metadata)
    select base + n, to_stream, current + n, new.id, new.type, new.data::json, new.metadata::json
    from unnest(new_ids, new_types, new_data, new_metadata) with ordinality as new(id, type, data, metadata, n);
    perform pg_notify('${channel}', '');
    return query select judgement, current + cardinality(new_ids), base + cardinality(new_ids);
  elsif judgement = 'repeated' then
    return query select judgement, revision, position from event_log.events
    where id = new_ids[cardinality(new_ids)] and stream = to_stream;
  else
    return query select judgement, current, null::bigint;
  end if;
end $$;

-- Many appends, each to another stream; answers with one row for each, in order. append_of names each event's append, counted from 1.
create or replace function event_log.append_many(
  to_streams text[], expectations bigint[],
  append_of bigint[], new_ids uuid[], new_types text[], new_data text[], new_metadata text[]
) returns table (outcome text, last_revision bigint, last_position bigint)
language plpgsql set enable_seqscan = off as $$
declare
  base bigint;
begin
  perform pg_advisory_xact_lock(1836412020, 1);
  select coalesce(max(position), 0) into base from event_log.events;

  return query
  with append as materialized (
    select given.*, coalesce(held.revision, -1) as current
    from unnest(to_streams, expectations) with ordinality as given(stream, expected, append)
    left join lateral (
      select revision from event_log.events where stream = given.stream order by revision desc limit 1
    ) as held on true
  ),
  new as materialized (
    select append.*, given.id, given.type, given.data, given.metadata, given.n,
      row_number() over (partition by append.append order by given.n) as nth,
      held.revision as held_revision, held.position as held_position
    from unnest(append_of, new_ids, new_types, new_data, new_metadata) with ordinality
      as given(append, id, type, data, metadata, n)
    join append on append.append = given.append
    left join lateral (
      select revision, position from event_log.events where id = given.id and stream = append.stream
    ) as held on true
  ),
  judged as materialized (
    select append, current, count(*) as size, max(n) as last_n,
      event_log.outcome(expected, current, count(*), count(held_revision), bool_and(held_revision = expected + nth)) as outcome,
      max(held_revision) filter (where nth = size) as held_revision,
      max(held_position) filter (where nth = size) as held_position
    from (select *, count(*) over (partition by append) as size from new) as new
    group by append, current, expected
  ),
  stored as (
    insert into event_log.events (position, stream, revision, id, type, data, metadata)
    select base + new.n, new.stream, new.current + new.nth, new.id, new.type, new.data::json, new.metadata::json
    from new join judged using (append)
    where judged.outcome = 'written'
    order by new.n
  )
  select judged.outcome,
    case judged.outcome when 'written' then current + size when 'repeated' then held_revision else current end,
    case judged.outcome when 'written' then base + last_n when 'repeated' then held_position end
  from judged order by append;

  if exists (select from event_log.events where position > base) then
    perform pg_notify('${channel}', '');
  end if;
end $$;
`
