-- What: the search of sessions by relevance, and both searches with filters that fill their pages.
-- Why: a title or a whole word is looked for more often than a piece of one, and a page of a channel
--   with few hits ended early although there were more.
-- Safe while the previous release runs: yes, because the function it calls keeps its signature and
--   its answers.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Where a place of a folded text stands in the text itself, which may hold combining dots.
create function private.unfolded_place(p_content text, p_place integer) returns integer
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_place integer := p_place;
  v_next integer;
begin
  loop
    v_next := p_place + char_length(left(p_content, v_place))
      - char_length(replace(left(p_content, v_place), U&'\0307', ''));
    exit when v_next = v_place;
    v_place := v_next;
  end loop;
  return v_place;
end;
$$;

create or replace function private.passage_to_json(p_message_id bigint, p_folded text) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_message public.chat_message_history;
  v_at integer;
  v_from integer;
  v_to integer;
begin
  select * into v_message from public.chat_message_history m where m.id = p_message_id;
  if not found then
    return null;
  end if;
  v_at := strpos(
    replace(replace(lower(v_message.content), U&'\0131', 'i'), U&'\0307', ''), p_folded
  );
  v_to := private.unfolded_place(v_message.content, v_at + char_length(p_folded));
  v_at := private.unfolded_place(v_message.content, v_at);
  v_from := greatest(1, v_at - 60);
  return jsonb_build_object(
    'message_id', v_message.id,
    'role', v_message.role,
    'created_at', v_message.created_at,
    'before', case when v_from > 1 then '…' else '' end
      || substr(v_message.content, v_from, v_at - v_from),
    'text', substr(v_message.content, v_at, v_to - v_at),
    'after', substr(v_message.content, v_to, 140)
  );
end;
$$;

create function private.check_search(p_query text, p_channel text, p_limit integer) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if coalesce(
    char_length(replace(replace(lower(btrim(p_query)), U&'\0131', 'i'), U&'\0307', '')), 0
  ) not between 1 and 200 then
    perform private.refuse('query', 'Give 1 to 200 characters.');
  elsif coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  elsif p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  end if;
end;
$$;

-- The newest message that counts in a search which begins now. No session whose last activity was
-- before p_to holds one of those that came with the first session made since.
create function private.newest_said(p_user_id uuid, p_to timestamptz) returns bigint
language sql stable security invoker set search_path = '' as $$
  select least(coalesce((
    select max(m.id) from public.chat_message_history m
    where m.user_id = p_user_id and m.status <> 'streaming' and m.role in ('user', 'assistant')
  ), 0), (
    select min(m.id) - 1 from public.chat_message_history m
    where m.session_id = (
      select first.session_id
      from unnest(array['web', 'telegram', 'scheduled']) as c (channel)
      cross join lateral (
        select s.session_id, s.created_at from public.chat_sessions s
        where s.user_id = p_user_id and s.channel = c.channel and s.created_at >= p_to
        order by s.created_at
        limit 1
      ) as first
      order by first.created_at
      limit 1
    )
  ))
$$;

-- Messages below p_before, newest first, that hold the folded text, in sessions that pass the
-- filters; `low` is down to where was looked, 0 all the way. The newest are read one by one until
-- p_enough sessions are found, which a frequent word soon does; one that is in less than one of a
-- hundred is looked up by its trigrams. A text of one or two characters has none. A call reads about
-- 10,000 messages or looks up 1,000 matches at most. Without p_enough it looks down to p_down_to.
create function private.said_below(
  p_user_id uuid,
  p_folded text,
  p_before bigint,
  p_down_to bigint,
  p_enough integer,
  p_channel text,
  p_archived boolean,
  p_from timestamptz,
  p_to timestamptz,
  out ids bigint[],
  out low bigint
)
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  c_matches constant integer := 1000;
  c_walk constant integer := 10000;
  v_pattern text := '%' || regexp_replace(p_folded, '([\\%_])', '\\\1', 'g') || '%';
  v_window integer := 200;
  v_walked integer := 0;
  v_held integer := 0;
  v_sessions text[] := '{}';
  v_held_here integer;
  v_ids bigint[];
  v_sessions_here text[];
