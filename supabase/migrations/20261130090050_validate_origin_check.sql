-- What: the constraint on origin_session_id, checked for the rows that were there.
-- Why: a constraint validated in its own transaction does not block readers meanwhile.
-- Safe while the previous release runs: yes, because every row obeys it already.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions validate constraint chat_sessions_origin_session_id_check;
