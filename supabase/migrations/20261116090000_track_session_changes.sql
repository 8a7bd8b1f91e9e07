-- What: in which transaction each session last changed, at which version each field did, and
--   tombstones of deleted sessions, all kept by triggers.
-- Why: a second device asks what changed since it last looked, and learns what its change replaced.
-- Safe while the previous release runs: yes, because every column has a default and it reads none.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Not an instant: transactions do not commit in the order of their clocks.
alter table public.chat_sessions
  add column change_xid xid8 not null default '0',
  add column field_versions jsonb not null default '{}'::jsonb;

create index chat_sessions_changes_idx
  on public.chat_sessions (user_id, change_xid, session_id);

-- Without a key to auth.users, whose deletion deletes the sessions and so would break it.
create table public.chat_session_tombstones (
  user_id uuid not null,
  session_id text not null,
  change_xid xid8 not null default '0',
  deleted_at timestamptz not null default now(),
  constraint chat_session_tombstones_pkey primary key (user_id, session_id)
);

create index chat_session_tombstones_changes_idx
  on public.chat_session_tombstones (user_id, change_xid, session_id);

alter table public.chat_session_tombstones enable row level security;
revoke all on public.chat_session_tombstones from public, anon, authenticated;
grant select, insert, update, delete on public.chat_session_tombstones to authenticated;
grant all on public.chat_session_tombstones to service_role;

-- The triggers below write with the rights of whoever deletes or makes the session.
create policy chat_session_tombstones_select_own on public.chat_session_tombstones
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_session_tombstones_insert_own on public.chat_session_tombstones
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_session_tombstones_update_own on public.chat_session_tombstones
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
create policy chat_session_tombstones_delete_own on public.chat_session_tombstones
  for delete to authenticated using (user_id = (select auth.uid()));

-- After the guard, by the order of their names, so that the version is the new one.
create function private.track_chat_session_change() returns trigger
language plpgsql security invoker set search_path = '' as $$
declare
  v_old jsonb;
  v_new jsonb;
begin
  new.change_xid := pg_catalog.pg_current_xact_id();
  if tg_op = 'INSERT' then
    new.field_versions := '{}'::jsonb;
    return new;
  end if;
  v_old := jsonb_build_object('title', old.title, 'topic', old.topic, 'archived', old.archived,
    'pinned', old.pinned, 'metadata', old.metadata);
  v_new := jsonb_build_object('title', new.title, 'topic', new.topic, 'archived', new.archived,
    'pinned', new.pinned, 'metadata', new.metadata);
  new.field_versions := old.field_versions;
  if v_old <> v_new then
    new.field_versions := new.field_versions || (
      select jsonb_object_agg(f.key, new.version)
      from jsonb_each(v_new) as f
      where f.value <> v_old -> f.key
    );
  end if;
  return new;
end;
$$;

create function private.bury_chat_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  -- A device that has not asked for so long is told to load afresh.
  delete from public.chat_session_tombstones t
  where t.user_id = old.user_id and t.deleted_at < now() - interval '30 days';
  insert into public.chat_session_tombstones (user_id, session_id, change_xid, deleted_at)
  values (old.user_id, old.session_id, pg_catalog.pg_current_xact_id(), clock_timestamp())
  on conflict (user_id, session_id) do update
  set change_xid = excluded.change_xid, deleted_at = excluded.deleted_at;
  return null;
end;
$$;

create function private.unbury_chat_session() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  delete from public.chat_session_tombstones t
  where t.user_id = new.user_id and t.session_id = new.session_id;
  return null;
end;
$$;

create trigger chat_sessions_track_change
  before insert or update on public.chat_sessions
  for each row execute function private.track_chat_session_change();
create trigger chat_sessions_bury
  after delete on public.chat_sessions
  for each row execute function private.bury_chat_session();
create trigger chat_sessions_unbury
  after insert on public.chat_sessions
  for each row execute function private.unbury_chat_session();
