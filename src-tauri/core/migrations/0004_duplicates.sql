-- Clients that turned out to be the same one.

-- The client with whom this one was merged; its rows stay its own, and with them the way back.
alter table clients add column merged_into blob;

-- On whose card all of it stands; null where the client has a card of its own. Worked out: `merged_into` leads there,
-- maybe over others, and what another device merged meanwhile.
alter table clients add column shown_on blob;

create index clients_merged on clients (merged_into) where merged_into is not null;
create index clients_shown_on on clients (shown_on) where shown_on is not null;

-- A list shows cards.
drop index clients_by_name;
drop index clients_by_last_contact;
drop index clients_by_created;
drop index clients_by_branch;
create index clients_by_name on clients (sort_name, id) where deleted_at is null and shown_on is null;
create index clients_by_last_contact on clients (last_contact_at desc, id)
  where deleted_at is null and shown_on is null;
create index clients_by_created on clients (created_at desc, id) where deleted_at is null and shown_on is null;
create index clients_by_branch on clients (branch, sort_name, id)
  where deleted_at is null and shown_on is null and branch is not null;

-- Two clients of whom somebody said that they are not the same one. The id comes from the two, so that two devices
-- which say so add one row; `client_id` is the one whose id is the smaller.
create table not_duplicates (
  id          blob primary key,
  client_id   blob,
  other       blob,
  deleted_at  integer
) strict, without rowid;

create index not_duplicates_by_client on not_duplicates (client_id);
