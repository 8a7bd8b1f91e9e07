-- What: the function that moves a session to another branch.
-- Why: the head stands on the session, so every device reads the branch that was chosen last.
-- Safe while the previous release runs: yes, because it only adds a function.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The newest message at or below one. A child is newer than its parent, so the newest of all that
-- is below has nothing below it.
-- Without bitmap scans: the policy's user_id would tempt the planner to add a bitmap of all the
-- user's messages to every look-up of one session.
create function private.newest_below(p_session_id text, p_message_id bigint) returns bigint
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return (
    with recursive below as (
      select p_message_id as id
      union all
      select child.id
      from below b
      -- The offset keeps this one probe a message: a join would read the whole session each time.
      cross join lateral (
        select m.id from public.chat_message_history m
        where m.session_id = p_session_id and m.parent_id = b.id
        offset 0
      ) as child
    )
    select max(b.id) from below b
  );
end;
$$;

-- The session moves to the branch of that message, as far down as it was written last.
create function public.update_chat_session_head(
  p_user_id uuid, p_session_id text, p_message_id bigint, p_message_limit integer default 50
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session public.chat_sessions;
  v_head bigint;
begin
  v_session := private.lock_session(p_user_id, p_session_id);
  perform private.find_message(p_session_id, p_message_id);
  v_head := private.newest_below(p_session_id, p_message_id);
  if v_head is distinct from v_session.head_message_id then
    update public.chat_sessions s set head_message_id = v_head
    where s.chat_id = v_session.chat_id;
  end if;
  return public.get_chat_session(p_user_id, p_session_id, p_message_limit);
end;
$$;

grant execute on function private.newest_below(text, bigint) to authenticated, service_role;
grant execute on function public.update_chat_session_head(uuid, text, bigint, integer)
  to authenticated, service_role;
