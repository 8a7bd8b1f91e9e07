-- What: the one-line preview of a message, the first title of a session, and the one way in which
--   functions and triggers refuse a value.
-- Why: every channel must derive and refuse the same, so the database does it.
-- Safe while the previous release runs: yes, because it only adds functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

-- One line of plain text: white space folded, the marks of Markdown that are noise left out. It
-- looks at five times the limit and no further: an answer may have a megabyte.
create function private.plain_line(p_text text, p_limit integer) returns text
language plpgsql immutable security invoker set search_path = '' as $$
declare
  v_line text := left(ltrim(p_text, E' \t\r\n'), p_limit * 5);
begin
  v_line := regexp_replace(v_line, '!?\[([^\]]*)\]\([^)]*\)', '\1', 'g');
  v_line := regexp_replace(
    v_line, '(^|\n)\s*(?:(?:#{1,6}|>|[-*+]|\d+\.)\s+|```\w*(?:\s+|$))', '\1', 'g'
  );
  -- Only marks in pairs: 5 * 3 and ~/notes are not Markdown.
  v_line := regexp_replace(
    v_line, '\*\*([^*\n]+)\*\*|~~([^~\n]+)~~|`+([^`\n]+)`+', '\1\2\3', 'g'
  );
  v_line := regexp_replace(v_line, '(^|\W)\*([^\s*](?:[^*\n]*[^\s*])?)\*(?!\w)', '\1\2', 'g');
  return nullif(left(btrim(regexp_replace(v_line, '\s+', ' ', 'g')), p_limit), '');
end;
$$;

-- The first words, at most 60 characters; cut between words unless that leaves too few.
create function private.title_of(p_content text) returns text
language sql immutable security invoker set search_path = '' as $$
  select case
    when char_length(line) <= 60 then line
    else coalesce(substring(left(line, 60) from '^(.{30,59})\s'), left(line, 59)) || '…'
  end
  from (select private.plain_line(p_content, 200) as line) as plain
$$;

create function private.refuse(p_field text, p_hint text) returns void
language plpgsql security invoker set search_path = '' as $$
begin
  raise sqlstate 'PT422'
    using message = 'validation_failed', detail = p_field, hint = p_hint;
end;
$$;

grant execute on function private.plain_line(text, integer) to authenticated, service_role;
grant execute on function private.title_of(text) to authenticated, service_role;
grant execute on function private.refuse(text, text) to authenticated, service_role;
