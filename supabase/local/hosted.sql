-- What a hosted Supabase database has before a project's first migration: roles, schemas, default
-- privileges and the auth functions. Run by the superuser supabase_admin; running it again changes nothing.
-- Followed: the init scripts of github.com/supabase/postgres.

create function pg_temp.make_role(p_name text, p_options text) returns void language plpgsql as $$
begin
  if not exists (select from pg_catalog.pg_roles where rolname = p_name) then
    execute format('create role %I %s', p_name, p_options);
  end if;
end $$;

select pg_temp.make_role('anon', 'nologin noinherit');
select pg_temp.make_role('authenticated', 'nologin noinherit');
select pg_temp.make_role('service_role', 'nologin noinherit bypassrls');
select pg_temp.make_role('authenticator', 'login noinherit');
select pg_temp.make_role('supabase_auth_admin', 'login noinherit createrole');
select pg_temp.make_role('supabase_storage_admin', 'login noinherit createrole');
-- Migrations run as postgres, which is no superuser on hosted Supabase.
select pg_temp.make_role('postgres', 'login createdb createrole replication bypassrls');

grant anon, authenticated, service_role to authenticator, postgres;
alter role anon set statement_timeout = '3s';
alter role authenticated set statement_timeout = '8s';
alter role authenticator set statement_timeout = '8s';
alter role authenticator set lock_timeout = '8s';

do $$ begin
  execute format('alter database %I owner to postgres', current_database());
  execute format('alter database %I set search_path to "$user", public, extensions', current_database());
end $$;

grant usage on schema public to postgres, anon, authenticated, service_role;
-- Since 30 October 2026 a new table or sequence in public is granted to no API role; what is left of
-- "grant all" is what the Supabase API cannot reach. Functions still are granted, so the strictest
-- case of both worlds holds here: tables must be granted, functions must be revoked.
alter default privileges for role postgres in schema public
  grant truncate, references, trigger, maintain on tables to anon, authenticated, service_role;
alter default privileges for role postgres in schema public
  grant execute on functions to anon, authenticated, service_role;

create schema if not exists extensions authorization postgres;
grant usage on schema extensions to anon, authenticated, service_role;
create extension if not exists pgcrypto with schema extensions;
create extension if not exists "uuid-ossp" with schema extensions;

create schema if not exists auth authorization supabase_auth_admin;
grant usage on schema auth to anon, authenticated, service_role, postgres;
create schema if not exists storage authorization supabase_storage_admin;
grant usage on schema storage to anon, authenticated, service_role, postgres;

create or replace function auth.uid() returns uuid language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.sub', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'sub'
  )::uuid
$$;
create or replace function auth.role() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.role', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'role'
  )
$$;
create or replace function auth.email() returns text language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim.email', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')::jsonb ->> 'email'
  )
$$;
create or replace function auth.jwt() returns jsonb language sql stable as $$
  select coalesce(
    nullif(current_setting('request.jwt.claim', true), ''),
    nullif(current_setting('request.jwt.claims', true), '')
  )::jsonb
$$;
alter function auth.uid() owner to supabase_auth_admin;
alter function auth.role() owner to supabase_auth_admin;
alter function auth.email() owner to supabase_auth_admin;
alter function auth.jwt() owner to supabase_auth_admin;

create schema if not exists supabase_migrations authorization postgres;
create table if not exists supabase_migrations.schema_migrations (
  version text primary key,
  statements text[],
  name text
);
alter table supabase_migrations.schema_migrations owner to postgres;
