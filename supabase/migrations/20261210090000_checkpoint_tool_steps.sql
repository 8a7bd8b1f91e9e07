-- What: the tools that an answer has used so far are stored with its text, and stay with the text
--   that another answer goes on with.
-- Why: whoever joins a running answer at another process sees what its agent is doing.
-- Safe while the previous release runs: yes, because it sends no steps, which changes none, and a
--   step that runs is stored as one that failed, which it reads as that.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The same as before, and beside the text the steps, or null where neither has changed.
create or replace function public.checkpoint_turns(
  p_checkpoints jsonb, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_given jsonb := private.plain_json(p_checkpoints) -> 'checkpoints';
  v_held bigint[];
  v_stored bigint[];
begin
  if jsonb_typeof(v_given) is distinct from 'array' then
    perform private.refuse('checkpoints', 'Give a list of checkpoints.');
  end if;
  select array_agg(m.id) into v_held
  from jsonb_to_recordset(v_given) as c (user_id uuid, message_id bigint, lease_token uuid)
  cross join lateral (
    -- One look-up by key each, never a scan.
    select h.id, h.user_id, h.lease_token from public.chat_message_history h
    where h.id = c.message_id
    offset 0
  ) as m
  where m.user_id = c.user_id and m.lease_token = c.lease_token;
  with free as (
    select m.id from public.chat_message_history m
    where m.id = any (v_held)
    for no key update skip locked
  ), stored as (
    update public.chat_message_history m
    set content = coalesce(c.content, m.content),
        tool_steps = coalesce(c.tool_steps, m.tool_steps),
        lease_expires_at = private.lease_end(p_lease_seconds)
    from free,
      jsonb_to_recordset(v_given) as c (
        message_id bigint, lease_token uuid, content text, tool_steps jsonb
      )
    where m.id = free.id and c.message_id = free.id
      and m.lease_token = c.lease_token
      -- An answer that has not grown is written anew for its lease alone, and not each time.
      and (
        c.content is not null or c.tool_steps is not null
        or m.lease_expires_at < private.lease_end(p_lease_seconds / 2)
      )
    returning m.id
  )
  select array_agg(s.id) into v_stored from stored s;
  return jsonb_build_object(
    'held', to_jsonb(coalesce(v_held, '{}')), 'stored', to_jsonb(coalesce(v_stored, '{}'))
  );
end;
$$;

-- The same as before, and a kept text keeps its steps.
create or replace function public.begin_answer(
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
    session_id, user_id, parent_id, role, content, tool_steps, status, channel, client_request_id,
    lease_token, lease_expires_at
  ) values (
    p_session_id, p_user_id, v_answer.parent_id, 'assistant',
    case when p_keeps_text then v_answer.content else '' end,
    -- What had not ended there does not run here.
    case when p_keeps_text then (
      select jsonb_agg(s.step - 'is_running' order by s.place)
      from jsonb_array_elements(v_answer.tool_steps) with ordinality as s (step, place)
    ) end,
    'streaming', p_channel,
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
