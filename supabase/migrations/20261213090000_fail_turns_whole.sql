-- What: the end of an answer that is not complete together with the tools that were used for it and
--   what it cost, and checkpoints that store what it has cost so far.
-- Why: its last steps were stored by a call of their own, so a process that died in between left an
--   answer without them, and what it had cost was stored by none.
-- Safe while the previous release runs: yes, because fail_turn stays beside it, and a checkpoint
--   that brings no usage keeps what is stored.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- For whoever holds the lease. p_memory is {"usage", "tool_steps"}; what it leaves out stays as the
-- last checkpoint has it. No items of the agent's memory are stored: it never holds half a turn. An
-- answer that has ended is answered as it is.
create function public.fail_turn_v2(
  p_user_id uuid,
  p_message_id bigint,
  p_lease_token uuid,
  p_status text,
  p_content text default null,
  p_failure_reason text default null,
  p_model_id text default null,
  p_provider_id text default null,
  p_fallback_notice text default null,
  p_memory jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_memory jsonb := private.plain_json(p_memory);
  v_is_held boolean;
begin
  if p_status is null or p_status not in ('failed', 'interrupted', 'cancelled') then
    perform private.refuse('status', 'Give failed, interrupted or cancelled.');
  end if;
  v_session_id := private.lock_turn(p_user_id, p_message_id, null);
  update public.chat_message_history m
  set status = p_status,
      content = coalesce(p_content, m.content),
      failure_reason = left(nullif(p_failure_reason, ''), 1000),
      model_id = coalesce(p_model_id, m.model_id),
      provider_id = coalesce(p_provider_id, m.provider_id),
      fallback_notice = left(nullif(p_fallback_notice, ''), 1000),
      usage = coalesce(nullif(v_memory -> 'usage', 'null'), m.usage),
      tool_steps = coalesce(nullif(v_memory -> 'tool_steps', 'null'), m.tool_steps)
  where m.id = p_message_id and m.status = 'streaming' and m.lease_token = p_lease_token;
  v_is_held := found;
  return jsonb_build_object('is_held', v_is_held)
    || private.message_and_session(p_message_id, v_session_id);
end;
$$;

grant execute on function public.fail_turn_v2(
  uuid, bigint, uuid, text, text, text, text, text, text, jsonb
) to service_role;

-- The same as before, and beside the text and the steps the usage, or null where it has not changed.
create or replace function public.checkpoint_turns(
  p_checkpoints jsonb, p_lease_seconds integer default 30
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_given jsonb := private.plain_json(p_checkpoints) -> 'checkpoints';
  v_held bigint[];
  v_stored bigint[];
begin
  if jsonb_typeof(v_given) is distinct from 'array' then
    perform private.refuse('checkpoints', 'Give a list of checkpoints.');
  end if;
  select array_agg(m.id) into v_held
  from jsonb_to_recordset(v_given) as c (user_id uuid, message_id bigint, lease_token uuid)
  cross join lateral (
    -- One look-up by key each, never a scan.
    select h.id, h.user_id, h.lease_token from public.chat_message_history h
    where h.id = c.message_id
    offset 0
  ) as m
  where m.user_id = c.user_id and m.lease_token = c.lease_token;
  with free as (
    select m.id from public.chat_message_history m
    where m.id = any (v_held)
    for no key update skip locked
  ), stored as (
    update public.chat_message_history m
    set content = coalesce(c.content, m.content),
        tool_steps = coalesce(c.tool_steps, m.tool_steps),
        usage = coalesce(c.usage, m.usage),
        lease_expires_at = private.lease_end(p_lease_seconds)
    from free,
      jsonb_to_recordset(v_given) as c (
        message_id bigint, lease_token uuid, content text, tool_steps jsonb, usage jsonb
      )
    where m.id = free.id and c.message_id = free.id
      and m.lease_token = c.lease_token
      -- An answer that has not grown is written anew for its lease alone, and not each time.
      and (
        c.content is not null or c.tool_steps is not null or c.usage is not null
        or m.lease_expires_at < private.lease_end(p_lease_seconds / 2)
      )
    returning m.id
  )
  select array_agg(s.id) into v_stored from stored s;
  return jsonb_build_object(
    'held', to_jsonb(coalesce(v_held, '{}')), 'stored', to_jsonb(coalesce(v_stored, '{}'))
  );
end;
$$;
