-- What: the private bucket of Storage that holds the attachments' files.
-- Why: no policy of storage.objects names it, so only the secret key reads and writes there, and what
--   a user may read is decided by the registry.
-- Safe while the previous release runs: yes, because nothing uses the bucket yet.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

do $$ begin
  -- A Postgres without Supabase Storage keeps everything but files.
  if to_regclass('storage.buckets') is not null then
    insert into storage.buckets (id, name, public, file_size_limit)
    values ('chat-attachments', 'chat-attachments', false, 20971520)
    on conflict (id) do update set public = false, file_size_limit = excluded.file_size_limit;
  end if;
end $$;
