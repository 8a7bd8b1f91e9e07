-- What: trigram indexes over titles and messages, and the function that searches them.
-- Why: people look for a word, in any script, without knowing in which session it was said.
-- Safe while the previous release runs: yes, because it only adds indexes and a function.
set local lock_timeout = '5s';
set local statement_timeout = '15min';
set local search_path = public, extensions;

create extension if not exists pg_trgm with schema extensions;
create extension if not exists btree_gin with schema extensions;

-- Lower case, and every Turkish i one letter. Written out wherever it is needed, because a function
-- of ours could not be inlined and would cost more.
create index chat_message_history_search_idx on public.chat_message_history
  using gin (
    user_id,
    replace(replace(lower(content), U&'\0131', 'i'), U&'\0307', '') gin_trgm_ops
  )
  -- A streaming answer changes every second, and would be indexed anew each time.
  where status <> 'streaming';
-- Partial also so that nothing but the search can use it: under row-level security every look-up
-- names the user, and would be tempted to read all that the user ever said.
create index chat_message_history_newest_idx
  on public.chat_message_history (user_id, id)
  where status <> 'streaming' and role in ('user', 'assistant');
create index chat_sessions_search_idx on public.chat_sessions
  using gin (
    user_id, replace(replace(lower(title), U&'\0131', 'i'), U&'\0307', '') gin_trgm_ops
  );

-- What was said around a match, cut into what stands before it, itself, and what follows.
create function private.passage_to_json(p_message_id bigint, p_folded text) returns jsonb
language plpgsql stable security invoker set search_path = '' as $$
declare
  v_message public.chat_message_history;
  v_at integer;
  v_from integer;
begin
  select * into v_message from public.chat_message_history m where m.id = p_message_id;
  if not found then
    return null;
  end if;
  v_at := strpos(
    replace(replace(lower(v_message.content), U&'\0131', 'i'), U&'\0307', ''), p_folded
  );
  v_from := greatest(1, v_at - 60);
  return jsonb_build_object(
    'message_id', v_message.id,
    'role', v_message.role,
    'created_at', v_message.created_at,
    'before', case when v_from > 1 then '…' else '' end
      || substr(v_message.content, v_from, v_at - v_from),
    'text', substr(v_message.content, v_at, char_length(p_folded)),
    'after', substr(v_message.content, v_at + char_length(p_folded), 140)
  );
end;
$$;

