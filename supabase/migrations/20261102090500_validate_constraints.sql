-- What: the constraints of this set, checked for the rows that were there.
-- Why: a constraint validated in its own transaction does not block readers meanwhile.
-- Safe while the previous release runs: yes, because new rows obey them already.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions validate constraint chat_sessions_session_id_check;
alter table public.chat_sessions validate constraint chat_sessions_reserved_session_id_check;
alter table public.chat_sessions validate constraint chat_sessions_title_check;
alter table public.chat_sessions validate constraint chat_sessions_title_source_check;
alter table public.chat_sessions validate constraint chat_sessions_topic_check;
alter table public.chat_sessions validate constraint chat_sessions_metadata_check;
alter table public.chat_sessions validate constraint chat_sessions_agent_name_check;
alter table public.chat_message_history validate constraint chat_message_history_user_id_not_null;
alter table public.chat_message_history validate constraint chat_message_history_session_fkey;
alter table public.chat_message_history validate constraint chat_message_history_parent_fkey;
alter table public.chat_message_history validate constraint chat_message_history_parent_check;
alter table public.chat_message_history validate constraint chat_message_history_status_check;
alter table public.chat_message_history validate constraint chat_message_history_streaming_check;
alter table public.chat_message_history validate constraint chat_message_history_channel_check;
alter table public.chat_message_history validate constraint chat_message_history_labels_check;
alter table public.chat_sessions validate constraint chat_sessions_head_fkey;

alter table public.chat_message_history alter column user_id set not null;
-- squawk-ignore ban-drop-constraint
alter table public.chat_message_history drop constraint chat_message_history_user_id_not_null;
