-- A contact person who is a client of the book, too. An entry is about one client from its first day to its last: who links
-- another takes it off and adds one, so that whoever erases a client finds by this column all that was said of them.
alter table contact_persons add column person_id blob;

create index contact_persons_by_person on contact_persons (person_id) where person_id is not null;

-- A list shows the photo of each client. It is found by the index alone: in the row everything that stands behind the small
-- picture is as far away as the picture is long.
drop index attachments_with_photo;
create index attachments_with_photo on attachments (client_id, photo_since, deleted_at)
  where photo_since > 0 and deleted_at is null;
