-- What: which sessions retention has pruned, and what it alone may change without that being
--   activity: the flags of a session, and what only agents see of its messages.
-- Why: retention must find what is idle by an index and leave the order of the list as it is.
-- Safe while the previous release runs: yes, because the column has a default and it reads none.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_sessions add column is_pruned boolean not null default false;

-- The key of a page of what is idle; the flags come first because every rule asks for some of them.
create index if not exists chat_sessions_idle_idx
  on public.chat_sessions (channel, is_pruned, archived, updated_at, session_id)
  where not pinned;
-- Items that a client wrote on the branch itself, where other messages follow them.
create index if not exists chat_message_history_branch_item_idx
  on public.chat_message_history (session_id, id)
  where role = 'tool' and answer_id is null and item is not null;

-- True inside the functions of retention, which only the server calls.
create function private.is_retention() returns boolean
language plpgsql stable security invoker set search_path = '' as $$
begin
  return current_user not in ('anon', 'authenticated')
    and coalesce(pg_catalog.current_setting('chat_registry.is_retention', true), '') = 'on';
end;
$$;

-- What retention changes is no activity; whatever is activity ends its effect. Comes after the guard
-- of sessions by the order of their names, so that the counter is the messages' own.
create function private.keep_session_idle() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if tg_op = 'INSERT' then
    new.is_pruned := false;
  elsif private.is_retention() then
    new.updated_at := old.updated_at;
  else
    new.is_pruned := old.is_pruned and new.updated_at = old.updated_at;
    new.is_active := new.is_active or new.message_count > old.message_count;
  end if;
  return new;
end;
$$;

create trigger chat_sessions_keep_idle
  before insert or update on public.chat_sessions
  for each row execute function private.keep_session_idle();

-- The one way in which a message that has ended changes: what only agents see of it goes.
create function private.guard_message_pruning() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if new.item is not null
    or to_jsonb(new) - '{item,content}'::text[] <> to_jsonb(old) - '{item,content}'::text[]
    or new.content <> old.content and (new.role <> 'tool' or new.content <> '')
  then
    perform private.refuse('item', 'Retention takes away what only agents see.');
  end if;
  return new;
end;
$$;

create or replace trigger chat_message_history_guard_update
  before update on public.chat_message_history
  for each row when (not private.is_retention())
  execute function private.guard_chat_message_update();
create trigger chat_message_history_guard_pruning
  before update on public.chat_message_history
  for each row when (private.is_retention())
  execute function private.guard_message_pruning();

-- The same as before, but the items of an answer are not on the branch: where only they go, the
-- session stays as it is.
create or replace function private.discount_deleted_messages() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.chat_sessions s
  set head_message_id = coalesce(s.head_message_id, d.parent_id, (
        select max(m.id) from public.chat_message_history m
        where m.session_id = s.session_id and m.answer_id is null
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
    where x.answer_id is null
    group by x.session_id
  ) as d
  where s.session_id = d.session_id;
  return null;
end;
$$;

grant execute on function private.is_retention() to authenticated, service_role;
