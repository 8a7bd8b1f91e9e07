-- What: a generated title leaves updated_at and field_versions as they were; a user's is an edit.
-- Why: a title may come an hour after the last message, and must not move its session up the list,
--   nor have a rename told that it replaced another device's.
-- Safe while the previous release runs: yes, because the titles it makes come with a message.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create or replace function private.guard_chat_session_update() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if (new.chat_id, new.session_id, new.user_id, new.channel, new.created_at)
    is distinct from (old.chat_id, old.session_id, old.user_id, old.channel, old.created_at)
  then
    perform private.refuse(
      'session_id', 'chat_id, session_id, user_id, channel and created_at never change.'
    );
  end if;
  -- Depth 1 is a statement of the caller; the messages' trigger arrives at depth 2.
  if pg_trigger_depth() = 1 then
    new.message_count := old.message_count;
    new.last_message_preview := old.last_message_preview;
    new.head_message_id := coalesce(new.head_message_id, old.head_message_id);
  end if;
  if new.title is null then
    new.title_source := null;
  elsif new.title is distinct from old.title
    and new.title_source is not distinct from old.title_source
    and current_user = 'authenticated'
    or new.title_source is null
  then
    new.title_source := 'user';
  end if;
  -- A title that the server makes is no activity; what it is made from was.
  if (case when new.title_source = 'generated' then old.title else new.title end, new.topic,
      new.archived, new.pinned, new.metadata, new.agent_name, new.head_message_id,
      new.message_count, new.last_message_preview, new.updated_at)
    is distinct from (old.title, old.topic, old.archived, old.pinned, old.metadata, old.agent_name,
      old.head_message_id, old.message_count, old.last_message_preview, old.updated_at)
  then
    new.updated_at := clock_timestamp();
  end if;
  new.version := old.version + 1;
  return new;
end;
$$;

create or replace function private.track_chat_session_change() returns trigger
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
  -- No device made it, so none that writes over it unseen has replaced another's.
  if new.title_source = 'generated' then
    v_new := v_new - 'title';
    v_old := v_old - 'title';
  end if;
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
