-- What: a title becomes one plain line on its way in: white space folded into single blanks, control
--   characters and the ones that turn the direction of text left out. One of which nothing can be
--   seen is refused from a user, and none from anybody else.
-- Why: a title is shown in lists, in Telegram and in sentences; with a line break or a directional
--   override in it, it would tear those apart, and a blank one could not be read or clicked.
-- Safe while the previous release runs: yes, because what it writes is accepted as before but for
--   titles that cannot be seen. Titles already stored stay until they are changed.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- The twin of plain_title in chatServer/fields.py. What joins emoji and letters, or marks the
-- direction of a single place, stays.
create function private.plain_title(p_title text) returns text
language sql immutable security invoker set search_path = '' as $$
  select case
    when line ~ ('[^ \u00ad\u034f\u061c\u115f\u1160\u180b-\u180f\u200b-\u200f\u2060-\u2065'
      '\u206a-\u206f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0000-\U000e0fff]')
    then line
  end
  from (
    select btrim(regexp_replace(
      regexp_replace(
        p_title,
        '[\u0001-\u0008\u000e-\u001b\u007f-\u0084\u0086-\u009f\u202a-\u202e\u2066-\u2069'
        '\ufeff\ufff9-\ufffb]',
        '', 'g'
      ),
      '[\u0009-\u000d\u001c-\u0020\u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+',
      ' ', 'g'
    )) as line
  ) as folded
$$;

-- The first words, at most 60 characters; cut between words unless that leaves too few.
create or replace function private.title_of(p_content text) returns text
language sql immutable security invoker set search_path = '' as $$
  select case
    when char_length(line) <= 60 then line
    else coalesce(substring(left(line, 60) from '^(.{30,59})\s'), left(line, 59)) || '…'
  end
  from (select private.plain_title(private.plain_line(p_content, 200)) as line) as plain
$$;

create or replace function private.check_synced_fields(p_session jsonb, p_path text) returns void
language plpgsql immutable security invoker set search_path = '' as $$
begin
  if p_session is null or jsonb_typeof(p_session) <> 'object' then
    perform private.refuse(p_path || 'body', 'Give an object.');
  elsif p_session ->> 'channel' not in ('web', 'telegram', 'scheduled') then
    perform private.refuse(p_path || 'channel', 'Give web, telegram or scheduled.');
  elsif char_length(p_session ->> 'title') not between 1 and 200 then
    perform private.refuse(p_path || 'title', 'Give 1 to 200 characters.');
  elsif p_session ->> 'title' is not null and private.plain_title(p_session ->> 'title') is null
  then
    perform private.refuse(p_path || 'title', 'Give something that can be read.');
  elsif char_length(p_session ->> 'topic') not between 1 and 200 then
    perform private.refuse(p_path || 'topic', 'Give 1 to 200 characters.');
  elsif char_length(p_session ->> 'agent_name') not between 1 and 100 then
    perform private.refuse(p_path || 'agent_name', 'Give 1 to 100 characters.');
  elsif jsonb_typeof(coalesce(p_session -> 'messages', '[]'::jsonb)) <> 'array' then
    perform private.refuse(p_path || 'messages', 'Give a list.');
  end if;
end;
$$;

-- The session of that id and instant, made unless the user has it; locked either way. The id of
-- somebody else, of another session, or of a chat or a run is given up for a new one.
create or replace function private.place_imported_session(p_user_id uuid, p_archived jsonb)
returns public.chat_sessions
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_archived public.chat_sessions := jsonb_populate_record(null::public.chat_sessions, p_archived);
  v_session public.chat_sessions;
  v_title constant text := private.plain_title(v_archived.title);
  v_is_taken boolean := v_archived.session_id ~ '^(telegram|scheduled):';
begin
  for v_try in 1..3 loop
    select * into v_session from public.chat_sessions s
    where s.user_id = p_user_id and s.created_at = v_archived.created_at
      and coalesce(s.origin_session_id, s.session_id) = v_archived.session_id
    for no key update;
    exit when found;
    insert into public.chat_sessions (
      session_id, origin_session_id, user_id, channel, agent_name, is_active, title, title_source,
      topic, archived, pinned, is_folded, schedule_id, metadata, created_at, updated_at
    )
    select
      case when v_is_taken then gen_random_uuid()::text else v_archived.session_id end,
      case when v_is_taken then v_archived.session_id end,
      p_user_id, v_archived.channel, v_archived.agent_name,
      v_archived.is_active and v_archived.channel <> 'scheduled',
      v_title, case when v_title is not null then v_archived.title_source end, v_archived.topic,
      v_archived.archived, v_archived.pinned,
      v_archived.is_folded and v_archived.channel = 'scheduled',
      (
        select a.schedule_id from public.agent_schedules a
        where a.schedule_id = v_archived.schedule_id and a.user_id = p_user_id
      ),
      v_archived.metadata, v_archived.created_at,
      least(v_archived.updated_at, clock_timestamp())
    on conflict do nothing
    returning * into v_session;
    exit when found;
    -- Somebody else's, another one of this user's, or made in the same instant: the look above
    -- tells, and else a new id does.
    v_is_taken := true;
  end loop;
  return v_session;
end;
$$;

create function private.clean_session_title() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  new.title := private.plain_title(new.title);
  if new.title is null then
    -- Nobody has typed the others, and what they come with must not be lost for them.
    if new.title_source is distinct from 'generated' and current_user = 'authenticated' then
      perform private.refuse('title', 'Give something that can be read.');
    end if;
    new.title_source := null;
  end if;
  return new;
end;
$$;

-- Before the guards, by the order of their names, so that they see the title that is stored.
create trigger chat_sessions_clean_new_title
  before insert on public.chat_sessions
  for each row when (new.title is not null)
  execute function private.clean_session_title();
create trigger chat_sessions_clean_title
  before update of title on public.chat_sessions
  for each row when (new.title is not null and new.title is distinct from old.title)
  execute function private.clean_session_title();

grant execute on function private.plain_title(text) to authenticated, service_role;
