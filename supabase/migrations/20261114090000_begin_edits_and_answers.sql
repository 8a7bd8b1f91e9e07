-- What: the functions that begin a turn from what is already there: an edit, which is a sibling of
--   the user's message, and another answer, which is a sibling of an answer.
-- Why: nothing that was said is overwritten; both sides of a change stay readable as branches.
-- Safe while the previous release runs: yes, because it only adds functions, and the ones replaced
--   take and answer what they did.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.check_request(p_client_request_id text, p_channel text) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if coalesce(char_length(p_client_request_id), 0) not between 1 and 200 then
    perform private.refuse('client_request_id', 'Give 1 to 200 characters, new for each message.');
  elsif p_channel is null or p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  end if;
end;
$$;

create or replace function private.check_turn(
  p_content text, p_client_request_id text, p_channel text
) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if coalesce(btrim(p_content, E' \t\r\n'), '') = '' then
    perform private.refuse('content', 'Write something.');
  elsif octet_length(p_content) > 65536 then
    perform private.refuse('content', 'Shorten the message to 65536 bytes.');
  end if;
  perform private.check_request(p_client_request_id, p_channel);
end;
$$;

create function private.refuse_reused_request() returns void
language plpgsql security invoker set search_path = '' as $$
begin
  raise sqlstate 'PT422' using message = 'request_id_reused',
    detail = 'client_request_id', hint = 'Use a new client_request_id for a new message.';
end;
$$;

