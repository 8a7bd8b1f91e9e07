-- What: messages on their way in: the parts of a session that is too long for one request.
-- Why: a session of an archive appears whole or not at all, however many requests bring it.
-- Safe while the previous release runs: yes, because nothing used this table before.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.chat_import_batches (
  user_id uuid not null,
  import_id uuid not null,
  batch bigint not null,
  messages jsonb not null,
  created_at timestamptz not null default now(),
  constraint chat_import_batches_pkey primary key (user_id, import_id, batch),
  constraint chat_import_batches_user_id_fkey foreign key (user_id)
    references auth.users (id) on delete cascade,
  constraint chat_import_batches_batch_check check (batch > 0),
  constraint chat_import_batches_messages_check check (jsonb_typeof(messages) = 'array')
);

create index chat_import_batches_created_at_idx on public.chat_import_batches (created_at);

alter table public.chat_import_batches enable row level security;
revoke all on public.chat_import_batches from public, anon, authenticated;
grant select, insert, delete on public.chat_import_batches to authenticated;
grant all on public.chat_import_batches to service_role;

create policy chat_import_batches_select_own on public.chat_import_batches
  for select to authenticated using (user_id = (select auth.uid()));
create policy chat_import_batches_insert_own on public.chat_import_batches
  for insert to authenticated with check (user_id = (select auth.uid()));
create policy chat_import_batches_delete_own on public.chat_import_batches
  for delete to authenticated using (user_id = (select auth.uid()));

-- p_messages is {"messages": […]}. The same batch again changes nothing.
create function public.upsert_import_batch(
  p_user_id uuid, p_import_id uuid, p_batch integer, p_messages jsonb
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_messages jsonb := private.plain_json(p_messages) -> 'messages';
begin
  if jsonb_typeof(v_messages) is distinct from 'array' then
    perform private.refuse('messages', 'Give a list of messages.');
  elsif p_batch is null or p_batch < 1 then
    perform private.refuse('batch', 'Number the batches from 1.');
  end if;
  insert into public.chat_import_batches (user_id, import_id, batch, messages)
  values (p_user_id, p_import_id, p_batch, v_messages)
  on conflict (user_id, import_id, batch) do nothing;
  return jsonb_build_object('import_id', p_import_id);
end;
$$;

-- What imports that broke off have left behind, a day ago or longer, whosever it is.
create function public.delete_expired_import_batches() returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
declare
  v_count integer;
begin
  delete from public.chat_import_batches b where b.created_at < now() - interval '1 day';
  get diagnostics v_count = row_count;
  return jsonb_build_object('count', v_count);
end;
$$;

grant execute on function public.upsert_import_batch(uuid, uuid, integer, jsonb)
  to authenticated, service_role;
grant execute on function public.delete_expired_import_batches() to service_role;
