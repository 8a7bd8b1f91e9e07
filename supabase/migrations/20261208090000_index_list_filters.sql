-- What: indexes of the sessions of one agent, and of the runs that are folded away.
-- Why: a page of an agent with few sessions, and one of folded runs, read every session of their user.
-- Safe while the previous release runs: yes, because it only adds indexes. With millions of sessions
--   make them by hand first, concurrently; hence "if not exists".
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create index if not exists chat_sessions_recent_by_agent_idx
  on public.chat_sessions (user_id, agent_name, archived, updated_at desc, session_id desc);
create index if not exists chat_sessions_recent_folded_idx
  on public.chat_sessions (user_id, archived, updated_at desc, session_id desc)
  where is_folded;
