-- The database of head office's server, made once by the superuser after roles.sql. The tests run this very file.

create database clientele owner clientele_owner encoding 'UTF8' template template0;
revoke connect, temporary on database clientele from public;
grant connect on database clientele to clientele_owner, clientele_service, clientele_reader;

\connect clientele
revoke all on schema public from public;
grant usage, create on schema public to clientele_owner;
grant usage on schema public to clientele_service, clientele_reader;
-- Tables that the owner makes from now on can be used by the service and read by the reader, as far as the policies
-- of row-level security let them.
alter default privileges for role clientele_owner in schema public
  grant select, insert, update, delete on tables to clientele_service;
alter default privileges for role clientele_owner in schema public grant select on tables to clientele_reader;
alter role clientele_reader in database clientele set default_transaction_read_only = on;
-- A report that runs away ends, before it holds up anybody else.
alter role clientele_reader in database clientele set statement_timeout = '60s';
-- Of an erased person nothing may stay, not in the journal (WAL) either: with these the server's owner has PostgreSQL
-- overwrite it. Without them it stays there until it is overwritten by itself.
grant pg_checkpoint to clientele_owner;
grant execute on function pg_switch_wal(), pg_ls_waldir() to clientele_owner;
