-- What: the owner, the parent and the life of a message, and the tenant key to its session.
-- Why: messages form branches, answers have states and leases, and no message may stand in
--   somebody else's session: foreign keys bypass row-level security, so the key carries user_id.
-- Safe while the previous release runs: yes, because a trigger fills what it leaves out. Existing
--   rows are chained in order of id.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter table public.chat_message_history
  add column user_id uuid,
  add column parent_id bigint,
  add column item jsonb,
  add column status text not null default 'complete',
  add column channel text not null default 'web',
  add column model_id text,
  add column provider_id text,
  add column fallback_notice text,
  add column failure_reason text,
  add column topic text,
  add column client_request_id text,
  add column lease_token uuid,
  add column lease_expires_at timestamptz,
  add column updated_at timestamptz not null default now();

-- Messages whose session is gone have no owner to belong to. They are set aside, not deleted.
create table public.chat_message_history_orphans (
  like public.chat_message_history including defaults,
  constraint chat_message_history_orphans_pkey primary key (id)
);
alter table public.chat_message_history_orphans enable row level security;
revoke all on public.chat_message_history_orphans from public, anon, authenticated;
grant select, delete on public.chat_message_history_orphans to service_role;

with orphans as (
  delete from public.chat_message_history m
  where not exists (
    select 1 from public.chat_sessions s where s.session_id = m.session_id
  )
  returning m.*
)
insert into public.chat_message_history_orphans select * from orphans;

with chained as (
  select
    m.id,
    s.user_id,
    lag(m.id) over (partition by m.session_id order by m.id) as parent_id
  from public.chat_message_history m
  join public.chat_sessions s on s.session_id = m.session_id
)
update public.chat_message_history m
set user_id = c.user_id, parent_id = c.parent_id, updated_at = m.created_at
from chained c
where c.id = m.id;

-- What the previous release leaves out, until the guard of a later file takes over.
create function private.fill_message_owner() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  select s.user_id into new.user_id from public.chat_sessions s
  where s.session_id = new.session_id;
  select max(m.id) into new.parent_id from public.chat_message_history m
  where m.session_id = new.session_id and m.id < new.id;
  return new;
end;
$$;

create trigger chat_message_history_fill_owner
  before insert on public.chat_message_history
  for each row when (new.user_id is null) execute function private.fill_message_owner();

alter table public.chat_message_history
  add constraint chat_message_history_user_id_not_null check (user_id is not null) not valid;

create unique index chat_message_history_session_id_id_key
  on public.chat_message_history (session_id, id);
-- No index begins with user_id: for row-level security's user_id = … the planner would read all of a
-- user's messages there to find the few of one session.
create unique index chat_message_history_client_request_id_user_id_key
  on public.chat_message_history (client_request_id, user_id);
create index chat_message_history_session_id_parent_id_idx
  on public.chat_message_history (session_id, parent_id);
create index chat_message_history_streaming_idx
  on public.chat_message_history (session_id, id) where status = 'streaming';
drop index public.chat_message_history_session_id_idx;

alter table public.chat_message_history
  add constraint chat_message_history_session_fkey foreign key (session_id, user_id)
    references public.chat_sessions (session_id, user_id) on delete cascade not valid,
  add constraint chat_message_history_parent_fkey foreign key (session_id, parent_id)
    references public.chat_message_history (session_id, id) not valid,
  add constraint chat_message_history_parent_check check (parent_id < id) not valid,
  add constraint chat_message_history_status_check check (
    status in ('streaming', 'complete', 'interrupted', 'failed', 'cancelled')
  ) not valid,
  add constraint chat_message_history_streaming_check check (
    case when status = 'streaming'
      then role = 'assistant' and lease_token is not null and lease_expires_at is not null
      else lease_token is null and lease_expires_at is null
    end
  ) not valid,
  add constraint chat_message_history_channel_check
    check (channel in ('web', 'telegram', 'scheduled')) not valid,
  add constraint chat_message_history_labels_check check (
    char_length(model_id) between 1 and 200 and char_length(provider_id) between 1 and 200
    and char_length(topic) between 1 and 200
    and char_length(client_request_id) between 1 and 200
    and char_length(fallback_notice) between 1 and 1000
    and char_length(failure_reason) between 1 and 1000
  ) not valid;

-- Not validated: a message from before may be longer than one may be now.
alter table public.chat_message_history
  add constraint chat_message_history_size_check check (
    octet_length(content) <= case role when 'user' then 65536 else 1048576 end
    and (item is null or jsonb_typeof(item) = 'object' and octet_length(item::text) <= 1048576)
  ) not valid;

alter table public.chat_sessions
  add constraint chat_sessions_head_fkey foreign key (session_id, head_message_id)
    references public.chat_message_history (session_id, id)
    on delete set null (head_message_id) not valid;

drop policy chat_message_history_select_own on public.chat_message_history;
drop policy chat_message_history_insert_own on public.chat_message_history;
create policy chat_message_history_select_own on public.chat_message_history
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_message_history_insert_own on public.chat_message_history
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_message_history_update_own on public.chat_message_history
  for update to authenticated
  using (user_id = (select auth.uid())) with check (user_id = (select auth.uid()));
-- No delete policy: for a user, messages go only together with their session.
grant update on public.chat_message_history to authenticated;
