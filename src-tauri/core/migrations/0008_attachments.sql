-- Photos and files of clients.

-- What the log says of each. `thumbnail` is a small JPEG, so that a face is seen before its picture is there; `hash`
-- the SHA-256 of the content; `photo_since` the moment at which it was made the client's photo, zero for none.
create table attachments (
  id           blob primary key,
  client_id    blob,
  name         text not null default '',
  media_type   text not null default '',
  size_bytes   integer not null default 0,
  hash         blob not null default x'',
  thumbnail    blob not null default x'',
  added_at     integer not null default 0,
  photo_since  integer not null default 0,
  deleted_at   integer
) strict, without rowid;

create index attachments_by_client on attachments (client_id, added_at, id);
create index attachments_with_photo on attachments (client_id, photo_since) where photo_since > 0 and deleted_at is null;
create index attachments_in_trash on attachments (deleted_at) where deleted_at is not null;

-- The content, in pieces of 256 KiB, of those whose content is on this device. No part of the log: whoever wants to look
-- at it fetches it. It goes when its attachment is erased.
create table attachment_pieces (
  attachment  blob not null,
  n           integer not null,
  bytes       blob not null,
  unique (attachment, n)
) strict;

-- Contents that somebody wanted to look at and that are on another device: the next visit to head office fetches them.
create table attachments_wanted (
  attachment  blob primary key
) strict, without rowid;
