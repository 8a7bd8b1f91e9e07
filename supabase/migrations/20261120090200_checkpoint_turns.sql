-- What: the function that stores the texts so far of many answers in one call.
-- Why: a process with a thousand running answers made a thousand calls a second of it.
-- Safe while the previous release runs: yes, because checkpoint_turn stays beside it.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- `held` are the answers that their writers may go on with, `stored` those whose text is in. What
-- somebody else is just changing is passed over: it can be stored by the next call, and waiting for
-- rows while holding others could wait for ever. An answer that has ended has no token, and asking
-- for its status too would have Postgres read every streaming answer there is. Takes no lock on the
-- sessions: it is the hot path.
create function public.checkpoint_turns(p_checkpoints jsonb, p_lease_seconds integer default 30)
returns jsonb
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
        lease_expires_at = private.lease_end(p_lease_seconds)
    from free,
      jsonb_to_recordset(v_given) as c (message_id bigint, lease_token uuid, content text)
    where m.id = free.id and c.message_id = free.id
      and m.lease_token = c.lease_token
      -- An answer that has not grown is written anew for its lease alone, and not each time.
      and (c.content is not null or m.lease_expires_at < private.lease_end(p_lease_seconds / 2))
    returning m.id
  )
  select array_agg(s.id) into v_stored from stored s;
  return jsonb_build_object(
    'held', to_jsonb(coalesce(v_held, '{}')), 'stored', to_jsonb(coalesce(v_stored, '{}'))
  );
end;
$$;

grant execute on function public.checkpoint_turns(jsonb, integer) to service_role;
