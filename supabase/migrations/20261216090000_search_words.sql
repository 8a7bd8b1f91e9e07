-- What: a search of several words finds what holds each of them, in any order.
-- Why: whoever looks for `dentist friday` remembers the words and not the sentence.
-- Safe while the previous release runs: yes, because every function keeps its signature and the
--   shape of its answer, and a query of one word finds what it found.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The words of a folded query, the longest first; a query of blanks alone stands for itself.
create function private.search_words(p_folded text) returns text[]
language sql immutable security invoker set search_path = '' as $$
  select coalesce(nullif(array(
    select given.word
    from (
      select distinct w.word
      from regexp_split_to_table(p_folded, U&'[[:space:]\00A0\3000]+') as w (word)
      where w.word <> ''
    ) as given
    order by char_length(given.word) desc, given.word
  ), '{}'), array[p_folded])
$$;

-- For `like all`: each of the words somewhere in a text.
create function private.word_patterns(p_words text[]) returns text[]
language sql immutable security invoker set search_path = '' as $$
  select array(
    select '%' || regexp_replace(w.word, '([\\%_])', '\\\1', 'g') || '%'
    from unnest(p_words) with ordinality as w (word, place)
    order by w.place
  )
$$;

-- The passage at the query as it was typed, or else at its longest word.
create or replace function private.passage_to_json(p_message_id bigint, p_folded text) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_message public.chat_message_history;
  v_folded text;
  v_word text := p_folded;
  v_at integer;
  v_from integer;
  v_to integer;
begin
  select * into v_message from public.chat_message_history m where m.id = p_message_id;
  if not found then
    return null;
  end if;
  v_folded := replace(replace(lower(v_message.content), U&'\0131', 'i'), U&'\0307', '');
  v_at := strpos(v_folded, v_word);
  if v_at = 0 then
    v_word := (private.search_words(p_folded))[1];
    v_at := strpos(v_folded, v_word);
  end if;
  v_to := private.unfolded_place(v_message.content, v_at + char_length(v_word));
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

-- Messages below p_before, newest first, that hold each word of the folded text, in sessions that
-- pass the filters; `low` is down to where was looked, 0 all the way. The newest are read one by
-- one until p_enough sessions are found, which frequent words soon do; what is in less than one of
-- a hundred is looked up by the trigrams of its two longest words. A word of one or two characters
-- has none. A call reads about 10,000 messages or looks up 1,000 matches at most. Without p_enough
-- it looks down to p_down_to.
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
  v_words text[] := private.search_words(p_folded);
  v_patterns text[] := private.word_patterns(v_words);
  -- An index serves `like` and not `like all`.
  v_longest text := v_patterns[1];
  v_next text := case when char_length(v_words[2]) >= 3 then v_patterns[2] end;
  v_others text[] := v_patterns[case when v_next is null then 2 else 3 end:];
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
        replace(replace(lower(n.content), U&'\0131', 'i'), U&'\0307', '')
          like all (v_patterns) as holds
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
    if char_length(v_words[1]) >= 3 and v_held * 100 < v_checked then
      -- Apart from its order and limit, for which the planner would rather read every message.
      with matching as materialized (
        select m.id, m.session_id from public.chat_message_history m
        where m.user_id = p_user_id and m.id < low and m.id >= p_down_to
          and m.status <> 'streaming' and m.role in ('user', 'assistant')
          and replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') like v_longest
          and (v_next is null
            or replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') like v_next)
          and (v_others = '{}'
            or replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '')
              like all (v_others))
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

-- Sessions as the API shows them, each with the passage at its message; where none is known, at
-- the newest one up to p_until_id that holds the words, if it is among the newest 200.
create or replace function private.hits_to_json(
  p_session_ids text[], p_match_ids bigint[], p_folded text, p_until_id bigint
) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_patterns text[] := private.word_patterns(private.search_words(p_folded));
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
            like all (v_patterns)
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

-- Newest first: sessions whose title or one of whose messages holds each word of the query, one
-- hit each, at its newest message when the title does, else at its newest message that does. Only
-- messages up to p_until_id count, so what is said meanwhile moves no hit from one page to
-- another. A page may hold less than p_limit and have one after it. Granted to the server alone:
-- under row-level security an index could not serve `like`.
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
  v_words text[] := private.search_words(v_folded);
  v_patterns text[] := private.word_patterns(v_words);
  v_longest text := v_patterns[1];
  v_next text := case when char_length(v_words[2]) >= 3 then v_patterns[2] end;
  v_others text[] := v_patterns[case when v_next is null then 2 else 3 end:];
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
      and replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_longest
      and (v_next is null
        or replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_next)
      and (v_others = '{}'
        or replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like all (v_others))
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
      where newer.folded like all (v_patterns)
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

-- Most relevant first: what holds the query as it was typed before what holds its words apart,
-- titles before messages, whole words before pieces, said in several messages before in one,
-- newest first among equals. Messages are weighed in blocks, from the newest down until more than
-- 100 sessions are found (or the bounds of said_below are reached), so a block comes before all
-- older ones; the titles belong to the first. A session is a hit of the newest block that has one
-- of its matches. The block stands in the cursor, and as above only messages up to p_until_id
-- count: whatever is said meanwhile, no hit moves. What holds the query as typed ranks from 0 up
-- as it always has, so a cursor that was given before this file goes on.
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
  v_phrase text := '%' || regexp_replace(v_folded, '([\\%_])', '\\\1', 'g') || '%';
  v_words text[] := private.search_words(v_folded);
  v_patterns text[] := private.word_patterns(v_words);
  v_longest text := v_patterns[1];
  v_next text := case when char_length(v_words[2]) >= 3 then v_patterns[2] end;
  v_others text[] := v_patterns[case when v_next is null then 2 else 3 end:];
  -- Postgres keeps 32 regular expressions compiled.
  v_wholes text[] := array(
    select '(^|\W)' || regexp_replace(w.word, '([][\\^$.|?*+(){}])', '\\\1', 'g') || '(\W|$)'
    from unnest(v_words[:8]) as w (word)
  );
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
      4 + 2 * (named.title ~ all (v_wholes))::integer + (named.title = v_folded)::integer
        - 8 * (named.title not like v_phrase)::integer as rank,
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
        and replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_longest
        and (v_next is null
          or replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like v_next)
        and (v_others = '{}'
          or replace(replace(lower(s.title), U&'\0131', 'i'), U&'\0307', '') like all (v_others))
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
      replace(replace(lower(named.title), U&'\0131', 'i'), U&'\0307', '') like all (v_patterns)
    ) is not true
  ), said as (
    select weighed.session_id,
      max(weighed.weight) + (count(*) > 1)::integer as rank,
      (array_agg(weighed.id order by weighed.weight desc, weighed.id desc))[1] as id
    from (
      select m.session_id, m.id,
        2 * (m.folded ~ all (v_wholes))::integer - 8 * (m.folded not like v_phrase)::integer
          as weight
      from (
        select h.session_id, h.id,
          replace(replace(lower(h.content), U&'\0131', 'i'), U&'\0307', '') as folded
        from public.chat_message_history h
        where h.id = any (array(
          select f.id from held f where f.session_id in (select u.session_id from untitled u)
        ))
        offset 0
      ) as m
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
        where newer.folded like all (v_patterns)
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

grant execute on function private.search_words(text) to service_role;
grant execute on function private.word_patterns(text[]) to service_role;
