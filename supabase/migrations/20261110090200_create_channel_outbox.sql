-- What: what is to be sent to a channel, one row for each part of a message, and the trigger that
--   puts it there together with the message.
-- Why: an answer and its delivery are one transaction, so a crash loses neither.
-- Safe while the previous release runs: yes, because rows appear only for linked sessions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.channel_outbox (
  id bigint generated always as identity,
  user_id uuid not null,
  session_id text not null,
  message_id bigint not null,
  link_id uuid not null,
  channel text not null,
  part bigint not null default 1,
  body jsonb,
  status text not null default 'pending',
  attempts bigint not null default 0,
  available_at timestamptz not null default now(),
  lease_token uuid,
  lease_expires_at timestamptz,
  external_message_id text,
  error text,
  created_at timestamptz not null default now(),
  ended_at timestamptz,
  constraint channel_outbox_pkey primary key (id),
  constraint channel_outbox_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade,
  constraint channel_outbox_message_fkey foreign key (session_id, message_id)
    references public.chat_message_history (session_id, id) on delete cascade,
  constraint channel_outbox_link_fkey foreign key (link_id, user_id)
    references public.channel_links (id, user_id) on delete cascade,
  constraint channel_outbox_channel_check check (channel = 'telegram'),
  constraint channel_outbox_part_check check (part between 1 and 1000),
  constraint channel_outbox_status_check
    check (status in ('pending', 'sending', 'sent', 'failed', 'skipped')),
  constraint channel_outbox_lease_check check (
    (status = 'sending') = (lease_token is not null and lease_expires_at is not null)
  ),
  constraint channel_outbox_error_check check (char_length(error) between 1 and 1000)
);

create unique index channel_outbox_message_id_channel_part_key
  on public.channel_outbox (message_id, channel, part);
create index channel_outbox_session_id_user_id_idx
  on public.channel_outbox (session_id, user_id);
create index channel_outbox_session_id_message_id_idx
  on public.channel_outbox (session_id, message_id);
create index channel_outbox_link_id_user_id_idx on public.channel_outbox (link_id, user_id);
create index channel_outbox_open_idx on public.channel_outbox (channel, link_id, message_id, part)
  where status in ('pending', 'sending');
create index channel_outbox_failed_idx on public.channel_outbox (session_id)
  where status = 'failed';

alter table public.channel_outbox enable row level security;
revoke all on public.channel_outbox from public, anon, authenticated;
grant select, insert on public.channel_outbox to authenticated;
grant all on public.channel_outbox to service_role;

create policy channel_outbox_select_own on public.channel_outbox
  for select to authenticated using (user_id = (select auth.uid()));
-- The trigger below writes with the rights of whoever wrote the message. What is sent is rendered
-- by the server from the message, so a user can at most have own messages sent to their own chat.
create policy channel_outbox_insert_own on public.channel_outbox
  for insert to authenticated with check (user_id = (select auth.uid()));

create function private.guard_channel_outbox_insert() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if current_user in ('anon', 'authenticated') then
    -- Asked first, because the unique key would tell whether somebody else's message is sent.
    if not exists (
      select 1 from public.chat_message_history m
      where m.session_id = new.session_id and m.id = new.message_id and m.user_id = new.user_id
    ) then
      raise sqlstate 'PT404' using message = 'message_not_found',
        detail = 'message_id', hint = 'Name a message of this session.';
    end if;
    new.part := 1;
    new.body := null;
    new.status := case new.status when 'failed' then 'failed' else 'pending' end;
    new.attempts := 0;
    new.available_at := clock_timestamp();
    new.lease_token := null;
    new.lease_expires_at := null;
    new.external_message_id := null;
    new.ended_at := null;
  end if;
  return new;
end;
$$;

create trigger channel_outbox_guard_insert
  before insert on public.channel_outbox
  for each row execute function private.guard_channel_outbox_insert();

-- The chats that what is written in these sessions goes to: the one that continues it, else the one
-- it began in. All at once, so that a page of sessions costs one look.
create function private.list_session_receivers(p_user_id uuid, p_session_ids text[])
returns table (session_id text, link_id uuid, channel text, status text)
language sql stable rows 10 security invoker set search_path = '' as $$
  select distinct on (w.session_id) w.session_id, l.id, l.channel, l.status
  from public.channel_links l
  join unnest(p_session_ids) as w (session_id) on l.current_session_id = w.session_id
    or w.session_id like 'telegram:%' and l.external_chat_id = split_part(w.session_id, ':', 2)
  where l.user_id = p_user_id and l.channel = 'telegram'
  order by w.session_id,
    l.current_session_id is not distinct from w.session_id desc, l.updated_at desc
$$;

create function private.enqueue_delivery(
  p_message public.chat_message_history, p_link_id uuid, p_link_status text
) returns void
language sql volatile security invoker set search_path = '' as $$
  insert into public.channel_outbox (
    user_id, session_id, message_id, link_id, channel, status, error
  )
  values (
    p_message.user_id, p_message.session_id, p_message.id, p_link_id, 'telegram',
    case when p_link_status = 'blocked' then 'failed' else 'pending' end,
    case when p_link_status = 'blocked' then 'The bot is blocked in Telegram.' end
  )
  on conflict (message_id, channel, part) do nothing
$$;

-- A turn goes out as it begins: the question, unless it came in by Telegram and is there already,
-- and the answer, which is sent once it has ended. Texts that begin no turn are not sent.
create function private.deliver_turn() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  v_receiver record;
begin
  select * into v_receiver
  from private.list_session_receivers(new.user_id, array[new.session_id]);
  if found then
    begin
      perform private.enqueue_delivery(m, v_receiver.link_id, v_receiver.status)
      from public.chat_message_history m
      where m.session_id = new.session_id and (
        m.id = new.id or m.id = new.parent_id and m.role = 'user' and m.channel <> 'telegram'
      )
      order by m.id;
    exception when foreign_key_violation then
      -- The account was unlinked in the same instant: the message stays, and goes nowhere.
      null;
    end;
  end if;
  return null;
end;
$$;

create trigger chat_message_history_deliver_turn
  after insert on public.chat_message_history
  for each row when (new.role = 'assistant' and new.status = 'streaming')
  execute function private.deliver_turn();

grant execute on function private.list_session_receivers(uuid, text[])
  to authenticated, service_role;
grant execute on function private.enqueue_delivery(
  public.chat_message_history, uuid, text
) to authenticated, service_role;
