-- What: validates the constraints on items of the file before.
-- Why: apart from it, so that no lock is held while the table is read.
-- Safe while the previous release runs: yes, because it writes none of these columns.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_message_history
  validate constraint chat_message_history_answer_fkey;
alter table public.chat_message_history
  validate constraint chat_message_history_answer_check;
alter table public.chat_message_history
  validate constraint chat_message_history_usage_check;
