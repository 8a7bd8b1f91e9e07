-- What: the functions by which a client that brings its own messages writes one session or many.
-- Why: a session, its fields and its messages are stored together or not at all, once however often
--   they are sent, in one round trip.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.check_synced_fields(p_session jsonb, p_path text) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if p_session is null or jsonb_typeof(p_session) <> 'object' then
    perform private.refuse(p_path || 'body', 'Give an object.');
  elsif p_session ->> 'channel' not in ('web', 'telegram', 'scheduled') then
    perform private.refuse(p_path || 'channel', 'Give web, telegram or scheduled.');
  elsif char_length(p_session ->> 'title') not between 1 and 200 then
    perform private.refuse(p_path || 'title', 'Give 1 to 200 characters.');
  elsif char_length(p_session ->> 'topic') not between 1 and 200 then
    perform private.refuse(p_path || 'topic', 'Give 1 to 200 characters.');
  elsif char_length(p_session ->> 'agent_name') not between 1 and 100 then
    perform private.refuse(p_path || 'agent_name', 'Give 1 to 100 characters.');
  elsif jsonb_typeof(coalesce(p_session -> 'messages', '[]'::jsonb)) <> 'array' then
    perform private.refuse(p_path || 'messages', 'Give a list.');
  end if;
end;
$$;

create function private.check_synced_messages(p_messages jsonb, p_path text) returns void
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_path text;
  v_field text;
begin
  if jsonb_array_length(p_messages) > 1000 then
    perform private.refuse(p_path || 'messages', 'Give at most 1000 messages at once.');
  end if;
  select p_path || 'messages.' || m.place - 1 || '.', case
      when coalesce(m.body ->> 'role', '') not in ('user', 'assistant') then 'role'
      when coalesce(btrim(m.body ->> 'content', E' \t\r\n'), '') = ''
        or octet_length(m.body ->> 'content')
          > case m.body ->> 'role' when 'user' then 65536 else 1048576 end
        then 'content'
      else 'client_request_id'
    end
  into v_path, v_field
  from (
    select e.body, e.place,
      row_number() over (partition by e.body ->> 'client_request_id' order by e.place) as nth
    from jsonb_array_elements(p_messages) with ordinality as e (body, place)
  ) as m
  where coalesce(m.body ->> 'role', '') not in ('user', 'assistant')
    or coalesce(btrim(m.body ->> 'content', E' \t\r\n'), '') = ''
    or octet_length(m.body ->> 'content')
      > case m.body ->> 'role' when 'user' then 65536 else 1048576 end
    or coalesce(char_length(m.body ->> 'client_request_id'), 0) not between 1 and 200
    or m.nth > 1
  order by m.place
  limit 1;
  if found then
    perform private.refuse(v_path || v_field, case v_field
      when 'role' then 'Give user or assistant.'
      when 'content' then 'Give some text of at most 65536 bytes, 1048576 in an answer.'
      else 'Give each message 1 to 200 characters of its own.'
    end);
  end if;
end;
$$;

-- Stores those messages after the session's head that are not stored yet, and returns how many that
-- were. The caller holds the session's lock.
-- Without bitmap scans: for the policy's user_id the planner would add a bitmap of all the user's
-- messages to every look-up of a request id.
create function private.append_messages(
  p_session public.chat_sessions, p_messages jsonb, p_path text
) returns bigint
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_reused text;
  v_places bigint[];
  v_count bigint;
