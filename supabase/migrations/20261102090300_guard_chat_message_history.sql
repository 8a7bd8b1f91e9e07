-- What: triggers that place a message in its branch, keep what was said unchangeable, and keep the
--   session's head, counter, preview and updated_at true.
-- Why: an invariant that only the server keeps is broken by the first direct write.
-- Safe while the previous release runs: yes, because a row inserted without user_id and parent_id
--   is given its session's user and appended to the branch in use.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Rows that the previous release inserted at the same instant may share a parent: a chain again.
-- The lock is the triggers' own, taken early, so nothing arrives between them and the rows before.
lock table public.chat_message_history in share row exclusive mode;
with chained as (
  select m.id, lag(m.id) over (partition by m.session_id order by m.id) as parent_id
  from public.chat_message_history m
)
update public.chat_message_history m
set parent_id = c.parent_id
from chained c
where c.id = m.id and m.parent_id is distinct from c.parent_id;

-- parent_id left out appends to the branch in use; 0 begins a branch of its own at the root.
-- Without bitmap scans: to find one session's rows the planner would add a bitmap of every message
-- of the user, whom the policy names.
create function private.guard_chat_message_insert() returns trigger
language plpgsql security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_user_id uuid;
  v_head bigint;
  v_now timestamptz;
begin
  -- The lock puts concurrent appends to one session in order.
  select s.user_id, s.head_message_id into v_user_id, v_head
  from public.chat_sessions s
  where s.session_id = new.session_id
  for no key update;
  if not found or coalesce(new.user_id, v_user_id) <> v_user_id then
    raise sqlstate 'PT404' using message = 'session_not_found',
      detail = 'session_id', hint = 'Make the session first.';
  end if;
  new.user_id := v_user_id;
  if new.parent_id is null then
    -- The head moves when the statement ends; rows before this one in it are already visible. No
    -- age is this transaction's own, savepoints included.
    select m.id into new.parent_id
    from public.chat_message_history m
    where m.session_id = new.session_id and m.id > coalesce(v_head, 0) and age(m.xmin) <= 0
    order by m.id desc
    limit 1;
    new.parent_id := coalesce(new.parent_id, v_head);
  end if;
  new.parent_id := nullif(new.parent_id, 0);
  if new.id <= greatest(v_head, new.parent_id) then
    -- The id was drawn before the wait for the lock, and others have been appended since.
    new.id := nextval('public.chat_message_history_id_seq');
  end if;
  -- Nobody says when, or it began with this transaction: the instant of the append.
  v_now := clock_timestamp();
  new.created_at := case
    when new.created_at < now() then greatest(new.created_at, 'epoch') else v_now
  end;
  new.updated_at := v_now;
  if new.lease_expires_at is not null then
    new.lease_expires_at := least(new.lease_expires_at, v_now + interval '10 minutes');
  end if;
  return new;
end;
$$;

create function private.guard_chat_message_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if (new.id, new.session_id, new.user_id, new.parent_id, new.role, new.channel,
      new.client_request_id, new.created_at)
    is distinct from (old.id, old.session_id, old.user_id, old.parent_id, old.role, old.channel,
      old.client_request_id, old.created_at)
  then
    perform private.refuse('id', 'Who said a message, where and when never changes.');
  end if;
  if old.status <> 'streaming' and (
    (new.status, new.content, new.item, new.model_id, new.provider_id, new.fallback_notice,
      new.failure_reason)
    is distinct from (old.status, old.content, old.item, old.model_id, old.provider_id,
      old.fallback_notice, old.failure_reason)
  ) then
    perform private.refuse('status', 'A message that has ended keeps its status and its text.');
  end if;
  new.updated_at := clock_timestamp();
  if new.status <> 'streaming' then
    new.lease_token := null;
    new.lease_expires_at := null;
  elsif new.lease_expires_at is not null then
    new.lease_expires_at := least(new.lease_expires_at, new.updated_at + interval '10 minutes');
  end if;
  return new;
