-- What clients are found by, as plain text: the index over it is made in memory, when the book is opened.
--
-- `n` is clients.n; `text` the folded text of the card, field by field (name, company, phone, e-mail, other, note), the
-- fields apart by the character 2, their parts by the character 1.
create table search_documents (
  n     integer primary key,
  text  text not null
) strict;

insert into search_documents (n, text)
select rowid, name || char(2) || company || char(2) || phone || char(2) || email || char(2) || other || char(2) || note
from client_search;

drop table client_search;
