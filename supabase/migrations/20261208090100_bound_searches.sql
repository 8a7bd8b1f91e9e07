-- What: the searches of sessions, with each of their steps kept to what it is for.
-- Why: a step that walked down one user's messages could walk down everybody's, one that checked the
--   sessions of some messages read all sessions, and the passage of a session found by its title cost
--   all its messages.
-- Safe while the previous release runs: yes, because every function keeps its signature and answers
--   the same, but for passages of words said long ago in sessions whose titles hold them too.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The newest message that counts in a search which begins now. No session whose last activity was
-- before p_to holds one of those that came with the first session made since. Compared as rows, or
-- the primary key would be read down past the newer messages of everybody else.
create or replace function private.newest_said(p_user_id uuid, p_to timestamptz) returns bigint
language sql stable security invoker set search_path = '' as $$
  select least(coalesce((
    select m.id from public.chat_message_history m
    where (m.user_id, m.id) <= (p_user_id, 9223372036854775807)
      and (m.user_id, m.id) >= (p_user_id, 0)
      and m.status <> 'streaming' and m.role in ('user', 'assistant')
    order by m.user_id desc, m.id desc
    limit 1
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

-- Those of the sessions that pass the filters, each looked up by itself.
create function private.passing_sessions(
  p_session_ids text[],
  p_channel text,
  p_archived boolean,
  p_from timestamptz,
  p_to timestamptz
) returns text[]
language plpgsql stable security invoker set search_path = '' as $$
begin
  return array(
    select given.session_id
    from unnest(p_session_ids) as given (session_id)
    cross join lateral (
      select 1 from public.chat_sessions s
      where s.session_id = given.session_id
        and (p_channel is null or s.channel = p_channel)
        and (p_archived is null or s.archived = p_archived)
        and (p_from is null or s.updated_at >= p_from)
        and (p_to is null or s.updated_at < p_to)
      -- Else all sessions would be read to be joined.
      offset 0
    ) as passing
  );
end;
$$;

-- Messages below p_before, newest first, that hold the folded text, in sessions that pass the
-- filters; `low` is down to where was looked, 0 all the way. The newest are read one by one until
-- p_enough sessions are found, which a frequent word soon does; one that is in less than one of a
-- hundred is looked up by its trigrams. A text of one or two characters has none. A call reads about
-- 10,000 messages or looks up 1,000 matches at most. Without p_enough it looks down to p_down_to.
create or replace function private.said_below(
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
  v_checked integer := 0;
  v_held integer := 0;
  v_sessions text[] := '{}';
  v_checked_here integer;
  v_held_here integer;
  v_ids bigint[];
  v_sessions_here text[];
begin
  ids := '{}';
  low := p_before;
  loop
    with newest as materialized (
      select m.id, m.session_id, m.content
      from public.chat_message_history m
      -- Compared as rows, or the primary key would be read down past everybody else's messages.
      where (m.user_id, m.id) < (p_user_id, low) and (m.user_id, m.id) >= (p_user_id, p_down_to)
        and m.status <> 'streaming' and m.role in ('user', 'assistant')
      order by m.user_id desc, m.id desc
      limit v_window
    ), passing as materialized (
      select unnest(private.passing_sessions(
        array(select distinct n.session_id from newest n), p_channel, p_archived, p_from, p_to
      )) as session_id
    ), checked as materialized (
      -- What the filters drop is not looked into, but in the first window, which tells how rare the
      -- text is.
      select n.id, n.session_id, n.passes,
        replace(replace(lower(n.content), U&'\0131', 'i'), U&'\0307', '') like v_pattern as holds
      from (
        select n.id, n.session_id, n.content,
          n.session_id in (select p.session_id from passing p) as passes
        from newest n
        offset 0
      ) as n
      where n.passes or v_walked = 0
    )
    select
      (select case when count(*) = v_window then min(n.id) else p_down_to end from newest n),
      (select count(*) from checked c),
      (select count(*) from checked c where c.holds),
      (select coalesce(array_agg(c.id), '{}') from checked c where c.holds and c.passes),
      (select coalesce(array_agg(distinct c.session_id), '{}')
        from checked c where c.holds and c.passes)
    into low, v_checked_here, v_held_here, v_ids, v_sessions_here;
    ids := ids || v_ids;
    v_sessions := v_sessions || v_sessions_here;
    v_checked := v_checked + v_checked_here;
    v_held := v_held + v_held_here;
    v_walked := v_walked + v_window;
    exit when low <= p_down_to;
    exit when p_enough is not null and (v_walked >= c_walk or (
      select count(distinct f.session_id) > p_enough from unnest(v_sessions) as f (session_id)
    ));
    if char_length(p_folded) >= 3 and v_held * 100 < v_checked then
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
          where h.session_id in (
            select unnest(private.passing_sessions(
              array(select distinct g.session_id from held g),
              p_channel, p_archived, p_from, p_to
            ))
          )
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
-- newest one up to p_until_id that holds the folded text, if it is among the newest 200.
create or replace function private.hits_to_json(
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
          select newest.id
          from (
            select m.id, m.content from public.chat_message_history m
            where m.session_id = shown.session ->> 'session_id' and m.id <= p_until_id
              and m.status <> 'streaming' and m.role in ('user', 'assistant')
            order by m.id desc
            limit 200
          ) as newest
          where replace(replace(lower(newest.content), U&'\0131', 'i'), U&'\0307', '')
            like v_pattern
          limit 1
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

-- Most relevant first: titles before messages, whole words before pieces of one, said in several
-- messages before in one, newest first among equals. Messages are weighed in blocks, from the newest
-- down until more than 100 sessions are found (or the bounds of said_below are reached), so a block
-- comes before all older ones; the titles belong to the first. A session is a hit of the newest block
-- that has one of its matches. The block stands in the cursor, and as above only messages up to
-- p_until_id count: whatever is said meanwhile, no hit moves.
create or replace function public.list_relevant_chat_sessions(
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
    select named.session_id,
      4 + 2 * (named.title ~ v_whole)::integer + (named.title = v_folded)::integer as rank,
      coalesce((
        select m.id from public.chat_message_history m
        where m.session_id = named.session_id and m.id <= v_until
        order by m.id desc
        limit 1
      ), 0) as id
    from (
      select s.session_id,
        replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') as title
      from public.chat_sessions s
      where v_top > v_until
        and s.user_id = p_user_id
        and replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_pattern
        and (p_channel is null or s.channel = p_channel)
        and (p_archived is null or s.archived = p_archived)
        and (p_from is null or s.updated_at >= p_from)
        and (p_to is null or s.updated_at < p_to)
      -- So that each title is folded once.
      offset 0
    ) as named
  ), held as materialized (
    select m.id, m.session_id from public.chat_message_history m where m.id = any (v_said)
  ), untitled as materialized (
    select h.session_id
    from (select distinct h.session_id from held h) as h
    cross join lateral (
      select s.title from public.chat_sessions s
      where s.session_id = h.session_id
      -- Else all titles would be read to be joined.
      offset 0
    ) as named
    where (
      replace(replace(lower(named.title), U&'\0131', 'i'), U&'\0307', '') like v_pattern
    ) is not true
  ), said as (
    select weighed.session_id,
      2 * bool_or(weighed.is_whole)::integer + (count(*) > 1)::integer as rank,
      coalesce(max(weighed.id) filter (where weighed.is_whole), max(weighed.id)) as id
    from (
      select m.session_id, m.id,
        replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') ~ v_whole as is_whole
      from public.chat_message_history m
      where m.id = any (array(
        select h.id from held h where h.session_id in (select u.session_id from untitled u)
      ))
      offset 0
    ) as weighed
    group by weighed.session_id
  ), page as (
    select t.session_id, t.rank, t.id, null::bigint as match_id from titled t
    where p_after_rank is null
      or (-t.rank, -t.id, t.session_id) > (-p_after_rank, -p_after_id, p_after_session_id)
    union all
    select n.session_id, n.rank, n.id, n.id from said n
    where (p_after_rank is null
        or (-n.rank, -n.id, n.session_id) > (-p_after_rank, -p_after_id, p_after_session_id))
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

grant execute on function private.passing_sessions(
  text[], text, boolean, timestamptz, timestamptz
) to service_role;
