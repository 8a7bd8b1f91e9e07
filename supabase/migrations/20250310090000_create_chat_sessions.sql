-- What: the list of sessions, one row for each conversation of one user with one agent.
-- Why: a refresh must find the conversation again.
-- Safe while the previous release runs: yes, because nothing used this table before.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.chat_sessions (
  chat_id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  agent_name text not null default 'assistant',
  is_active boolean not null default true,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint chat_sessions_pkey primary key (chat_id),
  constraint chat_sessions_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade
);

create index chat_sessions_user_id_idx on public.chat_sessions (user_id);

alter table public.chat_sessions enable row level security;

revoke all on public.chat_sessions from public, anon, authenticated;
grant select, insert, update, delete on public.chat_sessions to authenticated;
grant all on public.chat_sessions to service_role;

create policy chat_sessions_select_own on public.chat_sessions
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_sessions_insert_own on public.chat_sessions
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_sessions_update_own on public.chat_sessions
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy chat_sessions_delete_own on public.chat_sessions
  for delete to authenticated using (user_id = (select auth.uid()));
