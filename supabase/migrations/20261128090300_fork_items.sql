-- What: a fork copies what agents did for its answers.
-- Why: the agent of the copy knows what that of the original knew.
-- Safe while the previous release runs: yes, because the function keeps its signature and answer.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- p_message_ids and p_copy_ids stand side by side.
create function private.copy_items(
  p_session_id text, p_new_session_id text, p_message_ids bigint[], p_copy_ids bigint[]
) returns void
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  insert into public.chat_message_history (
    session_id, user_id, answer_id, role, content, item, channel, created_at
  )
  select p_new_session_id, made.user_id, c.copy_id, made.role, made.content, made.item,
    made.channel, made.created_at
  from unnest(p_message_ids, p_copy_ids) as c (message_id, copy_id)
  cross join lateral (
    select m.* from public.chat_message_history m
    where m.session_id = p_session_id and m.answer_id = c.message_id
    offset 0
  ) as made
  order by made.id;
end;
$$;

-- The same as before, and each answer takes along what its agent did for it. Request ids stay with the messages they were made for. Asked again with the same id of the new
-- session, it answers with that session and copies nothing.
create or replace function public.fork_chat_session(
  p_user_id uuid,
  p_session_id text,
  p_message_id bigint,
  p_new_session_id text default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_source public.chat_sessions;
  v_message public.chat_message_history;
  v_origin jsonb;
  v_known public.chat_sessions;
  v_ids bigint[];
  v_copy_ids bigint[];
  v_fork jsonb;
begin
  v_source := private.find_session(p_user_id, p_session_id);
  v_message := private.find_message(p_session_id, p_message_id);
  v_origin := jsonb_build_object('session_id', p_session_id, 'message_id', p_message_id);
  select * into v_known from public.chat_sessions s
  where s.session_id = p_new_session_id and s.user_id = p_user_id;
  if found then
    if v_known.metadata -> 'forked_from' is distinct from v_origin then
      raise sqlstate 'PT409' using message = 'session_id_taken',
        detail = 'session_id', hint = 'Choose another session_id, or leave it out.';
    end if;
    return jsonb_build_object(
      'session', private.session_to_json(p_new_session_id), 'created', false
    );
  end if;

  v_ids := private.branch_ids(p_session_id, coalesce(v_message.answer_id, p_message_id));
  -- What is copied within the few seconds that a request may take.
  if cardinality(v_ids) > 10000 then
    perform private.refuse('message_id', 'Name a branch of at most 10000 messages.');
  end if;
  if exists (
    select 1 from unnest(v_ids) as of_branch (id)
    join public.chat_message_history m on m.id = of_branch.id
    where m.session_id = p_session_id and m.status = 'streaming'
  ) then
    raise sqlstate 'PT409' using message = 'answer_streaming',
      detail = 'message_id', hint = 'Wait until the answer has ended, or cancel it.';
  end if;
  v_fork := public.upsert_chat_session(
    p_user_id, p_new_session_id, p_topic => v_source.topic, p_agent_name => v_source.agent_name,
    p_metadata => jsonb_build_object('forked_from', v_origin)
  );
  if not (v_fork ->> 'created')::boolean then
    -- The same request made it in the same instant.
    return v_fork;
  end if;
  p_new_session_id := v_fork -> 'session' ->> 'session_id';
  if v_source.title is not null then
    update public.chat_sessions s
    set title = left(v_source.title, 190) || ' (branch)', title_source = v_source.title_source
    where s.session_id = p_new_session_id;
  end if;
  -- Without a parent each row follows the one before it.
  with copied as (
    insert into public.chat_message_history (
      session_id, user_id, role, content, item, status, channel, model_id, provider_id,
      fallback_notice, failure_reason, topic, usage, tool_steps, created_at
    )
    select p_new_session_id, p_user_id, m.role, m.content, m.item, m.status, m.channel,
      m.model_id, m.provider_id, m.fallback_notice, m.failure_reason, m.topic,
      m.usage, m.tool_steps, m.created_at
    from unnest(v_ids) as of_branch (id)
    join public.chat_message_history m on m.id = of_branch.id
    where m.session_id = p_session_id
    order by m.id
    returning id
  )
  select array_agg(c.id order by c.id) into v_copy_ids from copied c;
  perform private.copy_attachments(p_new_session_id, v_ids, v_copy_ids);
  perform private.copy_items(p_session_id, p_new_session_id, v_ids, v_copy_ids);
  return jsonb_build_object(
    'session', private.session_to_json(p_new_session_id), 'created', true
  );
end;
$$;

grant execute on function private.copy_items(text, text, bigint[], bigint[])
  to authenticated, service_role;
