-- What: every update a channel sent us, until it is done, and who fetches them.
-- Why: an update is acknowledged only when it is stored, and worked off by whoever is alive.
-- Safe while the previous release runs: yes, because it only adds tables and functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.channel_inbox (
  id bigint generated always as identity,
  bot_id bigint not null,
  update_id bigint not null,
  chat_key text not null,
  payload jsonb,
  status text not null default 'pending',
  attempts bigint not null default 0,
  available_at timestamptz not null default now(),
  lease_token uuid,
  lease_expires_at timestamptz,
  error text,
  received_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint channel_inbox_pkey primary key (id),
  constraint channel_inbox_status_check
    check (status in ('pending', 'processing', 'done', 'dead')),
  constraint channel_inbox_lease_check check (
    (status = 'processing') = (lease_token is not null and lease_expires_at is not null)
  ),
  constraint channel_inbox_size_check check (
    octet_length(payload::text) <= 1048576 and char_length(chat_key) between 1 and 100
    and char_length(error) between 1 and 1000
  )
);

create unique index channel_inbox_bot_id_update_id_key
  on public.channel_inbox (bot_id, update_id);
create index channel_inbox_open_idx on public.channel_inbox (bot_id, chat_key, update_id)
  where status in ('pending', 'processing');
create index channel_inbox_ended_idx on public.channel_inbox (status, ended_at)
  where status in ('done', 'dead');

alter table public.channel_inbox enable row level security;
revoke all on public.channel_inbox from public, anon, authenticated;
grant all on public.channel_inbox to service_role;

-- Which process asks the channel for updates: two that ask at once throw each other out.
create table public.channel_pollers (
  bot_id bigint not null,
  holder uuid not null,
  lease_expires_at timestamptz not null,
  constraint channel_pollers_pkey primary key (bot_id)
);

alter table public.channel_pollers enable row level security;
revoke all on public.channel_pollers from public, anon, authenticated;
grant all on public.channel_pollers to service_role;

-- Held by the one who held it last, and by anyone once that one is late.
create function public.claim_channel_poller(
  p_bot_id bigint, p_holder uuid, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  insert into public.channel_pollers (bot_id, holder, lease_expires_at)
  values (p_bot_id, p_holder, private.lease_end(p_lease_seconds))
  on conflict (bot_id) do update
  set holder = excluded.holder, lease_expires_at = excluded.lease_expires_at
  where channel_pollers.holder = excluded.holder
    or channel_pollers.lease_expires_at < clock_timestamp();
  return jsonb_build_object('is_held', found);
end;
$$;

-- p_updates: {"updates": [{update_id, chat_key, payload}]}. One that is there is passed over. Those
-- done a week ago go, because no channel repeats an update that late, and dead ones after a month.
create function public.upsert_channel_updates(p_bot_id bigint, p_updates jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count integer;
begin
  insert into public.channel_inbox (bot_id, update_id, chat_key, payload)
  select p_bot_id, u.update_id, u.chat_key, u.payload
  from jsonb_to_recordset(private.plain_json(p_updates) -> 'updates')
    as u (update_id bigint, chat_key text, payload jsonb)
  order by u.update_id
  on conflict (bot_id, update_id) do nothing;
  get diagnostics v_count = row_count;
  delete from public.channel_inbox i
  where i.id in (
    select d.id
    from (values ('done', interval '7 days'), ('dead', interval '30 days')) as kept (status, age)
    cross join lateral (
      select e.id from public.channel_inbox e
      where e.status = kept.status and e.status in ('done', 'dead')
        and e.ended_at < clock_timestamp() - kept.age
      order by e.ended_at
      limit 100
      for update skip locked
    ) as d
  );
  return jsonb_build_object('count', v_count);
end;
$$;

-- The next update to work on: the oldest of a chat in which nothing is being worked on. One at
-- which ten processes died is dead.
create function public.claim_channel_update(p_bot_id bigint, p_lease_seconds integer default 30)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_chat_key text;
  v_update public.channel_inbox;
begin
  for v_chat_key in
    select i.chat_key from public.channel_inbox i
    where i.bot_id = p_bot_id and i.status in ('pending', 'processing')
    group by i.chat_key
    having min(i.available_at) <= clock_timestamp()
    order by min(i.update_id)
  loop
    -- One claimer a chat; whoever comes second looks at the next chat.
    continue when not pg_try_advisory_xact_lock(
      hashtextextended('channel_inbox:' || p_bot_id || ':' || v_chat_key, 0)
    );
    continue when exists (
      select 1 from public.channel_inbox i
      where i.bot_id = p_bot_id and i.chat_key = v_chat_key
        and i.status = 'processing' and i.lease_expires_at >= clock_timestamp()
    );
    update public.channel_inbox i
    set status = 'dead', error = 'Every process that worked on it died.',
        lease_token = null, lease_expires_at = null, ended_at = clock_timestamp()
    where i.bot_id = p_bot_id and i.chat_key = v_chat_key
      and i.status = 'processing' and i.attempts >= 10;
    update public.channel_inbox i
    set status = 'processing', attempts = i.attempts + 1, lease_token = gen_random_uuid(),
        lease_expires_at = private.lease_end(p_lease_seconds)
    where i.id = (
      select o.id from public.channel_inbox o
      where o.bot_id = p_bot_id and o.chat_key = v_chat_key
        and o.status in ('pending', 'processing')
      order by o.update_id
      limit 1
    ) and i.available_at <= clock_timestamp()
    returning * into v_update;
    exit when found;
  end loop;
  return jsonb_build_object('update', case when v_update.id is not null then to_jsonb(v_update) end);
end;
$$;

-- Done: the payload goes, the fact that it was handled stays.
create function public.complete_channel_update(p_id bigint, p_lease_token uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  update public.channel_inbox i
  set status = 'done', payload = null, error = null, lease_token = null, lease_expires_at = null,
      ended_at = clock_timestamp()
  where i.id = p_id and i.status = 'processing' and i.lease_token = p_lease_token;
  return jsonb_build_object('is_held', found);
end;
$$;

-- Tried again later, or dead with its reason after p_max_attempts. Without p_max_attempts the try
-- does not count: nothing was wrong with the update.
create function public.fail_channel_update(
  p_id bigint,
  p_lease_token uuid,
  p_error text,
  p_retry_seconds numeric default 5,
  p_max_attempts integer default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_update public.channel_inbox;
begin
  update public.channel_inbox i
  set status = case when i.attempts >= p_max_attempts then 'dead' else 'pending' end,
      attempts = case when p_max_attempts is null then i.attempts - 1 else i.attempts end,
      ended_at = case when i.attempts >= p_max_attempts then clock_timestamp() end,
      available_at = clock_timestamp() + make_interval(secs => p_retry_seconds),
      error = left(p_error, 1000), lease_token = null, lease_expires_at = null
  where i.id = p_id and i.status = 'processing' and i.lease_token = p_lease_token
  returning * into v_update;
  return jsonb_build_object('is_held', found, 'status', v_update.status);
end;
$$;

grant execute on function public.claim_channel_poller(bigint, uuid, integer) to service_role;
grant execute on function public.upsert_channel_updates(bigint, jsonb) to service_role;
grant execute on function public.claim_channel_update(bigint, integer) to service_role;
grant execute on function public.complete_channel_update(bigint, uuid) to service_role;
grant execute on function public.fail_channel_update(bigint, uuid, text, numeric, integer)
  to service_role;