end;
$$;

create function private.count_inserted_messages() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.chat_sessions s
  set head_message_id = d.head,
      message_count = s.message_count + d.visible,
      last_message_preview = coalesce(
        private.plain_line(d.last_content, 140), s.last_message_preview
      )
  from (
    select
      i.session_id,
      max(i.id) as head,
      count(*) filter (where i.role in ('user', 'assistant')) as visible,
      (array_agg(i.content order by i.id desc)
        filter (where i.role in ('user', 'assistant') and i.content <> ''))[1] as last_content
    from inserted i
    group by i.session_id
  ) as d
  where s.session_id = d.session_id;
  return null;
end;
$$;

create function private.show_ended_message() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.chat_sessions s
  set last_message_preview = coalesce(
        private.plain_line(new.content, 140), s.last_message_preview
      ),
      updated_at = new.updated_at
  where s.session_id = new.session_id;
  return null;
end;
$$;

-- The foreign key has emptied a head that is gone; the branch then ends at what is left of it.
create function private.discount_deleted_messages() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.chat_sessions s
  set head_message_id = coalesce(s.head_message_id, d.parent_id, (
        select max(m.id) from public.chat_message_history m where m.session_id = s.session_id
      )),
      message_count = s.message_count - d.visible,
      last_message_preview = (
        select private.plain_line(m.content, 140)
        from public.chat_message_history m
        where m.session_id = s.session_id and m.role in ('user', 'assistant') and m.content <> ''
        order by m.id desc
        limit 1
      )
  from (
    select
      x.session_id,
      count(*) filter (where x.role in ('user', 'assistant')) as visible,
      max((
        select p.id from public.chat_message_history p
        where p.session_id = x.session_id and p.id = x.parent_id
      )) as parent_id
    from deleted x
    group by x.session_id
  ) as d
  where s.session_id = d.session_id;
  return null;
end;
$$;

create trigger chat_message_history_guard_insert
  before insert on public.chat_message_history
  for each row execute function private.guard_chat_message_insert();
create trigger chat_message_history_guard_update
  before update on public.chat_message_history
  for each row execute function private.guard_chat_message_update();
create trigger chat_message_history_count_inserted
  after insert on public.chat_message_history
  referencing new table as inserted
  for each statement execute function private.count_inserted_messages();
create trigger chat_message_history_show_ended
  after update of status on public.chat_message_history
  for each row when (old.status = 'streaming' and new.status <> 'streaming')
  execute function private.show_ended_message();
create trigger chat_message_history_discount_deleted
  after delete on public.chat_message_history
  referencing old table as deleted
  for each statement execute function private.discount_deleted_messages();

-- For the id of a row that waited.
grant usage on sequence public.chat_message_history_id_seq to authenticated, service_role;

drop trigger chat_message_history_fill_owner on public.chat_message_history;
-- squawk-ignore ban-drop-function
drop function private.fill_message_owner();

with derived as (
  select
    m.session_id,
    max(m.id) as head_message_id,
    count(*) filter (where m.role in ('user', 'assistant')) as message_count
  from public.chat_message_history m
  group by m.session_id
)
update public.chat_sessions s
set head_message_id = d.head_message_id,
    message_count = d.message_count
from derived d
where d.session_id = s.session_id;

update public.chat_sessions s
set last_message_preview = (
      select private.plain_line(m.content, 140)
      from public.chat_message_history m
      where m.session_id = s.session_id and m.role in ('user', 'assistant')
      order by m.id desc
      limit 1
    )
where s.head_message_id is not null;

update public.chat_sessions s
set title = t.title, title_source = 'generated'
from (
  select distinct on (m.session_id) m.session_id, private.title_of(m.content) as title
  from public.chat_message_history m
  where m.role = 'user'
  order by m.session_id, m.id
) as t
where t.session_id = s.session_id and t.title is not null;
