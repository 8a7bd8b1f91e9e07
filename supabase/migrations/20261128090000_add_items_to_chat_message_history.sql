-- What: what an agent did on its way to an answer as rows that belong to that answer, and with the
--   answer its token usage and the tools it used.
-- Why: the transcript is the agent's memory. What only the agent sees stands beside the branch and
--   not on it, so pages, previews, counters, heads and channels stay as they are.
-- Safe while the previous release runs: yes, because it leaves the new columns out, and never meets
--   such a row on a branch.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_message_history
  add column answer_id bigint,
  add column usage jsonb,
  add column tool_steps jsonb;

alter table public.chat_message_history
  add constraint chat_message_history_answer_fkey foreign key (session_id, answer_id)
    references public.chat_message_history (session_id, id) not valid,
  add constraint chat_message_history_answer_check check (
    answer_id is null or answer_id < id and role = 'tool' and item is not null
  ) not valid,
  add constraint chat_message_history_usage_check check (
    (usage is null or jsonb_typeof(usage) = 'object' and octet_length(usage::text) <= 1024)
    and (
      tool_steps is null
      or jsonb_typeof(tool_steps) = 'array' and octet_length(tool_steps::text) <= 65536
    )
  ) not valid;

create index chat_message_history_answer_idx
  on public.chat_message_history (session_id, answer_id, id) where answer_id is not null;

-- The items of an answer hang below it one by one; nothing else does, so what is sent after one of
-- them follows the answer. By the order of their names this comes before the guard of messages.
create function private.chain_answer_item() returns trigger
language plpgsql security invoker
set search_path = '' set enable_bitmapscan = off as $$
declare
  v_answer_id bigint;
begin
  if new.answer_id is null then
    select m.answer_id into v_answer_id from public.chat_message_history m
    where m.session_id = new.session_id and m.id = new.parent_id;
    new.parent_id := coalesce(v_answer_id, new.parent_id);
    return new;
  end if;
  perform 1 from public.chat_sessions s
  where s.session_id = new.session_id
  for no key update;
  if not exists (
    select 1 from public.chat_message_history m
    where m.session_id = new.session_id and m.id = new.answer_id
      and m.role = 'assistant' and m.answer_id is null
  ) then
    raise sqlstate 'PT404' using message = 'message_not_found',
      detail = 'answer_id', hint = 'Name an answer of this session.';
  end if;
  new.parent_id := coalesce((
    select m.id from public.chat_message_history m
    where m.session_id = new.session_id and m.answer_id = new.answer_id
    order by m.id desc
    limit 1
  ), new.answer_id);
  return new;
end;
$$;

create trigger chat_message_history_chain_item
  before insert on public.chat_message_history
  for each row when (new.answer_id is not null or new.parent_id > 0)
  execute function private.chain_answer_item();

create function private.guard_answer_details() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if new.answer_id is distinct from old.answer_id or old.status <> 'streaming' then
    perform private.refuse('status', 'A message that has ended keeps its status and its text.');
  end if;
  return new;
end;
$$;

create trigger chat_message_history_guard_details
  before update on public.chat_message_history
  for each row when (
    (new.answer_id, new.usage, new.tool_steps)
    is distinct from (old.answer_id, old.usage, old.tool_steps)
  )
  execute function private.guard_answer_details();

-- The same as before, but the items of an answer move no head.
create or replace function private.count_inserted_messages() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  update public.chat_sessions s
  set head_message_id = d.head,
      message_count = s.message_count + d.visible,
      last_message_preview = coalesce(
        private.plain_line(d.last_content, 140), s.last_message_preview
      )
  from (
    select
      i.session_id,
      max(i.id) as head,
      count(*) filter (where i.role in ('user', 'assistant')) as visible,
      (array_agg(i.content order by i.id desc)
        filter (where i.role in ('user', 'assistant') and i.content <> ''))[1] as last_content
    from inserted i
    where i.answer_id is null
    group by i.session_id
  ) as d
  where s.session_id = d.session_id;
  return null;
end;
$$;

-- The same as before, but past the items of answers.
create or replace function private.newest_below(p_session_id text, p_message_id bigint)
returns bigint
language plpgsql stable security invoker
set search_path = '' set enable_bitmapscan = off as $$
begin
  return (
    with recursive below as (
      select coalesce(m.answer_id, m.id) as id from public.chat_message_history m
      where m.session_id = p_session_id and m.id = p_message_id
      union all
      select child.id
      from below b
      -- The offset keeps this one probe a message: a join would read the whole session each time.
      cross join lateral (
        select m.id from public.chat_message_history m
        where m.session_id = p_session_id and m.parent_id = b.id and m.answer_id is null
        offset 0
      ) as child
    )
    select max(b.id) from below b
  );
end;
$$;
