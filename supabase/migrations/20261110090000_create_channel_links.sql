-- What: which identity on a channel belongs to which user, and the one-time codes that prove it.
-- Why: Telegram tells who wrote, not whose sessions they may read; the user says so once, signed in.
-- Safe while the previous release runs: yes, because it only adds tables.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.channel_links (
  id uuid not null default gen_random_uuid(),
  user_id uuid not null,
  channel text not null,
  external_user_id text not null,
  external_chat_id text not null,
  display_name text,
  status text not null default 'active',
  current_session_id text,
  session_count bigint not null default 0,
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  constraint channel_links_pkey primary key (id),
  constraint channel_links_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
  constraint channel_links_session_fkey foreign key (current_session_id, user_id)
    references public.chat_sessions (session_id, user_id)
    on delete set null (current_session_id),
  constraint channel_links_channel_check check (channel = 'telegram'),
  constraint channel_links_status_check check (status in ('active', 'blocked')),
  constraint channel_links_text_check check (
    char_length(external_user_id) between 1 and 100
    and char_length(external_chat_id) between 1 and 100
    and char_length(display_name) between 1 and 200
  )
);

create unique index channel_links_channel_external_user_id_key
  on public.channel_links (channel, external_user_id);
-- The target of the outbox's tenant key: nothing is sent to somebody else's chat.
create unique index channel_links_id_user_id_key on public.channel_links (id, user_id);
create index channel_links_user_id_idx on public.channel_links (user_id, channel, created_at);
create index channel_links_current_session_id_user_id_idx
  on public.channel_links (current_session_id, user_id);

alter table public.channel_links enable row level security;
revoke all on public.channel_links from public, anon, authenticated;
grant select, delete on public.channel_links to authenticated;
grant all on public.channel_links to service_role;

-- No insert or update policy: only the channel itself can tell who wrote to it.
create policy channel_links_select_own on public.channel_links
  for select to authenticated using (user_id = (select auth.uid()));
create policy channel_links_delete_own on public.channel_links
  for delete to authenticated using (user_id = (select auth.uid()));

create table public.channel_link_codes (
  code_hash text not null,
  user_id uuid not null,
  channel text not null,
  expires_at timestamptz not null,
  -- Who linked with it: the same update handled twice finds its own code used.
  used_by text,
  constraint channel_link_codes_pkey primary key (code_hash),
  constraint channel_link_codes_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
  constraint channel_link_codes_channel_check check (channel = 'telegram'),
  constraint channel_link_codes_code_hash_check check (code_hash ~ '^[0-9a-f]{64}$'),
  constraint channel_link_codes_used_by_check check (char_length(used_by) between 1 and 100)
);

create unique index channel_link_codes_user_id_channel_key
  on public.channel_link_codes (user_id, channel);

alter table public.channel_link_codes enable row level security;
revoke all on public.channel_link_codes from public, anon, authenticated;
grant all on public.channel_link_codes to service_role;

-- Wrong codes by sender, so that guessing ends soon.
create table public.channel_link_attempts (
  channel text not null,
  external_user_id text not null,
  failed_count bigint not null default 0,
  since timestamptz not null default now(),
  constraint channel_link_attempts_pkey primary key (channel, external_user_id)
);

alter table public.channel_link_attempts enable row level security;
revoke all on public.channel_link_attempts from public, anon, authenticated;
grant all on public.channel_link_attempts to service_role;