-- Sessions whose title or messages hold the query, one hit each: at its newest message when the
-- title does, else at its newest message that does. Only messages up to p_until_id count, so what
-- is said meanwhile moves no hit from one page to another. The newest messages are read one by one,
-- which soon fills a page with a frequent word; one that is in less than one of a hundred is looked
-- up by its trigrams. A query of one or two characters has none. A call reads 10,000 messages or
-- looks up 1,000 matches at most, so a page may hold less than p_limit and have one after it.
-- Granted to the server alone: under row-level security an index could not serve `like`.
create function public.list_matching_chat_sessions(
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
  c_matches constant integer := 1000;
  c_window constant integer := 200;
  c_walk constant integer := 10000;
  v_folded text := replace(replace(lower(btrim(p_query)), U&'\0131', 'i'), U&'\0307', '');
  v_pattern text := '%' || regexp_replace(v_folded, '([\\%_])', '\\\1', 'g') || '%';
  v_until bigint;
  v_before bigint;
  -- Down to which message this call has looked; 0 is all the way.
  v_low bigint;
  v_walked integer := 0;
  v_said bigint[] := '{}';
  v_found text[] := '{}';
  v_ids bigint[];
  v_sessions text[];
  v_matches bigint[];
begin
  if coalesce(char_length(v_folded), 0) not between 1 and 200 then
    perform private.refuse('query', 'Give 1 to 200 characters.');
  elsif coalesce(p_limit, 0) not between 1 and 200 then
    perform private.refuse('limit', 'Give a limit from 1 to 200.');
  elsif p_channel not in ('web', 'telegram', 'scheduled') then
    perform private.refuse('channel', 'Give web, telegram or scheduled.');
  end if;
  v_until := coalesce(p_until_id, (
    select max(m.id) from public.chat_message_history m
    where m.user_id = p_user_id and m.status <> 'streaming' and m.role in ('user', 'assistant')
  ), 0);
  v_before := coalesce(p_before_id, v_until + 1);
  v_low := v_before;
  loop
    select coalesce(array_agg(w.id) filter (where w.folded like v_pattern), '{}'),
      coalesce(
        array_agg(distinct w.session_id) filter (where w.folded like v_pattern), '{}'
      ),
      case when count(*) = c_window then min(w.id) else 0 end
    into v_ids, v_sessions, v_low
    from (
      select m.id, m.session_id,
        replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') as folded
      from public.chat_message_history m
      where m.user_id = p_user_id and m.id < v_low
        and m.status <> 'streaming' and m.role in ('user', 'assistant')
      order by m.id desc
      limit c_window
    ) as w;
    v_said := v_said || v_ids;
    v_found := v_found || v_sessions;
    v_walked := v_walked + c_window;
    exit when v_low = 0 or v_walked >= c_walk
      or (select count(distinct f.session_id) from unnest(v_found) as f (session_id)) > p_limit;
    if char_length(v_folded) >= 3 and cardinality(v_said) < v_walked / 100 then
      select v_said || coalesce(array_agg(w.id), '{}'),
        case when count(*) = c_matches then min(w.id) else 0 end
      into v_said, v_low
      from (
        select m.id from public.chat_message_history m
        where m.user_id = p_user_id and m.id < v_low
          and m.status <> 'streaming' and m.role in ('user', 'assistant')
          and replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') like v_pattern
        order by m.id desc
        limit c_matches
      ) as w;
      exit;
    end if;
  end loop;
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
  ), said as (
    select m.session_id, max(m.id) as id
    from public.chat_message_history m
    where m.id = any (v_said)
      and not exists (select 1 from titled t where t.session_id = m.session_id)
    group by m.session_id
  ), hits as (
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
  ), page as (
    select h.session_id, h.id, h.match_id
    from hits h
    join public.chat_sessions s on s.session_id = h.session_id
    where (p_channel is null or s.channel = p_channel)
      and (p_archived is null or s.archived = p_archived)
      and (p_from is null or s.updated_at >= p_from)
      and (p_to is null or s.updated_at < p_to)
    order by h.id desc, h.session_id
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
    'sessions', coalesce((
      select jsonb_agg(
        private.sessions_to_json(array[s]) -> 0 || jsonb_build_object(
          'match', private.passage_to_json(coalesce(found.match_id, (
            select max(newest.id)
            from (
              select m.id, replace(replace(lower(m.content), U&'\0131', 'i'), U&'\0307', '') as folded
              from public.chat_message_history m
              where m.session_id = s.session_id and m.id <= v_until
                and m.status <> 'streaming' and m.role in ('user', 'assistant')
              offset 0
            ) as newest
            where newest.folded like v_pattern
          )), v_folded)
        )
        order by found.place
      )
      from unnest(v_sessions[:p_limit], v_matches[:p_limit])
        with ordinality as found (session_id, match_id, place)
      join public.chat_sessions s on s.session_id = found.session_id
    ), '[]'::jsonb),
    'has_more', cardinality(v_ids) > p_limit or v_low > 0,
    'until_id', v_until,
    'before_id', v_low,
    'before_session_id', case
      when cardinality(v_ids) > p_limit then v_sessions[p_limit] else ''
    end
  );
end;
$$;

grant execute on function private.passage_to_json(bigint, text) to service_role;
grant execute on function public.list_matching_chat_sessions(
  uuid, text, text, boolean, timestamptz, timestamptz, bigint, bigint, text, integer
) to service_role;
