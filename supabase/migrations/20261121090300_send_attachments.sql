-- What: turns that begin with attachments, messages that show theirs, and forks that take them along.
-- Why: a message and its files are stored in one transaction, and its text may be empty beside them.
-- Safe while the previous release runs: yes, because the functions that it calls answer what they
--   did, and an edit made by it keeps the attachments of what it edits.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The ids of {"ids": […]} in order; null when it is left out.
create function private.attachment_ids(p_attachments jsonb) returns uuid[]
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_ids constant jsonb := private.plain_json(p_attachments) -> 'ids';
  v_found uuid[];
begin
  if v_ids is null then
    return null;
  elsif jsonb_typeof(v_ids) <> 'array' or jsonb_array_length(v_ids) > 10 then
    perform private.refuse('attachment_ids', 'Give at most 10 attachments.');
  elsif exists (
    select 1 from jsonb_array_elements_text(v_ids) as i (id)
    where i.id is null or not pg_input_is_valid(i.id, 'uuid')
  ) then
    perform private.refuse_attachment();
  end if;
  v_found := array(
    select i.id::uuid from jsonb_array_elements_text(v_ids) with ordinality as i (id, place)
    order by i.place
  );
  if cardinality(v_found) > (select count(distinct f.id) from unnest(v_found) as f (id)) then
    perform private.refuse('attachment_ids', 'Name each attachment once.');
  end if;
  return v_found;
end;
$$;

create function private.list_sent_attachments(p_message_id bigint) returns uuid[]
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off as $$
begin
  return array(
    select l.attachment_id from public.chat_message_attachments l
    where l.message_id = p_message_id
    order by l.position
  );
end;
$$;

-- Each is of this session and either carried by no message or by the one that is edited.
create function private.check_attachments(
  p_session_id text, p_attachment_ids uuid[], p_edited_id bigint
) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count integer;
begin
  select count(*) into v_count
  from (
    select a.id from public.chat_attachments a
    where a.id = any(p_attachment_ids) and a.session_id = p_session_id and (
      a.sent_at is null or exists (
        select 1 from public.chat_message_attachments l
        where l.attachment_id = a.id and l.message_id = p_edited_id
      )
    )
    order by a.id
    for update of a
  ) as found;
  if v_count < cardinality(p_attachment_ids) then
    perform private.refuse_attachment();
  end if;
end;
$$;

