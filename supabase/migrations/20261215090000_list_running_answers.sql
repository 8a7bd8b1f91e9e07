-- What: a function that names the answers which are being written in a session, on all its branches.
-- Why: an edit moves the session to another branch, and /stop in Telegram saw the answers of the
--   branch in use alone: the one that the edit waited for went on.
-- Safe while the previous release runs: yes, because it only adds a function.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The newest first, so that who ends them in this order begins none that waits.
create function public.list_running_answers(p_user_id uuid, p_session_id text) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('message_ids', coalesce(jsonb_agg(m.id order by m.id desc), '[]'))
  from public.chat_message_history m
  where m.user_id = p_user_id and m.session_id = p_session_id and m.status = 'streaming'
$$;

grant execute on function public.list_running_answers(uuid, text) to service_role;
