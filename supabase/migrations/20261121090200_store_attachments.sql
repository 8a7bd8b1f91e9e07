-- What: the functions of an upload, of reading and removing an attachment, and of the sweep of files
--   that nothing refers to.
-- Why: the row comes before the file and goes after it, so no row points at nothing and no file is
--   left without a row, wherever a process dies.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.attachment_to_json(
  p_attachment public.chat_attachments, p_message_id bigint
) returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select jsonb_build_object(
    'id', p_attachment.id, 'session_id', p_attachment.session_id, 'message_id', p_message_id,
    'url', '/api/chat/attachments/' || p_attachment.id, 'filename', p_attachment.filename,
    'content_type', p_attachment.content_type, 'kind', p_attachment.kind,
    'size_bytes', p_attachment.size_bytes, 'sha256', p_attachment.sha256,
    'created_at', p_attachment.created_at
  )
$$;

-- Keeps room for a file of this size, until it is completed or p_lease_seconds are over.
create function public.begin_attachment(
  p_user_id uuid,
  p_session_id text,
  p_size_bytes bigint,
  p_quota_bytes bigint default 1073741824,
  p_lease_seconds integer default 600
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_used bigint;
  v_id uuid;
begin
  perform private.find_session(p_user_id, p_session_id);
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
  return jsonb_build_object('object_id', v_id);
end;
$$;

-- The file is stored whole: from now on it is an attachment of the session. The checksum is SHA-256.
create function public.complete_attachment(
  p_user_id uuid,
  p_session_id text,
  p_object_id uuid,
  p_filename text,
  p_content_type text,
  p_kind text,
  p_checksum text
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_size_bytes bigint;
  v_attachment public.chat_attachments;
begin
  perform private.find_session(p_user_id, p_session_id);
  update public.chat_attachment_objects o set status = 'ready', due_at = null
  where o.id = p_object_id and o.user_id = p_user_id and o.status = 'uploading'
  returning o.size_bytes into v_size_bytes;
  if not found then
    perform private.refuse_attachment();
  end if;
  insert into public.chat_attachments (
    session_id, user_id, object_id, filename, content_type, kind, size_bytes, sha256
  ) values (
    p_session_id, p_user_id, p_object_id, p_filename, p_content_type, p_kind, v_size_bytes, p_checksum
  )
  returning * into v_attachment;
  return jsonb_build_object('attachment', private.attachment_to_json(v_attachment, null));
exception when foreign_key_violation then
  -- The session was deleted in the same instant.
  raise sqlstate 'PT404' using message = 'session_not_found',
    detail = 'session_id', hint = 'Look it up in the list of sessions.';
end;
$$;

-- An upload that came to nothing; what was stored of it is swept at once.
create function public.fail_attachment(p_user_id uuid, p_object_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  update public.chat_attachment_objects o set status = 'unused', due_at = clock_timestamp()
  where o.id = p_object_id and o.user_id = p_user_id and o.status = 'uploading';
  return jsonb_build_object('is_held', found);
end;
$$;

create function public.get_attachment(p_user_id uuid, p_attachment_id uuid) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_attachment public.chat_attachments;
begin
  select * into v_attachment from public.chat_attachments a
  where a.id = p_attachment_id and a.user_id = p_user_id;
  if not found then
    perform private.refuse_attachment();
  end if;
  return jsonb_build_object(
    'attachment', private.attachment_to_json(v_attachment, (
      select min(l.message_id) from public.chat_message_attachments l
      where l.attachment_id = v_attachment.id
    )),
    'object_id', v_attachment.object_id
  );
end;
$$;

-- Only before it is sent: what was said keeps its files.
create function public.delete_attachment(p_user_id uuid, p_attachment_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_attachment public.chat_attachments;
begin
  select * into v_attachment from public.chat_attachments a
  where a.id = p_attachment_id and a.user_id = p_user_id
  for update;
  if not found then
    perform private.refuse_attachment();
  elsif v_attachment.sent_at is not null then
    raise sqlstate 'PT409' using message = 'attachment_in_use',
      detail = 'attachment_id', hint = 'It goes together with its session.';
  end if;
  delete from public.chat_attachments a where a.id = v_attachment.id;
  return jsonb_build_object('deleted', true);
end;
$$;

-- Files to remove from Storage, each handed to one replica until it is removed or a while is over.
-- What was uploaded and never sent is given up after a week.
create function public.claim_unused_attachments(p_limit integer default 100) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_limit constant integer := least(greatest(p_limit, 1), 1000);
  v_objects jsonb;
begin
  delete from public.chat_attachments a
  where a.id in (
    select old.id from public.chat_attachments old
    where old.sent_at is null and old.created_at < now() - interval '7 days'
    limit v_limit
    for update skip locked
  );
  with claimed as (
    update public.chat_attachment_objects o
    set status = 'unused', attempts = o.attempts + 1,
        due_at = clock_timestamp()
          + interval '1 minute' * least(power(2, least(o.attempts, 10)), 60)
    where o.id in (
      select due.id from public.chat_attachment_objects due
      where due.due_at <= clock_timestamp()
      order by due.due_at
      limit v_limit
      for update skip locked
    )
    returning o.id, o.user_id
  )
  select coalesce(jsonb_agg(jsonb_build_object('id', c.id, 'user_id', c.user_id)), '[]'::jsonb)
  into v_objects
  from claimed c;
  return jsonb_build_object('objects', v_objects);
end;
$$;

-- Their files are gone. p_objects: {"ids": […]}.
create function public.delete_unused_attachments(p_objects jsonb) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count integer;
begin
  delete from public.chat_attachment_objects o
  where o.status = 'unused' and o.id in (
    select i.id::uuid from jsonb_array_elements_text(private.plain_json(p_objects) -> 'ids') as i (id)
  );
  get diagnostics v_count = row_count;
  return jsonb_build_object('count', v_count);
end;
$$;

grant execute on function private.attachment_to_json(public.chat_attachments, bigint)
  to authenticated, service_role;
grant execute on function public.begin_attachment(uuid, text, bigint, bigint, integer)
  to service_role;
grant execute on function public.complete_attachment(uuid, text, uuid, text, text, text, text)
  to service_role;
grant execute on function public.fail_attachment(uuid, uuid) to service_role;
grant execute on function public.get_attachment(uuid, uuid) to authenticated, service_role;
grant execute on function public.delete_attachment(uuid, uuid) to service_role;
grant execute on function public.claim_unused_attachments(integer) to service_role;
grant execute on function public.delete_unused_attachments(jsonb) to service_role;