begin
  ids := '{}';
  low := p_before;
  loop
    with read as materialized (
      select m.id, m.session_id,
        replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') like v_pattern as holds
      from public.chat_message_history m
      where m.user_id = p_user_id and m.id < low and m.id >= p_down_to
        and m.status <> 'streaming' and m.role in ('user', 'assistant')
      order by m.id desc
      limit v_window
    ), passing as materialized (
      select r.id, r.session_id
      from read r
      join public.chat_sessions s on s.session_id = r.session_id
      where r.holds
        and (p_channel is null or s.channel = p_channel)
        and (p_archived is null or s.archived = p_archived)
        and (p_from is null or s.updated_at >= p_from)
        and (p_to is null or s.updated_at < p_to)
    )
    select
      (select case when count(*) = v_window then min(r.id) else p_down_to end from read r),
      (select count(*) from read r where r.holds),
      (select coalesce(array_agg(p.id), '{}') from passing p),
      (select coalesce(array_agg(distinct p.session_id), '{}') from passing p)
    into low, v_held_here, v_ids, v_sessions_here;
    ids := ids || v_ids;
    v_sessions := v_sessions || v_sessions_here;
    v_held := v_held + v_held_here;
    v_walked := v_walked + v_window;
    exit when low <= p_down_to;
    exit when p_enough is not null and (v_walked >= c_walk or (
      select count(distinct f.session_id) > p_enough from unnest(v_sessions) as f (session_id)
    ));
    if char_length(p_folded) >= 3 and v_held < v_walked / 100 then
      -- Apart from its order and limit, for which the planner would rather read every message.
      with matching as materialized (
        select m.id, m.session_id from public.chat_message_history m
        where m.user_id = p_user_id and m.id < low and m.id >= p_down_to
          and m.status <> 'streaming' and m.role in ('user', 'assistant')
          and replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') like v_pattern
      ), held as materialized (
        select f.id, f.session_id from matching f order by f.id desc limit c_matches
      )
      select
        ids || coalesce((
          select array_agg(h.id)
          from held h
          join public.chat_sessions s on s.session_id = h.session_id
          where (p_channel is null or s.channel = p_channel)
            and (p_archived is null or s.archived = p_archived)
            and (p_from is null or s.updated_at >= p_from)
            and (p_to is null or s.updated_at < p_to)
        ), '{}'),
        (select case when count(*) = c_matches then min(h.id) else p_down_to end from held h)
      into ids, low;
      exit when p_enough is not null or low <= p_down_to;
    end if;
    v_window := 1000;
  end loop;
end;
$$;

