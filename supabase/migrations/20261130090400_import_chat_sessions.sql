-- What: the function that brings one session of an archive in, whole or not at all.
-- Why: ids and instants decide what is new, nothing that is there is overwritten, and importing the
--   same archive again changes nothing.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The batches that were sent ahead, then the last one, numbered from 1 as the archive numbers them.
create function private.imported_messages(p_user_id uuid, p_import_id uuid, p_messages jsonb)
returns table (
  n integer, parent integer, role text, content text, item jsonb, status text, channel text,
  model_id text, provider_id text, fallback_notice text, failure_reason text, topic text,
  client_request_id text, answer integer, usage jsonb, tool_steps jsonb, attachments jsonb,
  created_at timestamptz, updated_at timestamptz
)
language sql stable security invoker set search_path = '' as $$
  select m.*
  from (
    select b.batch, b.messages from public.chat_import_batches b
    where b.user_id = p_user_id and b.import_id = p_import_id
    union all
    select 9223372036854775807, p_messages
  ) as b
  cross join lateral jsonb_to_recordset(b.messages) as m (
    n integer, parent integer, role text, content text, item jsonb, status text, channel text,
    model_id text, provider_id text, fallback_notice text, failure_reason text, topic text,
    client_request_id text, answer integer, usage jsonb, tool_steps jsonb, attachments jsonb,
    created_at timestamptz, updated_at timestamptz
  )
  order by m.n
$$;

-- The session of that id and instant, made unless the user has it; locked either way. The id of
-- somebody else, of another session, or of a chat or a run is given up for a new one.
create function private.place_imported_session(p_user_id uuid, p_archived jsonb)
returns public.chat_sessions
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_archived public.chat_sessions := jsonb_populate_record(null::public.chat_sessions, p_archived);
  v_session public.chat_sessions;
  v_is_taken boolean := v_archived.session_id ~ '^(telegram|scheduled):';
begin
  for v_try in 1..3 loop
    select * into v_session from public.chat_sessions s
    where s.user_id = p_user_id and s.created_at = v_archived.created_at
      and coalesce(s.origin_session_id, s.session_id) = v_archived.session_id
    for no key update;
    exit when found;
    insert into public.chat_sessions (
      session_id, origin_session_id, user_id, channel, agent_name, is_active, title, title_source,
      topic, archived, pinned, is_folded, schedule_id, metadata, created_at, updated_at
    )
    select
      case when v_is_taken then gen_random_uuid()::text else v_archived.session_id end,
      case when v_is_taken then v_archived.session_id end,
      p_user_id, v_archived.channel, v_archived.agent_name,
      v_archived.is_active and v_archived.channel <> 'scheduled',
      v_archived.title, v_archived.title_source, v_archived.topic, v_archived.archived,
      v_archived.pinned, v_archived.is_folded and v_archived.channel = 'scheduled',
      (
        select a.schedule_id from public.agent_schedules a
        where a.schedule_id = v_archived.schedule_id and a.user_id = p_user_id
      ),
      v_archived.metadata, v_archived.created_at,
      least(v_archived.updated_at, clock_timestamp())
    on conflict do nothing
    returning * into v_session;
    exit when found;
    -- Somebody else's, another one of this user's, or made in the same instant: the look above
    -- tells, and else a new id does.
    v_is_taken := true;
  end loop;
  return v_session;
end;
$$;

