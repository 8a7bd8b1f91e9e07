-- What: the channel of a session, and session_id, the public id that every channel upserts on.
-- Why: Telegram and scheduled runs become sessions of the same list as the web's.
-- Safe while the previous release runs: yes, because a row inserted without session_id gets its
--   chat_id, and channel has a default. The backfill is one statement: migrations of the Supabase
--   CLI run in one transaction each, so batches could not commit on their own.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions
  add column channel text not null default 'web',
  add column session_id text;

alter table public.chat_sessions
  add constraint chat_sessions_channel_check
  check (channel in ('web', 'telegram', 'scheduled')) not valid;

create function private.fill_session_id() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.session_id := coalesce(new.session_id, new.chat_id::text);
  return new;
end;
$$;

create trigger chat_sessions_fill_session_id
  before insert on public.chat_sessions
  for each row execute function private.fill_session_id();

update public.chat_sessions
set session_id = chat_id::text, channel = 'web'
where session_id is null;

alter table public.chat_sessions
  add constraint chat_sessions_session_id_not_null check (session_id is not null) not valid;

-- Full, not partial: PostgREST cannot upsert on a partial unique index (42P10).
create unique index chat_sessions_session_id_key on public.chat_sessions (session_id);
create index chat_sessions_user_id_channel_created_at_idx
  on public.chat_sessions (user_id, channel, created_at desc);

drop index public.chat_sessions_user_id_idx;
