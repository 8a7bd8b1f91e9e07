-- What: the function that reads the messages which follow one along its branch.
-- Why: a message that was found in the middle of a long session, or on a branch that is not in use,
--   is read with what was said after it.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The messages below p_above_id down to p_last_id, oldest first; null when they are not on one branch.
-- Without bitmap scans: the policy's user_id would tempt the planner to add a bitmap of all the
-- user's messages to every look-up of one session.
create function private.branch_between(p_session_id text, p_above_id bigint, p_last_id bigint)
returns bigint[]
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return (
    with recursive branch as (
      select m.id, m.parent_id from public.chat_message_history m
      where m.session_id = p_session_id and m.id = p_last_id
      union all
      select above.id, above.parent_id
      from branch b
      -- The offset keeps this one probe a message: a join would read the whole session each time.
      cross join lateral (
        select m.id, m.parent_id from public.chat_message_history m
        where m.session_id = p_session_id and m.id = b.parent_id
        offset 0
      ) as above
      -- A child is newer than its parent.
      where b.id > p_above_id
    )
    select case when bool_or(b.id = p_above_id) then
      coalesce(array_agg(b.id order by b.id) filter (where b.id > p_above_id), '{}')
    end
    from branch b
  );
end;
$$;

-- The page that follows p_after_id on the way to p_head_id. Without a head: to the session's, or,
-- from a message on another branch, to the newest message below it.
create function public.list_chat_messages_after(
  p_user_id uuid,
  p_session_id text,
  p_after_id bigint,
  p_head_id bigint default null,
  p_limit integer default 50
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_head_id bigint;
  v_ids bigint[];
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  v_session := private.find_session(p_user_id, p_session_id);
  if not exists (
    select 1 from public.chat_message_history m
    where m.session_id = p_session_id and m.id = p_after_id
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'after_id', hint = 'Name a message of this session.';
  end if;
  v_head_id := coalesce(p_head_id, v_session.head_message_id);
  v_ids := private.branch_between(p_session_id, p_after_id, v_head_id);
  if v_ids is null and p_head_id is not null then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'head_id', hint = 'Name a message of the branch that after_id is on.';
  elsif v_ids is null then
    v_head_id := private.newest_below(p_session_id, p_after_id);
    v_ids := private.branch_between(p_session_id, p_after_id, v_head_id);
  end if;
  return jsonb_build_object(
    'messages', private.messages_to_json(v_ids[:p_limit]),
    'has_more', cardinality(v_ids) > 0,
    'next_before_id', v_ids[1],
    'next_after_id', case when cardinality(v_ids) > p_limit then v_ids[p_limit] end,
    'head_id', v_head_id,
    'is_in_use', v_head_id is not distinct from v_session.head_message_id
  );
end;
$$;

grant execute on function private.branch_between(text, bigint, bigint)
  to authenticated, service_role;
grant execute on function public.list_chat_messages_after(uuid, text, bigint, bigint, integer)
  to authenticated, service_role;