begin
  select
    min(p_path || 'messages.' || e.place - 1 || '.client_request_id') filter (
      where (m.session_id, m.role, m.content)
        <> (p_session.session_id, e.body ->> 'role', e.body ->> 'content')
    ),
    array_agg(e.place) filter (where m.id is null)
  into v_reused, v_places
  from jsonb_array_elements(p_messages) with ordinality as e (body, place)
  left join public.chat_message_history m
    on m.client_request_id = e.body ->> 'client_request_id' and m.user_id = p_session.user_id;
  if v_reused is null and v_places is not null then
    perform private.interrupt_expired_turns(p_session.session_id);
    -- Without a parent each row follows the one before it.
    insert into public.chat_message_history (
      session_id, user_id, role, content, channel, client_request_id, created_at
    )
    select p_session.session_id, p_session.user_id, e.body ->> 'role', e.body ->> 'content', 'web',
      e.body ->> 'client_request_id', coalesce((e.body ->> 'created_at')::timestamptz, now())
    from jsonb_array_elements(p_messages) with ordinality as e (body, place)
    where e.place = any (v_places)
    order by e.place
    on conflict (user_id, client_request_id) do nothing;
    get diagnostics v_count = row_count;
    if v_count < cardinality(v_places) then
      -- The same id arrived at another session of this user in the same instant.
      v_reused := p_path || 'messages.client_request_id';
    end if;
  end if;
  if v_reused is not null then
    raise sqlstate 'PT422' using message = 'request_id_reused',
      detail = v_reused, hint = 'Use a new client_request_id for a new message.';
  end if;
  return coalesce(v_count, 0);
end;
$$;

-- True once for each request: what is asked for is remembered for a month.
create function private.take_receipt(
  p_session public.chat_sessions, p_fields jsonb, p_messages jsonb
) returns boolean
language plpgsql volatile security invoker set search_path = '' as $$
begin
  delete from public.chat_session_receipts r
  where r.session_id = p_session.session_id and r.user_id = p_session.user_id
    and r.created_at < now() - interval '30 days';
  insert into public.chat_session_receipts (session_id, user_id, digest)
  select p_session.session_id, p_session.user_id, md5(
    p_fields::text || jsonb_path_query_array(p_messages, '$[*].client_request_id')::text
  )
  on conflict do nothing;
  return found;
end;
$$;

-- One session with its messages: 'created', 'merged', 'deleted' when its user has deleted it, or
-- 'taken' when it is somebody else's. With p_is_upload the fields only fill what no user has set.
create function private.write_session(
  p_user_id uuid, p_session_id text, p_session jsonb, p_path text, p_is_upload boolean
) returns text
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_messages constant jsonb := coalesce(nullif(p_session -> 'messages', 'null'), '[]'::jsonb);
  v_fields constant jsonb := jsonb_strip_nulls(p_session - '{session_id,channel,messages}'::text[]);
  v_is_new boolean := false;
  v_is_first boolean;
  v_count bigint;
  v_title text;
begin
  select * into v_session from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if not found then
    if exists (
      select 1 from public.chat_session_tombstones t
      where t.user_id = p_user_id and t.session_id = p_session_id
    ) then
      return 'deleted';
    elsif char_length(p_session_id) not between 1 and 200 or p_session_id ~ '[[:cntrl:]]' then
      perform private.refuse(
        p_path || 'session_id', 'Give 1 to 200 characters, none of them a control one.'
      );
    elsif p_session_id like 'telegram:%' or p_session_id like 'scheduled:%' then
      perform private.refuse(
        p_path || 'session_id', 'The prefixes telegram: and scheduled: are reserved.'
      );
    elsif p_session ->> 'channel' <> 'web' then
      perform private.refuse(p_path || 'channel', 'Only a session on the web can be made here.');
    end if;
    -- No target: in a race (session_id, user_id) may see the other row before (session_id) does.
    insert into public.chat_sessions (session_id, user_id, channel, agent_name, title, topic)
    values (p_session_id, p_user_id, 'web', coalesce(v_fields ->> 'agent_name', 'assistant'),
      v_fields ->> 'title', v_fields ->> 'topic')
    on conflict do nothing
    returning * into v_session;
    v_is_new := found;
    if not v_is_new then
      select * into v_session from public.chat_sessions s
      where s.session_id = p_session_id and s.user_id = p_user_id
      for no key update;
      if not found then
        return 'taken';
      end if;
    end if;
  end if;
  if p_session ->> 'channel' <> v_session.channel then
    perform private.refuse(p_path || 'channel', 'A session stays on its channel.');
  end if;

  v_count := private.append_messages(v_session, v_messages, p_path);
  if v_count > 0 and v_session.title is null then
    select private.title_of(e.body ->> 'content') into v_title
    from jsonb_array_elements(v_messages) with ordinality as e (body, place)
    where e.body ->> 'role' = 'user'
    order by e.place
    limit 1;
  end if;
  if v_fields <> '{}' and v_messages <> '[]' then
    v_is_first := private.take_receipt(v_session, v_fields, v_messages);
    if not v_is_first then
      return 'merged';
    end if;
  end if;
  perform private.set_fields(
    v_session, v_fields, p_is_upload => p_is_upload, p_first_words => v_title
  );
  return case when v_is_new then 'created' else 'merged' end;
