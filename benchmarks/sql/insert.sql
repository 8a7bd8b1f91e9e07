-- Stores what plan.sql decided. One statement makes both tables' rows, because a session's head and
-- its messages refer to each other; the foreign keys are checked when it ends.
alter table public.chat_sessions disable trigger user;
alter table public.chat_message_history disable trigger user;

with sessions as (
  insert into public.chat_sessions (
    chat_id, session_id, user_id, channel, agent_name, title, title_source, archived, pinned,
    head_message_id, message_count, last_message_preview, version, created_at, updated_at
  )
  select
    s.chat_id, s.session_id, s.user_id, s.channel, s.agent_name, opening.title, 'generated',
    s.archived, s.pinned, head.id, s.messages, closing.preview, 1 + s.messages,
    s.created_at, s.updated_at
  from benchmark_sessions s
  join benchmark_messages first on first.session_number = s.number and first.place = 1
  join benchmark_messages head on head.session_number = s.number and head.place = s.messages
  join benchmark_texts opening on opening.role = first.role and opening.number = first.text_number
  join benchmark_texts closing on closing.role = head.role and closing.number = head.text_number
  order by s.created_at
), messages as (
  insert into public.chat_message_history (
    id, session_id, user_id, parent_id, role, content, channel, model_id, provider_id,
    client_request_id, created_at, updated_at
  )
  overriding system value
  select
    m.id, s.session_id, s.user_id, m.parent_id, m.role, t.content, s.channel,
    case m.role when 'assistant' then 'demo' end,
    case m.role when 'assistant' then 'demo' end,
    case m.role when 'user' then md5(format('request %s', m.id))::uuid::text end,
    m.created_at, m.created_at
  from benchmark_messages m
  join benchmark_sessions s on s.number = m.session_number
  join benchmark_texts t on t.role = m.role and t.number = m.text_number
  order by m.id
)
select 'stored';

select setval(
  pg_get_serial_sequence('public.chat_message_history', 'id'),
  (select max(m.id) from public.chat_message_history m)
);

alter table public.chat_sessions enable trigger user;
alter table public.chat_message_history enable trigger user;
