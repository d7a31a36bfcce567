-- The owner's own fields of a card.

-- What fields there are; `kind` is text, number, date or choice, and never changes.
create table custom_fields (
  id          blob primary key,
  name        text not null default '',
  kind        text not null default '',
  position    integer not null default 0,
  deleted_at  integer
) strict, without rowid;

-- What may be chosen in a field. Rows of their own, so that of two devices which add one at once both keep theirs, and
-- another name reaches every card.
create table custom_choices (
  id          blob primary key,
  field_id    blob,
  position    integer not null default 0,
  name        text not null default '',
  deleted_at  integer
) strict, without rowid;

create index custom_choices_by_field on custom_choices (field_id);

-- What stands in a field on a card; a number in millionths. The id comes from the client and the field, so that two
-- devices which fill in the same field write one row. An emptied field keeps its row.
create table custom_values (
  id          blob primary key,
  client_id   blob,
  field_id    blob,
  text        text not null default '',
  number      integer,
  day         text not null default '',
  choice      blob,
  deleted_at  integer
) strict, without rowid;

create index custom_values_by_client on custom_values (client_id);
create index custom_values_by_number on custom_values (field_id, number, client_id) where number is not null;
create index custom_values_by_day on custom_values (field_id, day, client_id) where day <> '';
create index custom_values_by_choice on custom_values (field_id, choice, client_id) where choice is not null;
create index custom_values_by_text on custom_values (field_id, client_id) where text <> '';
