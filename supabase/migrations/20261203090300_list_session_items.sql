-- What: the function that reads a branch as its agent remembers it, with the end of the branch found
--   by its key.
-- Why: row-level security lets no coalesce() into an index condition, so the whole session was read.
-- Safe while the previous release runs: yes, because the function keeps its signature and answer.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The same as before, but its beginning is found by its key.
create or replace function public.list_session_items(
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
  v_last_id bigint;
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
  v_last_id := coalesce(v_start.answer_id, v_start.id);
  with recursive branch as (
    select m.id, m.parent_id, m.role, 1 as depth
    from public.chat_message_history m
    where m.session_id = p_session_id and m.id = v_last_id
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
