-- What: what the picker shows and what keeps two devices apart: titles, flags, the head of the
--   branch in use, counters kept by triggers, metadata and a version.
-- Why: the list must be readable from chat_sessions alone, without touching the messages.
-- Safe while the previous release runs: yes, because every column has a default or may be null.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions
  add column title text,
  add column title_source text,
  add column topic text,
  add column archived boolean not null default false,
  add column pinned boolean not null default false,
  add column head_message_id bigint,
  add column message_count bigint not null default 0,
  add column last_message_preview text,
  add column schedule_id uuid,
  add column metadata jsonb not null default '{}'::jsonb,
  add column version bigint not null default 1;

-- An agent's name was free text: what no longer fits is kept in metadata. 2,000 characters stay
-- below the limit of metadata even when JSON escapes each of them.
update public.chat_sessions
set metadata = jsonb_build_object('original_agent_name', left(agent_name, 2000)),
    agent_name = coalesce(nullif(left(agent_name, 100), ''), 'assistant')
where char_length(agent_name) not between 1 and 100;

alter table public.chat_sessions
  add constraint chat_sessions_session_id_check check (
    char_length(session_id) between 1 and 200 and session_id !~ '[[:cntrl:]]'
  ) not valid,
  add constraint chat_sessions_reserved_session_id_check check (
    (session_id not like 'telegram:%' or channel = 'telegram')
    and (session_id not like 'scheduled:%' or channel = 'scheduled')
  ) not valid,
  add constraint chat_sessions_agent_name_check
    check (char_length(agent_name) between 1 and 100) not valid,
  add constraint chat_sessions_title_check
    check (char_length(title) between 1 and 200) not valid,
  add constraint chat_sessions_title_source_check check (
    (title is null) = (title_source is null) and title_source in ('user', 'generated')
    or title_source is null and title is null
  ) not valid,
  add constraint chat_sessions_topic_check
    check (char_length(topic) between 1 and 200) not valid,
  add constraint chat_sessions_metadata_check check (
    jsonb_typeof(metadata) = 'object' and octet_length(metadata::text) <= 16384
  ) not valid;

create index chat_sessions_recent_idx
  on public.chat_sessions (user_id, archived, updated_at desc, session_id desc);
create index chat_sessions_recent_by_channel_idx
  on public.chat_sessions (user_id, channel, archived, updated_at desc, session_id desc);

-- The target of the messages' tenant key: a message belongs to the user of its session.
create unique index chat_sessions_session_id_user_id_key
  on public.chat_sessions (session_id, user_id);
