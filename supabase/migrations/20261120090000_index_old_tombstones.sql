-- What: an index by which old tombstones of a user are found.
-- Why: each delete of a session clears tombstones past their keep, and read all of the user's.
-- Safe while the previous release runs: yes, because it only adds an index.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create index if not exists chat_session_tombstones_deleted_idx
  on public.chat_session_tombstones (user_id, deleted_at);
