-- What: schedules, their runs, and the tie between a run and its session.
-- Why: a run that is a session is read, searched and continued like any other.
-- Safe while the previous release runs: yes, because it writes neither schedule_id nor is_folded.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.agent_schedules (
  schedule_id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  title text not null,
  agent_name text not null default 'assistant',
  prompt text not null,
  cron text not null,
  timezone text not null,
  notify_telegram boolean not null default false,
  is_enabled boolean not null default true,
  next_run_at timestamptz,
  -- When a planner may look at it: next_run_at, or some seconds later while one has it in hand.
  plan_at timestamptz,
  version bigint not null default 1,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint agent_schedules_pkey primary key (schedule_id),
  constraint agent_schedules_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
  constraint agent_schedules_text_check check (
    char_length(title) between 1 and 200 and char_length(agent_name) between 1 and 100
    and char_length(cron) between 1 and 200 and char_length(timezone) between 1 and 100
    and octet_length(prompt) <= 65536 and btrim(prompt, E' \t\r\n') <> ''
  ),
  constraint agent_schedules_next_run_at_check check (
    (next_run_at is null) = (plan_at is null) and (is_enabled or next_run_at is null)
  )
);

-- The target of the tenant keys of runs and sessions.
create unique index agent_schedules_schedule_id_user_id_key
  on public.agent_schedules (schedule_id, user_id);
create index agent_schedules_user_id_idx on public.agent_schedules (user_id, created_at);
create index agent_schedules_plan_at_idx on public.agent_schedules (plan_at)
  where plan_at is not null;

alter table public.agent_schedules enable row level security;
revoke all on public.agent_schedules from public, anon, authenticated;
grant select on public.agent_schedules to authenticated;
grant all on public.agent_schedules to service_role;

-- Only the server writes: it alone knows what an expression means and when it is due.
create policy agent_schedules_select_own on public.agent_schedules
  for select to authenticated using (user_id = (select auth.uid()));

create table public.scheduled_runs (
  run_id uuid not null default gen_random_uuid(),
  schedule_id uuid not null,
  user_id uuid not null,
  title text not null,
  scheduled_for timestamptz not null,
  trigger text not null default 'planned',
  status text not null default 'waiting',
  attempt bigint not null default 0,
  -- How many attempts ended with the process that worked on them.
  cut_off_count bigint not null default 0,
  available_at timestamptz not null default now(),
  -- Held from the claim until the turn begins, whose own lease is the heartbeat from then on.
  lease_token uuid,
  lease_expires_at timestamptz,
  session_id text,
  failure_reason text,
  started_at timestamptz,
  finished_at timestamptz,
  constraint scheduled_runs_pkey primary key (run_id),
  constraint scheduled_runs_schedule_fkey foreign key (schedule_id, user_id)
    references public.agent_schedules (schedule_id, user_id) on delete cascade,
  constraint scheduled_runs_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete set null (session_id),
  constraint scheduled_runs_trigger_check check (trigger in ('planned', 'manual')),
  constraint scheduled_runs_status_check check (
    status in ('waiting', 'running', 'completed', 'failed', 'dead', 'missed', 'skipped')
  ),
  constraint scheduled_runs_lease_check check (
    (lease_token is null) = (lease_expires_at is null)
    and (lease_token is null or status = 'running')
  ),
  constraint scheduled_runs_finished_at_check check (
    (finished_at is null) = (status in ('waiting', 'running'))
  ),
  constraint scheduled_runs_text_check check (
    char_length(title) between 1 and 200 and char_length(failure_reason) between 1 and 1000
  )
);

create unique index scheduled_runs_schedule_id_scheduled_for_key
  on public.scheduled_runs (schedule_id, scheduled_for);
-- One run of a schedule at a time.
create unique index scheduled_runs_open_key on public.scheduled_runs (schedule_id)
  where status in ('waiting', 'running');
create index scheduled_runs_carried_out_idx
  on public.scheduled_runs (schedule_id, scheduled_for desc)
  where status not in ('missed', 'skipped');
create index scheduled_runs_waiting_idx on public.scheduled_runs (user_id, scheduled_for)
  where status = 'waiting';
create index scheduled_runs_running_idx on public.scheduled_runs (user_id, lease_expires_at)
  where status = 'running';
create index scheduled_runs_session_id_user_id_idx
  on public.scheduled_runs (session_id, user_id);

alter table public.scheduled_runs enable row level security;
revoke all on public.scheduled_runs from public, anon, authenticated;
grant select, update on public.scheduled_runs to authenticated;
grant all on public.scheduled_runs to service_role;

create policy scheduled_runs_select_own on public.scheduled_runs
  for select to authenticated using (user_id = (select auth.uid()));
-- The trigger that records how a run ended has the rights of whoever ended its answer.
create policy scheduled_runs_update_own on public.scheduled_runs
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));

create function private.guard_scheduled_run_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  -- Depth 1 is a statement of the caller; the messages' trigger arrives at depth 2.
  if current_user in ('anon', 'authenticated') and pg_trigger_depth() = 1 then
    perform private.refuse('run_id', 'What becomes of a run is for its answer to say.');
  end if;
  if old.session_id is not null and new.session_id is null
    and new.status in ('waiting', 'running')
  then
    new.status := 'failed';
    new.failure_reason := 'Its session was deleted.';
    new.lease_token := null;
    new.lease_expires_at := null;
    new.finished_at := clock_timestamp();
  end if;
  return new;
end;
$$;

create trigger scheduled_runs_guard_update
  before update on public.scheduled_runs
  for each row execute function private.guard_scheduled_run_update();

-- No schedule was there to name before.
update public.chat_sessions set schedule_id = null where schedule_id is not null;

alter table public.chat_sessions
  add constraint chat_sessions_schedule_fkey foreign key (schedule_id, user_id)
    references public.agent_schedules (schedule_id, user_id)
    on delete set null (schedule_id) not valid;

create function private.guard_session_schedule() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') and pg_trigger_depth() = 1 then
    new.schedule_id := case when tg_op = 'UPDATE' then old.schedule_id end;
    new.is_folded := tg_op = 'UPDATE' and old.is_folded;
  end if;
  return new;
end;
$$;

create trigger chat_sessions_guard_schedule
  before insert or update of schedule_id, is_folded on public.chat_sessions
  for each row execute function private.guard_session_schedule();
