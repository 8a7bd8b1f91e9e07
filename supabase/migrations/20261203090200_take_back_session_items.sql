-- What: the functions by which an agent program takes back the last item of a session, or all.
-- Why: the SDK's memory is undone and cleared, and the transcript is the same rows.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Takes the last message of a branch away. What was done for an answer stays, and waits at the end
-- of the branch for another one. A message that others follow too only leaves the branch in use.
-- False for a first message beside which others stand: the branch in use would become one of those.
create function private.remove_last_message(p_last public.chat_message_history) returns boolean
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_items constant public.chat_message_history[] := array(
    select m from public.chat_message_history m
    where m.session_id = p_last.session_id and m.answer_id = p_last.id
    order by m.id
  );
  v_item public.chat_message_history;
  v_is_followed constant boolean := exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_last.session_id and m.parent_id = p_last.id and m.answer_id is null
  );
  v_parent_id bigint := p_last.parent_id;
begin
  if v_parent_id is null and cardinality(v_items) = 0 and (
    v_is_followed or exists (
      select 1 from public.chat_message_history m
      where m.session_id = p_last.session_id and m.parent_id is null and m.id <> p_last.id
    )
  ) then
    return false;
  end if;
  if v_is_followed then
    update public.chat_sessions s set head_message_id = v_parent_id
    where s.session_id = p_last.session_id and v_parent_id is not null;
  else
    delete from public.chat_message_history m
    where m.session_id = p_last.session_id and m.answer_id = p_last.id;
    delete from public.chat_message_history m
    where m.session_id = p_last.session_id and m.id = p_last.id;
  end if;
  foreach v_item in array v_items loop
    insert into public.chat_message_history (
      session_id, user_id, parent_id, role, content, item, channel, client_request_id, created_at
    ) values (
      v_item.session_id, v_item.user_id, coalesce(v_parent_id, 0), v_item.role, v_item.content,
      v_item.item, v_item.channel, case when not v_is_followed then v_item.client_request_id end,
      v_item.created_at
    )
    returning id into v_parent_id;
  end loop;
  return true;
end;
$$;

-- The last item of the branch in use, which is gone from then on; null when there is none. With
-- p_seen_id nothing newer than that message is taken; is_refused tells so. What says nothing to an agent, as an answer
-- that failed before its first word, goes along.
create function public.pop_session_item(
  p_user_id uuid, p_session_id text, p_seen_id bigint default null
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_head_id bigint;
  v_last public.chat_message_history;
  v_message jsonb;
  v_is_refused boolean;
begin
  perform 1 from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if found then
    perform private.interrupt_expired_turns(p_session_id);
    loop
      v_message := null;
      select s.head_message_id into v_head_id from public.chat_sessions s
      where s.session_id = p_session_id and s.user_id = p_user_id;
      exit when v_head_id is null;
      v_last := private.find_message(p_session_id, v_head_id);
      v_is_refused := v_last.id > p_seen_id;
      exit when v_is_refused;
      if v_last.status = 'streaming' then
        raise sqlstate 'PT409' using message = 'answer_streaming',
          detail = 'session_id', hint = 'Wait until the answer has ended, or cancel it.';
      end if;
      v_message := private.messages_to_json(array[v_last.id]) -> 0;
      v_is_refused := not private.remove_last_message(v_last);
      exit when v_is_refused or case
        when v_last.item is not null
          then v_last.item <> '{"role": "assistant", "content": ""}'::jsonb
        else v_last.role <> 'tool'
          and (v_last.content <> '' or v_message -> 'attachments' <> '[]'::jsonb)
      end;
      p_seen_id := null;
    end loop;
  end if;
  select s.head_message_id into v_head_id from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id;
  return jsonb_build_object(
    'message', case when not coalesce(v_is_refused, false) then v_message end,
    'head_id', v_head_id, 'is_refused', coalesce(v_is_refused, false)
  );
end;
$$;

-- Deletes what was said and done in a session, on all its branches; the session itself stays.
create function public.delete_session_items(p_user_id uuid, p_session_id text) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_count bigint;
begin
  perform 1 from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if not found then
    return jsonb_build_object('count', 0);
  end if;
  perform private.interrupt_expired_turns(p_session_id);
  if exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.status = 'streaming'
  ) then
    raise sqlstate 'PT409' using message = 'answer_streaming',
      detail = 'session_id', hint = 'Wait until the answer has ended, or cancel it.';
  end if;
  delete from public.chat_message_history m where m.session_id = p_session_id;
  get diagnostics v_count = row_count;
  return jsonb_build_object('count', v_count);
end;
$$;

grant execute on function private.remove_last_message(public.chat_message_history)
  to authenticated, service_role;
grant execute on function public.pop_session_item(uuid, text, bigint)
  to authenticated, service_role;
grant execute on function public.delete_session_items(uuid, text)
  to authenticated, service_role;
