-- What: the functions that hand a message's parts to a channel, and its delivery in what the API
--   shows of messages and sessions.
-- Why: parts of one chat go out one at a time and in order, whichever process sends them.
-- Safe while the previous release runs: yes, because it only adds functions and fields.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Makes sure that an answer also goes to the chat that asked for it.
create function public.upsert_channel_delivery(
  p_user_id uuid, p_message_id bigint, p_link_id uuid
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_message public.chat_message_history;
  v_link public.channel_links;
begin
  select * into v_message from public.chat_message_history m
  where m.id = p_message_id and m.user_id = p_user_id
  for key share;
  if not found then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name a message of this user.';
  end if;
  select * into v_link from public.channel_links l
  where l.id = p_link_id and l.user_id = p_user_id
  for key share;
  if not found then
    raise sqlstate 'PT404' using message = 'link_not_found',
      detail = 'link_id', hint = 'Link the account again.';
  end if;
  perform private.enqueue_delivery(v_message, v_link.id, v_link.status);
  update public.channel_outbox o set link_id = v_link.id
  where o.message_id = p_message_id and o.link_id <> v_link.id
    and o.status = 'pending' and o.body is null;
  return jsonb_build_object('message_id', p_message_id);
end;
$$;

-- The next part to send, with the message it belongs to and, where the chat writes into another
-- session now, its session: the oldest open part of a session, one at
-- a time for each chat. A message that is still being written is waited for, and a chat in which a
-- part is tried again later waits as a whole. A part whose sender died is handed out again when its
-- lease has run out.
create function public.claim_channel_delivery(
  p_channel text default 'telegram', p_lease_seconds integer default 60
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_link_id uuid;
  v_delivery public.channel_outbox;
begin
  for v_link_id in
    select o.link_id from public.channel_outbox o
    where o.channel = p_channel and o.status in ('pending', 'sending')
    group by o.link_id
    having max(o.available_at) <= clock_timestamp()
    order by min(o.id)
  loop
    continue when not pg_try_advisory_xact_lock(
      hashtextextended('channel_outbox:' || v_link_id, 0)
    );
    continue when exists (
      select 1 from public.channel_outbox o
      where o.channel = p_channel and o.link_id = v_link_id
        and o.status = 'sending' and o.lease_expires_at >= clock_timestamp()
    );
    update public.channel_outbox o
    set status = 'sending', attempts = o.attempts + 1, lease_token = gen_random_uuid(),
        lease_expires_at = private.lease_end(p_lease_seconds)
    where o.id = (
      select f.id
      from (
        select distinct on (c.session_id) c.id, c.message_id
        from public.channel_outbox c
        where c.channel = p_channel and c.link_id = v_link_id
          and c.status in ('pending', 'sending')
        order by c.session_id, c.message_id, c.part
      ) as f
      join public.chat_message_history m on m.id = f.message_id
      where m.status <> 'streaming'
      order by f.id
      limit 1
    )
    returning * into v_delivery;
    exit when found;
  end loop;
  if v_delivery.id is null then
    return jsonb_build_object('delivery', null);
  end if;
  return jsonb_build_object('delivery', to_jsonb(v_delivery) || jsonb_build_object(
    'external_chat_id', (
      select l.external_chat_id from public.channel_links l where l.id = v_delivery.link_id
    ),
    'other_session', (
      select jsonb_build_object('chat_id', s.chat_id, 'title', s.title)
      from public.channel_links l
      join public.chat_sessions s on s.session_id = v_delivery.session_id
      where l.id = v_delivery.link_id and l.current_session_id is distinct from s.session_id
    ),
    'message', private.messages_to_json(array[v_delivery.message_id]) -> 0
  ));
end;
$$;

-- Stores how a message was cut, {"parts": […]}, so that a part is the same when it is sent again.
create function public.update_channel_delivery(p_id bigint, p_lease_token uuid, p_parts jsonb)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_parts jsonb := private.plain_json(p_parts) -> 'parts';
  v_delivery public.channel_outbox;
begin
  update public.channel_outbox o set body = v_parts -> 0
  where o.id = p_id and o.status = 'sending' and o.lease_token = p_lease_token
  returning * into v_delivery;
  if found then
    insert into public.channel_outbox (
      user_id, session_id, message_id, link_id, channel, part, body
    )
    select v_delivery.user_id, v_delivery.session_id, v_delivery.message_id, v_delivery.link_id,
      v_delivery.channel, p.part, p.body
    from jsonb_array_elements(v_parts) with ordinality as p (body, part)
    where p.part > 1
    order by p.part
    on conflict (message_id, channel, part) do nothing;
  end if;
  return jsonb_build_object('is_held', v_delivery.id is not null);
end;
$$;

-- Sent, under the id the channel gave it; without an id there was nothing to send. A chat that took
-- it does not block the bot.
create function public.complete_channel_delivery(
  p_id bigint, p_lease_token uuid, p_external_message_id text default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_delivery public.channel_outbox;
begin
  update public.channel_outbox o
  set status = case when p_external_message_id is null then 'skipped' else 'sent' end,
      external_message_id = p_external_message_id, error = null,
      lease_token = null, lease_expires_at = null, ended_at = clock_timestamp()
  where o.id = p_id and o.status = 'sending' and o.lease_token = p_lease_token
  returning * into v_delivery;
  if v_delivery.status = 'sent' then
    update public.channel_links l set status = 'active', updated_at = clock_timestamp()
    where l.id = v_delivery.link_id and l.status = 'blocked';
  end if;
  return jsonb_build_object('is_held', v_delivery.id is not null);
end;
$$;

-- With p_retry_seconds it is tried again after them; without, the whole message has failed.
-- p_is_blocked: the person does not want the bot's messages; nothing more goes to that chat.
create function public.fail_channel_delivery(
  p_id bigint,
  p_lease_token uuid,
  p_error text,
  p_retry_seconds numeric default null,
  p_is_blocked boolean default false
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_delivery public.channel_outbox;
begin
  update public.channel_outbox o
  set status = case when p_retry_seconds is null then 'failed' else 'pending' end,
      available_at = clock_timestamp() + make_interval(secs => coalesce(p_retry_seconds, 0)),
      error = left(p_error, 1000), lease_token = null, lease_expires_at = null,
      ended_at = case when p_retry_seconds is null then clock_timestamp() end
  where o.id = p_id and o.status = 'sending' and o.lease_token = p_lease_token
  returning * into v_delivery;
  if found and p_is_blocked then
    update public.channel_links l set status = 'blocked', updated_at = clock_timestamp()
    where l.id = v_delivery.link_id;
  end if;
  if v_delivery.status = 'failed' then
    update public.channel_outbox o
    set status = 'failed', error = v_delivery.error, ended_at = clock_timestamp()
    where o.status = 'pending' and o.link_id = v_delivery.link_id
      and (p_is_blocked or o.message_id = v_delivery.message_id and o.part > v_delivery.part);
  end if;
  return jsonb_build_object('is_held', v_delivery.id is not null, 'status', v_delivery.status);
end;
$$;

-- "Try again" of the web app: what failed is sent once more.
create function public.update_message_delivery(
  p_user_id uuid, p_session_id text, p_message_id bigint
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform private.find_session(p_user_id, p_session_id);
  if not exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_message_id
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name a message of this session.';
  end if;
  update public.channel_outbox o
  set status = 'pending', attempts = 0, error = null, ended_at = null,
      available_at = clock_timestamp()
  where o.session_id = p_session_id and o.message_id = p_message_id and o.status = 'failed';
  return private.message_and_session(p_message_id, p_session_id);
end;
$$;

-- Also tells how a message's delivery stands: delivered when every part is, failed when one has.
-- Without bitmap scans: the policy's user_id would tempt the planner to add a bitmap of all the
-- user's messages to every look-up of one session.
create or replace function private.messages_to_json(p_ids bigint[]) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return (
    select coalesce(jsonb_agg(
      to_jsonb(m) - '{lease_token,lease_expires_at}'::text[] || jsonb_build_object(
        'attachments', '[]'::jsonb,
        'branch', jsonb_build_object(
          'index', array_position(f.sibling_ids, m.id),
          'count', cardinality(f.sibling_ids),
          'sibling_ids', f.sibling_ids
        ),
        'delivery', d.delivery
      ) order by m.id
    ), '[]'::jsonb)
    from unnest(p_ids) as wanted (id)
    join public.chat_message_history m on m.id = wanted.id
    cross join lateral (
      select array_agg(found.id order by found.id) as sibling_ids
      from (
        select x.id from public.chat_message_history x
        where m.parent_id is not null and x.session_id = m.session_id
          and x.parent_id = m.parent_id and x.role = m.role
        union all
        select x.id from public.chat_message_history x
        where m.parent_id is null and x.session_id = m.session_id
          and x.parent_id is null and x.role = m.role
      ) as found
    ) as f
    left join lateral (
      select jsonb_build_object(
        'channel', min(o.channel),
        'status', case
          when bool_or(o.status = 'failed') then 'failed'
          when bool_and(o.status = 'sent') then 'delivered'
          else 'waiting'
        end,
        'reason', max(o.error) filter (where o.status = 'failed'),
        'delivered_at', case when bool_and(o.status = 'sent') then max(o.ended_at) end
      ) as delivery
      from public.channel_outbox o
      where o.message_id = m.id and o.status <> 'skipped'
      having count(*) > 0
    ) as d on true
  );
end;
$$;

-- Also tells whether a chat receives what is written in a session, and takes it.
create or replace function private.sessions_to_json(p_sessions public.chat_sessions[])
returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_receivers jsonb := (
    select jsonb_object_agg(
      r.session_id, jsonb_build_object('channel', r.channel, 'status', r.status)
    )
    from private.list_session_receivers(
      p_sessions[1].user_id, array(select s.session_id from unnest(p_sessions) as s)
    ) as r
  );
begin
  return (
    select coalesce(jsonb_agg(shown), '[]'::jsonb)
    from (
      select s.*, exists (
        select 1 from public.chat_message_history m
        where m.session_id = s.session_id and m.status = 'streaming'
      ) as is_answering, exists (
        select 1 from public.channel_outbox o
        where o.session_id = s.session_id and o.status = 'failed'
      ) as has_failed_delivery, v_receivers -> s.session_id as receiver
      from unnest(p_sessions) as s
    ) as shown
  );
end;
$$;

grant execute on function public.upsert_channel_delivery(uuid, bigint, uuid) to service_role;
grant execute on function public.claim_channel_delivery(text, integer) to service_role;
grant execute on function public.update_channel_delivery(bigint, uuid, jsonb) to service_role;
grant execute on function public.complete_channel_delivery(bigint, uuid, text) to service_role;
grant execute on function public.fail_channel_delivery(bigint, uuid, text, numeric, boolean)
  to service_role;
grant execute on function public.update_message_delivery(uuid, text, bigint) to service_role;
