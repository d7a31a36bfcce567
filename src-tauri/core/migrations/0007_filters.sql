-- Saved filters over clients; `conditions` is JSON.
create table filters (
  id          blob primary key,
  name        text not null default '',
  conditions  text not null default '',
  position    integer not null default 0,
  deleted_at  integer
) strict, without rowid;
