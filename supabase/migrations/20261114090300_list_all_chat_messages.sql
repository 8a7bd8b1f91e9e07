-- What: the function that reads a session's messages of all branches, page by page.
-- Why: an export holds every version of every message, and however long the session is, no more
--   than a page of it at a time is in memory.
-- Safe while the previous release runs: yes, because it only adds a function.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- In the order of storing, so a parent comes before its children.
create function public.list_all_chat_messages(
  p_user_id uuid,
  p_session_id text,
  p_after_id bigint default 0,
  p_limit integer default 200
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_ids bigint[];
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  perform private.find_session(p_user_id, p_session_id);
  v_ids := array(
    select m.id from public.chat_message_history m
    where m.session_id = p_session_id and m.id > p_after_id
    order by m.id
    limit p_limit + 1
  );
  return jsonb_build_object(
    'messages', private.messages_to_json(v_ids[:p_limit]),
    'has_more', coalesce(cardinality(v_ids), 0) > p_limit
  );
end;
$$;

grant execute on function public.list_all_chat_messages(uuid, text, bigint, integer)
  to authenticated, service_role;
