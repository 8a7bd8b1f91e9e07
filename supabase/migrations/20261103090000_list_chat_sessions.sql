-- What: the functions that list, open and make sessions, and the mark of those that lists leave out.
-- Why: one request is one transaction, and a tuple comparison uses the index where the filters of
--   the Supabase API would not.
-- Safe while the previous release runs: yes, because it only adds functions and a column with a
--   default.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Folded under its schedule: a run's session in which its user has not written. The list without
-- them reads an index of its own, so thousands of runs beside ten conversations cost nothing.
alter table public.chat_sessions add column is_folded boolean not null default false;

create index chat_sessions_recent_unfolded_idx
  on public.chat_sessions (user_id, archived, updated_at desc, session_id desc)
  where not is_folded;
-- Runs whose schedule is deleted have no other place than the list of all runs.
create index chat_sessions_recent_loose_runs_idx
  on public.chat_sessions (user_id, archived, updated_at desc, session_id desc)
  where channel = 'scheduled' and (not is_folded or schedule_id is null);
create index chat_sessions_recent_by_schedule_idx
  on public.chat_sessions (schedule_id, archived, updated_at desc, session_id desc)
  where schedule_id is not null;
create index chat_sessions_pinned_idx
  on public.chat_sessions (user_id, archived, updated_at desc, session_id desc)
  where pinned;

-- Sessions as the API shows them, in the order given.
create function private.sessions_to_json(p_sessions public.chat_sessions[]) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
begin
  return (
    select coalesce(jsonb_agg(shown), '[]'::jsonb)
    from (
      select s.*, exists (
        select 1 from public.chat_message_history m
        where m.session_id = s.session_id and m.status = 'streaming'
      ) as is_answering
      from unnest(p_sessions) as s
    ) as shown
  );
end;
$$;

-- The session of that user, or PT404: somebody else's is told apart from none by nothing.
create function private.find_session(p_user_id uuid, p_session_id text)
returns public.chat_sessions
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  select * into v_session from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'session_not_found',
      detail = 'session_id', hint = 'Look it up in the list of sessions.';
  end if;
  return v_session;
end;
$$;

