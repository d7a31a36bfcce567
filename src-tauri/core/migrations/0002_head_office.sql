-- What it takes to stay one book with others: other devices, head office, what came from where.

-- A change counts (0), waits for the rest of its step (1), or was refused by head office (2).
alter table changes add column state integer not null default 0;

-- The branch whose client it is; null for the whole company's. Worked out: the scope of the change that added it.
alter table clients add column branch blob;

create index clients_by_branch on clients (branch, sort_name, id) where deleted_at is null and branch is not null;
create index steps_by_target on steps (target) where target is not null;

-- Clients of whom much came at once and whom the search index has to learn of yet, by `clients.n`.
create table search_due (
  n  integer primary key
) strict;

-- Rows that are gone for good. What a late device still says of them is forgotten as it arrives.
create table erased (
  row_id  blob primary key
) strict, without rowid;

insert or ignore into erased select row_id from changes where kind = 4;

-- Values that lost to others whose authors did not know of them; worked out from the log.
create table conflicts (
  row_id  blob not null,
  field   text not null,
  entity  text not null,
  device  integer not null references devices (n),
  seq     integer not null,
  primary key (row_id, field, device, seq)
) strict, without rowid;

-- Stretches of streams as their devices signed them, so that a server that lost them can have them again.
-- `n` is the number in the server's log; null as long as the server does not have it (any more).
-- `digests` is what the batch adds to the digest of each scope.
create table batches (
  device     integer not null references devices (n),
  first_seq  integer not null,
  last_seq   integer not null,
  before     blob not null,
  after      blob not null,
  signature  blob not null,
  n          integer,
  digests    blob not null,
  whole      integer not null,
  primary key (device, first_seq)
) strict, without rowid;

create unique index batches_by_n on batches (n) where n is not null;

-- How far the server's log was taken in, and where that was before.
create table marks (
  n      integer primary key,
  chain  blob not null
) strict;

-- The sum of `batches.digests` of all that have a number; null is the whole company's.
create table digests (
  scope   blob unique,
  digest  blob not null
) strict;

-- What head office did not take.
create table refusals (
  device  integer not null,
  seq     integer not null,
  why     text not null,
  at      integer not null,
  seen    integer not null default 0,
  primary key (device, seq)
) strict, without rowid;

-- What stood under numbers that a restored server gave to others: it waits to be written once more.
create table displaced (
  id      integer primary key,
  entity  text not null,
  row_id  blob not null,
  kind    integer not null,
  body    blob
) strict;

-- The others, as head office last told.
create table companions (
  id          blob primary key,
  name        text not null,
  key         blob not null,
  branch      blob,
  paired_at   integer not null,
  seen_at     integer,
  revoked_at  integer
) strict, without rowid;

create table branches (
  id    blob primary key,
  name  text not null
) strict, without rowid;

-- What head office told of the steps that erased: when it took them (null where it never said), who had confirmed, who had not (JSON lists of
-- device ids), whether it was done itself, and since when all of them had. That there was an erasure, the log tells.
create table erasures (
  step          blob primary key,
  at            integer,
  waiting_for   text not null,
  confirmed_by  text not null,
  server_done   integer not null,
  confirmed_at  integer
) strict, without rowid;

create index changes_that_erase on changes (step) where kind = 4;

-- What came in and went out, contact by contact.
create table exchanges (
  id           integer primary key,
  at           integer not null,
  came_in      integer not null,
  went_out     integer not null,
  refused      integer not null,
  problem      text not null,
  duration_ms  integer not null
) strict;
