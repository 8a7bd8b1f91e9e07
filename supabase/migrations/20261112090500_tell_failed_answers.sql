-- What: sessions tell whether the answer they end with has failed.
-- Why: a run that failed must be seen in the list, and so must any other answer that did not come.
-- Safe while the previous release runs: yes, because it only adds a key to what sessions show.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create or replace function private.sessions_to_json(p_sessions public.chat_sessions[])
returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_receivers jsonb := (
    select jsonb_object_agg(
      r.session_id, jsonb_build_object('channel', r.channel, 'status', r.status)
    )
    from private.list_session_receivers(
      p_sessions[1].user_id, array(select s.session_id from unnest(p_sessions) as s)
    ) as r
  );
begin
  return (
    select coalesce(jsonb_agg(shown), '[]'::jsonb)
    from (
      select s.*, exists (
        select 1 from public.chat_message_history m
        where m.session_id = s.session_id and m.status = 'streaming'
      ) as is_answering, exists (
        select 1 from public.channel_outbox o
        where o.session_id = s.session_id and o.status = 'failed'
      ) as has_failed_delivery, exists (
        select 1 from public.chat_message_history m
        where m.id = s.head_message_id and m.session_id = s.session_id and m.status = 'failed'
      ) as has_failed_answer, v_receivers -> s.session_id as receiver
      from unnest(p_sessions) as s
    ) as shown
  );
end;
$$;
