-- What: the functions of a turn: begin, wait in line, checkpoint, end, and the sweep of leases that
--   ran out.
-- Why: what must happen together is one function, and the database's clock and locks decide between
--   replicas. Every function that locks both takes the session before its messages.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.lease_end(p_lease_seconds integer) returns timestamptz
language sql volatile security invoker set search_path = '' as $$
  select clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 1), 600))
$$;

-- Ends what nobody works on any more. The caller holds the session's lock.
create function private.interrupt_expired_turns(p_session_id text) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count integer;
begin
  update public.chat_message_history m
  set status = 'interrupted',
      failure_reason = 'The answer was interrupted. What had arrived is kept.'
  where m.session_id = p_session_id and m.status = 'streaming'
    and m.lease_expires_at < clock_timestamp();
  get diagnostics v_count = row_count;
  return v_count;
end;
$$;

create function private.turns_ahead(p_session_id text, p_message_id bigint) returns integer
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return (
    select count(*)::integer from public.chat_message_history m
    where m.session_id = p_session_id and m.status = 'streaming' and m.id < p_message_id
  );
end;
$$;

-- What begin_turn answers when this request id was seen before: the stored turn, or PT422.
create function private.replay_turn(
  p_session public.chat_sessions, p_user_message public.chat_message_history, p_content text
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_answer_id bigint;
begin
  select min(m.id) into v_answer_id from public.chat_message_history m
  where m.session_id = p_session.session_id and m.parent_id = p_user_message.id
    and m.role = 'assistant';
  if p_user_message.session_id <> p_session.session_id
    or p_user_message.content <> p_content or v_answer_id is null
  then
    raise sqlstate 'PT422' using message = 'request_id_reused',
      detail = 'client_request_id', hint = 'Use a new client_request_id for a new message.';
  end if;
  return jsonb_build_object(
    'session', private.sessions_to_json(array[p_session]) -> 0,
    'user_message', private.messages_to_json(array[p_user_message.id]) -> 0,
    'assistant_message', private.messages_to_json(array[v_answer_id]) -> 0,
    'is_replay', true, 'lease_token', null, 'turns_ahead', 0
  );
end;
$$;

create function private.check_turn(p_content text, p_client_request_id text, p_channel text)
returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if coalesce(btrim(p_content, E' \t\r\n'), '') = '' then
    perform private.refuse('content', 'Write something.');
  elsif octet_length(p_content) > 65536 then
    perform private.refuse('content', 'Shorten the message to 65536 bytes.');
  elsif coalesce(char_length(p_client_request_id), 0) not between 1 and 200 then
    perform private.refuse('client_request_id', 'Give 1 to 200 characters, new for each message.');
  elsif p_channel is null or p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  end if;
end;
$$;

-- p_parent_id left out follows the session's head; 0 begins a branch at the root.
create function public.begin_turn(
  p_user_id uuid,
  p_session_id text,
  p_content text,
  p_client_request_id text,
  p_parent_id bigint default null,
  p_channel text default 'web',
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_user_message public.chat_message_history;
  v_ids bigint[];
  v_messages jsonb;
  v_lease_token uuid := gen_random_uuid();
begin
  perform private.check_turn(p_content, p_client_request_id, p_channel);
  select * into v_session from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using message = 'session_not_found',
      detail = 'session_id', hint = 'Make the session first.';
  end if;

  select * into v_user_message from public.chat_message_history m
  where m.user_id = p_user_id and m.client_request_id = p_client_request_id;
  if found then
    return private.replay_turn(v_session, v_user_message, p_content);
  end if;
  if p_parent_id <> 0 and not exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_parent_id
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'parent_id', hint = 'Name a message of this session.';
  end if;

  perform private.interrupt_expired_turns(p_session_id);
  if v_session.title is null or not v_session.is_active then
    update public.chat_sessions s
    set is_active = true,
        title = coalesce(s.title, private.title_of(p_content)),
        title_source = coalesce(s.title_source, case
          when private.title_of(p_content) is not null then 'generated'
        end)
    where s.chat_id = v_session.chat_id;
  end if;
  -- One statement, so that the session is brought up to date once; the answer, whose parent is left
  -- out, follows the message before it.
  with turn as (
    insert into public.chat_message_history (
      session_id, user_id, parent_id, role, content, status, channel, client_request_id,
      lease_token, lease_expires_at
    ) values (
      p_session_id, p_user_id, coalesce(p_parent_id, v_session.head_message_id), 'user',
      p_content, 'complete', p_channel, p_client_request_id, null, null
    ), (
      p_session_id, p_user_id, null, 'assistant',
      '', 'streaming', p_channel, null, v_lease_token, private.lease_end(p_lease_seconds)
    )
    on conflict (user_id, client_request_id) do nothing
    returning id
  )
  select array_agg(turn.id order by turn.id) into v_ids from turn;
  if cardinality(v_ids) < 2 then
    -- The same id arrived at another session of this user in the same instant.
    raise sqlstate 'PT422' using message = 'request_id_reused',
      detail = 'client_request_id', hint = 'Use a new client_request_id for a new message.';
  end if;

  v_messages := private.messages_to_json(v_ids);
  return jsonb_build_object(
    'session', private.session_to_json(p_session_id),
    'user_message', v_messages -> 0,
    'assistant_message', v_messages -> 1,
    'is_replay', false, 'lease_token', v_lease_token,
    'turns_ahead', private.turns_ahead(p_session_id, v_ids[2])
  );
end;
$$;

-- The session of an answer, locked; PT404 when the answer is not this user's.
create function private.lock_turn(p_user_id uuid, p_message_id bigint, p_session_id text)
returns text
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
begin
  select s.session_id into v_session_id
  from public.chat_message_history m
  join public.chat_sessions s on s.session_id = m.session_id
  where m.id = p_message_id and m.user_id = p_user_id and m.role = 'assistant'
    and (p_session_id is null or m.session_id = p_session_id)
  for no key update of s;
  if not found then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name an answer of this session.';
  end if;
  return v_session_id;
end;
$$;

-- Renews the lease of a turn that waits in line, and tells how many are ahead of it.
create function public.claim_turn(
  p_user_id uuid, p_message_id bigint, p_lease_token uuid, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_is_held boolean;
begin
  v_session_id := private.lock_turn(p_user_id, p_message_id, null);
  update public.chat_message_history m
  set lease_expires_at = private.lease_end(p_lease_seconds)
  where m.id = p_message_id and m.status = 'streaming' and m.lease_token = p_lease_token;
  v_is_held := found;
  perform private.interrupt_expired_turns(v_session_id);
  return jsonb_build_object(
    'is_held', v_is_held, 'turns_ahead', private.turns_ahead(v_session_id, p_message_id)
  );
end;
$$;

-- Stores the text so far and renews the lease. Takes no lock on the session: it is the hot path.
create function public.checkpoint_turn(
  p_user_id uuid,
  p_message_id bigint,
  p_lease_token uuid,
  p_content text,
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_held boolean;
begin
  update public.chat_message_history m
  set content = coalesce(p_content, m.content),
      lease_expires_at = private.lease_end(p_lease_seconds)
  where m.id = p_message_id and m.user_id = p_user_id
    and m.status = 'streaming' and m.lease_token = p_lease_token;
  v_is_held := found;
  return jsonb_build_object('is_held', v_is_held, 'status', (
    select m.status from public.chat_message_history m
    where m.id = p_message_id and m.user_id = p_user_id
  ));
end;
$$;

create function public.complete_turn(
  p_user_id uuid,
  p_message_id bigint,
  p_lease_token uuid,
  p_content text,
  p_model_id text default null,
  p_provider_id text default null,
  p_fallback_notice text default null,
  p_item jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_is_held boolean;
begin
  v_session_id := private.lock_turn(p_user_id, p_message_id, null);
  update public.chat_message_history m
  set status = 'complete', content = coalesce(p_content, m.content), model_id = p_model_id,
      provider_id = p_provider_id, fallback_notice = left(nullif(p_fallback_notice, ''), 1000),
      item = private.plain_json(p_item)
  where m.id = p_message_id and m.status = 'streaming' and m.lease_token = p_lease_token;
  v_is_held := found;
  return jsonb_build_object('is_held', v_is_held)
    || private.message_and_session(p_message_id, v_session_id);
end;
$$;

-- Ends a turn that has no complete answer. Without the lease only 'cancelled' is allowed: that is
-- how another device or replica stops it. A message that has ended is answered as it is.
create function public.fail_turn(
  p_user_id uuid,
  p_message_id bigint,
  p_status text,
  p_lease_token uuid default null,
  p_session_id text default null,
  p_content text default null,
  p_failure_reason text default null,
  p_model_id text default null,
  p_provider_id text default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_is_held boolean;
begin
  if p_status is null or p_status not in ('failed', 'interrupted', 'cancelled') then
    perform private.refuse('status', 'Give failed, interrupted or cancelled.');
  elsif p_lease_token is null and p_status <> 'cancelled' then
    perform private.refuse('lease_token', 'Without the lease a turn can only be cancelled.');
  end if;
  v_session_id := private.lock_turn(p_user_id, p_message_id, p_session_id);
  update public.chat_message_history m
  set status = p_status,
      content = coalesce(p_content, m.content),
      failure_reason = left(nullif(p_failure_reason, ''), 1000),
      model_id = coalesce(p_model_id, m.model_id),
      provider_id = coalesce(p_provider_id, m.provider_id)
  where m.id = p_message_id and m.status = 'streaming'
    and (p_lease_token is null or m.lease_token = p_lease_token);
  v_is_held := found;
  return jsonb_build_object('is_held', v_is_held)
    || private.message_and_session(p_message_id, v_session_id);
end;
$$;

-- For the sweeper of any replica: sessions that another one is ending are passed over.
create function public.fail_expired_turns(p_limit integer default 100) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_count integer := 0;
begin
  for v_session_id in
    select distinct m.session_id from public.chat_message_history m
    where m.status = 'streaming' and m.lease_expires_at < clock_timestamp()
    limit least(greatest(p_limit, 1), 1000)
  loop
    perform 1 from public.chat_sessions s
    where s.session_id = v_session_id
    for no key update skip locked;
    if found then
      v_count := v_count + private.interrupt_expired_turns(v_session_id);
    end if;
  end loop;
  return jsonb_build_object('count', v_count);
end;
$$;

grant execute on function private.lease_end(integer) to authenticated, service_role;
grant execute on function private.interrupt_expired_turns(text) to authenticated, service_role;
grant execute on function private.turns_ahead(text, bigint) to authenticated, service_role;
grant execute on function private.replay_turn(
  public.chat_sessions, public.chat_message_history, text
) to authenticated, service_role;
grant execute on function private.check_turn(text, text, text) to authenticated, service_role;
grant execute on function private.lock_turn(uuid, bigint, text) to authenticated, service_role;
grant execute on function public.begin_turn(uuid, text, text, text, bigint, text, integer)
  to authenticated, service_role;
grant execute on function public.claim_turn(uuid, bigint, uuid, integer)
  to authenticated, service_role;
grant execute on function public.checkpoint_turn(uuid, bigint, uuid, text, integer)
  to authenticated, service_role;
grant execute on function public.complete_turn(
  uuid, bigint, uuid, text, text, text, text, jsonb
) to authenticated, service_role;
grant execute on function public.fail_turn(
  uuid, bigint, text, uuid, text, text, text, text, text
) to authenticated, service_role;
grant execute on function public.fail_expired_turns(integer) to service_role;
