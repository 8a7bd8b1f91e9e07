-- What: the jobs that give sessions a title, the rule when one is due, and what a session tells of it.
-- Why: a session that has grown is found by a better name than its first words; whoever asks a model
--   for it may fail, and no turn may wait for that.
-- Safe while the previous release runs: yes, because its sessions only gather jobs that wait.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- One row: what chatServer was told in TITLE_AFTER_MESSAGES, for the trigger to know.
create table public.title_rules (
  id boolean not null default true,
  after_messages bigint not null default 10,
  constraint title_rules_pkey primary key (id),
  constraint title_rules_check check (id and after_messages >= 0)
);
insert into public.title_rules default values;

alter table public.title_rules enable row level security;
revoke all on public.title_rules from public, anon, authenticated;
grant select on public.title_rules to authenticated;
grant all on public.title_rules to service_role;

-- Nobody's row: the trigger reads it with the rights of whoever writes the message.
create policy title_rules_select_all on public.title_rules
  for select to authenticated using (true);

-- The attempt is the fence: it counts every claim and never goes back. available_at is also where
-- the lease of a running one ends.
create table public.title_jobs (
  session_id text not null,
  user_id uuid not null,
  status text not null default 'waiting',
  is_requested boolean not null default false,
  attempt bigint not null default 0,
  tries_left bigint not null default 5,
  available_at timestamptz not null default now(),
  failure_reason text,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint title_jobs_pkey primary key (session_id),
  constraint title_jobs_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade,
  constraint title_jobs_status_check check (status in ('waiting', 'running', 'done', 'failed')),
  constraint title_jobs_tries_check check (tries_left between 0 and 5),
  constraint title_jobs_reason_check check (char_length(failure_reason) between 1 and 1000)
);

create index title_jobs_due_idx on public.title_jobs (available_at)
  where status in ('waiting', 'running');

alter table public.title_jobs enable row level security;
revoke all on public.title_jobs from public, anon, authenticated;
grant select, insert, update on public.title_jobs to authenticated;
grant all on public.title_jobs to service_role;

create policy title_jobs_select_own on public.title_jobs
  for select to authenticated using (user_id = (select auth.uid()));
create policy title_jobs_insert_own on public.title_jobs
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy title_jobs_update_own on public.title_jobs
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

-- A title that was asked for is waiting, or could not be made; a title of the user's ends both.
alter table public.chat_sessions
  add column title_status text,
  add constraint chat_sessions_title_status_check
    check (title_status in ('waiting', 'failed')) not valid;

create function private.keep_title_status() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.title_status := null;
  return new;
end;
$$;

-- After the guard, by the order of their names, so that whose title it is has been settled.
create trigger chat_sessions_keep_title_status
  before insert or update on public.chat_sessions
  for each row when (new.title_source = 'user' and new.title_status is not null)
  execute function private.keep_title_status();

create function private.make_title_job() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  insert into public.title_jobs (session_id, user_id)
  select new.session_id, new.user_id
  from public.title_rules r
  where r.after_messages > 0 and new.message_count > r.after_messages
  on conflict (session_id) do nothing;
  return null;
end;
$$;

create trigger chat_sessions_make_title_job
  after update of message_count on public.chat_sessions
  for each row when (
    new.message_count > old.message_count and new.title_source is distinct from 'user'
  )
  execute function private.make_title_job();