end;
$$;

create function private.set_fields(
  p_session public.chat_sessions, p_fields jsonb, p_is_upload boolean, p_first_words text
) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_title text := p_fields ->> 'title';
  v_topic text := p_fields ->> 'topic';
  v_source text := p_session.title_source;
begin
  if p_is_upload then
    v_title := case when v_source is distinct from 'user' then v_title end;
    v_topic := case when p_session.topic is null then v_topic end;
  end if;
  if v_title is not null then
    v_source := 'user';
  elsif p_session.title is null and p_first_words is not null then
    v_title := p_first_words;
    v_source := 'generated';
  end if;
  update public.chat_sessions s
  set title = coalesce(v_title, s.title), title_source = v_source,
      topic = coalesce(v_topic, s.topic),
      agent_name = coalesce(p_fields ->> 'agent_name', s.agent_name)
  where s.chat_id = p_session.chat_id
    and (coalesce(v_title, s.title), v_source, coalesce(v_topic, s.topic),
      coalesce(p_fields ->> 'agent_name', s.agent_name))
    is distinct from (s.title, s.title_source, s.topic, s.agent_name);
end;
$$;

-- Makes or updates one session and appends its messages. Fields that are given replace what was
-- there; sent again with the same messages, they do not.
create function public.sync_chat_session(p_user_id uuid, p_session_id text, p_session jsonb)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session constant jsonb := private.plain_json(p_session);
  v_result text;
begin
  perform private.check_synced_fields(v_session, '');
  perform private.check_synced_messages(
    coalesce(nullif(v_session -> 'messages', 'null'), '[]'::jsonb), ''
  );
  v_result := private.write_session(p_user_id, p_session_id, v_session, '', false);
  if v_result = 'taken' then
    raise sqlstate 'PT409' using message = 'session_id_taken',
      detail = 'session_id', hint = 'Choose another session_id.';
  elsif v_result = 'deleted' then
    raise sqlstate 'PT410' using message = 'session_deleted',
      detail = 'session_id', hint = 'Choose another session_id to bring it back.';
  end if;
  return jsonb_build_object(
    'session', private.session_to_json(p_session_id), 'created', v_result = 'created'
  );
end;
$$;

-- The id that stands for one which somebody else has, the same for ever.
create function private.rename_session(p_user_id uuid, p_session_id text) returns text
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
begin
  insert into public.chat_session_renames (user_id, claimed_session_id, session_id)
  values (p_user_id, p_session_id, gen_random_uuid()::text)
  on conflict (user_id, claimed_session_id) do nothing;
  select r.session_id into v_session_id from public.chat_session_renames r
  where r.user_id = p_user_id and r.claimed_session_id = p_session_id;
  return v_session_id;
end;
$$;

