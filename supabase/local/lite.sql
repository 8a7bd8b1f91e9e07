-- The role Supabase Lite connects as. At its first request Lite grants ALL on every table of a schema
-- with row-level security to anon and authenticated. A role that does not own those tables cannot, so
-- the grants of the migrations hold here as they do on hosted Supabase.

do $$ begin
  if not exists (select from pg_catalog.pg_roles where rolname = 'supabase_lite') then
    create role supabase_lite login noinherit;
  end if;
end $$;
grant anon, authenticated, service_role to supabase_lite;
alter role supabase_lite set statement_timeout = '8s';
-- The refused grants would each print a warning.
alter role supabase_lite set client_min_messages = 'error';
alter role supabase_lite set idle_in_transaction_session_timeout = '30s';

-- Lite keeps users and stored objects in tables that it makes itself.
grant usage, create on schema auth, storage to supabase_lite;
alter default privileges for role supabase_lite in schema auth, storage
  grant all on tables to postgres, service_role;

-- A grant by a role with no privilege at all on the object is an error and not a warning. So Lite
-- holds one that lets it see what is there and read nothing.
alter default privileges for role postgres grant usage on schemas to supabase_lite;
alter default privileges for role postgres grant references on tables to supabase_lite;
alter default privileges for role postgres grant usage on sequences to supabase_lite;
