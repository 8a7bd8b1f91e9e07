-- What: the functions that read messages along one branch, and open a session with its newest page.
-- Why: a branch is walked from its head by primary key, so page two hundred costs what page one does.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Messages as the API shows them, oldest first, each with its place among its siblings.
-- Without bitmap scans: the policy's user_id would tempt the planner to add a bitmap of all the
-- user's messages to every look-up of one session.
create function private.messages_to_json(p_ids bigint[]) returns jsonb
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
        )
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
  );
end;
$$;

-- The page that ends at p_last_id, walking from child to parent.
-- Without bitmap scans: the policy's user_id would tempt the planner to add a bitmap of all the
-- user's messages to every look-up of one session.
create function private.branch_page(p_session_id text, p_last_id bigint, p_limit integer)
returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_ids bigint[];
begin
  with recursive branch as (
    select m.id, m.parent_id, 1 as depth
    from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_last_id
    union all
    select above.id, above.parent_id, b.depth + 1
    from branch b
    -- The offset keeps this one probe a message: a join would read the whole session each time.
    cross join lateral (
      select m.id, m.parent_id from public.chat_message_history m
      where m.session_id = p_session_id and m.id = b.parent_id
      offset 0
    ) as above
    where b.depth <= p_limit
  )
  select array_agg(b.id order by b.depth) into v_ids from branch b;
  return jsonb_build_object(
    'messages', private.messages_to_json(v_ids[:p_limit]),
    'has_more', coalesce(cardinality(v_ids), 0) > p_limit,
    'next_before_id', case when cardinality(v_ids) > p_limit then v_ids[p_limit] end
  );
end;
$$;

-- p_before_id left out: the newest page of the branch that ends at p_head_id, else at the session's
-- head. p_before_id names its own branch: the page holds its ancestors.
create function public.list_chat_messages(
  p_user_id uuid,
  p_session_id text,
  p_limit integer default 50,
  p_before_id bigint default null,
  p_head_id bigint default null
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_last_id bigint;
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  v_session := private.find_session(p_user_id, p_session_id);
  if p_before_id is null then
    v_last_id := coalesce(p_head_id, v_session.head_message_id);
    if p_head_id is not null and not exists (
      select 1 from public.chat_message_history m
      where m.session_id = p_session_id and m.id = p_head_id
    ) then
      raise sqlstate 'PT404' using message = 'message_not_found',
        detail = 'head_id', hint = 'Name a message of this session.';
    end if;
  else
    select m.parent_id into v_last_id from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_before_id;
    if not found and p_before_id > coalesce(p_head_id, v_session.head_message_id) then
      v_last_id := coalesce(p_head_id, v_session.head_message_id);
    end if;
  end if;
  return private.branch_page(p_session_id, v_last_id, p_limit);
end;
$$;

create function public.get_chat_session(
  p_user_id uuid, p_session_id text, p_message_limit integer default 50
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  if coalesce(p_message_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  v_session := private.find_session(p_user_id, p_session_id);
  return (private.sessions_to_json(array[v_session]) -> 0)
    || private.branch_page(p_session_id, v_session.head_message_id, p_message_limit);
end;
$$;

create function private.session_to_json(p_session_id text) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return private.sessions_to_json(
    array(select s from public.chat_sessions s where s.session_id = p_session_id)
  ) -> 0;
end;
$$;

-- One message beside its session, as every ending of a turn answers too.
create function private.message_and_session(p_message_id bigint, p_session_id text) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return jsonb_build_object(
    'message', private.messages_to_json(array[p_message_id]) -> 0,
    'session', private.session_to_json(p_session_id)
  );
end;
$$;

create function public.get_chat_message(p_user_id uuid, p_session_id text, p_message_id bigint)
returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  perform private.find_session(p_user_id, p_session_id);
  if not exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_message_id
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name a message of this session.';
  end if;
  return private.message_and_session(p_message_id, p_session_id);
end;
$$;

grant execute on function private.messages_to_json(bigint[]) to authenticated, service_role;
grant execute on function private.branch_page(text, bigint, integer)
  to authenticated, service_role;
grant execute on function private.session_to_json(text) to authenticated, service_role;
grant execute on function private.message_and_session(bigint, text)
  to authenticated, service_role;
grant execute on function public.list_chat_messages(uuid, text, integer, bigint, bigint)
  to authenticated, service_role;
grant execute on function public.get_chat_session(uuid, text, integer)
  to authenticated, service_role;
grant execute on function public.get_chat_message(uuid, text, bigint)
  to authenticated, service_role;
