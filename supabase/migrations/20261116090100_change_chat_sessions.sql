-- What: the functions that change and delete a session and tell what changed since a cursor.
-- Why: two devices and a person on each of them must agree in the end, and see what was replaced.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.check_session_changes(p_changes jsonb) returns void
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_name text;
  v_value jsonb;
begin
  if p_changes is null or jsonb_typeof(p_changes) <> 'object' then
    perform private.refuse('body', 'Give an object.');
  end if;
  for v_name, v_value in select e.key, e.value from jsonb_each(p_changes) as e loop
    case v_name
      when 'title', 'topic' then
        if jsonb_typeof(v_value) not in ('string', 'null')
          or char_length(v_value #>> '{}') not between 1 and 200
        then
          perform private.refuse(v_name, 'Give 1 to 200 characters, or null for none.');
        end if;
      when 'archived', 'pinned' then
        if jsonb_typeof(v_value) <> 'boolean' then
          perform private.refuse(v_name, 'Give true or false.');
        end if;
      when 'metadata' then
        if jsonb_typeof(v_value) <> 'object' or octet_length(v_value::text) > 16384 then
          perform private.refuse('metadata', 'Give an object of at most 16384 bytes.');
        end if;
      else
        perform private.refuse(v_name, 'Change title, topic, archived, pinned or metadata.');
    end case;
  end loop;
end;
$$;

-- Field by field the last to arrive wins. `superseded` holds what was replaced that the caller had
-- not seen: values of a version above p_base_version.
create function public.update_chat_session(
  p_user_id uuid, p_session_id text, p_changes jsonb, p_base_version bigint default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_changes jsonb := private.plain_json(p_changes);
  v_session public.chat_sessions;
  v_fields jsonb;
  v_superseded jsonb;
begin
  perform private.check_session_changes(v_changes);
  v_session := private.lock_session(p_user_id, p_session_id);
  if p_base_version < 1 or p_base_version > v_session.version then
    perform private.refuse('base_version', 'Give the version of the session that was changed.');
  end if;
  v_fields := jsonb_build_object('title', v_session.title, 'topic', v_session.topic,
    'archived', v_session.archived, 'pinned', v_session.pinned, 'metadata', v_session.metadata);
  select coalesce(jsonb_object_agg(c.key, v_fields -> c.key), '{}'::jsonb) into v_superseded
  from jsonb_each(v_changes) as c
  where (v_session.field_versions ->> c.key)::bigint > p_base_version
    and v_fields -> c.key <> c.value;
  if v_fields || v_changes <> v_fields
    or v_changes ->> 'title' is not null and v_session.title_source = 'generated'
  then
    v_fields := v_fields || v_changes;
    update public.chat_sessions s
    set title = v_fields ->> 'title',
        title_source = case
          when v_changes ->> 'title' is not null then 'user'
          when v_changes ? 'title' then null
          else s.title_source
        end,
        topic = v_fields ->> 'topic',
        archived = (v_fields ->> 'archived')::boolean,
        pinned = (v_fields ->> 'pinned')::boolean,
        metadata = v_fields -> 'metadata'
    where s.chat_id = v_session.chat_id
    returning * into v_session;
  end if;
  return jsonb_build_object(
    'session', private.sessions_to_json(array[v_session]) -> 0, 'superseded', v_superseded
  );
end;
$$;

-- Turns the flag round, in one step, so that two devices do not undo each other unseen.
create function public.update_chat_session_archived(p_user_id uuid, p_session_id text)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  v_session := private.lock_session(p_user_id, p_session_id);
  update public.chat_sessions s
  set archived = not s.archived
  where s.chat_id = v_session.chat_id
  returning * into v_session;
  return private.sessions_to_json(array[v_session]) -> 0;
end;
$$;

create function public.delete_chat_session(p_user_id uuid, p_session_id text) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  v_session := private.lock_session(p_user_id, p_session_id);
  delete from public.chat_sessions s where s.chat_id = v_session.chat_id;
  return jsonb_build_object('deleted', true);
end;
$$;

-- What changed in transactions above the cursor that no open transaction can still come before.
-- Without a cursor: nothing, and the cursor of now.
create function public.list_chat_session_changes(
  p_user_id uuid,
  p_since_xid text default null,
  p_since_session_id text default null,
  p_limit integer default 200
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_horizon xid8 := pg_catalog.pg_snapshot_xmin(pg_catalog.pg_current_snapshot());
  v_since xid8;
  v_xids xid8[];
  v_ids text[];
  v_count integer;
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  if p_since_xid is null then
    return jsonb_build_object('changed', '[]'::jsonb, 'deleted', '[]'::jsonb,
      'xid', v_horizon::text, 'session_id', '', 'has_more', false);
  end if;
  v_since := p_since_xid::xid8;
  -- A cursor from before the database was restored elsewhere, where its transactions count anew.
  if v_since > pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot()) then
    raise sqlstate 'PT410' using message = 'cursor_expired',
      detail = 'since', hint = 'Load the list afresh and ask for changes without since.';
  end if;
  select array_agg(found.change_xid order by found.change_xid, found.session_id),
    array_agg(found.session_id order by found.change_xid, found.session_id)
  into v_xids, v_ids
  from (
    select both_kinds.change_xid, both_kinds.session_id
    from (
      (
        select s.change_xid, s.session_id from public.chat_sessions s
        where s.user_id = p_user_id
          and (s.change_xid, s.session_id) > (v_since, p_since_session_id)
          and s.change_xid < v_horizon
        order by s.change_xid, s.session_id
        limit p_limit + 1
      )
      union all
      (
        select t.change_xid, t.session_id from public.chat_session_tombstones t
        where t.user_id = p_user_id
          and (t.change_xid, t.session_id) > (v_since, p_since_session_id)
          and t.change_xid < v_horizon
        order by t.change_xid, t.session_id
        limit p_limit + 1
      )
    ) as both_kinds
    order by both_kinds.change_xid, both_kinds.session_id
    limit p_limit + 1
  ) as found;
  v_count := coalesce(cardinality(v_ids), 0);
  return jsonb_build_object(
    'changed', private.sessions_to_json(array(
      select s from public.chat_sessions s
      join unnest(v_ids[:p_limit]) with ordinality as listed (session_id, place)
        on listed.session_id = s.session_id
      where s.user_id = p_user_id
      order by listed.place
    )),
    'deleted', coalesce((
      select jsonb_agg(t.session_id order by t.change_xid, t.session_id)
      from public.chat_session_tombstones t
      where t.user_id = p_user_id and t.session_id = any (v_ids[:p_limit])
    ), '[]'::jsonb),
    'xid', coalesce(v_xids[least(v_count, p_limit)], v_since)::text,
    'session_id', coalesce(v_ids[least(v_count, p_limit)], p_since_session_id),
    'has_more', v_count > p_limit
  );
end;
$$;

grant execute on function private.check_session_changes(jsonb) to authenticated, service_role;
grant execute on function public.update_chat_session(uuid, text, jsonb, bigint)
  to authenticated, service_role;
grant execute on function public.update_chat_session_archived(uuid, text)
  to authenticated, service_role;
grant execute on function public.delete_chat_session(uuid, text) to authenticated, service_role;
grant execute on function public.list_chat_session_changes(uuid, text, text, integer)
  to authenticated, service_role;