-- The same as before, but an answer may carry a request id too, and is no message to replay. The
-- first answer of a message is the one its turn was begun with.
create or replace function private.replay_turn(
  p_session public.chat_sessions, p_user_message public.chat_message_history, p_content text
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_answer_id bigint;
begin
  select min(m.id) into v_answer_id from public.chat_message_history m
  where m.session_id = p_session.session_id and m.parent_id = p_user_message.id
    and m.role = 'assistant';
  if p_user_message.session_id <> p_session.session_id or p_user_message.role <> 'user'
    or p_user_message.content <> p_content or v_answer_id is null
  then
    perform private.refuse_reused_request();
  end if;
  return private.turn_to_json(p_session.session_id, p_user_message.id, v_answer_id, null);
end;
$$;

-- A turn as the functions that begin one answer it; without a lease it is a replay.
create function private.turn_to_json(
  p_session_id text, p_question_id bigint, p_answer_id bigint, p_lease_token uuid
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_replay constant boolean := p_lease_token is null;
begin
  return jsonb_build_object(
    'session', private.session_to_json(p_session_id),
    'user_message', private.messages_to_json(array[p_question_id]) -> 0,
    'assistant_message', private.messages_to_json(array[p_answer_id]) -> 0,
    'is_replay', v_is_replay, 'lease_token', p_lease_token,
    'turns_ahead', case
      when v_is_replay then 0 else private.turns_ahead(p_session_id, p_answer_id)
    end
  );
end;
$$;

-- The session of that user with its lock, or PT404.
create function private.lock_session(p_user_id uuid, p_session_id text)
returns public.chat_sessions
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  select * into v_session from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using message = 'session_not_found',
      detail = 'session_id', hint = 'Look it up in the list of sessions.';
  end if;
  return v_session;
end;
$$;

create function private.find_message(p_session_id text, p_message_id bigint)
returns public.chat_message_history
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_message public.chat_message_history;
begin
  select * into v_message from public.chat_message_history m
  where m.session_id = p_session_id and m.id = p_message_id;
  if not found then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name a message of this session.';
  end if;
  return v_message;
end;
$$;

-- Two devices that edit the same message make two siblings: each names what it edits, not the head.
create function public.begin_edit(
  p_user_id uuid,
  p_session_id text,
  p_message_id bigint,
  p_content text,
  p_client_request_id text,
  p_channel text default 'web',
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_edited public.chat_message_history;
  v_turn jsonb;
begin
  perform private.check_turn(p_content, p_client_request_id, p_channel);
  perform private.lock_session(p_user_id, p_session_id);
  v_edited := private.find_message(p_session_id, p_message_id);
  if v_edited.role <> 'user' then
    raise sqlstate 'PT409' using message = 'message_not_editable',
      detail = 'message_id', hint = 'Only what the user wrote is edited; regenerate an answer.';
  end if;
  v_turn := public.begin_turn(
    p_user_id, p_session_id, p_content, p_client_request_id,
    coalesce(v_edited.parent_id, 0), p_channel, p_lease_seconds
  );
  if (v_turn -> 'user_message' ->> 'parent_id')::bigint is distinct from v_edited.parent_id then
    perform private.refuse_reused_request();
  end if;
  return v_turn;
end;
$$;

-- The newest message of the user above this one; null where there is none.
create function private.find_question(p_session_id text, p_parent_id bigint) returns bigint
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_id bigint := p_parent_id;
  v_role text;
begin
  while v_id is not null loop
    select m.role, case when m.role = 'user' then m.id else m.parent_id end into v_role, v_id
    from public.chat_message_history m
    where m.session_id = p_session_id and m.id = v_id;
    exit when v_role = 'user';
  end loop;
  return v_id;
end;
$$;

-- With p_keeps_text the new answer begins with the text of one that broke off, to be gone on with.
create function public.begin_answer(
  p_user_id uuid,
  p_session_id text,
  p_message_id bigint,
  p_client_request_id text,
  p_keeps_text boolean default false,
  p_channel text default 'web',
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_answer public.chat_message_history;
  v_seen public.chat_message_history;
  v_question_id bigint;
  v_answer_id bigint;
  v_lease_token uuid := gen_random_uuid();
begin
  perform private.check_request(p_client_request_id, p_channel);
  perform private.lock_session(p_user_id, p_session_id);
  perform private.interrupt_expired_turns(p_session_id);
  v_answer := private.find_message(p_session_id, p_message_id);
  v_question_id := private.find_question(p_session_id, v_answer.parent_id);
  select * into v_seen from public.chat_message_history m
  where m.user_id = p_user_id and m.client_request_id = p_client_request_id;
  if found then
    if v_seen.session_id <> p_session_id or v_seen.role <> 'assistant'
      or v_seen.parent_id is distinct from v_answer.parent_id
    then
      perform private.refuse_reused_request();
    end if;
    return private.turn_to_json(p_session_id, v_question_id, v_seen.id, null);
  end if;
  if v_answer.role <> 'assistant' or v_question_id is null then
    raise sqlstate 'PT409' using message = 'message_not_an_answer',
      detail = 'message_id', hint = 'Name an answer to a message of the user.';
  elsif v_answer.status = 'streaming' then
    raise sqlstate 'PT409' using message = 'answer_streaming',
      detail = 'message_id', hint = 'Wait until the answer has ended, or cancel it.';
  elsif p_keeps_text and (v_answer.status = 'complete' or v_answer.content = '') then
    perform private.refuse('keeps_text', 'Only an answer that broke off can be gone on with.');
  end if;

  update public.chat_sessions s set is_active = true
  where s.session_id = p_session_id and not s.is_active;
  insert into public.chat_message_history (
    session_id, user_id, parent_id, role, content, status, channel, client_request_id,
    lease_token, lease_expires_at
  ) values (
    p_session_id, p_user_id, v_answer.parent_id, 'assistant',
    case when p_keeps_text then v_answer.content else '' end, 'streaming', p_channel,
    p_client_request_id, v_lease_token, private.lease_end(p_lease_seconds)
  )
  on conflict (user_id, client_request_id) do nothing
  returning id into v_answer_id;
  if v_answer_id is null then
    -- The same id arrived at another session of this user in the same instant.
    perform private.refuse_reused_request();
  end if;
  return private.turn_to_json(p_session_id, v_question_id, v_answer_id, v_lease_token);
end;
$$;

grant execute on function private.check_request(text, text) to authenticated, service_role;
grant execute on function private.refuse_reused_request() to authenticated, service_role;
grant execute on function private.turn_to_json(text, bigint, bigint, uuid)
  to authenticated, service_role;
grant execute on function private.lock_session(uuid, text) to authenticated, service_role;
grant execute on function private.find_message(text, bigint) to authenticated, service_role;
grant execute on function private.find_question(text, bigint) to authenticated, service_role;
grant execute on function public.begin_edit(uuid, text, bigint, text, text, text, integer)
  to authenticated, service_role;
grant execute on function public.begin_answer(
  uuid, text, bigint, text, boolean, text, integer
) to authenticated, service_role;
