-- What: the functions of the workers: take runs, give one up, and the triggers that tie a run to its
--   turn from its beginning to its end.
-- Why: how a run ended is recorded with the end of its answer, in one transaction, by whoever ends it.
-- Safe while the previous release runs: yes, because the triggers act on runs' sessions alone.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The request id of a run's prompt. The attempt is the fence: a process that was given up begins
-- and ends nothing.
create function private.run_request_id(p_run public.scheduled_runs) returns text
language sql immutable security invoker set search_path = '' as $$
  select 'run:' || p_run.run_id || ':' || p_run.attempt
$$;

create function private.end_run(p_run_id uuid, p_status text, p_reason text default null)
returns void
language sql volatile security invoker set search_path = '' as $$
  update public.scheduled_runs r
  set status = p_status, failure_reason = left(p_reason, 1000), finished_at = clock_timestamp(),
      lease_token = null, lease_expires_at = null
  where r.run_id = p_run_id
$$;

-- Back into the line, or dead when it was cut off for the third time. A process that was told to
-- stop hands its runs back, which is no cut; ten attempts are the end of it all the same.
create function private.put_back_run(p_run public.scheduled_runs, p_is_cut_off boolean) returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count bigint := p_run.cut_off_count + p_is_cut_off::integer;
begin
  if v_count >= 3 or p_run.attempt >= 10 then
    perform private.end_run(
      p_run.run_id, 'dead', 'The server was cut off ' || p_run.attempt || ' times at this run.'
    );
  else
    update public.scheduled_runs r
    set status = 'waiting', cut_off_count = v_count, lease_token = null, lease_expires_at = null,
        available_at = clock_timestamp() + case
          when p_is_cut_off then interval '10 seconds' * power(3, v_count - 1)
          else interval '0'
        end
    where r.run_id = p_run.run_id;
  end if;
end;
$$;

-- Says in the session of a run that never began why it did not.
create function private.tell_run_failed(p_run public.scheduled_runs, p_reason text) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.chat_message_history (
    session_id, user_id, parent_id, role, content, status, channel, failure_reason
  )
  select p_run.session_id, p_run.user_id, m.parent_id, m.role, m.content, m.status, 'scheduled',
    m.failure_reason
  from public.agent_schedules s
  cross join lateral (values
    (1, 'user', s.prompt, 'complete', 0, null),
    (2, 'assistant', '', 'failed', null, left(p_reason, 1000))
  ) as m (place, role, content, status, parent_id, failure_reason)
  where s.schedule_id = p_run.schedule_id
  order by m.place
$$;

-- A run that was claimed and has not begun, locked after its session as everywhere; no row when it
-- has begun meanwhile or another transaction has it.
create function private.lock_claimed_run(p_run_id uuid) returns public.scheduled_runs
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_run public.scheduled_runs;
begin
  perform 1 from public.chat_sessions s
  where s.session_id = 'scheduled:' || p_run_id
  for no key update skip locked;
  if found then
    select * into v_run from public.scheduled_runs r
    where r.run_id = p_run_id and r.status = 'running' and r.lease_token is not null
    for update skip locked;
  end if;
  return v_run;
end;
$$;

-- Runs whose process died between the claim and the turn.
create function private.put_back_lost_runs() returns void
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_run_id uuid;
  v_run public.scheduled_runs;
begin
  for v_run_id in
    select r.run_id from public.scheduled_runs r
    where r.status = 'running' and r.lease_expires_at < clock_timestamp()
  loop
    v_run := private.lock_claimed_run(v_run_id);
    continue when v_run.run_id is null;
    if v_run.cut_off_count >= 2 then
      perform private.tell_run_failed(v_run, 'The server was cut off before it could begin.');
    end if;
    perform private.put_back_run(v_run, true);
    update public.chat_sessions s set is_active = false where s.session_id = v_run.session_id;
  end loop;
end;
$$;

