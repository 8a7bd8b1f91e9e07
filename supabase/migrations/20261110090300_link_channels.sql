-- What: the functions that link a Telegram account, choose its session, and remove the link.
-- Why: a code is used once and counted when wrong, in one transaction each.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create function private.link_to_json(p_link public.channel_links) returns jsonb
language sql immutable security invoker set search_path = '' as $$
  select to_jsonb(p_link)
$$;

create function public.list_channel_links(p_user_id uuid, p_channel text default 'telegram')
returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('links', coalesce(
    jsonb_agg(private.link_to_json(l) order by l.created_at, l.id), '[]'::jsonb
  ))
  from public.channel_links l
  where l.user_id = p_user_id and l.channel = p_channel
$$;

create function public.delete_channel_link(p_user_id uuid, p_link_id uuid) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  delete from public.channel_links l where l.id = p_link_id and l.user_id = p_user_id;
  return jsonb_build_object('deleted', found);
end;
$$;

-- One live code for each user and channel; a new one replaces it. Called by the server, which made
-- the code and hashed it (SHA-256, hex).
create function public.upsert_channel_link_code(
  p_user_id uuid, p_channel text, p_code_hash text, p_expires_in_seconds integer default 600
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_expires_at timestamptz := clock_timestamp()
    + make_interval(secs => least(greatest(p_expires_in_seconds, 1), 600));
begin
  insert into public.channel_link_codes (code_hash, user_id, channel, expires_at)
  values (p_code_hash, p_user_id, p_channel, v_expires_at)
  on conflict (user_id, channel) do update
  set code_hash = excluded.code_hash, expires_at = excluded.expires_at, used_by = null;
  return jsonb_build_object('expires_at', v_expires_at);
end;
$$;

-- Answers {"result": linked | unknown_code | taken | too_many_attempts, "link": …}. A refusal is
-- returned and not raised, because the count of wrong codes must stay. The same sender may use the
-- code again as long as the link stands: the update that carried it may be handled twice.
create function public.claim_channel_link(
  p_channel text,
  p_code_hash text,
  p_external_user_id text,
  p_external_chat_id text,
  p_display_name text default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_attempts public.channel_link_attempts;
  v_code public.channel_link_codes;
  v_link public.channel_links;
begin
  -- Everybody's, so that nothing stays of a stranger who once sent a wrong code.
  delete from public.channel_link_attempts a
  where a.since < clock_timestamp() - interval '10 minutes';
  insert into public.channel_link_attempts (channel, external_user_id)
  values (p_channel, p_external_user_id)
  on conflict (channel, external_user_id) do update
  set failed_count = channel_link_attempts.failed_count
  returning * into v_attempts;
  if v_attempts.failed_count >= 5 then
    return jsonb_build_object('result', 'too_many_attempts', 'link', null);
  end if;

  select * into v_code from public.channel_link_codes c
  where c.code_hash = p_code_hash and c.channel = p_channel
    and c.expires_at > clock_timestamp()
  for no key update;
  select * into v_link from public.channel_links l
  where l.channel = p_channel and l.external_user_id = p_external_user_id
  for no key update;
  if v_code.used_by = p_external_user_id and v_link.user_id = v_code.user_id then
    return jsonb_build_object('result', 'linked', 'link', private.link_to_json(v_link));
  elsif v_code.code_hash is null or v_code.used_by is not null then
    update public.channel_link_attempts a set failed_count = a.failed_count + 1
    where a.channel = p_channel and a.external_user_id = p_external_user_id;
    return jsonb_build_object('result', 'unknown_code', 'link', null);
  elsif v_link.user_id <> v_code.user_id then
    return jsonb_build_object('result', 'taken', 'link', null);
  end if;

  update public.channel_link_codes c set used_by = p_external_user_id
  where c.code_hash = p_code_hash;
  delete from public.channel_link_attempts a
  where a.channel = p_channel and a.external_user_id = p_external_user_id;
  insert into public.channel_links (
    user_id, channel, external_user_id, external_chat_id, display_name
  ) values (
    v_code.user_id, p_channel, p_external_user_id, p_external_chat_id,
    left(nullif(p_display_name, ''), 200)
  )
  on conflict (channel, external_user_id) do update
  set external_chat_id = excluded.external_chat_id, display_name = excluded.display_name,
      status = 'active', updated_at = clock_timestamp()
  returning * into v_link;
  return jsonb_build_object('result', 'linked', 'link', private.link_to_json(v_link));
end;
$$;

-- Who wrote: the link, or null. Someone who writes has unblocked the bot.
create function public.get_channel_link(p_channel text, p_external_user_id text) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_link public.channel_links;
begin
  select * into v_link from public.channel_links l
  where l.channel = p_channel and l.external_user_id = p_external_user_id;
  if v_link.status = 'blocked' then
    update public.channel_links l set status = 'active', updated_at = clock_timestamp()
    where l.id = v_link.id
    returning * into v_link;
  end if;
  return jsonb_build_object(
    'link', case when v_link.id is not null then private.link_to_json(v_link) end
  );
end;
$$;

-- The session a chat writes into: the one named, a new one, else the current one. An empty current
-- session serves as the new one, so that asking twice makes one.
create function public.upsert_channel_session(
  p_user_id uuid, p_link_id uuid, p_chat_id uuid default null, p_is_new boolean default false
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_link public.channel_links;
  v_session public.chat_sessions;
begin
  select * into v_link from public.channel_links l
  where l.id = p_link_id and l.user_id = p_user_id
  for no key update;
  if not found then
    raise sqlstate 'PT404' using message = 'link_not_found',
      detail = 'link_id', hint = 'Link the account again.';
  end if;
  if p_chat_id is not null then
    select * into v_session from public.chat_sessions s
    where s.chat_id = p_chat_id and s.user_id = p_user_id;
    if not found then
      raise sqlstate 'PT404' using message = 'session_not_found',
        detail = 'session_id', hint = 'Look it up in the list of sessions.';
    end if;
  else
    select * into v_session from public.chat_sessions s
    where s.session_id = v_link.current_session_id and s.user_id = p_user_id
      and (not p_is_new or s.channel = 'telegram' and s.message_count = 0);
  end if;
  -- A number is passed over when an earlier link of this chat has used it. No target: in a race
  -- (session_id, user_id) may see the other row before (session_id) does.
  while v_session.session_id is null loop
    v_link.session_count := v_link.session_count + 1;
    insert into public.chat_sessions (session_id, user_id, channel)
    values (
      v_link.channel || ':' || v_link.external_chat_id || ':' || v_link.session_count,
      p_user_id, v_link.channel
    )
    on conflict do nothing
    returning * into v_session;
  end loop;
  update public.channel_links l
  set current_session_id = v_session.session_id, session_count = v_link.session_count,
      updated_at = clock_timestamp()
  where l.id = p_link_id;
  return jsonb_build_object('session', private.sessions_to_json(array[v_session]) -> 0);
end;
$$;

-- A message found by the id of the request that brought it in; null when there is none.
create function public.get_message_by_request(p_user_id uuid, p_client_request_id text)
returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object('message', (
    select private.messages_to_json(array[m.id]) -> 0
    from public.chat_message_history m
    where m.user_id = p_user_id and m.client_request_id = p_client_request_id
  ))
$$;

grant execute on function private.link_to_json(public.channel_links)
  to authenticated, service_role;
grant execute on function public.list_channel_links(uuid, text) to authenticated, service_role;
grant execute on function public.delete_channel_link(uuid, uuid) to authenticated, service_role;
grant execute on function public.upsert_channel_link_code(uuid, text, text, integer)
  to service_role;
grant execute on function public.claim_channel_link(text, text, text, text, text)
  to service_role;
grant execute on function public.get_channel_link(text, text) to service_role;
grant execute on function public.upsert_channel_session(uuid, uuid, uuid, boolean)
  to service_role;
grant execute on function public.get_message_by_request(uuid, text)
  to authenticated, service_role;
