-- What: the count of all sessions leaves out the folded runs, as the list of all sessions does.
-- Why: the picker showed thousands beside a list of ten.
-- Safe while the previous release runs: yes, because the answer keeps its form.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- Counted up to 1,000 each, so that it costs the same for ten sessions and ten million; the order
-- is the index's, or a limit would lure the planner into reading the whole table.
create or replace function public.get_chat_session_counts(
  p_user_id uuid, p_archived boolean default false
) returns jsonb
language plpgsql stable security invoker
set search_path = '' set plan_cache_mode = force_custom_plan as $$
declare
  c_limit constant integer := 1000;
  v_counts jsonb;
  v_all integer;
begin
  select jsonb_object_agg(c.channel, (
    select count(*) from (
      select 1 from public.chat_sessions s
      where s.user_id = p_user_id and s.channel = c.channel
        and (p_archived is null or s.archived = p_archived)
      order by s.archived, s.updated_at desc
      limit c_limit
    ) as counted
  )) into v_counts
  from unnest(array['web', 'telegram', 'scheduled']) as c (channel);
  select count(*) into v_all from (
    select 1 from public.chat_sessions s
    where s.user_id = p_user_id and not s.is_folded
      and (p_archived is null or s.archived = p_archived)
    order by s.archived, s.updated_at desc
    limit c_limit
  ) as counted;
  return v_counts || jsonb_build_object('all', v_all, 'limit', c_limit);
end;
$$;
