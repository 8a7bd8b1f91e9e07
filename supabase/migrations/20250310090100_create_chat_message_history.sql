-- What: the messages of all sessions; session_id holds the session's chat_id as text.
-- Why: the transcript must outlive the browser tab.
-- Safe while the previous release runs: yes, because nothing used this table before.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.chat_message_history (
  id bigint generated always as identity,
  session_id text not null,
  role text not null,
  content text not null,
  created_at timestamptz not null default now(),
  constraint chat_message_history_pkey primary key (id),
  constraint chat_message_history_role_check
    check (role in ('user', 'assistant', 'system', 'tool'))
);

create index chat_message_history_session_id_idx
  on public.chat_message_history (session_id, id);

alter table public.chat_message_history enable row level security;

revoke all on public.chat_message_history from public, anon, authenticated;
revoke all on sequence public.chat_message_history_id_seq from public, anon, authenticated;
grant select, insert on public.chat_message_history to authenticated;
grant all on public.chat_message_history to service_role;

create policy chat_message_history_select_own on public.chat_message_history
  for select to authenticated using (
    session_id in (
      select s.chat_id::text from public.chat_sessions s where s.user_id = (select auth.uid())
    )
  );
create policy chat_message_history_insert_own on public.chat_message_history
  for insert to authenticated with check (
    session_id in (
      select s.chat_id::text from public.chat_sessions s where s.user_id = (select auth.uid())
    )
  );
