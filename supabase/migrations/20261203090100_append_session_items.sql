-- What: the function by which an agent program adds to what is said and done in a session.
-- Why: a batch is stored whole or not at all, in one place of the branch, once however often it is
--   sent; what was done for an answer hangs below it, as after a turn of the server's own.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.check_items(p_items jsonb) returns void
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_place bigint;
  v_field text;
begin
  if p_items is null or jsonb_typeof(p_items) <> 'array' then
    perform private.refuse('items', 'Give a list.');
  elsif jsonb_array_length(p_items) not between 1 and 1000 then
    perform private.refuse('items', 'Give 1 to 1000 items at once.');
  end if;
  select c.place, c.field into v_place, v_field
  from jsonb_array_elements(p_items) with ordinality as e (body, place)
  cross join lateral (
    select e.body ->> 'role' as role, e.body ->> 'content' as content,
      nullif(e.body -> 'item', 'null') as item
  ) as given
  cross join lateral (
    select e.place, case
      when coalesce(given.role, '') not in ('user', 'assistant', 'system', 'tool') then 'role'
      when given.content is null or octet_length(given.content)
        > case given.role when 'user' then 65536 else 1048576 end then 'content'
      when given.item is null and given.role = 'tool' or jsonb_typeof(given.item) <> 'object'
        or octet_length(given.item::text) > 1048576 then 'item'
    end as field
  ) as c
  where c.field is not null
  order by c.place
  limit 1;
  if found then
    perform private.refuse(format('items.%s.%s', v_place - 1, v_field), case v_field
      when 'role' then 'Give user, assistant, system or tool.'
      when 'content' then 'Give text of at most 65536 bytes of a user, else 1048576.'
      else 'Give an object of at most 1048576 bytes.'
    end);
  end if;
end;
$$;

-- The items at the end of a branch that no answer has followed yet, oldest first. None when
-- something else follows one of them too.
create function private.waiting_items(p_session_id text, p_last_id bigint) returns bigint[]
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_ids bigint[];
begin
  with recursive waiting as (
    select m.id, m.parent_id from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_last_id and m.role = 'tool'
    union all
    select above.id, above.parent_id
    from waiting w
    -- The offset keeps this one probe a message: a join would read the whole session each time.
    cross join lateral (
      select m.id, m.parent_id from public.chat_message_history m
      where m.session_id = p_session_id and m.id = w.parent_id and m.role = 'tool'
      offset 0
    ) as above
  )
  select array_agg(w.id order by w.id) into v_ids from waiting w;
  if v_ids is null or exists (
    select 1 from unnest(v_ids) as of_branch (id)
    cross join lateral (
      select m.id from public.chat_message_history m
      where m.session_id = p_session_id and m.parent_id = of_branch.id
      offset 0
    ) as below
    where below.id <> all (v_ids)
  ) then
    return '{}';
  end if;
  return v_ids;
end;
$$;

-- Stores one item after p_last_id and returns its id. An answer takes the items that wait for it.
create function private.append_item(
  p_session public.chat_sessions, p_last_id bigint, p_item jsonb, p_client_request_id text
) returns bigint
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_waiting bigint[] := '{}';
  v_parent_id bigint := p_last_id;
  v_steps jsonb;
  v_id bigint;
begin
  if p_item ->> 'role' = 'assistant' and p_item ->> 'content' <> '' then
    v_waiting := private.waiting_items(p_session.session_id, p_last_id);
  end if;
  if v_waiting <> '{}' then
    select m.parent_id into v_parent_id from public.chat_message_history m
    where m.session_id = p_session.session_id and m.id = v_waiting[1];
    select jsonb_agg(jsonb_build_object(
      'name', left(used.name, 100), 'label', left('Used ' || used.name, 140), 'status', 'done'
    ) order by used.id) into v_steps
    from (
      select m.id, m.item ->> 'name' as name
      from public.chat_message_history m
      where m.session_id = p_session.session_id and m.id = any (v_waiting)
        and m.item ->> 'type' = 'function_call' and m.item ->> 'name' <> ''
      order by m.id
      limit 64
    ) as used;
  end if;
  insert into public.chat_message_history (
    session_id, user_id, parent_id, role, content, item, tool_steps, client_request_id
  ) values (
    p_session.session_id, p_session.user_id, coalesce(v_parent_id, 0), p_item ->> 'role',
    p_item ->> 'content', nullif(p_item -> 'item', 'null'), v_steps, p_client_request_id
  )
  on conflict (user_id, client_request_id) do nothing
  returning id into v_id;
  if v_id is null then
    perform private.refuse_reused_request();
  end if;
  if v_waiting <> '{}' then
    with taken as (
      delete from public.chat_message_history m
      where m.session_id = p_session.session_id and m.id = any (v_waiting)
      returning m.*
    )
    insert into public.chat_message_history (
      session_id, user_id, answer_id, role, content, item, channel, client_request_id, created_at
    )
    select t.session_id, t.user_id, v_id, t.role, t.content, t.item, t.channel,
      t.client_request_id, t.created_at
    from taken t
    order by t.id;
  end if;
  return v_id;
end;
$$;

-- p_items is {"items": [{"role", "content", "item"}]}, oldest first: what a reader sees, and the
-- item where that is not all of it. They follow the session's head; a session that is not there yet
-- is made. Answers with the id of the last one, as the memory is known from now on.
create function public.append_session_items(
  p_user_id uuid, p_session_id text, p_items jsonb, p_client_request_id text
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_items constant jsonb := private.plain_json(p_items) -> 'items';
  v_session public.chat_sessions;
  v_result text;
  v_sent_to text;
  v_head_id bigint;
  v_title text;
  v_given record;
begin
  perform private.check_items(v_items);
  perform private.check_request(p_client_request_id, 'web');
  v_result := private.write_session(p_user_id, p_session_id, '{}', '', false);
  if v_result = 'taken' then
    raise sqlstate 'PT409' using message = 'session_id_taken',
      detail = 'session_id', hint = 'Choose another session_id.';
  elsif v_result = 'deleted' then
    raise sqlstate 'PT410' using message = 'session_deleted',
      detail = 'session_id', hint = 'Choose another session_id.';
  end if;
  v_session := private.lock_session(p_user_id, p_session_id);
  v_head_id := v_session.head_message_id;
  select m.session_id into v_sent_to from public.chat_message_history m
  where m.client_request_id = p_client_request_id and m.user_id = p_user_id;
  if v_sent_to = p_session_id then
    return jsonb_build_object('head_id', v_head_id);
  end if;

  perform private.interrupt_expired_turns(p_session_id);
  for v_given in
    select e.body, e.place from jsonb_array_elements(v_items) with ordinality as e (body, place)
    order by e.place
  loop
    v_head_id := private.append_item(
      v_session, v_head_id, v_given.body, case when v_given.place = 1 then p_client_request_id end
    );
    if v_given.body ->> 'role' = 'user' then
      v_title := coalesce(v_title, private.title_of(v_given.body ->> 'content'));
    end if;
  end loop;
  perform private.set_fields(v_session, '{}', p_is_upload => false, p_first_words => v_title);
  update public.chat_sessions s set is_active = true
  where s.session_id = p_session_id and not s.is_active;
  return jsonb_build_object('head_id', v_head_id);
end;
$$;

grant execute on function private.check_items(jsonb) to authenticated, service_role;
grant execute on function private.waiting_items(text, bigint) to authenticated, service_role;
grant execute on function private.append_item(public.chat_sessions, bigint, jsonb, text)
  to authenticated, service_role;
grant execute on function public.append_session_items(uuid, text, jsonb, text)
  to authenticated, service_role;
