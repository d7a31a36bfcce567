-- The roles of head office's server, made once by the superuser, on the primary:
--     psql -h 10.20.0.11 -U postgres -f roles.sql -f database.sql
-- Change the three passwords. The tests run this very file.

-- Owns the tables: makes and changes them when a new version of the server is installed, and writes them anew after an
-- erasure. `clientele-server` is given it as --postgres-admin, and serves nobody by it.
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