-- Newest activity first. Custom plans let every filter left out disappear from the plan.
create function public.list_chat_sessions(
  p_user_id uuid,
  p_channel text default null,
  p_archived boolean default false,
  p_agent_name text default null,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_updated_after timestamptz default null,
  p_cursor_updated_at timestamptz default null,
  p_cursor_session_id text default null,
  p_offset integer default 0,
  p_limit integer default 50,
  p_schedule_id uuid default null,
  p_folded boolean default null,
  p_pinned boolean default null
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_sessions public.chat_sessions[];
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  elsif p_offset < 0 then
    perform private.refuse('offset', 'Give an offset of 0 or more.');
  elsif p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  end if;
  -- Archived sessions and the others are two ranges of the index; a page of both merges their tops.
  v_sessions := array(
    select s
    from unnest(case when p_archived is null then array[false, true] else array[p_archived] end)
      as range (archived)
    cross join lateral (
      select * from public.chat_sessions s
      where s.user_id = p_user_id
        and s.archived = range.archived
        and (p_channel is null or s.channel = p_channel)
        and (p_agent_name is null or s.agent_name = p_agent_name)
        and (p_schedule_id is null or s.schedule_id = p_schedule_id)
        and (
          p_folded is null or s.is_folded = p_folded
          or (not p_folded and p_channel is not distinct from 'scheduled' and s.schedule_id is null)
        )
        and (p_pinned is null or s.pinned = p_pinned)
        and (p_from is null or s.updated_at >= p_from)
        and (p_to is null or s.updated_at < p_to)
        and (p_updated_after is null or s.updated_at > p_updated_after)
        and (p_cursor_updated_at is null
          or (s.updated_at, s.session_id) < (p_cursor_updated_at, p_cursor_session_id))
      order by s.updated_at desc, s.session_id desc
      limit p_offset + p_limit + 1
    ) as s
    order by s.updated_at desc, s.session_id desc
    limit p_limit + 1 offset p_offset
  );
  return jsonb_build_object(
    'sessions', private.sessions_to_json(v_sessions[:p_limit]),
    'has_more', coalesce(cardinality(v_sessions), 0) > p_limit
  );
end;
$$;

-- Counted up to 1,000 a channel, so that it costs the same for ten sessions and ten million; the
-- order is the index's, or a limit would lure the planner into reading the whole table.
create function public.get_chat_session_counts(p_user_id uuid, p_archived boolean default false)
returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  c_limit constant integer := 1000;
  v_counts jsonb;
begin
  select jsonb_object_agg(c.channel, (
    select count(*) from (
      select 1 from public.chat_sessions s
      where s.user_id = p_user_id and s.channel = c.channel
        and (p_archived is null or s.archived = p_archived)
      order by s.archived, s.updated_at desc
      limit c_limit
    ) as counted
  )) into v_counts
  from unnest(array['web', 'telegram', 'scheduled']) as c (channel);
  return v_counts || jsonb_build_object(
    'all', least(c_limit, (select sum(value::integer) from jsonb_each_text(v_counts))),
    'limit', c_limit
  );
end;
$$;

-- Supabase Lite 0.10 hands a jsonb argument over as a JSON string that holds the document.
create function private.plain_json(p_value jsonb) returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select case
    when jsonb_typeof(p_value) = 'string' and (p_value #>> '{}') is json object
    then (p_value #>> '{}')::jsonb
    else p_value
  end
$$;

create function public.upsert_chat_session(
  p_user_id uuid,
  p_session_id text default null,
  p_channel text default 'web',
  p_title text default null,
  p_topic text default null,
  p_agent_name text default null,
  p_metadata jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_chat_id uuid := gen_random_uuid();
  v_created boolean := false;
begin
  p_metadata := private.plain_json(p_metadata);
  if p_channel is null or p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  elsif p_session_id is not null and (
    char_length(p_session_id) not between 1 and 200 or p_session_id ~ '[[:cntrl:]]'
  ) then
    perform private.refuse('session_id', 'Give 1 to 200 characters, none of them a control one.');
  elsif p_session_id like 'telegram:%' and p_channel <> 'telegram'
    or p_session_id like 'scheduled:%' and p_channel <> 'scheduled'
  then
    perform private.refuse('session_id', 'The prefixes telegram: and scheduled: are reserved.');
  elsif char_length(p_title) not between 1 and 200 then
    perform private.refuse('title', 'Give 1 to 200 characters.');
  elsif char_length(p_topic) not between 1 and 200 then
    perform private.refuse('topic', 'Give 1 to 200 characters.');
  elsif char_length(p_agent_name) not between 1 and 100 then
    perform private.refuse('agent_name', 'Give 1 to 100 characters.');
  elsif jsonb_typeof(p_metadata) <> 'object' or octet_length(p_metadata::text) > 16384 then
    perform private.refuse('metadata', 'Give an object of at most 16384 bytes.');
  end if;

  -- Looked up first, because a user may name an own session of a channel whose ids are reserved.
  select * into v_session from public.chat_sessions s
  where s.session_id = p_session_id and s.user_id = p_user_id
  for no key update;
  if not found then
    -- No target: in a race (session_id, user_id) may see the other row before (session_id) does.
    insert into public.chat_sessions (
      chat_id, session_id, user_id, channel, agent_name, title, topic, metadata
    ) values (
      v_chat_id, coalesce(p_session_id, v_chat_id::text), p_user_id, p_channel,
      coalesce(p_agent_name, 'assistant'), p_title, p_topic, coalesce(p_metadata, '{}'::jsonb)
    )
    on conflict do nothing
    returning * into v_session;
    v_created := found;
    if not v_created then
      -- Made in the same instant: by this user's other request, or by somebody else.
      select * into v_session from public.chat_sessions s
      where s.session_id = p_session_id and s.user_id = p_user_id
      for no key update;
      if not found then
        raise sqlstate 'PT409' using message = 'session_id_taken',
          detail = 'session_id', hint = 'Choose another session_id, or leave it out.';
      end if;
    end if;
  end if;

  if not v_created
    and (coalesce(p_title, v_session.title), coalesce(p_topic, v_session.topic),
      coalesce(p_agent_name, v_session.agent_name), coalesce(p_metadata, v_session.metadata))
    is distinct from
    (v_session.title, v_session.topic, v_session.agent_name, v_session.metadata)
  then
    update public.chat_sessions s
    set title = coalesce(p_title, s.title),
        title_source = case
          when p_title is distinct from s.title and p_title is not null then 'user'
          else s.title_source
        end,
        topic = coalesce(p_topic, s.topic),
        agent_name = coalesce(p_agent_name, s.agent_name),
        metadata = coalesce(p_metadata, s.metadata)
    where s.chat_id = v_session.chat_id
    returning * into v_session;
  end if;
  return jsonb_build_object(
    'session', private.sessions_to_json(array[v_session]) -> 0, 'created', v_created
  );
end;
$$;

create function public.get_health() returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('status', 'ok')
  from (select 1 from public.chat_sessions limit 1) as readable
  right join (select 1) as always on true
$$;

grant execute on function private.sessions_to_json(public.chat_sessions[])
  to authenticated, service_role;
grant execute on function private.find_session(uuid, text) to authenticated, service_role;
grant execute on function private.plain_json(jsonb) to authenticated, service_role;
grant execute on function public.list_chat_sessions(
  uuid, text, boolean, text, timestamptz, timestamptz, timestamptz, timestamptz, text,
  integer, integer, uuid, boolean, boolean
) to authenticated, service_role;
grant execute on function public.get_chat_session_counts(uuid, boolean)
  to authenticated, service_role;
grant execute on function public.upsert_chat_session(uuid, text, text, text, text, text, jsonb)
  to authenticated, service_role;
grant execute on function public.get_health() to service_role;
