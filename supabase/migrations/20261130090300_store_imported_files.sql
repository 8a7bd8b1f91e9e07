-- What: the functions that find the files of an archive among those a user has, and keep room for the
--   others.
-- Why: importing an archive again stores no file twice, and one that has more files than the user
--   has room for is refused before anything is stored.
-- Safe while the previous release runs: yes, because it adds functions and an index, and
--   begin_attachment does the same as before.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create index chat_attachments_user_id_sha256_idx on public.chat_attachments (user_id, sha256);

-- Keeps room for a file of this size, until it is completed or p_lease_seconds are over.
create function private.reserve_attachment_object(
  p_user_id uuid, p_size_bytes bigint, p_quota_bytes bigint, p_lease_seconds integer
) returns uuid
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_used bigint;
  v_id uuid;
begin
  if coalesce(p_size_bytes, 0) not between 1 and 20971520 then
    perform private.refuse('file', 'Give a file of 1 to 20971520 bytes.');
  end if;
  -- Uploads of one user wait for each other here, or the quota would hold for each alone.
  perform pg_advisory_xact_lock(hashtextextended('chat_attachment_objects ' || p_user_id, 0));
  select coalesce(sum(o.size_bytes), 0) into v_used from public.chat_attachment_objects o
  where o.user_id = p_user_id and o.status <> 'unused';
  if v_used + p_size_bytes > p_quota_bytes then
    raise sqlstate 'PT409' using message = 'attachment_quota_exceeded',
      detail = 'file', hint = 'Delete sessions with files that are no longer needed.';
  end if;
  insert into public.chat_attachment_objects (user_id, size_bytes, due_at)
  values (
    p_user_id, p_size_bytes,
    clock_timestamp() + make_interval(secs => least(greatest(p_lease_seconds, 60), 3600))
  )
  returning id into v_id;
  return v_id;
end;
$$;

create or replace function public.begin_attachment(
  p_user_id uuid,
  p_session_id text,
  p_size_bytes bigint,
  p_quota_bytes bigint default 1073741824,
  p_lease_seconds integer default 600
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform private.find_session(p_user_id, p_session_id);
  return jsonb_build_object('object_id', private.reserve_attachment_object(
    p_user_id, p_size_bytes, p_quota_bytes, p_lease_seconds
  ));
end;
$$;

-- A file of a session that is about to be imported; import_chat_session completes it.
create function public.begin_imported_file(
  p_user_id uuid, p_size_bytes bigint, p_quota_bytes bigint, p_lease_seconds integer default 3600
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  return jsonb_build_object('object_id', private.reserve_attachment_object(
    p_user_id, p_size_bytes, p_quota_bytes, p_lease_seconds
  ));
end;
$$;

-- Which of these files the user has already, and how much room all files take. p_files: {"sha256s":
-- […]}, at most 1000.
create function public.list_stored_files(p_user_id uuid, p_files jsonb) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_seqscan = off as $$
declare
  v_sha256s text[] := array(
    select jsonb_array_elements_text(private.plain_json(p_files) -> 'sha256s')
  );
begin
  if cardinality(v_sha256s) > 1000 then
    perform private.refuse('files', 'Name at most 1000 files.');
  end if;
  return jsonb_build_object(
    'files', coalesce((
      select jsonb_agg(jsonb_build_object('sha256', w.sha256, 'object_id', found.object_id))
      from unnest(v_sha256s) as w (sha256)
      cross join lateral (
        select a.object_id from public.chat_attachments a
        join public.chat_attachment_objects o on o.id = a.object_id and o.status = 'ready'
        where a.user_id = p_user_id and a.sha256 = w.sha256
        limit 1
      ) as found
    ), '[]'::jsonb),
    'used_bytes', (
      select coalesce(sum(o.size_bytes), 0) from public.chat_attachment_objects o
      where o.user_id = p_user_id and o.status <> 'unused'
    )
  );
end;
$$;

grant execute on function private.reserve_attachment_object(uuid, bigint, bigint, integer)
  to service_role;
grant execute on function public.begin_imported_file(uuid, bigint, bigint, integer)
  to service_role;
grant execute on function public.list_stored_files(uuid, jsonb) to authenticated, service_role;
