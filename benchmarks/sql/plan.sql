-- Decides every session and message of the users in benchmark_users, in temporary tables. Chance is a
-- hash of the row's number, so the same seed gives the same rows.
create or replace function pg_temp.chance(p_number bigint, p_salt bigint) returns double precision
language sql stable as $$
  select (hashint8extended(
    p_number, p_salt * 1000003 + current_setting('benchmark.seed')::bigint
  ) & 1073741823) / 1073741824.0
$$;

-- Two years of activity, denser towards its end. Most sessions take minutes, one in five takes days.
create temporary table benchmark_sessions on commit drop as
with numbered as (
  select
    u.user_id, u.messages, k,
    row_number() over (order by u.number, k) as number
  from benchmark_users u
  cross join lateral generate_series(1, u.sessions) as k
), dated as (
  select
    n.*,
    md5(format('session %s of %s', n.k, n.user_id))::uuid as chat_id,
    case
      when pg_temp.chance(n.number, 1) < 0.7 then 'web'
      when pg_temp.chance(n.number, 1) < 0.9 then 'telegram'
      else 'scheduled'
    end as channel,
    timestamptz '2026-11-01 00:00+00'
      - interval '2 years' * power(pg_temp.chance(n.number, 2), 1.5) as updated_at,
    n.messages * (interval '15 seconds' + interval '2 minutes' * pg_temp.chance(n.number, 3))
      + case when pg_temp.chance(n.number, 4) < 0.2
          then interval '5 days' * pg_temp.chance(n.number, 5) else interval '0'
        end as duration
  from numbered n
)
select
  d.*,
  d.updated_at - d.duration as created_at,
  case d.channel
    when 'web' then d.chat_id::text
    when 'telegram' then format(
      'telegram:%s:%s', hashtextextended(d.user_id::text, 0) & 4294967295, d.k
    )
    else 'scheduled:' || d.chat_id
  end as session_id,
  (array['assistant', 'assistant', 'assistant', 'researcher', 'planner'])[
    1 + (5 * pg_temp.chance(d.number, 6))::integer % 5
  ] as agent_name,
  pg_temp.chance(d.number, 7) < 0.03 as archived,
  pg_temp.chance(d.number, 8) < 0.01 as pinned
from dated d;

-- Ids in the order of time over all sessions, so a session's messages lie scattered in the table, as
-- they do when many people write at once.
create temporary table benchmark_messages on commit drop as
with placed as (
  select
    s.number as session_number, place,
    case place % 2 when 1 then 'user' else 'assistant' end as role,
    s.created_at + (s.updated_at - s.created_at) * (place::double precision / s.messages)
      as created_at
  from benchmark_sessions s
  cross join lateral generate_series(1, s.messages) as place
), identified as (
  select p.*, row_number() over (order by p.created_at, p.session_number, p.place) as number
  from placed p
), based as (
  select coalesce(max(m.id), 0) as id from public.chat_message_history m
)
select
  i.session_number, i.place, i.role, i.created_at,
  based.id + i.number as id,
  lag(based.id + i.number) over (partition by i.session_number order by i.place) as parent_id,
  1 + floor(
    pg_temp.chance(i.number, 9) * (select count(*) from benchmark_texts t where t.role = 'user')
  )::integer as text_number
from identified i
cross join based;

create index on benchmark_messages (session_number, place);
analyze benchmark_sessions, benchmark_messages, benchmark_texts;
