-- What: a new session gets no id that an address cannot name: one with a slash, or a word of the API.
--   An import gives such a session another id, as it does with one that is taken.
-- Why: the server refused them, an agent program, an archive and the Supabase API did not. Such a
--   session stood in the list and could be neither opened nor changed nor deleted.
-- Safe while the previous release runs: yes, because it makes no such session of its own; those that
--   are there stay as they are.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.has_address(p_session_id text) returns boolean
language sql immutable parallel safe security invoker set search_path = '' as $$
  select strpos(p_session_id, '/') = 0
    and p_session_id not in ('.', '..', 'changes', 'counts', 'sync')
$$;
grant execute on function private.has_address(text) to authenticated, service_role;

create function private.guard_chat_session_address() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  perform private.refuse(
    'session_id', 'Give an id without slashes, other than ., .., changes, counts and sync.'
  );
  return new;
end;
$$;

-- After the guard that fills in the id, by the order of their names.
create trigger chat_sessions_guard_new_address
  before insert on public.chat_sessions
  for each row when (not private.has_address(new.session_id))
  execute function private.guard_chat_session_address();

-- The same as before, and an id that cannot be that of a session is given up too.
create or replace function private.place_imported_session(p_user_id uuid, p_archived jsonb)
returns public.chat_sessions
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_archived public.chat_sessions := jsonb_populate_record(null::public.chat_sessions, p_archived);
  v_session public.chat_sessions;
  v_title constant text := private.plain_title(v_archived.title);
  v_is_taken boolean := v_archived.session_id ~ '^(telegram|scheduled):'
    or v_archived.session_id ~ '[[:cntrl:]]' or not private.has_address(v_archived.session_id);
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
      v_title, case when v_title is not null then v_archived.title_source end, v_archived.topic,
      v_archived.archived, v_archived.pinned,
      v_archived.is_folded and v_archived.channel = 'scheduled',
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
