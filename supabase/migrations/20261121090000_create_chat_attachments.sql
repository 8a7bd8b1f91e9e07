-- What: attachments of sessions, the stored files behind them, and which message carries which.
-- Why: a file is uploaded before its message is sent, an edit shows the files of what it edits, and a
--   fork holds on to a file when the session it came from is deleted.
-- Safe while the previous release runs: yes, because it only adds tables.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- One row for each file in Storage, at <user_id>/<id>. It is there before the file is, and goes after
-- it: what is unused, or was not completed by due_at, is removed from Storage and then from here. So
-- it has no key to auth.users: the files of a deleted user are still to be removed.
create table public.chat_attachment_objects (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  size_bytes bigint not null,
  status text not null default 'uploading',
  due_at timestamptz,
  attempts bigint not null default 0,
  created_at timestamptz not null default now(),
  constraint chat_attachment_objects_pkey primary key (id),
  constraint chat_attachment_objects_size_check check (size_bytes between 1 and 20971520),
  constraint chat_attachment_objects_status_check
    check (status in ('uploading', 'ready', 'unused')),
  constraint chat_attachment_objects_due_at_check check ((due_at is null) = (status = 'ready'))
);

-- The target of the tenant key of attachments.
create unique index chat_attachment_objects_id_user_id_key
  on public.chat_attachment_objects (id, user_id);
create index chat_attachment_objects_used_idx on public.chat_attachment_objects (user_id)
  include (size_bytes) where status <> 'unused';
create index chat_attachment_objects_due_at_idx on public.chat_attachment_objects (due_at)
  where due_at is not null;

create table public.chat_attachments (
  id uuid not null default gen_random_uuid(),
  session_id text not null,
  user_id uuid not null,
  object_id uuid not null,
  filename text not null,
  content_type text not null,
  kind text not null,
  size_bytes bigint not null,
  sha256 text not null,
  -- Null until a message carries it.
  sent_at timestamptz,
  created_at timestamptz not null default now(),
  constraint chat_attachments_pkey primary key (id),
  constraint chat_attachments_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade,
  constraint chat_attachments_object_fkey foreign key (object_id, user_id)
    references public.chat_attachment_objects (id, user_id),
  constraint chat_attachments_filename_check check (
    char_length(filename) between 1 and 255 and filename !~ '[[:cntrl:]/\\]'
    and filename not in ('.', '..')
  ),
  constraint chat_attachments_content_type_check
    check (content_type ~ '^[a-z0-9][a-z0-9.+-]{0,99}/[a-z0-9][a-z0-9.+-]{0,99}$'),
  constraint chat_attachments_kind_check check (kind in ('image', 'pdf', 'text', 'file')),
  constraint chat_attachments_size_check check (size_bytes between 1 and 20971520),
  constraint chat_attachments_sha256_check check (sha256 ~ '^[0-9a-f]{64}$')
);

-- The target of the key of links, which keeps an attachment within its session.
create unique index chat_attachments_id_session_id_key
  on public.chat_attachments (id, session_id);
create index chat_attachments_session_id_user_id_idx
  on public.chat_attachments (session_id, user_id);
create index chat_attachments_object_id_user_id_idx
  on public.chat_attachments (object_id, user_id);
create index chat_attachments_unsent_idx on public.chat_attachments (created_at)
  where sent_at is null;

-- An edit shares the attachments of its siblings.
create table public.chat_message_attachments (
  message_id bigint not null,
  position bigint not null,
  attachment_id uuid not null,
  session_id text not null,
  user_id uuid not null,
  constraint chat_message_attachments_pkey primary key (message_id, position),
  constraint chat_message_attachments_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade,
  constraint chat_message_attachments_message_fkey foreign key (session_id, message_id)
    references public.chat_message_history (session_id, id) on delete cascade,
  constraint chat_message_attachments_attachment_fkey foreign key (attachment_id, session_id)
    references public.chat_attachments (id, session_id) on delete cascade,
  constraint chat_message_attachments_position_check check (position between 1 and 10)
);

create unique index chat_message_attachments_attachment_id_message_id_key
  on public.chat_message_attachments (attachment_id, message_id);
create index chat_message_attachments_session_id_message_id_idx
  on public.chat_message_attachments (session_id, message_id);

alter table public.chat_attachment_objects enable row level security;
alter table public.chat_attachments enable row level security;
alter table public.chat_message_attachments enable row level security;
revoke all on public.chat_attachment_objects from public, anon, authenticated;
revoke all on public.chat_attachments from public, anon, authenticated;
revoke all on public.chat_message_attachments from public, anon, authenticated;
grant select, update on public.chat_attachment_objects to authenticated;
grant select, insert, update on public.chat_attachments to authenticated;
grant select, insert on public.chat_message_attachments to authenticated;
grant all on public.chat_attachment_objects to service_role;
grant all on public.chat_attachments to service_role;
grant all on public.chat_message_attachments to service_role;

-- The triggers below write with the rights of whoever sends a message or deletes a session; what a
-- user writes past them, the guards refuse.
create policy chat_attachment_objects_select_own on public.chat_attachment_objects
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_attachment_objects_update_own on public.chat_attachment_objects
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy chat_attachments_select_own on public.chat_attachments
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_attachments_insert_own on public.chat_attachments
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_attachments_update_own on public.chat_attachments
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy chat_message_attachments_select_own on public.chat_message_attachments
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_message_attachments_insert_own on public.chat_message_attachments
  for insert to authenticated with check (user_id = (select auth.uid()));