-- For each message of the archive, in its order, the one that is already there, or 0. The same is
-- what was said by the same role at the same instant with the same text; an answer that was still
-- being written may have more text by now.
create function private.match_imported_messages(
  p_user_id uuid, p_session_id text, p_import_id uuid, p_messages jsonb
) returns bigint[]
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return array(
    with there as (
      select m.id, m.role, m.created_at, m.content,
        row_number() over (
          partition by m.role, m.created_at, md5(m.content) order by m.id
        ) as occurrence
      from public.chat_message_history m
      where m.session_id = p_session_id
    ), given as (
      select a.n, a.role, a.created_at, a.content, a.status,
        row_number() over (
          partition by a.role, a.created_at, md5(a.content) order by a.n
        ) as occurrence
      from private.imported_messages(p_user_id, p_import_id, p_messages) as a
    )
    select coalesce(min(t.id), 0)
    from given g
    left join there t on t.role = g.role and t.created_at = g.created_at and (
      t.content = g.content and t.occurrence = g.occurrence
      or g.status = 'streaming' and starts_with(t.content, g.content)
    )
    group by g.n
    order by g.n
  );
end;
$$;

create function private.check_imported_messages(
  p_user_id uuid, p_import_id uuid, p_messages jsonb, p_head integer
) returns void
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_count bigint;
  v_is_right boolean;
  v_answers integer[];
  v_is_answer boolean[];
begin
  select count(*), bool_and(
    a.n = a.place and coalesce(a.parent between 1 and a.n - 1, true)
    and (
      a.answer is null
      or a.answer between 1 and a.n - 1 and a.role = 'tool' and a.item is not null
    )
    and a.created_at between 'epoch' and now() + interval '1 day'
  ), array_agg(coalesce(a.answer, 0) order by a.n),
    array_agg(coalesce(a.role = 'assistant' and a.answer is null, false) order by a.n)
  into v_count, v_is_right, v_answers, v_is_answer
  from (
    select m.*, row_number() over (order by m.n) as place
    from private.imported_messages(p_user_id, p_import_id, p_messages) as m
  ) as a;
  if not v_is_right then
    perform private.refuse(
      'messages', 'Number them from 1, each after its parent, none of them from the future.'
    );
  elsif exists (select 1 from unnest(v_answers) as a (n) where a.n > 0 and not v_is_answer[a.n]) then
    perform private.refuse('answer', 'Name the answer that it was done for.');
  elsif p_head not between 1 and v_count or (p_head is null) <> (v_count = 0)
    or v_answers[p_head] > 0
  then
    perform private.refuse('head', 'Name the last message of the branch in use.');
  end if;
end;
$$;

-- The attachments of the messages that were added, whose p_known is 0; p_ids has what they are here.
-- An attachment of a message that was there is shared with those that the archive shares it with.
-- p_files, [{"sha256", "object_id", "content_type", "kind"}], is what the server knows of the files:
-- what the archive calls them is not believed.
create function private.import_attachments(
  p_session public.chat_sessions, p_attached jsonb, p_files jsonb, p_known bigint[], p_ids bigint[]
) returns void
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  v_attachments jsonb;
begin
  select jsonb_agg(
    to_jsonb(numbered) || case
      when numbered.known_id is null
      then jsonb_build_object('id', gen_random_uuid(), 'object_id', f.object_id,
        'content_type', f.content_type, 'kind', f.kind)
      else jsonb_build_object('id', numbered.known_id)
    end
  ) into v_attachments
  from (
    select distinct on (a.number) a.number, l.attachment_id as known_id, a.filename, a.sha256,
      a.created_at
    from jsonb_to_recordset(p_attached) as a (
      n integer, place bigint, number integer, filename text, sha256 text, created_at timestamptz
    )
    left join public.chat_message_attachments l
      on l.message_id = p_known[a.n] and l.position = a.place
    order by a.number, l.attachment_id nulls last, a.n
  ) as numbered
  left join jsonb_to_recordset(p_files) as f (
    sha256 text, object_id uuid, content_type text, kind text
  ) on f.sha256 = numbered.sha256
  where exists (
    select 1 from jsonb_to_recordset(p_attached) as a (n integer, number integer)
    where a.number = numbered.number and p_known[a.n] = 0
  );

  update public.chat_attachment_objects o set status = 'ready', due_at = null
  where o.user_id = p_session.user_id and o.status = 'uploading' and o.id in (
    select a.object_id
    from jsonb_to_recordset(v_attachments) as a (object_id uuid, known_id uuid)
    where a.known_id is null
  );
  insert into public.chat_attachments (
    id, session_id, user_id, object_id, filename, content_type, kind, size_bytes, sha256, created_at
  )
  select a.id, p_session.session_id, p_session.user_id, a.object_id, a.filename, a.content_type,
    a.kind, o.size_bytes, a.sha256, least(a.created_at, clock_timestamp())
  from jsonb_to_recordset(v_attachments) as a (
    id uuid, object_id uuid, known_id uuid, filename text, content_type text, kind text,
    sha256 text, created_at timestamptz
  )
  left join public.chat_attachment_objects o on o.id = a.object_id
  where a.known_id is null
  order by a.object_id;
  insert into public.chat_message_attachments (
    message_id, position, attachment_id, session_id, user_id
  )
  select p_ids[a.n], a.place, made.id, p_session.session_id, p_session.user_id
  from jsonb_to_recordset(p_attached) as a (n integer, place bigint, number integer)
  join jsonb_to_recordset(v_attachments) as made (id uuid, number integer)
    on made.number = a.number
  where p_known[a.n] = 0;
