-- What: the functions of retention: list what is idle, prune it, archive it, delete it.
-- Why: each call is one batch and one transaction, so that no lock is held for long; what another
--   transaction holds is passed over and found again.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Days of 24 hours, whatever the time zone.
create function private.idle_since(p_days integer) returns timestamptz
language plpgsql stable security invoker set search_path = '' as $$
begin
  if coalesce(p_days, 0) < 1 then
    perform private.refuse('days', 'Give at least 1 day.');
  end if;
  return now() - make_interval(secs => p_days * 86400::double precision);
end;
$$;

-- Makes sessions inactive and takes away what only agents see of them: all that was done for an
-- answer, or none of it. A session with more than p_item_limit of that goes on in the next batch.
create function public.delete_idle_items(
  p_channel text, p_days integer, p_limit integer default 100, p_item_limit integer default 300
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_since constant timestamptz := private.idle_since(p_days);
  v_ids text[];
  v_active_ids text[];
  v_answered text[];
  v_answer_ids bigint[];
  v_item_count integer;
  v_branch_item_count integer;
  v_done text[];
begin
  select array_agg(i.session_id), array_agg(i.session_id) filter (where i.is_active)
  into v_ids, v_active_ids
  from (
    select s.session_id, s.is_active from public.chat_sessions s
    where s.channel = p_channel and s.is_pruned = false and s.archived = any ('{f,t}')
      and not s.pinned and s.updated_at <= v_since
      and not exists (
        select 1 from public.chat_message_history m
        where m.session_id = s.session_id and m.status = 'streaming'
      )
    limit p_limit
    for no key update of s skip locked
  ) as i;
  perform pg_catalog.set_config('chat_registry.is_retention', 'on', true);

  select array_agg(a.session_id), array_agg(a.answer_id) into v_answered, v_answer_ids
  from (
    select distinct found.session_id, found.answer_id
    from (
      select i.session_id, made.answer_id
      from unnest(v_ids) as i (session_id)
      cross join lateral (
        select m.answer_id from public.chat_message_history m
        where m.session_id = i.session_id and m.answer_id is not null
        order by m.answer_id
        limit p_item_limit
      ) as made
      limit p_item_limit
    ) as found
  ) as a;
  delete from public.chat_message_history m
  using unnest(v_answered, v_answer_ids) as a (session_id, answer_id)
  where m.session_id = a.session_id and m.answer_id = a.answer_id;
  get diagnostics v_item_count = row_count;
  -- Where its tools are forgotten, what the agent said between their calls is all in the text.
  update public.chat_message_history m
  set item = null
  where m.id = any (v_answer_ids) and m.item is not null;
  update public.chat_message_history m
  set item = null, content = ''
  where m.id in (
    select on_branch.id
    from unnest(v_ids) as i (session_id)
    cross join lateral (
      select b.id from public.chat_message_history b
      where b.session_id = i.session_id and b.role = 'tool' and b.answer_id is null
        and b.item is not null
      limit p_item_limit
    ) as on_branch
    limit greatest(p_item_limit - v_item_count, 0)
  );
  get diagnostics v_branch_item_count = row_count;

  with done as (
    update public.chat_sessions s
    set is_pruned = true, is_active = false
    where s.session_id = any (v_ids) and not exists (
      select 1 from public.chat_message_history m
      where m.session_id = s.session_id and m.answer_id is not null
    ) and not exists (
      select 1 from public.chat_message_history m
      where m.session_id = s.session_id and m.role = 'tool' and m.answer_id is null
        and m.item is not null
    )
    returning s.session_id
  )
  select array_agg(done.session_id) into v_done from done;
  perform pg_catalog.set_config('chat_registry.is_retention', 'off', true);
  return jsonb_build_object(
    'inactive', (
      select count(*) from unnest(v_active_ids) as a (session_id)
      where a.session_id = any (v_done)
    ),
    'items', v_item_count + v_branch_item_count,
    'is_last', v_ids is null
  );
end;
$$;

create function public.update_idle_sessions_archived(
  p_channel text, p_days integer, p_limit integer default 100
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_since constant timestamptz := private.idle_since(p_days);
  v_count integer;
begin
  perform pg_catalog.set_config('chat_registry.is_retention', 'on', true);
  update public.chat_sessions s
  set archived = true
  where s.chat_id in (
    select idle.chat_id from public.chat_sessions idle
    where idle.channel = p_channel and idle.is_pruned = any ('{f,t}') and idle.archived = false
      and not idle.pinned and idle.updated_at <= v_since
      and not exists (
        select 1 from public.chat_message_history m
        where m.session_id = idle.session_id and m.status = 'streaming'
      )
    limit p_limit
    for no key update of idle skip locked
  );
  get diagnostics v_count = row_count;
  perform pg_catalog.set_config('chat_registry.is_retention', 'off', true);
  return jsonb_build_object('archived', v_count, 'is_last', v_count = 0);
end;
$$;

-- Returns how many of them were said by somebody. The caller holds the session's lock.
create function private.delete_newest_messages(p_session_id text, p_limit integer) returns bigint
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count bigint;
begin
  perform pg_catalog.set_config('chat_registry.is_retention', 'on', true);
  with gone as (
    delete from public.chat_message_history m
    where m.id in (
      select newest.id from public.chat_message_history newest
      where newest.session_id = p_session_id
      order by newest.id desc
      limit p_limit
    )
    returning m.role
  )
  select count(*) filter (where gone.role in ('user', 'assistant')) into v_count from gone;
  perform pg_catalog.set_config('chat_registry.is_retention', 'off', true);
  return v_count;
end;
$$;

-- Their messages and attachments go with them, and tombstones stay, as when a user deletes them. A
-- batch has p_row_limit messages and items at most; a session with more of them goes in several,
-- the newest first, because messages refer to older ones.
create function public.delete_idle_sessions(
  p_channel text, p_days integer, p_limit integer default 100, p_row_limit integer default 300
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_since constant timestamptz := private.idle_since(p_days);
  v_session record;
  v_row_count bigint;
  v_rows bigint := 0;
  v_ids uuid[] := '{}';
  v_message_count bigint := 0;
begin
  for v_session in
    select s.chat_id, s.session_id, s.message_count from public.chat_sessions s
    where s.channel = p_channel and s.is_pruned = any ('{f,t}') and s.archived = any ('{f,t}')
      and not s.pinned and s.updated_at <= v_since
      and not exists (
        select 1 from public.chat_message_history m
        where m.session_id = s.session_id and m.status = 'streaming'
      )
    limit p_limit
    for update of s skip locked
  loop
    select count(*) into v_row_count
    from (
      select 1 from public.chat_message_history m
      where m.session_id = v_session.session_id
      limit p_row_limit + 1
    ) as some_rows;
    if v_row_count > p_row_limit and v_ids = '{}' then
      return jsonb_build_object(
        'deleted', 0, 'is_last', false,
        'messages', private.delete_newest_messages(v_session.session_id, p_row_limit)
      );
    end if;
    v_rows := v_rows + v_row_count;
    exit when v_rows > p_row_limit;
    v_ids := v_ids || v_session.chat_id;
    v_message_count := v_message_count + v_session.message_count;
  end loop;
  delete from public.chat_sessions s where s.chat_id = any (v_ids);
  return jsonb_build_object(
    'deleted', cardinality(v_ids), 'messages', v_message_count, 'is_last', v_ids = '{}'
  );
end;
$$;

-- What those would do, in pages; it changes nothing. p_days is {"inactive", "archive", "delete"},
-- each days or null for never; p_after is the `next` of the page before. Sessions in which nothing
-- would be seen to change are left out.
create function public.list_idle_sessions(
  p_channel text, p_days jsonb, p_after jsonb default null, p_limit integer default 500
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_days constant jsonb := private.plain_json(p_days);
  v_after constant jsonb := private.plain_json(p_after);
  v_inactive timestamptz := '-infinity';
  v_archive timestamptz := '-infinity';
  v_delete timestamptz := '-infinity';
  v_pages jsonb;
begin
  if (v_days ->> 'inactive')::integer is not null then
    v_inactive := private.idle_since((v_days ->> 'inactive')::integer);
  end if;
  if (v_days ->> 'archive')::integer is not null then
    v_archive := private.idle_since((v_days ->> 'archive')::integer);
  end if;
  if (v_days ->> 'delete')::integer is not null then
    v_delete := private.idle_since((v_days ->> 'delete')::integer);
  end if;
  with page as (
    select s.session_id, s.user_id, s.updated_at, s.message_count, s.is_pruned, s.archived,
      s.is_active
    from public.chat_sessions s
    where s.channel = p_channel and not s.pinned
      and s.updated_at <= greatest(v_inactive, v_archive, v_delete)
      and (v_after is null or (s.is_pruned, s.archived, s.updated_at, s.session_id) > (
        (v_after ->> 'is_pruned')::boolean, (v_after ->> 'archived')::boolean,
        (v_after ->> 'updated_at')::timestamptz, v_after ->> 'session_id'
      ))
    order by s.is_pruned, s.archived, s.updated_at, s.session_id
    limit p_limit
  ), judged as (
    select p.*,
      p.updated_at <= v_delete as is_deleted,
      p.updated_at > v_delete and p.updated_at <= v_archive and not p.archived as is_archived,
      p.updated_at > v_delete and p.updated_at <= v_inactive and not p.is_pruned
        as is_pruned_now
    from page p
    where not exists (
      select 1 from public.chat_message_history m
      where m.session_id = p.session_id and m.status = 'streaming'
    )
  ), counted as (
    select j.*, case when j.is_pruned_now then (
      select count(*) from public.chat_message_history m
      where m.session_id = j.session_id and m.answer_id is not null
    ) + (
      select count(*) from public.chat_message_history m
      where m.session_id = j.session_id and m.role = 'tool' and m.answer_id is null
        and m.item is not null
    ) else 0 end as item_count
    from judged j
  )
  select jsonb_build_object(
    'sessions', coalesce((
      select jsonb_agg(jsonb_build_object(
        'session_id', c.session_id, 'user_id', c.user_id, 'updated_at', c.updated_at,
        'message_count', c.message_count, 'item_count', c.item_count,
        'is_deleted', c.is_deleted, 'is_archived', c.is_archived,
        'is_made_inactive', c.is_pruned_now and c.is_active
      ) order by c.updated_at, c.session_id)
      from counted c
      where c.is_deleted or c.is_archived or c.is_pruned_now and c.is_active or c.item_count > 0
    ), '[]'::jsonb),
    'next', (
      select jsonb_build_object('is_pruned', l.is_pruned, 'archived', l.archived,
        'updated_at', l.updated_at, 'session_id', l.session_id)
      from page l
      where (select count(*) from page) = p_limit
      order by l.is_pruned desc, l.archived desc, l.updated_at desc, l.session_id desc
      limit 1
    )
  ) into v_pages;
  return v_pages;
end;
$$;

grant execute on function private.idle_since(integer) to service_role;
grant execute on function public.delete_idle_items(text, integer, integer, integer)
  to service_role;
grant execute on function public.update_idle_sessions_archived(text, integer, integer)
  to service_role;
grant execute on function private.delete_newest_messages(text, integer) to service_role;
grant execute on function public.delete_idle_sessions(text, integer, integer, integer)
  to service_role;
grant execute on function public.list_idle_sessions(text, jsonb, jsonb, integer)
  to service_role;
