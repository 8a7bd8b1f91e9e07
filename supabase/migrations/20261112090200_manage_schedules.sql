-- What: the functions that list, make, change and delete schedules, list their runs, and run one now.
-- Why: limits and the rule of one run at a time hold only where they are counted under a lock.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- A run as the API shows it.
create function private.run_to_json(p_run public.scheduled_runs) returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select case when p_run.run_id is not null then jsonb_build_object(
    'run_id', p_run.run_id,
    'schedule_id', p_run.schedule_id,
    'session_id', p_run.session_id,
    'scheduled_for', p_run.scheduled_for,
    'trigger', p_run.trigger,
    'status', p_run.status,
    'attempt', p_run.attempt,
    'failure_reason', p_run.failure_reason,
    'started_at', p_run.started_at,
    'finished_at', p_run.finished_at,
    'duration_seconds', extract(epoch from p_run.finished_at - p_run.started_at)
  ) end
$$;

-- A schedule with its newest run and how many there were, counted up to 1,000. Times that were
-- missed or skipped are no runs here.
create function private.schedule_to_json(p_schedule public.agent_schedules) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  c_limit constant integer := 1000;
  v_last public.scheduled_runs;
begin
  select * into v_last from public.scheduled_runs r
  where r.schedule_id = p_schedule.schedule_id and r.status not in ('missed', 'skipped')
  order by r.scheduled_for desc
  limit 1;
  return to_jsonb(p_schedule) - 'plan_at' || jsonb_build_object(
    'last_run', private.run_to_json(v_last),
    'run_count', case when v_last.run_id is null then 0 else (
      select count(*) from (
        select 1 from public.scheduled_runs r
        where r.schedule_id = p_schedule.schedule_id and r.status not in ('missed', 'skipped')
        limit c_limit
      ) as counted
    ) end
  );
end;
$$;

-- The schedule of that user, or PT404: somebody else's is told apart from none by nothing.
create function private.find_schedule(p_user_id uuid, p_schedule_id uuid)
returns public.agent_schedules
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_schedule public.agent_schedules;
begin
  select * into v_schedule from public.agent_schedules s
  where s.schedule_id = p_schedule_id and s.user_id = p_user_id;
  if not found then
    raise sqlstate 'PT404' using message = 'schedule_not_found',
      detail = 'schedule_id', hint = 'Look it up in the list of schedules.';
  end if;
  return v_schedule;
end;
$$;