-- Takes up to p_limit runs that wait, each with its session. A user's first run comes before
-- anybody's second, and no user has more than p_user_limit at once. Claims wait for each other,
-- or the limits would hold for each alone.
create function public.claim_scheduled_runs(
  p_limit integer default 8, p_user_limit integer default 3, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_ids uuid[];
  v_runs jsonb;
begin
  perform pg_advisory_xact_lock(hashtextextended('scheduled_runs', 0));
  perform private.put_back_lost_runs();
  perform private.miss_old_runs();
  with busy as (
    select b.user_id, count(*) as run_count from public.scheduled_runs b
    where b.status = 'running'
    group by b.user_id
  ), waiting as (
    select w.run_id, w.scheduled_for, coalesce(busy.run_count, 0)
      + row_number() over (partition by w.user_id order by w.scheduled_for, w.run_id) as place
    from public.scheduled_runs w
    left join busy on busy.user_id = w.user_id
    where w.status = 'waiting' and w.available_at <= now()
  ), chosen as (
    select w.run_id from waiting w
    where w.place <= p_user_limit
    order by w.place, w.scheduled_for, w.run_id
    limit least(greatest(p_limit, 0), 1000)
  )
  select array_agg(f.run_id) into v_ids
  from (
    select r.run_id from public.scheduled_runs r
    join chosen on chosen.run_id = r.run_id
    where r.status = 'waiting'
    for update of r skip locked
  ) as f;

  insert into public.chat_sessions (
    session_id, user_id, channel, agent_name, title, schedule_id, is_folded
  )
  select 'scheduled:' || r.run_id, r.user_id, 'scheduled', s.agent_name, r.title, r.schedule_id,
    true
  from public.scheduled_runs r
  join public.agent_schedules s on s.schedule_id = r.schedule_id
  where r.run_id = any(v_ids)
  on conflict (session_id) do nothing;

  with taken as (
    update public.scheduled_runs r
    set status = 'running', attempt = r.attempt + 1, session_id = 'scheduled:' || r.run_id,
        lease_token = gen_random_uuid(), lease_expires_at = private.lease_end(p_lease_seconds),
        started_at = coalesce(r.started_at, clock_timestamp())
    where r.run_id = any(v_ids)
    returning r.*
  )
  select jsonb_agg(jsonb_build_object(
    'run_id', t.run_id, 'user_id', t.user_id, 'session_id', t.session_id,
    'attempt', t.attempt, 'lease_token', t.lease_token, 'prompt', s.prompt,
    'client_request_id', private.run_request_id(t)
  ) order by t.scheduled_for, t.run_id) into v_runs
  from taken t
  join public.agent_schedules s on s.schedule_id = t.schedule_id;
  return jsonb_build_object('runs', coalesce(v_runs, '[]'::jsonb));
end;
$$;

-- Ends a run whose turn cannot begin; False when somebody else has it by now.
create function public.fail_scheduled_run(p_run_id uuid, p_lease_token uuid, p_reason text)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_run public.scheduled_runs := private.lock_claimed_run(p_run_id);
  v_is_held boolean := coalesce(v_run.lease_token = p_lease_token, false);
begin
  if v_is_held then
    perform private.tell_run_failed(v_run, p_reason);
    perform private.end_run(p_run_id, 'failed', p_reason);
    update public.chat_sessions s set is_active = false where s.session_id = v_run.session_id;
  end if;
  return jsonb_build_object('is_held', v_is_held);
end;
$$;

-- A prompt in a run's session comes from the run itself or from its user, who unfolds it. The
-- session is locked by now, as in everything that locks both.
create function private.join_run() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if new.client_request_id like 'run:%' then
    update public.scheduled_runs r set lease_token = null, lease_expires_at = null
    where r.session_id = new.session_id and r.user_id = new.user_id and r.status = 'running'
      and r.lease_token is not null and private.run_request_id(r) = new.client_request_id;
    if not found then
      raise sqlstate 'PT404' using message = 'run_not_found',
        detail = 'client_request_id', hint = 'The run was given to another process.';
    end if;
  elsif new.channel <> 'scheduled' then
    update public.chat_sessions s set is_folded = false
    where s.session_id = new.session_id and s.is_folded;
  end if;
  return new;
end;
$$;

create trigger chat_message_history_join_run
  before insert on public.chat_message_history
  for each row when (new.role = 'user' and new.session_id like 'scheduled:%')
  execute function private.join_run();

create function private.record_run() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  v_run public.scheduled_runs;
begin
  update public.chat_sessions s set is_active = exists (
    select 1 from public.chat_message_history m
    where m.session_id = new.session_id and m.status = 'streaming'
  )
  where s.session_id = new.session_id;
  select r.* into v_run
  from public.scheduled_runs r
  join public.chat_message_history q
    on q.session_id = new.session_id and q.id = new.parent_id
    and q.client_request_id = private.run_request_id(r)
  where r.session_id = new.session_id and r.user_id = new.user_id and r.status = 'running'
  for update of r;
  if not found then
    return null;
  end if;
  case new.status
    when 'complete' then
      perform private.end_run(v_run.run_id, 'completed');
    when 'failed' then
      perform private.end_run(
        v_run.run_id, 'failed', coalesce(new.failure_reason, 'The answer failed.')
      );
    when 'cancelled' then
      perform private.end_run(v_run.run_id, 'failed', 'You stopped it.');
    else
      -- Whoever stops in good order ends the answer while the lease still holds.
      perform private.put_back_run(v_run, old.lease_expires_at < clock_timestamp());
  end case;
  return null;
end;
$$;

-- Named to come after the trigger that shows the ended message in the session.
create trigger chat_message_history_show_run_ended
  after update of status on public.chat_message_history
  for each row when (
    old.status = 'streaming' and new.status <> 'streaming' and new.session_id like 'scheduled:%'
  )
  execute function private.record_run();

grant execute on function private.run_request_id(public.scheduled_runs)
  to authenticated, service_role;
grant execute on function private.end_run(uuid, text, text) to authenticated, service_role;
grant execute on function private.put_back_run(public.scheduled_runs, boolean)
  to authenticated, service_role;
grant execute on function private.tell_run_failed(public.scheduled_runs, text) to service_role;
grant execute on function private.lock_claimed_run(uuid) to service_role;
grant execute on function private.put_back_lost_runs() to service_role;
grant execute on function public.claim_scheduled_runs(integer, integer, integer) to service_role;
grant execute on function public.fail_scheduled_run(uuid, uuid, text) to service_role;
