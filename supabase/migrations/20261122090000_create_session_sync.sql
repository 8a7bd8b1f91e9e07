-- What: which id stands for one that somebody else has, and which requests that bring messages have
--   already set the fields of a session.
-- Why: sending a request again must change nothing, also days later and after another device has
--   renamed the session in between.
-- Safe while the previous release runs: yes, because it only adds tables.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- No key to chat_sessions: the id stands for the other one even after its session was deleted.
create table public.chat_session_renames (
  user_id uuid not null,
  claimed_session_id text not null,
  session_id text not null,
  created_at timestamptz not null default now(),
  constraint chat_session_renames_pkey primary key (user_id, claimed_session_id),
  constraint chat_session_renames_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
  constraint chat_session_renames_text_check check (
    char_length(claimed_session_id) between 1 and 200 and char_length(session_id) between 1 and 200
  )
);

-- A digest of what was asked for; what is older than a month is forgotten.
create table public.chat_session_receipts (
  session_id text not null,
  user_id uuid not null,
  digest text not null,
  created_at timestamptz not null default now(),
  constraint chat_session_receipts_pkey primary key (session_id, user_id, digest),
  constraint chat_session_receipts_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade,
  constraint chat_session_receipts_digest_check check (char_length(digest) = 32)
);

alter table public.chat_session_renames enable row level security;
alter table public.chat_session_receipts enable row level security;
revoke all on public.chat_session_renames from public, anon, authenticated;
revoke all on public.chat_session_receipts from public, anon, authenticated;
grant select, insert on public.chat_session_renames to authenticated;
grant select, insert, delete on public.chat_session_receipts to authenticated;
grant all on public.chat_session_renames to service_role;
grant all on public.chat_session_receipts to service_role;

create policy chat_session_renames_select_own on public.chat_session_renames
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_session_renames_insert_own on public.chat_session_renames
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_session_receipts_select_own on public.chat_session_receipts
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_session_receipts_insert_own on public.chat_session_receipts
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_session_receipts_delete_own on public.chat_session_receipts
  for delete to authenticated using (user_id = (select auth.uid()));
