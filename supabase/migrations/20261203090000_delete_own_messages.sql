-- What: lets signed-in users delete messages of their own, but for an answer that is being written.
-- Why: an agent program that acts as its user takes back what it added, and clears its session.
-- Safe while the previous release runs: yes, because it only permits more, and what others follow
--   still stays by its foreign keys.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create policy chat_message_history_delete_own on public.chat_message_history
  for delete to authenticated using (user_id = (select auth.uid()));

grant delete on public.chat_message_history to authenticated;

-- With its session an answer goes at any time; below that, deeper than depth 1, nothing is asked.
create function private.guard_chat_message_delete() returns trigger
language plpgsql security invoker set search_path = '' as $$
begin
  if pg_trigger_depth() = 1 and old.lease_expires_at > clock_timestamp() then
    raise sqlstate 'PT409' using message = 'answer_streaming',
      detail = 'message_id', hint = 'Wait until the answer has ended, or cancel it.';
  end if;
  return old;
end;
$$;

create trigger chat_message_history_guard_delete
  before delete on public.chat_message_history
  for each row when (old.status = 'streaming')
  execute function private.guard_chat_message_delete();
