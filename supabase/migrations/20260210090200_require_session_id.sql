-- What: every session has a session_id and a known channel, checked for the rows that were there.
-- Why: a constraint validated in its own transaction does not block readers meanwhile.
-- Safe while the previous release runs: yes, because the trigger fills what it leaves out.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions validate constraint chat_sessions_channel_check;
alter table public.chat_sessions validate constraint chat_sessions_session_id_not_null;
alter table public.chat_sessions alter column session_id set not null;
-- squawk-ignore ban-drop-constraint
alter table public.chat_sessions drop constraint chat_sessions_session_id_not_null;
