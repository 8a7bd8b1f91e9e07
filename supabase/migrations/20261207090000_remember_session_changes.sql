-- What: a change of a session that names its client_request_id is made once however often it is sent.
-- Why: a change whose answer was lost is sent again, perhaps much later. Made again it would undo what
--   another device has changed since, and its answer would not tell what the first one replaced.
-- Safe while the previous release runs: yes, because it adds a column that may be null and a function.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Of a change: a digest of its fields, and what it replaced unseen.
alter table public.chat_session_receipts add column answer jsonb;

-- The same again answers the session as it is now, and what the first one replaced.
create function public.update_chat_session_v2(
  p_user_id uuid, p_session_id text, p_changes jsonb, p_base_version bigint default null,
  p_client_request_id text default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_changes constant jsonb := private.plain_json(p_changes);
  v_digest constant text := md5('change ' || p_client_request_id);
  v_receipt jsonb;
  v_answer jsonb;
begin
  if p_client_request_id is null then
    return public.update_chat_session(p_user_id, p_session_id, v_changes, p_base_version);
  elsif char_length(p_client_request_id) not between 1 and 200 then
    perform private.refuse('client_request_id', 'Give 1 to 200 characters.');
  end if;
  perform private.lock_session(p_user_id, p_session_id);
  select r.answer into v_receipt from public.chat_session_receipts r
  where r.session_id = p_session_id and r.user_id = p_user_id and r.digest = v_digest;
  if v_receipt ->> 'changes' = md5(v_changes::text) then
    return jsonb_build_object(
      'session', private.session_to_json(p_session_id), 'superseded', v_receipt -> 'superseded'
    );
  elsif v_receipt is not null then
    raise sqlstate 'PT422' using message = 'request_id_reused',
      detail = 'client_request_id', hint = 'Use a new client_request_id.';
  end if;
  v_answer := public.update_chat_session(p_user_id, p_session_id, v_changes, p_base_version);
  delete from public.chat_session_receipts r
  where r.session_id = p_session_id and r.user_id = p_user_id
    and r.created_at < now() - interval '30 days';
  insert into public.chat_session_receipts (session_id, user_id, digest, answer)
  values (p_session_id, p_user_id, v_digest, jsonb_build_object(
    'changes', md5(v_changes::text), 'superseded', v_answer -> 'superseded'
  ));
  return v_answer;
end;
$$;

grant execute on function public.update_chat_session_v2(uuid, text, jsonb, bigint, text)
  to authenticated, service_role;
