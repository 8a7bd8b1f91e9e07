-- What: which session an imported one was where it was exported, and triggers that let an import
--   keep the instants, the fold and the schedule that the rows had there.
-- Why: what is exported, deleted and imported again must be what it was, and importing it twice
--   must find it.
-- Safe while the previous release runs: yes, because the column may be null, and the triggers do
--   the same as before outside import_chat_session.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Null for a session that still has the id it was made with.
alter table public.chat_sessions add column origin_session_id text;
alter table public.chat_sessions add constraint chat_sessions_origin_session_id_check
  check (char_length(origin_session_id) between 1 and 200) not valid;

-- The id and the instant of making tell whether two sessions are the same one; by the id alone a
-- number that Telegram gave out twice would be taken for one session. Exports go in this order.
create unique index chat_sessions_origin_key on public.chat_sessions (
  user_id, created_at, (coalesce(origin_session_id, session_id))
);

-- True only inside import_chat_session. The Supabase API cannot set it, and who could would gain
-- what an import gives: own rows with instants of the past.
create function private.is_importing() returns boolean
language sql stable security invoker set search_path = '' as $$
  select coalesce(current_setting('chat_registry.is_importing', true), '') = 'on'
$$;
grant execute on function private.is_importing() to authenticated, service_role;

create or replace function private.guard_chat_session_insert() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.session_id := coalesce(new.session_id, new.chat_id::text);
  new.metadata := coalesce(new.metadata, '{}'::jsonb);
  new.head_message_id := null;
  new.message_count := 0;
  new.last_message_preview := null;
  new.version := 1;
  if new.title is not null then
    new.title_source := coalesce(new.title_source, 'user');
  end if;
  if current_user in ('anon', 'authenticated') then
    -- These ids are made by the server for a chat or a run that must be able to claim them.
    if new.session_id like 'telegram:%' or new.session_id like 'scheduled:%' then
      perform private.refuse('session_id', 'The prefixes telegram: and scheduled: are reserved.');
    end if;
    if not private.is_importing() then
      new.origin_session_id := null;
      new.created_at := clock_timestamp();
      new.updated_at := new.created_at;
    end if;
  end if;
  return new;
end;
$$;

create or replace function private.guard_chat_session_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if (new.chat_id, new.session_id, new.origin_session_id, new.user_id, new.channel,
      new.created_at)
    is distinct from (old.chat_id, old.session_id, old.origin_session_id, old.user_id, old.channel,
      old.created_at)
  then
    perform private.refuse(
      'session_id', 'chat_id, session_id, user_id, channel and created_at never change.'
    );
  end if;
  -- Depth 1 is a statement of the caller; the messages' trigger arrives at depth 2.
  if pg_trigger_depth() = 1 then
    new.message_count := old.message_count;
    new.head_message_id := coalesce(new.head_message_id, old.head_message_id);
    if private.is_importing() then
      new.version := old.version + 1;
      return new;
    end if;
    new.last_message_preview := old.last_message_preview;
  end if;
  if new.title is null then
    new.title_source := null;
  elsif new.title is distinct from old.title
    and new.title_source is not distinct from old.title_source
    and current_user = 'authenticated'
    or new.title_source is null
  then
    new.title_source := 'user';
  end if;
  -- A title that the server makes is no activity; what it is made from was.
  if (case when new.title_source = 'generated' then old.title else new.title end, new.topic,
      new.archived, new.pinned, new.metadata, new.agent_name, new.head_message_id,
      new.message_count, new.last_message_preview, new.updated_at)
    is distinct from (old.title, old.topic, old.archived, old.pinned, old.metadata, old.agent_name,
      old.head_message_id, old.message_count, old.last_message_preview, old.updated_at)
  then
    new.updated_at := clock_timestamp();
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;

create or replace function private.guard_session_schedule() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') and pg_trigger_depth() = 1
    and not private.is_importing()
  then
    new.schedule_id := case when tg_op = 'UPDATE' then old.schedule_id end;
    new.is_folded := tg_op = 'UPDATE' and old.is_folded;
  end if;
  return new;
end;
$$;

-- parent_id left out appends to the branch in use; 0 begins a branch of its own at the root.
-- Without bitmap scans: to find one session's rows the planner would add a bitmap of every message
-- of the user, whom the policy names.
create or replace function private.guard_chat_message_insert() returns trigger
language plpgsql security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_user_id uuid;
  v_head bigint;
  v_now timestamptz;
begin
  -- The lock puts concurrent appends to one session in order.
  select s.user_id, s.head_message_id into v_user_id, v_head
  from public.chat_sessions s
  where s.session_id = new.session_id
  for no key update;
  if not found or coalesce(new.user_id, v_user_id) <> v_user_id then
    raise sqlstate 'PT404' using message = 'session_not_found',
      detail = 'session_id', hint = 'Make the session first.';
  end if;
  new.user_id := v_user_id;
  if new.parent_id is null then
    -- The head moves when the statement ends; rows before this one in it are already visible. No
    -- age is this transaction's own, savepoints included.
    select m.id into new.parent_id
    from public.chat_message_history m
    where m.session_id = new.session_id and m.id > coalesce(v_head, 0) and age(m.xmin) <= 0
    order by m.id desc
    limit 1;
    new.parent_id := coalesce(new.parent_id, v_head);
  end if;
  new.parent_id := nullif(new.parent_id, 0);
  if private.is_importing() then
    -- The session was locked before the ids were drawn, and the instants are the message's own.
    return new;
  end if;
  if new.id <= greatest(v_head, new.parent_id) then
    -- The id was drawn before the wait for the lock, and others have been appended since.
    new.id := nextval('public.chat_message_history_id_seq');
  end if;
  -- Nobody says when, or it began with this transaction: the instant of the append.
  v_now := clock_timestamp();
  new.created_at := case
    when new.created_at < now() then greatest(new.created_at, 'epoch') else v_now
  end;
  new.updated_at := v_now;
  if new.lease_expires_at is not null then
    new.lease_expires_at := least(new.lease_expires_at, v_now + interval '10 minutes');
  end if;
  return new;
end;
$$;

-- A prompt in a run's session comes from the run itself or from its user, who unfolds it. The
-- session is locked by now, as in everything that locks both. History that is imported is neither.
create or replace function private.join_run() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if private.is_importing() then
    return new;
  elsif new.client_request_id like 'run:%' then
    update public.scheduled_runs r set lease_token = null, lease_expires_at = null
    where r.session_id = new.session_id and r.user_id = new.user_id and r.status = 'running'
      and r.lease_token is not null and private.run_request_id(r) = new.client_request_id;
    if not found then
      raise sqlstate 'PT404' using message = 'run_not_found',
        detail = 'client_request_id', hint = 'The run was given to another process.';
    end if;
  elsif new.channel <> 'scheduled' then
    update public.chat_sessions s set is_folded = false
    where s.session_id = new.session_id and s.is_folded;
  end if;
  return new;
end;
$$;

-- A session that comes in long is given no other title; one that grows afterwards is.
create or replace function private.make_title_job() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if private.is_importing() then
    return null;
  end if;
  insert into public.title_jobs (session_id, user_id)
  select new.session_id, new.user_id
  from public.title_rules r
  where r.after_messages > 0 and new.message_count > r.after_messages
  on conflict (session_id) do nothing;
  return null;
end;
$$;