-- Uploads sessions, all or none of them, in the order of their ids so that two uploads at once
-- never wait for each other in a ring. p_sessions is {"sessions": [...]}.
create function public.sync_chat_sessions(p_user_id uuid, p_sessions jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_sessions constant jsonb := private.plain_json(p_sessions) -> 'sessions';
  v_given record;
  v_result text;
  v_results jsonb := '{}'::jsonb;
begin
  if v_sessions is null or jsonb_typeof(v_sessions) <> 'array' then
    perform private.refuse('sessions', 'Give a list.');
  elsif jsonb_array_length(v_sessions) > 200 then
    perform private.refuse('sessions', 'Give at most 200 sessions at once.');
  end if;
  for v_given in
    select e.body ->> 'session_id' as claimed_id, e.body,
      'sessions.' || e.place - 1 || '.' as path, r.session_id as stands_for,
      coalesce(r.session_id, e.body ->> 'session_id') as session_id
    from jsonb_array_elements(v_sessions) with ordinality as e (body, place)
    left join public.chat_session_renames r
      on r.user_id = p_user_id and r.claimed_session_id = e.body ->> 'session_id'
    order by 5, e.place
  loop
    perform private.check_synced_fields(v_given.body, v_given.path);
    perform private.check_synced_messages(
      coalesce(nullif(v_given.body -> 'messages', 'null'), '[]'::jsonb), v_given.path
    );
    if v_given.claimed_id is null or v_results ? v_given.claimed_id then
      perform private.refuse(v_given.path || 'session_id', 'Give each session once, with its id.');
    end if;
    v_result := private.write_session(
      p_user_id, v_given.session_id, v_given.body, v_given.path, true
    );
    if v_result = 'taken' and v_given.stands_for is null then
      v_given.stands_for := private.rename_session(p_user_id, v_given.claimed_id);
      v_result := private.write_session(
        p_user_id, v_given.stands_for, v_given.body, v_given.path, true
      );
    end if;
    if v_result = 'taken' then
      raise sqlstate 'PT409' using message = 'session_id_taken',
        detail = v_given.path || 'session_id', hint = 'Choose another session_id.';
    end if;
    v_results := v_results || jsonb_build_object(v_given.claimed_id, jsonb_build_object(
      'session_id', v_given.claimed_id, 'new_session_id', v_given.stands_for,
      'result', case
        when v_result <> 'deleted' and v_given.stands_for is not null then 'renamed'
        else v_result
      end
    ));
  end loop;
  return private.synced_to_json(p_user_id, v_sessions, v_results);
end;
$$;

-- The results in the order of the request, each with its session as it is now.
create function private.synced_to_json(p_user_id uuid, p_sessions jsonb, p_results jsonb)
returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_stored jsonb;
begin
  select jsonb_object_agg(s.body ->> 'session_id', s.body) into v_stored
  from jsonb_array_elements(private.sessions_to_json(array(
    select s from jsonb_each(p_results) as r
    join public.chat_sessions s
      on s.session_id = coalesce(r.value ->> 'new_session_id', r.key) and s.user_id = p_user_id
  ))) as s (body);
  return jsonb_build_object('results', coalesce((
    select jsonb_agg(r.result || jsonb_build_object(
      'session', v_stored -> coalesce(r.result ->> 'new_session_id', r.result ->> 'session_id')
    ) order by r.place)
    from (
      select p_results -> (e.body ->> 'session_id') as result, e.place
      from jsonb_array_elements(p_sessions) with ordinality as e (body, place)
    ) as r
  ), '[]'::jsonb));
end;
$$;

grant execute on function private.check_synced_fields(jsonb, text) to authenticated, service_role;
grant execute on function private.check_synced_messages(jsonb, text)
  to authenticated, service_role;
grant execute on function private.append_messages(public.chat_sessions, jsonb, text)
  to authenticated, service_role;
grant execute on function private.take_receipt(public.chat_sessions, jsonb, jsonb)
  to authenticated, service_role;
grant execute on function private.write_session(uuid, text, jsonb, text, boolean)
  to authenticated, service_role;
grant execute on function private.set_fields(public.chat_sessions, jsonb, boolean, text)
  to authenticated, service_role;
grant execute on function private.rename_session(uuid, text) to authenticated, service_role;
grant execute on function private.synced_to_json(uuid, jsonb, jsonb)
  to authenticated, service_role;
grant execute on function public.sync_chat_session(uuid, text, jsonb)
  to authenticated, service_role;
grant execute on function public.sync_chat_sessions(uuid, jsonb) to authenticated, service_role;
