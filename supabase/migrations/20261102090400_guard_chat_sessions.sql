-- What: triggers that keep identity fixed, derived columns derived, and version and updated_at on
--   the server's clock.
-- Why: what a user may write through the server they may also write straight at the Supabase API.
-- Safe while the previous release runs: yes, because it writes none of these columns.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.guard_chat_session_insert() returns trigger
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
    new.created_at := clock_timestamp();
    new.updated_at := new.created_at;
  end if;
  return new;
end;
$$;

create function private.guard_chat_session_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if (new.chat_id, new.session_id, new.user_id, new.channel, new.created_at)
    is distinct from (old.chat_id, old.session_id, old.user_id, old.channel, old.created_at)
  then
    perform private.refuse(
      'session_id', 'chat_id, session_id, user_id, channel and created_at never change.'
    );
  end if;
  -- Depth 1 is a statement of the caller; the messages' trigger arrives at depth 2.
  if pg_trigger_depth() = 1 then
    new.message_count := old.message_count;
    new.last_message_preview := old.last_message_preview;
    new.head_message_id := coalesce(new.head_message_id, old.head_message_id);
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
  if (new.title, new.topic, new.archived, new.pinned, new.metadata, new.agent_name,
      new.head_message_id, new.message_count, new.last_message_preview, new.updated_at)
    is distinct from (old.title, old.topic, old.archived, old.pinned, old.metadata, old.agent_name,
      old.head_message_id, old.message_count, old.last_message_preview, old.updated_at)
  then
    new.updated_at := clock_timestamp();
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;

create trigger chat_sessions_guard_insert
  before insert on public.chat_sessions
  for each row execute function private.guard_chat_session_insert();
create trigger chat_sessions_guard_update
  before update on public.chat_sessions
  for each row execute function private.guard_chat_session_update();

drop trigger chat_sessions_fill_session_id on public.chat_sessions;
-- squawk-ignore ban-drop-function
drop function private.fill_session_id();
