-- What: the end of a turn together with what the agent did in it, and the function that reads a
--   branch as the agent remembers it.
-- Why: the memory never holds half a turn, so both are stored in one transaction or neither is.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- p_memory is {"items": [{"content", "item"}], "item", "usage", "tool_steps"}: what the agent did
-- before its last words, oldest first, and those words where they are not all of p_content. An
-- answer that has ended otherwise keeps what it is, and none of it is stored.
create function public.complete_turn_v2(
  p_user_id uuid,
  p_message_id bigint,
  p_lease_token uuid,
  p_content text,
  p_model_id text default null,
  p_provider_id text default null,
  p_fallback_notice text default null,
  p_memory jsonb default null
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_session_id text;
  v_memory jsonb := private.plain_json(p_memory);
  v_is_held boolean;
begin
  v_session_id := private.lock_turn(p_user_id, p_message_id, null);
  update public.chat_message_history m
  set status = 'complete', content = coalesce(p_content, m.content), model_id = p_model_id,
      provider_id = p_provider_id, fallback_notice = left(nullif(p_fallback_notice, ''), 1000),
      item = nullif(v_memory -> 'item', 'null'), usage = nullif(v_memory -> 'usage', 'null'),
      tool_steps = nullif(v_memory -> 'tool_steps', 'null')
  where m.id = p_message_id and m.status = 'streaming' and m.lease_token = p_lease_token;
  v_is_held := found;
  if v_is_held and jsonb_typeof(v_memory -> 'items') = 'array' then
    insert into public.chat_message_history (
      session_id, user_id, answer_id, role, content, item, channel
    )
    select v_session_id, p_user_id, p_message_id, 'tool', coalesce(made.item ->> 'content', ''),
      made.item -> 'item', m.channel
    from jsonb_array_elements(v_memory -> 'items') with ordinality as made (item, place)
    join public.chat_message_history m on m.id = p_message_id
    order by made.place;
  end if;
  return jsonb_build_object('is_held', v_is_held)
    || private.message_and_session(p_message_id, v_session_id);
end;
$$;

-- Items of the branch that ends at p_head_id, else at the session's head, the newest p_limit of
-- them: messages, and before each answer what the agent did for it. With p_before_id only what is
-- older than that one. A page holds p_max_bytes at most, or one item. Its messages come by id; what
-- has an answer_id belongs before that answer.
create function public.list_session_items(
  p_user_id uuid,
  p_session_id text,
  p_head_id bigint default null,
  p_before_id bigint default null,
  p_limit integer default 200,
  p_max_bytes bigint default 8388608
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_session public.chat_sessions;
  v_start public.chat_message_history;
  v_ids bigint[];
  v_has_more boolean;
begin
  if coalesce(p_limit, 0) not between 1 and 1000 then
    perform private.refuse('limit', 'Give a limit from 1 to 1000.');
  end if;
  v_session := private.find_session(p_user_id, p_session_id);
  if coalesce(p_before_id, p_head_id, v_session.head_message_id) is null then
    return jsonb_build_object('messages', '[]'::jsonb, 'has_more', false);
  end if;
  v_start := private.find_message(
    p_session_id, coalesce(p_before_id, p_head_id, v_session.head_message_id)
  );
  with recursive branch as (
    select m.id, m.parent_id, m.role, 1 as depth
    from public.chat_message_history m
    where m.session_id = p_session_id and m.id = coalesce(v_start.answer_id, v_start.id)
    union all
    select above.id, above.parent_id, above.role, b.depth + 1
    from branch b
    -- The offset keeps this one probe a message: a join would read the whole session each time.
    cross join lateral (
      select m.id, m.parent_id, m.role from public.chat_message_history m
      where m.session_id = p_session_id and m.id = b.parent_id
      offset 0
    ) as above
    where b.depth <= p_limit + 1
  ), items as (
    select b.id as turn_id, b.id, true as is_answer from branch b
    union all
    select b.id, made.id, false
    from branch b
    cross join lateral (
      select m.id from public.chat_message_history m
      where m.session_id = p_session_id and m.answer_id = b.id
      order by m.id desc
      limit p_limit + 1
    ) as made
    where b.role = 'assistant'
  ), newest as (
    select i.id, row_number() over (
      order by i.turn_id desc, i.is_answer desc, i.id desc
    ) as place
    from items i
    where p_before_id is null or i.id <> p_before_id and (
      i.turn_id is distinct from v_start.answer_id or not i.is_answer and i.id < p_before_id
    )
    order by place
    limit p_limit + 1
  ), sized as (
    select n.id, n.place, sum(
      octet_length(m.content) + coalesce(octet_length(m.item::text), 0)
    ) over (order by n.place) as bytes
    from newest n
    cross join lateral (
      select x.content, x.item from public.chat_message_history x
      where x.session_id = p_session_id and x.id = n.id
      offset 0
    ) as m
  )
  select
    array_agg(s.id order by s.place)
      filter (where s.place <= p_limit and (s.bytes <= p_max_bytes or s.place = 1)),
    count(*) > count(*)
      filter (where s.place <= p_limit and (s.bytes <= p_max_bytes or s.place = 1))
  into v_ids, v_has_more
  from sized s;
  return jsonb_build_object(
    'messages', private.messages_to_json(v_ids), 'has_more', v_has_more
  );
end;
$$;

grant execute on function public.complete_turn_v2(
  uuid, bigint, uuid, text, text, text, text, jsonb
) to authenticated, service_role;
grant execute on function public.list_session_items(
  uuid, text, bigint, bigint, integer, bigint
) to authenticated, service_role;