-- The one that ran last first; one that has not run yet counts from when it was made.
create function public.list_agent_schedules(p_user_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('schedules', coalesce(jsonb_agg(
    f.shown order by
      coalesce((f.shown #>> '{last_run,scheduled_for}')::timestamptz, f.created_at) desc,
      f.schedule_id
  ), '[]'::jsonb))
  from (
    select s.schedule_id, s.created_at, private.schedule_to_json(s) as shown
    from public.agent_schedules s
    where s.user_id = p_user_id
    offset 0
  ) as f
$$;

create function public.get_agent_schedule(p_user_id uuid, p_schedule_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object(
    'schedule', private.schedule_to_json(private.find_schedule(p_user_id, p_schedule_id))
  )
$$;

create function private.check_schedule(
  p_title text, p_agent_name text, p_prompt text, p_cron text, p_timezone text
) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if char_length(p_title) not between 1 and 200 then
    perform private.refuse('title', 'Give 1 to 200 characters.');
  elsif char_length(p_agent_name) not between 1 and 100 then
    perform private.refuse('agent_name', 'Give 1 to 100 characters.');
  elsif btrim(p_prompt, E' \t\r\n') = '' then
    perform private.refuse('prompt', 'Write something.');
  elsif octet_length(p_prompt) > 65536 then
    perform private.refuse('prompt', 'Shorten the prompt to 65536 bytes.');
  elsif char_length(p_cron) not between 1 and 200 then
    perform private.refuse('cron', 'Give 1 to 200 characters.');
  elsif char_length(p_timezone) not between 1 and 100 then
    perform private.refuse('timezone', 'Give 1 to 100 characters.');
  end if;
end;
$$;

-- Makes a schedule; one that this user made under the same id with the same content is answered.
-- Without a title the first words of the prompt are one.
create function public.upsert_agent_schedule(
  p_user_id uuid,
  p_schedule_id uuid,
  p_title text,
  p_agent_name text,
  p_prompt text,
  p_cron text,
  p_timezone text,
  p_notify_telegram boolean default false,
  p_is_enabled boolean default true,
  p_next_run_at timestamptz default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  c_limit constant integer := 100;
  v_schedule public.agent_schedules;
begin
  p_title := coalesce(p_title, private.title_of(p_prompt), 'Schedule');
  perform private.check_schedule(p_title, p_agent_name, p_prompt, p_cron, p_timezone);
  -- One at a time for each user, so that the limit is one.
  perform pg_advisory_xact_lock(hashtextextended('agent_schedules:' || p_user_id, 0));
  select * into v_schedule from public.agent_schedules s
  where s.schedule_id = p_schedule_id and s.user_id = p_user_id;
  if found and (v_schedule.title, v_schedule.agent_name, v_schedule.prompt, v_schedule.cron,
    v_schedule.timezone, v_schedule.notify_telegram, v_schedule.is_enabled)
    = (p_title, p_agent_name, p_prompt, p_cron, p_timezone, p_notify_telegram, p_is_enabled)
  then
    return jsonb_build_object(
      'schedule', private.schedule_to_json(v_schedule), 'created', false
    );
  end if;
  if not found then
    if (select count(*) from public.agent_schedules s where s.user_id = p_user_id) >= c_limit then
      raise sqlstate 'PT409' using message = 'schedule_limit_reached',
        detail = 'schedule_id', hint = 'Delete a schedule first.';
    end if;
    insert into public.agent_schedules (
      schedule_id, user_id, title, agent_name, prompt, cron, timezone, notify_telegram,
      is_enabled, next_run_at, plan_at
    ) values (
      coalesce(p_schedule_id, gen_random_uuid()), p_user_id, p_title, p_agent_name, p_prompt,
      p_cron, p_timezone, p_notify_telegram, p_is_enabled, p_next_run_at, p_next_run_at
    )
    on conflict (schedule_id) do nothing
    returning * into v_schedule;
    if found then
      return jsonb_build_object(
        'schedule', private.schedule_to_json(v_schedule), 'created', true
      );
    end if;
  end if;
  raise sqlstate 'PT409' using message = 'schedule_id_taken',
    detail = 'schedule_id', hint = 'Choose another schedule_id, or leave it out.';
end;
$$;

-- Null leaves a field as it is; p_next_run_at is taken when p_is_replanned says so. Answers
-- is_current false, and changes nothing, when p_version is no longer the schedule's.
create function public.update_agent_schedule(
  p_user_id uuid,
  p_schedule_id uuid,
  p_version bigint,
  p_title text default null,
  p_agent_name text default null,
  p_prompt text default null,
  p_cron text default null,
  p_timezone text default null,
  p_notify_telegram boolean default null,
  p_is_enabled boolean default null,
  p_is_replanned boolean default false,
  p_next_run_at timestamptz default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_schedule public.agent_schedules;
  v_is_current boolean;
begin
  perform private.check_schedule(p_title, p_agent_name, p_prompt, p_cron, p_timezone);
  update public.agent_schedules s
  set title = coalesce(p_title, s.title),
      agent_name = coalesce(p_agent_name, s.agent_name),
      prompt = coalesce(p_prompt, s.prompt),
      cron = coalesce(p_cron, s.cron),
      timezone = coalesce(p_timezone, s.timezone),
      notify_telegram = coalesce(p_notify_telegram, s.notify_telegram),
      is_enabled = coalesce(p_is_enabled, s.is_enabled),
      next_run_at = case when p_is_replanned then p_next_run_at else s.next_run_at end,
      plan_at = case when p_is_replanned then p_next_run_at else s.plan_at end,
      version = s.version + 1,
      updated_at = clock_timestamp()
  where s.schedule_id = p_schedule_id and s.user_id = p_user_id and s.version = p_version
  returning * into v_schedule;
  v_is_current := found;
  if not v_is_current then
    v_schedule := private.find_schedule(p_user_id, p_schedule_id);
  end if;
  return jsonb_build_object(
    'schedule', private.schedule_to_json(v_schedule), 'is_current', v_is_current
  );
end;
$$;

-- Its runs go with it; their sessions stay, folded and without a schedule.
create function public.delete_agent_schedule(p_user_id uuid, p_schedule_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform private.find_schedule(p_user_id, p_schedule_id);
  delete from public.agent_schedules s
  where s.schedule_id = p_schedule_id and s.user_id = p_user_id;
  return jsonb_build_object('deleted', found);
end;
$$;

-- Newest first, below p_before.
create function public.list_scheduled_runs(
  p_user_id uuid,
  p_schedule_id uuid,
  p_before timestamptz default null,
  p_limit integer default 50
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_runs public.scheduled_runs[];
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  perform private.find_schedule(p_user_id, p_schedule_id);
  v_runs := array(
    select r from public.scheduled_runs r
    where r.schedule_id = p_schedule_id and (p_before is null or r.scheduled_for < p_before)
    order by r.scheduled_for desc
    limit p_limit + 1
  );
  return jsonb_build_object(
    'runs', coalesce((
      select jsonb_agg(private.run_to_json(r) order by r.scheduled_for desc)
      from unnest(v_runs[:p_limit]) as r
    ), '[]'::jsonb),
    'has_more', coalesce(cardinality(v_runs), 0) > p_limit
  );
end;
$$;

-- Runs a schedule now, whether it is paused or not.
create function public.begin_scheduled_run(
  p_user_id uuid, p_schedule_id uuid, p_title text
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_run public.scheduled_runs;
begin
  -- Locked, so that a planner and this do not begin a run each.
  perform 1 from public.agent_schedules s
  where s.schedule_id = p_schedule_id and s.user_id = p_user_id
  for no key update;
  perform private.find_schedule(p_user_id, p_schedule_id);
  insert into public.scheduled_runs (schedule_id, user_id, title, scheduled_for, trigger)
  select p_schedule_id, p_user_id, left(p_title, 200), clock_timestamp(), 'manual'
  where not exists (
    select 1 from public.scheduled_runs r
    where r.schedule_id = p_schedule_id and r.status in ('waiting', 'running')
  )
  returning * into v_run;
  if not found then
    raise sqlstate 'PT409' using message = 'schedule_busy',
      detail = 'schedule_id', hint = 'Wait until its run has ended.';
  end if;
  return jsonb_build_object('run', private.run_to_json(v_run));
end;
$$;

grant execute on function private.run_to_json(public.scheduled_runs)
  to authenticated, service_role;
grant execute on function private.schedule_to_json(public.agent_schedules)
  to authenticated, service_role;
grant execute on function private.find_schedule(uuid, uuid) to authenticated, service_role;
grant execute on function private.check_schedule(text, text, text, text, text) to service_role;
grant execute on function public.list_agent_schedules(uuid) to authenticated, service_role;
grant execute on function public.get_agent_schedule(uuid, uuid) to authenticated, service_role;
grant execute on function public.list_scheduled_runs(uuid, uuid, timestamptz, integer)
  to authenticated, service_role;
grant execute on function public.upsert_agent_schedule(
  uuid, uuid, text, text, text, text, text, boolean, boolean, timestamptz
) to service_role;
grant execute on function public.update_agent_schedule(
  uuid, uuid, bigint, text, text, text, text, text, boolean, boolean, boolean, timestamptz
) to service_role;
grant execute on function public.delete_agent_schedule(uuid, uuid) to service_role;
grant execute on function public.begin_scheduled_run(uuid, uuid, text) to service_role;