-- Sessions as the API shows them, each with the passage at its message; where none is known, at the
-- newest one up to p_until_id that holds the folded text.
create function private.hits_to_json(
  p_session_ids text[], p_match_ids bigint[], p_folded text, p_until_id bigint
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_pattern text := '%' || regexp_replace(p_folded, '([\\%_])', '\\\1', 'g') || '%';
begin
  return coalesce((
    select jsonb_agg(
      shown.session || jsonb_build_object('match', private.passage_to_json(
        coalesce(p_match_ids[shown.place], (
          select max(newest.id)
          from (
            select m.id,
              replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') as folded
            from public.chat_message_history m
            where m.session_id = shown.session ->> 'session_id' and m.id <= p_until_id
              and m.status <> 'streaming' and m.role in ('user', 'assistant')
            offset 0
          ) as newest
          where newest.folded like v_pattern
        )), p_folded
      ))
      order by shown.place
    )
    from jsonb_array_elements(private.sessions_to_json(array(
      select s from public.chat_sessions s
      join unnest(p_session_ids) with ordinality as found (session_id, place)
        on found.session_id = s.session_id
      order by found.place
    ))) with ordinality as shown (session, place)
  ), '[]'::jsonb);
end;
$$;

-- Newest first: sessions whose title or messages hold the query, one hit each, at its newest message
-- when the title does, else at its newest message that does. Only messages up to p_until_id count, so
-- what is said meanwhile moves no hit from one page to another. A page may hold less than p_limit and
-- have one after it. Granted to the server alone: under row-level security an index could not serve
-- `like`.
create or replace function public.list_matching_chat_sessions(
  p_user_id uuid,
  p_query text,
  p_channel text default null,
  p_archived boolean default false,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_until_id bigint default null,
  p_before_id bigint default null,
  p_before_session_id text default null,
  p_limit integer default 50
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  v_folded text := replace(replace(lower(btrim(p_query)), U&'\0131', 'i'), U&'\0307', '');
  v_pattern text := '%' || regexp_replace(v_folded, '([\\%_])', '\\\1', 'g') || '%';
  v_until bigint;
  v_before bigint;
  v_low bigint;
  v_said bigint[];
  v_ids bigint[];
  v_sessions text[];
  v_matches bigint[];
begin
  perform private.check_search(p_query, p_channel, p_limit);
  v_until := coalesce(p_until_id, private.newest_said(p_user_id, p_to));
  v_before := coalesce(p_before_id, v_until + 1);
  select f.ids, f.low into v_said, v_low from private.said_below(
    p_user_id, v_folded, v_before, 0, p_limit, p_channel, p_archived, p_from, p_to
  ) as f;
  with titled as materialized (
    select s.session_id, coalesce((
      select m.id from public.chat_message_history m
      where m.session_id = s.session_id and m.id <= v_until
      order by m.id desc
      limit 1
    ), 0) as id
    from public.chat_sessions s
    where s.user_id = p_user_id
      and replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_pattern
      and (p_channel is null or s.channel = p_channel)
      and (p_archived is null or s.archived = p_archived)
      and (p_from is null or s.updated_at >= p_from)
      and (p_to is null or s.updated_at < p_to)
  ), said as (
    select m.session_id, max(m.id) as id
    from public.chat_message_history m
    where m.id = any (v_said)
      and not exists (select 1 from titled t where t.session_id = m.session_id)
    group by m.session_id
  ), page as (
    select t.session_id, t.id, null::bigint as match_id from titled t
    where t.id >= v_low
      and (t.id < v_before or t.id = v_before and t.session_id > p_before_session_id)
    union all
    select n.session_id, n.id, n.id from said n
    -- Else it was on an earlier page. The offset keeps this a look at one session's messages.
    where not exists (
      select 1
      from (
        select replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') as folded
        from public.chat_message_history m
        where m.session_id = n.session_id and m.id between v_before and v_until
          and m.status <> 'streaming' and m.role in ('user', 'assistant')
        offset 0
      ) as newer
      where newer.folded like v_pattern
    )
    order by id desc, session_id
    limit p_limit + 1
  )
  select coalesce(array_agg(p.id order by p.id desc, p.session_id), '{}'),
    coalesce(array_agg(p.session_id order by p.id desc, p.session_id), '{}'),
    array_agg(p.match_id order by p.id desc, p.session_id)
  into v_ids, v_sessions, v_matches
  from page p;
  if cardinality(v_ids) > p_limit then
    v_low := v_ids[p_limit];
  end if;
  return jsonb_build_object(
    'sessions', private.hits_to_json(v_sessions[:p_limit], v_matches, v_folded, v_until),
    'has_more', cardinality(v_ids) > p_limit or v_low > 0,
    'until_id', v_until,
    'before_id', v_low,
    'before_session_id', case
      when cardinality(v_ids) > p_limit then v_sessions[p_limit] else ''
    end
  );
end;
$$;

-- Most relevant first: titles before messages, whole words before pieces of one, said in several
-- messages before in one, newest first among equals. Messages are weighed in blocks, from the newest
-- down until more than 100 sessions are found (or the bounds of said_below are reached), so a block
-- comes before all older ones; the titles belong to the first. A session is a hit of the newest block
-- that has one of its matches. The block stands in the cursor, and as above only messages up to
-- p_until_id count: whatever is said meanwhile, no hit moves.
create function public.list_relevant_chat_sessions(
  p_user_id uuid,
  p_query text,
  p_channel text default null,
  p_archived boolean default false,
  p_from timestamptz default null,
  p_to timestamptz default null,
  p_until_id bigint default null,
  p_block_top_id bigint default null,
  p_block_low_id bigint default null,
  p_after_rank integer default null,
  p_after_id bigint default null,
  p_after_session_id text default null,
  p_limit integer default 50
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  c_enough constant integer := 100;
  v_folded text := replace(replace(lower(btrim(p_query)), U&'\0131', 'i'), U&'\0307', '');
  v_pattern text := '%' || regexp_replace(v_folded, '([\\%_])', '\\\1', 'g') || '%';
  v_whole text := '(^|\W)' || regexp_replace(v_folded, '([][\\^$.|?*+(){}])', '\\\1', 'g')
    || '(\W|$)';
  v_until bigint;
  v_top bigint;
  v_low bigint;
  v_said bigint[];
  v_ranks integer[];
  v_ids bigint[];
  v_sessions text[];
  v_matches bigint[];
  v_has_more boolean;
begin
  perform private.check_search(p_query, p_channel, p_limit);
  v_until := coalesce(p_until_id, private.newest_said(p_user_id, p_to));
  v_top := coalesce(p_block_top_id, v_until + 1);
  select f.ids, f.low into v_said, v_low from private.said_below(
    p_user_id, v_folded, v_top, coalesce(p_block_low_id, 0),
    case when p_block_low_id is null then c_enough end, p_channel, p_archived, p_from, p_to
  ) as f;
  with titled as (
    select s.session_id,
      4 + 2 * (folded.title ~ v_whole)::integer + (folded.title = v_folded)::integer as rank,
      coalesce((
        select m.id from public.chat_message_history m
        where m.session_id = s.session_id and m.id <= v_until
        order by m.id desc
        limit 1
      ), 0) as id
    from public.chat_sessions s
    cross join lateral (
      select replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') as title
    ) as folded
    where v_top > v_until
      and s.user_id = p_user_id
      and replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_pattern
      and (p_channel is null or s.channel = p_channel)
      and (p_archived is null or s.archived = p_archived)
      and (p_from is null or s.updated_at >= p_from)
      and (p_to is null or s.updated_at < p_to)
  ), said as (
    select held.session_id,
      2 * bool_or(held.is_whole)::integer + (count(*) > 1)::integer as rank,
      coalesce(max(held.id) filter (where held.is_whole), max(held.id)) as id
    from (
      select m.session_id, m.id,
        replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') ~ v_whole as is_whole
      from public.chat_message_history m
      where m.id = any (v_said)
      offset 0
    ) as held
    group by held.session_id
  ), page as (
    select t.session_id, t.rank, t.id, null::bigint as match_id from titled t
    where p_after_rank is null
      or (-t.rank, -t.id, t.session_id) > (-p_after_rank, -p_after_id, p_after_session_id)
    union all
    select n.session_id, n.rank, n.id, n.id from said n
    join public.chat_sessions s on s.session_id = n.session_id
    where (p_after_rank is null
        or (-n.rank, -n.id, n.session_id) > (-p_after_rank, -p_after_id, p_after_session_id))
      and (
        replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_pattern
      ) is not true
      -- Else it was in a newer block. The offset keeps this a look at one session's messages.
      and not exists (
        select 1
        from (
          select replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') as folded
          from public.chat_message_history m
          where m.session_id = n.session_id and m.id between v_top and v_until
            and m.status <> 'streaming' and m.role in ('user', 'assistant')
          offset 0
        ) as newer
        where newer.folded like v_pattern
      )
    order by rank desc, id desc, session_id
    limit p_limit + 1
  )
  select coalesce(array_agg(p.rank order by p.rank desc, p.id desc, p.session_id), '{}'),
    coalesce(array_agg(p.id order by p.rank desc, p.id desc, p.session_id), '{}'),
    coalesce(array_agg(p.session_id order by p.rank desc, p.id desc, p.session_id), '{}'),
    array_agg(p.match_id order by p.rank desc, p.id desc, p.session_id)
  into v_ranks, v_ids, v_sessions, v_matches
  from page p;
  v_has_more := cardinality(v_ids) > p_limit;
  return jsonb_build_object(
    'sessions', private.hits_to_json(v_sessions[:p_limit], v_matches, v_folded, v_until),
    'has_more', v_has_more or v_low > 0,
    'until_id', v_until,
    'block_top_id', case when v_has_more then v_top else v_low end,
    'block_low_id', case when v_has_more then v_low end,
    'after_rank', case when v_has_more then v_ranks[p_limit] end,
    'after_id', case when v_has_more then v_ids[p_limit] end,
    'after_session_id', case when v_has_more then v_sessions[p_limit] else '' end
  );
end;
$$;

grant execute on function private.unfolded_place(text, integer) to service_role;
grant execute on function private.check_search(text, text, integer) to service_role;
grant execute on function private.newest_said(uuid, timestamptz) to service_role;
grant execute on function private.said_below(
  uuid, text, bigint, bigint, integer, text, boolean, timestamptz, timestamptz
) to service_role;
grant execute on function private.hits_to_json(text[], bigint[], text, bigint) to service_role;
grant execute on function public.list_relevant_chat_sessions(
  uuid, text, text, boolean, timestamptz, timestamptz, bigint, bigint, bigint, integer, bigint,
  text, integer
) to service_role;
