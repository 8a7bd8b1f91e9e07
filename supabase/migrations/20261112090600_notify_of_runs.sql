-- What: how a run ended goes to its user's Telegram chat, and what they answer there continues it.
-- Why: the notice is one transaction with the result, so a crash loses neither and sends none twice.
-- Safe while the previous release runs: yes, because only runs whose schedule wants it are told.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create index channel_outbox_link_id_external_message_id_idx
  on public.channel_outbox (link_id, external_message_id) where external_message_id is not null;

-- The answer itself is the notice; one that its user stopped needs none.
create function private.notify_of_run() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  v_answer public.chat_message_history;
  v_link public.channel_links;
begin
  if not exists (
    select 1 from public.agent_schedules s
    where s.schedule_id = new.schedule_id and s.notify_telegram
  ) then
    return null;
  end if;
  select * into v_answer from public.chat_message_history m
  where m.session_id = new.session_id and m.role = 'assistant' and m.channel = 'scheduled'
  order by m.id desc
  limit 1;
  if v_answer.status = 'cancelled' then
    return null;
  end if;
  -- A message goes to one chat: the one used last, blocked ones behind the others.
  select * into v_link from public.channel_links l
  where l.user_id = new.user_id and l.channel = 'telegram'
  order by l.status, l.updated_at desc
  limit 1;
  if v_answer.id is not null and v_link.id is not null then
    perform private.enqueue_delivery(v_answer, v_link.id, v_link.status);
  end if;
  return null;
exception when foreign_key_violation then
  -- The account was unlinked in the same instant: the result stays, and is told to nobody.
  return null;
end;
$$;

create trigger scheduled_runs_notify
  after update of status on public.scheduled_runs
  for each row when (
    old.status <> new.status and new.status in ('completed', 'failed', 'dead')
    and new.session_id is not null
  )
  execute function private.notify_of_run();

-- A notice that has arrived makes its session the chat's own, unless somebody is talking in the one
-- that is: it is answering, or something was said there in the last ten minutes.
create function private.continue_notified_run() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.channel_links l
  set current_session_id = new.session_id, updated_at = clock_timestamp()
  from public.chat_message_history m
  where l.id = new.link_id and m.id = new.message_id and m.session_id = new.session_id
    and m.channel = 'scheduled' and m.role = 'assistant'
    and not exists (
      select 1 from public.channel_outbox o
      where o.message_id = new.message_id and o.status in ('pending', 'sending')
    )
    and not exists (
      select 1 from public.chat_sessions s
      where s.session_id = l.current_session_id and not s.is_folded and (
        s.updated_at > clock_timestamp() - interval '10 minutes'
        or exists (
          select 1 from public.chat_message_history a
          where a.session_id = s.session_id and a.status = 'streaming'
        )
      )
    );
  return null;
end;
$$;

create trigger channel_outbox_continue_run
  after update of status on public.channel_outbox
  for each row when (new.status = 'sent' and new.session_id like 'scheduled:%')
  execute function private.continue_notified_run();

-- The session of a message that was sent to this chat; null when the chat has no such message of
-- ours.
create function public.get_delivered_session(
  p_user_id uuid, p_link_id uuid, p_external_message_id text
) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('session', (
    select private.sessions_to_json(array[s]) -> 0
    from public.channel_outbox o
    join public.chat_sessions s on s.session_id = o.session_id and s.user_id = p_user_id
    where o.link_id = p_link_id and o.user_id = p_user_id
      and o.external_message_id = p_external_message_id
    limit 1
  ))
$$;

grant execute on function public.get_delivered_session(uuid, uuid, text) to service_role;