create function private.refuse_attachment() returns void
language plpgsql security invoker set search_path = '' as $$
begin
  raise sqlstate 'PT404' using message = 'attachment_not_found',
    detail = 'attachment_ids', hint = 'Name an attachment of this session that no message carries.';
end;
$$;

create function private.guard_attachment_object_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  -- Depth 1 is a statement of the caller; the attachments' trigger arrives at depth 2.
  if current_user in ('anon', 'authenticated') and pg_trigger_depth() = 1 then
    perform private.refuse('id', 'What becomes of a stored file is for its attachments to say.');
  end if;
  return new;
end;
$$;

-- A user can only copy what is theirs into a session of theirs, as a fork does; the server alone
-- knows what a file holds.
create function private.guard_chat_attachment_insert() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  v_known public.chat_attachments;
begin
  if current_user in ('anon', 'authenticated') then
    select * into v_known from public.chat_attachments a
    where a.object_id = new.object_id
    order by a.created_at
    limit 1;
    if not found then
      perform private.refuse_attachment();
    end if;
    new.id := gen_random_uuid();
    new.user_id := v_known.user_id;
    new.filename := v_known.filename;
    new.content_type := v_known.content_type;
    new.kind := v_known.kind;
    new.size_bytes := v_known.size_bytes;
    new.sha256 := v_known.sha256;
    new.sent_at := null;
    new.created_at := clock_timestamp();
  end if;
  -- Held until the end, so that it cannot become unused meanwhile.
  perform 1 from public.chat_attachment_objects o
  where o.id = new.object_id and o.user_id = new.user_id and o.status = 'ready'
  for share;
  if not found then
    perform private.refuse_attachment();
  end if;
  return new;
end;
$$;

create function private.guard_chat_attachment_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if to_jsonb(new) - 'sent_at' <> to_jsonb(old) - 'sent_at'
    or current_user in ('anon', 'authenticated') and pg_trigger_depth() = 1
  then
    perform private.refuse('id', 'An attachment never changes.');
  end if;
  return new;
end;
$$;

-- Two attachments of one file may go at once, and a fork may copy one meanwhile: the lock decides.
create function private.release_attachment_objects() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  perform 1 from public.chat_attachment_objects o
  where o.id in (select d.object_id from deleted d)
  order by o.id
  for update;
  update public.chat_attachment_objects o
  set status = 'unused', due_at = clock_timestamp()
  where o.id in (select d.object_id from deleted d) and o.status = 'ready'
    and not exists (select 1 from public.chat_attachments a where a.object_id = o.id);
  return null;
end;
$$;

-- What was said never changes: a message has its attachments from the transaction that stores it.
create function private.guard_message_attachment_insert() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  -- No age is this transaction's own, savepoints included.
  if current_user in ('anon', 'authenticated') and not exists (
    select 1 from public.chat_message_history m
    where m.session_id = new.session_id and m.id = new.message_id
      and m.user_id = new.user_id and age(m.xmin) <= 0
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'message_id', hint = 'Name a message of this session.';
  end if;
  return new;
end;
$$;

-- What stands for the text of a message that has none.
create function private.describe_attachments(p_message_id bigint) returns text
language sql stable security invoker set search_path = '' as $$
  select (array_agg(a.filename order by l.position))[1] || case count(*)
    when 1 then ''
    when 2 then ' and 1 more file'
    else ' and ' || count(*) - 1 || ' more files'
  end
  from public.chat_message_attachments l
  join public.chat_attachments a on a.id = l.attachment_id
  where l.message_id = p_message_id
$$;

create function private.count_sent_attachments() returns trigger
language plpgsql security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  update public.chat_attachments a set sent_at = clock_timestamp()
  where a.id in (select i.attachment_id from inserted i) and a.sent_at is null;
  update public.chat_sessions s
  set last_message_preview = left(private.describe_attachments(newest.message_id), 140)
  from (
    select i.session_id, max(i.message_id) as message_id from inserted i group by i.session_id
  ) as newest
  join public.chat_message_history m
    on m.session_id = newest.session_id and m.id = newest.message_id
  where s.session_id = newest.session_id and m.content = '' and not exists (
    select 1 from public.chat_message_history later
    where later.session_id = m.session_id and later.id > m.id
      and later.role in ('user', 'assistant') and later.content <> ''
  );
  return null;
end;
$$;

create trigger chat_attachment_objects_guard_update
  before update on public.chat_attachment_objects
  for each row execute function private.guard_attachment_object_update();
create trigger chat_attachments_guard_insert
  before insert on public.chat_attachments
  for each row execute function private.guard_chat_attachment_insert();
create trigger chat_attachments_guard_update
  before update on public.chat_attachments
  for each row execute function private.guard_chat_attachment_update();
create trigger chat_attachments_release_objects
  after delete on public.chat_attachments
  referencing old table as deleted
  for each statement execute function private.release_attachment_objects();
create trigger chat_message_attachments_guard_insert
  before insert on public.chat_message_attachments
  for each row execute function private.guard_message_attachment_insert();
create trigger chat_message_attachments_count_sent
  after insert on public.chat_message_attachments
  referencing new table as inserted
  for each statement execute function private.count_sent_attachments();

grant execute on function private.refuse_attachment() to authenticated, service_role;
grant execute on function private.describe_attachments(bigint) to authenticated, service_role;
