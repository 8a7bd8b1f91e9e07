-- What: the functions that read everything a user has for an archive, page by page.
-- Why: an archive holds every column that is the user's own, in an order that writing meanwhile does
--   not change, and no page may be too large to hold in memory.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- How much there is, to show progress by. Messages are counted as the list of sessions counts them.
create function public.get_export_totals(p_user_id uuid) returns jsonb
language sql stable security invoker set search_path = '' as $$
  select jsonb_build_object(
    'sessions', count(*), 'messages', coalesce(sum(s.message_count), 0)
  )
  from public.chat_sessions s
  where s.user_id = p_user_id
$$;

-- In order of making, which never changes.
create function public.list_exported_sessions(
  p_user_id uuid,
  p_after_created_at timestamptz default null,
  p_after_id text default null,
  p_limit integer default 100
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_sessions public.chat_sessions[];
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  v_sessions := array(
    select s from public.chat_sessions s
    where s.user_id = p_user_id
      and (p_after_created_at is null
        or (s.created_at, coalesce(s.origin_session_id, s.session_id))
          > (p_after_created_at, p_after_id))
    order by s.created_at, coalesce(s.origin_session_id, s.session_id)
    limit p_limit + 1
  );
  return jsonb_build_object(
    'sessions', coalesce((
      select jsonb_agg(
        to_jsonb(s) || jsonb_build_object(
          'exported_id', coalesce(s.origin_session_id, s.session_id)
        )
      )
      from unnest(v_sessions[:p_limit]) as s
    ), '[]'::jsonb),
    'has_more', coalesce(cardinality(v_sessions), 0) > p_limit
  );
end;
$$;

-- All branches in the order of storing. A page ends at p_limit messages or, with one at least,
-- before the text in it passes a megabyte.
create function public.list_exported_messages(
  p_user_id uuid,
  p_session_id text,
  p_after_id bigint default 0,
  p_limit integer default 200
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off set enable_seqscan = off as $$
declare
  c_page_bytes constant integer := 1048576;
  v_ids bigint[];
  v_count integer;
begin
  if coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  end if;
  perform private.find_session(p_user_id, p_session_id);
  select coalesce(array_agg(page.id order by page.id), '{}'),
    count(*) filter (where page.place = 1 or page.bytes <= c_page_bytes)
  into v_ids, v_count
  from (
    select next.id, row_number() over (order by next.id) as place,
      sum(
        octet_length(next.content) + coalesce(octet_length(next.item::text), 0)
          + coalesce(octet_length(next.tool_steps::text), 0)
      ) over (order by next.id) as bytes
    from (
      select m.id, m.content, m.item, m.tool_steps from public.chat_message_history m
      where m.session_id = p_session_id and m.id > p_after_id
      order by m.id
      limit p_limit + 1
    ) as next
  ) as page;
  v_count := least(v_count, p_limit);
  return jsonb_build_object(
    'messages', (
      select coalesce(jsonb_agg(
        to_jsonb(m) - '{lease_token,lease_expires_at}'::text[]
          || jsonb_build_object('attachments', coalesce(carried.attachments, '[]'::jsonb))
        order by m.id
      ), '[]'::jsonb)
      from unnest(v_ids[:v_count]) as wanted (id)
      join public.chat_message_history m on m.id = wanted.id
      left join (
        select l.message_id, jsonb_agg(to_jsonb(a.found) order by l.position) as attachments
        from public.chat_message_attachments l
        -- The offset keeps this one probe a file.
        cross join lateral (
          select x as found from public.chat_attachments x where x.id = l.attachment_id offset 0
        ) as a
        where l.message_id = any(v_ids[:v_count])
        group by l.message_id
      ) as carried on carried.message_id = m.id
    ),
    'has_more', cardinality(v_ids) > v_count
  );
end;
$$;

grant execute on function public.get_export_totals(uuid) to authenticated, service_role;
grant execute on function public.list_exported_sessions(uuid, timestamptz, text, integer)
  to authenticated, service_role;
grant execute on function public.list_exported_messages(uuid, text, bigint, integer)
  to authenticated, service_role;
