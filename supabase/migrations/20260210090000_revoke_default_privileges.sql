-- What: what a migration makes from here on is open to nobody until that migration grants it; the
--   schema private holds what the Supabase API must not offer.
-- Why: Postgres lets PUBLIC execute every new function, Supabase adds anon and authenticated, and
--   projects older than October 2026 grant them every new table and sequence as well.
-- Safe while the previous release runs: yes, because what is there already keeps its grants.
set local lock_timeout = '5s';
set local statement_timeout = '15min';

alter default privileges revoke execute on functions from public;
alter default privileges in schema public revoke execute on functions from public;
alter default privileges in schema public
  revoke execute on functions from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on tables from anon, authenticated, service_role;
alter default privileges in schema public
  revoke all on sequences from anon, authenticated, service_role;

create schema private;
revoke all on schema private from public;
grant usage on schema private to authenticated, service_role;
