-- What: who does the pass of retention now, and when the last one ended.
-- Why: any number of server processes look, and one of them does it.
-- Safe while the previous release runs: yes, because it only adds a table and functions.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

create table public.retention_passes (
  name text not null,
  holder uuid,
  lease_expires_at timestamptz,
  ended_at timestamptz,
  constraint retention_passes_pkey primary key (name),
  constraint retention_passes_name_check check (name = 'retention'),
  constraint retention_passes_lease_check check ((holder is null) = (lease_expires_at is null))
);

alter table public.retention_passes enable row level security;
revoke all on public.retention_passes from public, anon, authenticated;
grant all on public.retention_passes to service_role;

insert into public.retention_passes (name) values ('retention');

-- Begins a pass, or renews the lease of the one that this holder does. Another's is taken over when
-- it is late; none begins within p_pause_seconds of the end of the last.
create function public.claim_retention_pass(
  p_holder uuid, p_lease_seconds integer default 60, p_pause_seconds integer default 3600
) returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  perform 1 from public.retention_passes p
  where p.holder = p_holder
    or coalesce(p.lease_expires_at, '-infinity') < clock_timestamp()
    and coalesce(p.ended_at, '-infinity')
      <= clock_timestamp() - make_interval(secs => p_pause_seconds)
  for update skip locked;
  if not found then
    return jsonb_build_object('is_held', false);
  end if;
  update public.retention_passes p
  set holder = p_holder, lease_expires_at = private.lease_end(p_lease_seconds)
  where p.name = 'retention';
  return jsonb_build_object('is_held', true);
end;
$$;

-- The pass is over, whole or not; with p_is_whole false another may begin at once.
create function public.complete_retention_pass(p_holder uuid, p_is_whole boolean default true)
returns jsonb
language plpgsql volatile security invoker set search_path = '' as $$
begin
  update public.retention_passes p
  set holder = null, lease_expires_at = null,
      ended_at = case when p_is_whole then clock_timestamp() else p.ended_at end
  where p.holder = p_holder;
  return jsonb_build_object('is_held', found);
end;
$$;

grant execute on function public.claim_retention_pass(uuid, integer, integer) to service_role;
grant execute on function public.complete_retention_pass(uuid, boolean) to service_role;
