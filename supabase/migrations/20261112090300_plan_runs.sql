-- What: the functions of the planner: take the schedules that are due, store their runs.
-- Why: any number of processes plan at once, and each time of a schedule becomes one run.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Takes schedules that are due out of the other planners' sight for some seconds.
create function public.claim_due_schedules(
  p_limit integer default 500, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_schedules jsonb;
begin
  with due as (
    select d.schedule_id from public.agent_schedules d
    where d.plan_at <= now()
    order by d.plan_at
    limit least(greatest(p_limit, 1), 1000)
    for no key update skip locked
  ), taken as (
    update public.agent_schedules s set plan_at = private.lease_end(p_lease_seconds)
    from due
    where s.schedule_id = due.schedule_id
    returning s.schedule_id, s.title, s.cron, s.timezone, s.next_run_at, s.version
  )
  select jsonb_agg(to_jsonb(t)) into v_schedules from taken t;
  return jsonb_build_object(
    'schedules', coalesce(v_schedules, '[]'::jsonb), 'now', clock_timestamp()
  );
end;
$$;

-- A run that waited for a day is as late as one that nobody planned.
create function private.miss_old_runs() returns void
language sql volatile security invoker set search_path = '' as $$
  update public.scheduled_runs r
  set status = 'missed', failure_reason = 'It waited for more than a day.',
      finished_at = clock_timestamp()
  where r.status = 'waiting' and r.trigger = 'planned'
    and r.scheduled_for < clock_timestamp() - interval '1 day'
$$;

-- Stores what was planned: {"plans": [{schedule_id, version, planned_for, next_run_at,
-- runs: [{title, scheduled_for, status: waiting | missed, failure_reason}]}]}. A plan made for
-- another version of the schedule, or for a time that is planned already, changes nothing.
create function public.upsert_scheduled_runs(p_plans jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_plans jsonb := private.plain_json(p_plans) -> 'plans';
  v_planned_count integer;
  v_waiting_count integer;
begin
  -- Locked before the runs are looked at, so that none begins between the two.
  perform 1 from public.agent_schedules s
  where s.schedule_id in (
    select p.schedule_id from jsonb_to_recordset(v_plans) as p (schedule_id uuid)
  )
  order by s.schedule_id
  for no key update;
  perform private.miss_old_runs();
  with moved as (
    update public.agent_schedules s
    set next_run_at = p.next_run_at, plan_at = p.next_run_at
    from jsonb_to_recordset(v_plans) as p (
      schedule_id uuid, version bigint, planned_for timestamptz, next_run_at timestamptz, runs jsonb
    )
    where s.schedule_id = p.schedule_id and s.version = p.version
      and s.next_run_at = p.planned_for
    returning s.schedule_id, s.user_id, p.runs
  ), judged as (
    select m.schedule_id, m.user_id, r.title, r.scheduled_for, r.failure_reason, case
        when r.status = 'waiting' and exists (
          select 1 from public.scheduled_runs o
          where o.schedule_id = m.schedule_id and o.status in ('waiting', 'running')
        ) then 'skipped'
        else r.status
      end as status
    from moved m
    cross join lateral jsonb_to_recordset(m.runs)
      as r (title text, scheduled_for timestamptz, status text, failure_reason text)
  ), stored as (
    insert into public.scheduled_runs (
      schedule_id, user_id, title, scheduled_for, status, failure_reason, finished_at
    )
    select j.schedule_id, j.user_id, left(j.title, 200), j.scheduled_for, j.status,
      case j.status
        when 'skipped' then 'The run before it was still going.' else j.failure_reason
      end,
      case when j.status <> 'waiting' then clock_timestamp() end
    from judged j
    on conflict (schedule_id, scheduled_for) do nothing
    returning status
  )
  select (select count(*) from moved), (select count(*) from stored where status = 'waiting')
  into v_planned_count, v_waiting_count;
  return jsonb_build_object('planned_count', v_planned_count, 'waiting_count', v_waiting_count);
end;
$$;

grant execute on function public.claim_due_schedules(integer, integer) to service_role;
grant execute on function private.miss_old_runs() to service_role;
grant execute on function public.upsert_scheduled_runs(jsonb) to service_role;
