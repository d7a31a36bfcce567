-- The roles of head office's server and its database, made once by the superuser:
--     psql -h 10.20.0.11 -U postgres -f roles.sql
-- Change the three passwords. `cargo xtask ha` runs this very file.

-- Owns the tables, and makes and changes them when a new version of the server is installed; used for nothing else.
-- Row-level security is forced on every table, so that it binds the owner too.
create role clientele_owner login nosuperuser nocreatedb nocreaterole nobypassrls
  password 'change-this-owner-password';

-- What `clientele-server` serves devices as. Not a member of the owner: whoever takes the service over can neither
-- change a table nor switch its policies off.
create role clientele_service login nosuperuser nocreatedb nocreaterole nobypassrls
  password 'change-this-service-password';

-- Head office's own reports: reads, and writes nothing.
create role clientele_reader login nosuperuser nocreatedb nocreaterole nobypassrls
  password 'change-this-reader-password';

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