-- The body of every function that begins a turn with a message of the user.
create function private.begin_user_turn(
  p_user_id uuid,
  p_session_id text,
  p_content text,
  p_client_request_id text,
  p_parent_id bigint,
  p_channel text,
  p_lease_seconds integer,
  p_attachment_ids uuid[],
  p_edited_id bigint
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_user_message public.chat_message_history;
  v_title text;
  v_ids bigint[];
  v_messages jsonb;
  v_lease_token uuid := gen_random_uuid();
begin
  if cardinality(p_attachment_ids) > 0 and coalesce(btrim(p_content, E' \t\r\n'), '') = '' then
    p_content := '';
    perform private.check_request(p_client_request_id, p_channel);
  else
    perform private.check_turn(p_content, p_client_request_id, p_channel);
  end if;
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
    if private.list_sent_attachments(v_user_message.id) <> p_attachment_ids then
      perform private.refuse_reused_request();
    end if;
    return private.replay_turn(v_session, v_user_message, p_content);
  end if;
  if p_parent_id <> 0 and not exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_parent_id
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'parent_id', hint = 'Name a message of this session.';
  end if;
  if cardinality(p_attachment_ids) > 0 then
    perform private.check_attachments(p_session_id, p_attachment_ids, p_edited_id);
  end if;

  perform private.interrupt_expired_turns(p_session_id);
  if v_session.title is null or not v_session.is_active then
    v_title := coalesce(private.title_of(p_content), (
      select private.title_of(a.filename) from public.chat_attachments a
      where a.id = p_attachment_ids[1]
    ));
    update public.chat_sessions s
    set is_active = true,
        title = coalesce(s.title, v_title),
        title_source = coalesce(
          s.title_source, case when v_title is not null then 'generated' end
        )
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
    perform private.refuse_reused_request();
  end if;
  if cardinality(p_attachment_ids) > 0 then
    insert into public.chat_message_attachments (
      message_id, position, attachment_id, session_id, user_id
    )
    select v_ids[1], i.place, i.id, p_session_id, p_user_id
    from unnest(p_attachment_ids) with ordinality as i (id, place);
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

-- p_parent_id left out follows the session's head; 0 begins a branch at the root. p_attachments:
-- {"ids": […]} of this session, at most 10, none carried by a message yet.
create function public.begin_turn_v2(
  p_user_id uuid,
  p_session_id text,
  p_content text,
  p_client_request_id text,
  p_parent_id bigint default null,
  p_channel text default 'web',
  p_lease_seconds integer default 30,
  p_attachments jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return private.begin_user_turn(
    p_user_id, p_session_id, p_content, p_client_request_id, p_parent_id, p_channel,
    p_lease_seconds, coalesce(private.attachment_ids(p_attachments), '{}'), null
  );
end;
$$;

-- For the previous release and for runs.
create or replace function public.begin_turn(
  p_user_id uuid,
  p_session_id text,
  p_content text,
  p_client_request_id text,
  p_parent_id bigint default null,
  p_channel text default 'web',
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return private.begin_user_turn(
    p_user_id, p_session_id, p_content, p_client_request_id, p_parent_id, p_channel,
    p_lease_seconds, '{}', null
  );
end;
$$;

-- Two devices that edit the same message make two siblings: each names what it edits, not the head.
-- p_attachments left out keeps those of the edited message; a list replaces them, of which some may
-- be the edited message's.
create function public.begin_edit_v2(
  p_user_id uuid,
  p_session_id text,
  p_message_id bigint,
  p_content text,
  p_client_request_id text,
  p_channel text default 'web',
  p_lease_seconds integer default 30,
  p_attachments jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_attachment_ids uuid[] := private.attachment_ids(p_attachments);
  v_edited public.chat_message_history;
  v_turn jsonb;
begin
  perform private.check_request(p_client_request_id, p_channel);
  perform private.lock_session(p_user_id, p_session_id);
  v_edited := private.find_message(p_session_id, p_message_id);
  if v_edited.role <> 'user' then
    raise sqlstate 'PT409' using message = 'message_not_editable',
      detail = 'message_id', hint = 'Only what the user wrote is edited; regenerate an answer.';
  end if;
  v_turn := private.begin_user_turn(
    p_user_id, p_session_id, p_content, p_client_request_id, coalesce(v_edited.parent_id, 0),
    p_channel, p_lease_seconds,
    coalesce(v_attachment_ids, private.list_sent_attachments(v_edited.id)), v_edited.id
  );
  if (v_turn -> 'user_message' ->> 'parent_id')::bigint is distinct from v_edited.parent_id then
    perform private.refuse_reused_request();
  end if;
  return v_turn;
end;
$$;

-- For the previous release.
create or replace function public.begin_edit(
  p_user_id uuid,
  p_session_id text,
  p_message_id bigint,
  p_content text,
  p_client_request_id text,
  p_channel text default 'web',
  p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform private.check_turn(p_content, p_client_request_id, p_channel);
  return public.begin_edit_v2(
    p_user_id, p_session_id, p_message_id, p_content, p_client_request_id, p_channel,
    p_lease_seconds
  );
end;
$$;

-- The same as before, with the attachments of all messages in one look. Without whole scans: where
-- hardly anybody has files the planner would read all there are.
create or replace function private.messages_to_json(p_ids bigint[]) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off as $$
begin
  return (
    select coalesce(jsonb_agg(
      to_jsonb(m) - '{lease_token,lease_expires_at}'::text[] || jsonb_build_object(
        'attachments', coalesce(c.attachments, '[]'::jsonb),
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
    left join (
      select l.message_id, jsonb_agg(
        private.attachment_to_json(a.found, l.message_id) order by l.position
      ) as attachments
      from public.chat_message_attachments l
      -- The offset keeps this one probe a file.
      cross join lateral (
        select x as found from public.chat_attachments x where x.id = l.attachment_id offset 0
      ) as a
      where l.message_id = any(p_ids)
      group by l.message_id
    ) as c on c.message_id = m.id
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

-- p_message_ids and p_copy_ids stand side by side. The copies are attachments of the new session, of
-- the same files.
create function private.copy_attachments(
  p_session_id text, p_message_ids bigint[], p_copy_ids bigint[]
) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_attachment public.chat_attachments;
  v_copy_id uuid;
begin
  for v_attachment in
    select a.* from public.chat_attachments a
    where exists (
      select 1 from public.chat_message_attachments l
      where l.attachment_id = a.id and l.message_id = any(p_message_ids)
    )
    order by a.object_id, a.id
  loop
    insert into public.chat_attachments (
      session_id, user_id, object_id, filename, content_type, kind, size_bytes, sha256
    ) values (
      p_session_id, v_attachment.user_id, v_attachment.object_id, v_attachment.filename,
      v_attachment.content_type, v_attachment.kind, v_attachment.size_bytes, v_attachment.sha256
    )
    returning id into v_copy_id;
    insert into public.chat_message_attachments (
      message_id, position, attachment_id, session_id, user_id
    )
    select c.copy_id, l.position, v_copy_id, p_session_id, l.user_id
    from unnest(p_message_ids, p_copy_ids) as c (message_id, copy_id)
    join public.chat_message_attachments l
      on l.message_id = c.message_id and l.attachment_id = v_attachment.id;
  end loop;
end;
$$;

-- Request ids stay with the messages they were made for. Asked again with the same id of the new
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
  v_origin jsonb;
  v_known public.chat_sessions;
  v_ids bigint[];
  v_copy_ids bigint[];
  v_fork jsonb;
begin
  v_source := private.find_session(p_user_id, p_session_id);
  perform private.find_message(p_session_id, p_message_id);
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

  v_ids := private.branch_ids(p_session_id, p_message_id);
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
      fallback_notice, failure_reason, topic, created_at
    )
    select p_new_session_id, p_user_id, m.role, m.content, m.item, m.status, m.channel,
      m.model_id, m.provider_id, m.fallback_notice, m.failure_reason, m.topic, m.created_at
    from unnest(v_ids) as of_branch (id)
    join public.chat_message_history m on m.id = of_branch.id
    where m.session_id = p_session_id
    order by m.id
    returning id
  )
  select array_agg(c.id order by c.id) into v_copy_ids from copied c;
  perform private.copy_attachments(p_new_session_id, v_ids, v_copy_ids);
  return jsonb_build_object(
    'session', private.session_to_json(p_new_session_id), 'created', true
  );
end;
$$;

grant execute on function private.attachment_ids(jsonb) to authenticated, service_role;
grant execute on function private.list_sent_attachments(bigint) to authenticated, service_role;
grant execute on function private.check_attachments(text, uuid[], bigint)
  to authenticated, service_role;
grant execute on function private.begin_user_turn(
  uuid, text, text, text, bigint, text, integer, uuid[], bigint
) to authenticated, service_role;
grant execute on function private.copy_attachments(text, bigint[], bigint[])
  to authenticated, service_role;
grant execute on function public.begin_turn_v2(
  uuid, text, text, text, bigint, text, integer, jsonb
) to authenticated, service_role;
grant execute on function public.begin_edit_v2(
  uuid, text, bigint, text, text, text, integer, jsonb
) to authenticated, service_role;
