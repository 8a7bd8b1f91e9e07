-- What: the functions of title jobs: ask for one, claim one, end it.
-- Why: the database's clock and locks decide between replicas, and a title of the user's always wins.
--   Like all that lock both, they take the session before its job.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Asks for a title now; one that is being made is waited for.
create function public.begin_title_job(p_user_id uuid, p_session_id text) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
begin
  v_session := private.lock_session(p_user_id, p_session_id);
  if v_session.title_source = 'user' then
    raise sqlstate 'PT409' using message = 'title_set_by_user',
      detail = 'session_id', hint = 'Empty the title first.';
  end if;
  insert into public.title_jobs as j (session_id, user_id, is_requested, tries_left)
  values (p_session_id, p_user_id, true, 3)
  on conflict (session_id) do update
  set is_requested = true, tries_left = 3, failure_reason = null, updated_at = clock_timestamp(),
      status = case
        when j.status = 'running' and j.available_at > clock_timestamp() then 'running'
        else 'waiting'
      end,
      available_at = case
        when j.status = 'running' and j.available_at > clock_timestamp() then j.available_at
        else clock_timestamp()
      end;
  update public.chat_sessions s set title_status = 'waiting'
  where s.chat_id = v_session.chat_id and s.title_status is distinct from 'waiting';
  return private.session_to_json(p_session_id);
end;
$$;

-- What a title is made from: how the session began, and the newest messages of the branch in use.
create function private.title_transcript(p_session_id text, p_head_id bigint) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return (
    with recursive branch as (
      select m.id, m.parent_id, m.role, m.content, m.status, 1 as depth
      from public.chat_message_history m
      where m.session_id = p_session_id and m.id = p_head_id
      union all
      select above.*, b.depth + 1
      from branch b
      cross join lateral (
        select m.id, m.parent_id, m.role, m.content, m.status
        from public.chat_message_history m
        where m.session_id = p_session_id and m.id = b.parent_id
        offset 0
      ) as above
      where b.depth < 20
    ), chosen as (
      select b.id, b.role, b.content, b.status from branch b
      union
      (
        select m.id, m.role, m.content, m.status from public.chat_message_history m
        where m.session_id = p_session_id
        order by m.id
        limit 1
      )
    )
    select coalesce(jsonb_agg(
      jsonb_build_object('role', c.role, 'content', left(c.content, 500)) order by c.id
    ), '[]'::jsonb)
    from chosen c
    where c.role in ('user', 'assistant') and c.status <> 'streaming' and c.content <> ''
  );
end;
$$;

-- The caller holds the locks of both.
create function private.end_title_job(
  p_session_id text, p_status text, p_reason text default null
) returns void
language plpgsql volatile security invoker set search_path = '' as $$
begin
  update public.title_jobs j
  set status = p_status, failure_reason = left(nullif(p_reason, ''), 1000),
      updated_at = clock_timestamp()
  where j.session_id = p_session_id;
  update public.chat_sessions s
  set title_status = case p_status when 'failed' then 'failed' end
  where s.session_id = p_session_id
    and s.title_status is distinct from case p_status when 'failed' then 'failed' end;
end;
$$;

-- The next job that is due and whose session nobody writes in at this instant. p_after_messages is
-- what the operator has set by now.
create function public.claim_title_job(
  p_after_messages integer default 10, p_lease_seconds integer default 60
) returns jsonb
language plpgsql volatile security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  -- Held fast, so that the index can find what is due by then.
  v_now timestamptz := clock_timestamp();
  v_session_id text;
  v_session public.chat_sessions;
  v_job public.title_jobs;
  v_messages jsonb;
begin
  update public.title_rules r set after_messages = p_after_messages
  where r.after_messages <> p_after_messages;
  for v_session_id in
    select j.session_id from public.title_jobs j
    where j.status in ('waiting', 'running') and j.available_at <= v_now
    order by j.available_at
    limit 50
  loop
    select * into v_session from public.chat_sessions s
    where s.session_id = v_session_id
    for no key update skip locked;
    continue when not found;
    select * into v_job from public.title_jobs j
    where j.session_id = v_session_id and j.status in ('waiting', 'running')
      and j.available_at <= v_now
    for update skip locked;
    continue when not found;
    v_messages := private.title_transcript(v_session_id, v_session.head_message_id);
    if v_session.title_source = 'user' then
      perform private.end_title_job(v_session_id, 'done');
    elsif v_messages = '[]' then
      perform private.end_title_job(v_session_id, 'failed', 'Nothing has been said yet.');
    elsif v_job.tries_left = 0 then
      perform private.end_title_job(v_session_id, 'failed', 'The server was cut off at it.');
    else
      update public.title_jobs j
      set status = 'running', attempt = j.attempt + 1, tries_left = j.tries_left - 1,
          available_at = private.lease_end(p_lease_seconds), updated_at = clock_timestamp()
      where j.session_id = v_session_id
      returning * into v_job;
      return jsonb_build_object(
        'job', to_jsonb(v_job) || jsonb_build_object('messages', v_messages)
      );
    end if;
  end loop;
  return jsonb_build_object('job', null);
end;
$$;

-- Locks a session and its job; false when another process has the job by now, or nobody.
create function private.lock_title_job(p_session_id text, p_attempt bigint) returns boolean
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform 1 from public.chat_sessions s where s.session_id = p_session_id for no key update;
  perform 1 from public.title_jobs j
  where j.session_id = p_session_id and j.attempt = p_attempt and j.status = 'running'
  for update;
  return found;
end;
$$;

create function public.complete_title_job(p_session_id text, p_attempt bigint, p_title text)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_held boolean;
begin
  if coalesce(char_length(p_title), 0) not between 1 and 80 or p_title ~ '[[:cntrl:]]' then
    perform private.refuse('title', 'Give one line of 1 to 80 characters.');
  end if;
  v_is_held := private.lock_title_job(p_session_id, p_attempt);
  if v_is_held then
    update public.chat_sessions s set title = p_title, title_source = 'generated'
    where s.session_id = p_session_id and s.title_source is distinct from 'user'
      and s.title is distinct from p_title;
    perform private.end_title_job(p_session_id, 'done');
  end if;
  return jsonb_build_object('is_held', v_is_held);
end;
$$;

-- Tried again after some seconds, or given up when no try is left.
create function public.fail_title_job(
  p_session_id text, p_attempt bigint, p_reason text, p_retry_seconds numeric default 10
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_is_held boolean;
begin
  v_is_held := private.lock_title_job(p_session_id, p_attempt);
  if v_is_held then
    update public.title_jobs j
    set status = 'waiting', failure_reason = left(nullif(p_reason, ''), 1000),
        available_at = clock_timestamp() + make_interval(secs => p_retry_seconds),
        updated_at = clock_timestamp()
    where j.session_id = p_session_id and j.tries_left > 0;
    if not found then
      perform private.end_title_job(p_session_id, 'failed', p_reason);
    end if;
  end if;
  return jsonb_build_object('is_held', v_is_held);
end;
$$;

grant execute on function public.begin_title_job(uuid, text) to authenticated, service_role;
grant execute on function private.title_transcript(text, bigint) to service_role;
grant execute on function private.end_title_job(text, text, text) to service_role;
grant execute on function private.lock_title_job(text, bigint) to service_role;
grant execute on function public.claim_title_job(integer, integer) to service_role;
grant execute on function public.complete_title_job(text, bigint, text) to service_role;
grant execute on function public.fail_title_job(text, bigint, text, numeric) to service_role;