end;
$$;

-- Whether the branch that ends at p_head of the archive holds the message p_id.
create function private.leads_through(p_ids bigint[], p_parents integer[], p_head integer, p_id bigint)
returns boolean
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_n integer := p_head;
begin
  while v_n > 0 loop
    if p_ids[v_n] = p_id then
      return true;
    end if;
    v_n := p_parents[v_n];
  end loop;
  return p_id is null;
end;
$$;

-- p_session and p_messages, {"messages": […]}, are as the archive has them; batches that were sent
-- ahead under p_import_id come before. p_files, {"files": […]}, is for the server alone to give: a
-- user can only copy an attachment. No turn, title, delivery or run follows from an import.
create function public.import_chat_session(
  p_user_id uuid,
  p_session jsonb,
  p_messages jsonb,
  p_import_id uuid default null,
  p_files jsonb default null
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off set statement_timeout = '120s' as $$
declare
  v_archived jsonb := private.plain_json(p_session);
  v_messages jsonb := private.plain_json(p_messages) -> 'messages';
  v_head integer := (v_archived ->> 'head')::integer;
  v_session public.chat_sessions;
  v_is_new boolean;
  v_known bigint[];
  v_ids bigint[];
  v_parents integer[];
  v_added integer;
  v_attached jsonb;
  v_rule text;
begin
  perform private.check_imported_messages(p_user_id, p_import_id, v_messages, v_head);
  perform set_config('chat_registry.is_importing', 'on', true);
  v_session := private.place_imported_session(p_user_id, v_archived);
  if v_session.session_id is null then
    perform private.refuse('session_id', 'It was made at the same instant; import it again.');
  end if;
  v_is_new := v_session.change_xid = pg_catalog.pg_current_xact_id();
  v_known := private.match_imported_messages(
    p_user_id, v_session.session_id, p_import_id, v_messages
  );
  v_added := cardinality(array_positions(v_known, 0));
  if v_added > 0 then
    v_ids := array(
      select case k.id when 0 then nextval('public.chat_message_history_id_seq') else k.id end
      from unnest(v_known) as k (id)
    );
    v_parents := array(
      select coalesce(a.parent, 0)
      from private.imported_messages(p_user_id, p_import_id, v_messages) as a
      order by a.n
    );
    insert into public.chat_message_history (
      id, session_id, user_id, parent_id, answer_id, role, content, item, status, channel,
      model_id, provider_id, fallback_notice, failure_reason, topic, client_request_id, usage,
      tool_steps, created_at, updated_at
    )
    overriding system value
    select
      v_ids[a.n], v_session.session_id, p_user_id, coalesce(v_ids[a.parent], 0),
      v_ids[a.answer], a.role, a.content, a.item,
      case a.status when 'streaming' then 'interrupted' else a.status end, a.channel,
      a.model_id, a.provider_id, a.fallback_notice,
      case a.status
        when 'streaming' then 'The answer was interrupted. What had arrived is kept.'
        else a.failure_reason
      end,
      a.topic,
      -- Another message of the user has it: this is a copy of what was asked there.
      case when not exists (
        select 1 from public.chat_message_history other
        where other.client_request_id = a.client_request_id and other.user_id = p_user_id
      ) then a.client_request_id end,
      a.usage, a.tool_steps, a.created_at, least(a.updated_at, clock_timestamp())
    from private.imported_messages(p_user_id, p_import_id, v_messages) as a
    where v_known[a.n] = 0
    order by a.n;
    select jsonb_agg(jsonb_build_object(
      'n', a.n, 'place', f.place, 'number', f.attachment -> 'n',
      'filename', f.attachment -> 'filename', 'sha256', f.attachment -> 'sha256',
      'created_at', f.attachment -> 'created_at'
    )) into v_attached
    from private.imported_messages(p_user_id, p_import_id, v_messages) as a
    cross join lateral jsonb_array_elements(
      case jsonb_typeof(a.attachments) when 'array' then a.attachments end
    ) with ordinality as f (attachment, place);
    if v_attached is not null then
      perform private.import_attachments(
        v_session, v_attached, private.plain_json(p_files) -> 'files', v_known, v_ids
      );
    end if;
    -- The branch in use stays unless the archive only goes on with it.
    update public.chat_sessions s
    set head_message_id = case
          when goes_on then v_ids[v_head] else v_session.head_message_id
        end,
        last_message_preview = case
          when goes_on then s.last_message_preview else v_session.last_message_preview
        end,
        updated_at = case when v_is_new then v_session.updated_at else clock_timestamp() end
    from private.leads_through(v_ids, v_parents, v_head, v_session.head_message_id) as goes_on
    where s.chat_id = v_session.chat_id;
  end if;
  delete from public.chat_import_batches b
  where b.user_id = p_user_id and b.import_id = p_import_id;
  perform set_config('chat_registry.is_importing', 'off', true);
  return jsonb_build_object(
    'session_id', v_session.session_id,
    'outcome', case
      when v_is_new then 'created'
      when v_added > 0 then 'changed'
      else 'unchanged'
    end,
    'messages_added', v_added,
    'messages_known', coalesce(cardinality(v_known), 0) - v_added
  );
exception
  when check_violation or not_null_violation or unique_violation or foreign_key_violation
    or invalid_text_representation or numeric_value_out_of_range or datetime_field_overflow
    or invalid_datetime_format or invalid_parameter_value
  then
    get stacked diagnostics v_rule = constraint_name;
    perform private.refuse('session', case v_rule
      when 'chat_message_history_size_check' then 'A message is longer than one may be.'
      when 'chat_attachments_filename_check' then 'The name of a file is not one a file may have.'
      when 'chat_message_attachments_position_check' then 'A message has more files than it may.'
      when 'chat_sessions_metadata_check' then 'Its metadata is larger than it may be.'
      else 'Something in it breaks a rule of the registry.'
    end);
    return null;
end;
$$;

grant execute on function private.imported_messages(uuid, uuid, jsonb)
  to authenticated, service_role;
grant execute on function private.place_imported_session(uuid, jsonb)
  to authenticated, service_role;
grant execute on function private.match_imported_messages(uuid, text, uuid, jsonb)
  to authenticated, service_role;
grant execute on function private.check_imported_messages(uuid, uuid, jsonb, integer)
  to authenticated, service_role;
grant execute on function private.leads_through(bigint[], integer[], integer, bigint)
  to authenticated, service_role;
grant execute on function private.import_attachments(
  public.chat_sessions, jsonb, jsonb, bigint[], bigint[]
) to authenticated, service_role;
grant execute on function public.import_chat_session(uuid, jsonb, jsonb, uuid, jsonb)
  to authenticated, service_role;
