-- The book as it first stood.
--
-- Two sorts of tables. Records (steps, settings, clients, ...) are written only through the write gate:
-- each of their rows is the sum of its changes in the log, and can be made again from it. Everything else
-- (local, devices, changes, client_search) is the book's own book-keeping.
--
-- Records bear no foreign keys on one another: changes of other devices may arrive in any order, and a
-- phone number whose client is still on its way must land. `deleted_at` is the trash, in milliseconds.

-- Facts about this file alone, never handed on.
create table local (
  name  text primary key,
  value any not null
) strict, without rowid;

-- Devices by a short number, so that the log need not repeat sixteen bytes.
create table devices (
  n    integer primary key,
  id   blob not null unique check (length(id) = 16)
) strict;

-- The change log: the ordered record of all that was written here or came from others.
-- `hlc` is the device's own clock, `eff_hlc` what the server made of it (the same until there is one).
-- `scope` is a branch, or null for the whole company. `body` and `salt` are null once their subject was
-- erased; `commitment`, a hash of the two, stays, and with it the proof that the log was not cut.
create table changes (
  device   integer not null references devices (n) deferrable initially deferred,
  seq      integer not null check (seq > 0),
  hlc      integer not null,
  eff_hlc  integer not null,
  schema   integer not null,
  step     blob not null,
  scope    blob,
  entity   text not null,
  row_id   blob not null,
  kind     integer not null,
  body     blob,
  salt     blob,
  commitment  blob not null check (length(commitment) = 32),
  primary key (device, seq)
) strict, without rowid;

create index changes_by_row on changes (row_id, eff_hlc);
create index changes_by_step on changes (step);

-- Steps as the user saw them. `act` is do, undo or redo; `target` the step that an undo or redo is about.
-- `hlc` (its place in the order) and `undone_by` are worked out and local.
create table steps (
  id          blob primary key,
  device      blob,
  staff       text not null default '',
  at          integer not null default 0,
  label       text not null default '',
  params      text not null default '',
  act         text not null default '',
  target      blob,
  changes     integer not null default 0,
  deleted_at  integer,
  hlc         integer not null default 0,
  undone_by   blob
) strict, without rowid;

create index steps_by_order on steps (hlc, id);

-- One row: what holds for the whole book.
create table settings (
  id             blob primary key,
  business_name  text not null default '',
  country        text not null default '',
  currency       text not null default '',
  language       text not null default '',
  deleted_at     integer
) strict, without rowid;

-- `n` is local: the number under which the search index knows a client.
-- `sort_name` and `last_contact_at` are worked out from the card and its contacts, so that a list need not be.
create table clients (
  n                integer primary key,
  id               blob not null unique,
  kind             text not null default '',
  given_name       text not null default '',
  patronymic       text not null default '',
  family_name      text not null default '',
  company_name     text not null default '',
  birthday         text not null default '',
  language         text not null default '',
  source           text not null default '',
  card_number      text not null default '',
  notes            text not null default '',
  expects          text not null default '',
  never            text not null default '',
  created_at       integer not null default 0,
  deleted_at       integer,
  display_name     text not null default '',
  sort_name        text not null default '',
  last_contact_at  integer,
  contacts_count   integer not null default 0
) strict;

create index clients_by_name on clients (sort_name, id) where deleted_at is null;
create index clients_by_last_contact on clients (last_contact_at desc, id) where deleted_at is null;
create index clients_by_created on clients (created_at desc, id) where deleted_at is null;
create index clients_by_card_number on clients (card_number) where card_number <> '';
create index clients_in_trash on clients (deleted_at) where deleted_at is not null;

create table client_names (
  id          blob primary key,
  client_id   blob,
  position    integer not null default 0,
  label       text not null default '',
  name        text not null default '',
  deleted_at  integer
) strict, without rowid;

create table phones (
  id          blob primary key,
  client_id   blob,
  position    integer not null default 0,
  label       text not null default '',
  typed       text not null default '',
  e164        text not null default '',
  deleted_at  integer
) strict, without rowid;

create table emails (
  id          blob primary key,
  client_id   blob,
  position    integer not null default 0,
  label       text not null default '',
  address     text not null default '',
  deleted_at  integer
) strict, without rowid;

create table addresses (
  id           blob primary key,
  client_id    blob,
  position     integer not null default 0,
  label        text not null default '',
  street       text not null default '',
  city         text not null default '',
  region       text not null default '',
  postal_code  text not null default '',
  country      text not null default '',
  deleted_at   integer
) strict, without rowid;

create table messengers (
  id          blob primary key,
  client_id   blob,
  position    integer not null default 0,
  service     text not null default '',
  handle      text not null default '',
  deleted_at  integer
) strict, without rowid;

create table contact_persons (
  id          blob primary key,
  client_id   blob,
  position    integer not null default 0,
  name        text not null default '',
  role        text not null default '',
  phone       text not null default '',
  email       text not null default '',
  note        text not null default '',
  deleted_at  integer
) strict, without rowid;

-- The id comes from the client and the tag, so that two devices which add the same tag add one row.
create table client_tags (
  id          blob primary key,
  client_id   blob,
  tag         text not null default '',
  deleted_at  integer
) strict, without rowid;

create index client_names_by_client on client_names (client_id);
create index phones_by_client on phones (client_id);
create index phones_by_number on phones (e164) where e164 <> '';
create index phones_by_typing on phones (typed) where e164 = '';
create index emails_by_client on emails (client_id);
create index emails_by_address on emails (lower(address)) where address <> '';
create index addresses_by_client on addresses (client_id);
create index messengers_by_client on messengers (client_id);
create index contact_persons_by_client on contact_persons (client_id);
create index client_tags_by_client on client_tags (client_id);
create index client_tags_by_tag on client_tags (tag) where deleted_at is null;

-- Contact history: a call, message, visit, e-mail, note, complaint, offer.
create table contacts (
  id          blob primary key,
  client_id   blob,
  kind        text not null default '',
  direction   text not null default '',
  channel     text not null default '',
  at          integer not null default 0,
  staff       text not null default '',
  text        text not null default '',
  deleted_at  integer
) strict, without rowid;

create index contacts_by_client on contacts (client_id, at desc, id);
create index contacts_in_trash on contacts (deleted_at) where deleted_at is not null;

-- The search index: folded text by part of the card; rowid is clients.n.
-- Trigrams find any part of any word; secure-delete leaves nothing of what was erased.
create virtual table client_search using fts5 (
  name, phone, email, company, other, note,
  tokenize = 'trigram case_sensitive 1', detail = 'full'
);

insert into client_search (client_search, rank) values ('secure-delete', 1);
