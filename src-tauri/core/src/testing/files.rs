//! What tests do to a book's file, and no program does.

use rusqlite::{Connection, MAIN_DB};

use super::TestBook;
use crate::Result;
use crate::workspace::Workspace;

/// From now on the disk has no room for more than so many pages besides those of the book; `None` for a disk
/// without end.
///
/// # Errors
/// What SQLite says.
pub fn fill_disk(book: &Workspace, pages_left: Option<u32>) -> Result<()> {
    book.maintain(|conn| {
        let pages: i64 = conn.query_row("pragma page_count", [], |row| row.get(0))?;
        let most = pages_left.map_or(i64::from(i32::MAX), |left| pages + i64::from(left));
        conn.query_row(&format!("pragma max_page_count = {most}"), [], |_| Ok(()))?;
        Ok(())
    })
}

/// A connection of its own to an open book, which only reads.
///
/// # Errors
/// What SQLite says.
pub fn reader(book: &TestBook) -> Result<Connection> {
    crate::book::open_reader(&book.file(), &book.key)
}

/// Every byte of the book as it stands in the decrypted file, pages that hold nothing any more included.
///
/// # Errors
/// What SQLite says.
pub fn bytes_within(book: &TestBook) -> Result<Vec<u8>> {
    let mut conn = reader(book)?;
    Ok(conn.serialize(MAIN_DB)?.to_vec())
}

/// Makes the search index know of nobody, so that everybody waits for it: as after a first pull that broke off.
///
/// # Errors
/// What SQLite says.
pub fn forget_index(book: &Workspace) -> Result<()> {
    let ((), _) = book.take_in(|arrivals| {
        let conn = arrivals.conn();
        conn.execute("delete from search_documents", [])?;
        arrivals.all_found_by_others();
        let all = crate::workspace::store::row_ids(conn, &crate::clients::CLIENTS)?;
        let all = crate::clients::derive_put(conn, &all.into_iter().collect())?;
        crate::search::index_later(conn, all)
    })?;
    Ok(())
}

/// What the migration of linked contact persons added.
const LINKED_PERSONS: &str = "
    drop index contact_persons_by_person; alter table contact_persons drop column person_id; pragma user_version = 8;";

/// What the migration of attachments added.
const ATTACHMENTS: &str =
    "drop table attachments_wanted; drop table attachment_pieces; drop table attachments;
     delete from local where name = 'contents_told_up_to'; pragma user_version = 7;";

/// What the migration about saved filters added.
const FILTERS: &str = "drop table filters; pragma user_version = 6;";

/// What the migration about the owner's own fields added.
const CUSTOM_FIELDS: &str = "
    drop table custom_values; drop table custom_choices; drop table custom_fields;
    pragma user_version = 5;";

/// What the fifth migration added.
const FIFTH: &str = "alter table displaced drop column scope; pragma user_version = 4;";

/// What the fourth migration added, and what it put in the place of what was.
const FOURTH: &str = "
    drop index clients_by_name; drop index clients_by_last_contact; drop index clients_by_created; drop index clients_by_branch;
    drop index clients_merged; drop index clients_shown_on; drop table not_duplicates;
    alter table clients drop column merged_into; alter table clients drop column shown_on;
    create index clients_by_name on clients (sort_name, id) where deleted_at is null;
    create index clients_by_last_contact on clients (last_contact_at desc, id) where deleted_at is null;
    create index clients_by_created on clients (created_at desc, id) where deleted_at is null;
    create index clients_by_branch on clients (branch, sort_name, id) where deleted_at is null and branch is not null;
    pragma user_version = 3;";

/// Takes back what the third migration did.
const THIRD: &str = "
    create virtual table client_search using fts5 (
      name, phone, email, company, other, note,
      tokenize = 'trigram case_sensitive 1', detail = 'full'
    );
    insert into client_search (client_search, rank) values ('secure-delete', 1);
    insert into client_search (rowid, name, company, phone, email, other, note)
    select n, j.value ->> 0, j.value ->> 1, j.value ->> 2, j.value ->> 3, j.value ->> 4, j.value ->> 5
    from (select n, '[[' || replace(json_quote(text), '\\u0002', '\",\"') || ']]' as parts
          from search_documents) d, json_each(d.parts) j;
    drop table search_documents;
    pragma user_version = 2;";

/// What the second migration added.
const SECOND: &str = "
    drop index clients_by_branch; drop index steps_by_target; drop index changes_that_erase;
    drop table search_due; drop table erased; drop table conflicts; drop table batches; drop table marks; drop table digests;
    drop table refusals; drop table displaced; drop table companions; drop table branches;
    drop table erasures; drop table exchanges;
    alter table changes drop column state; alter table clients drop column branch;
    delete from local where name = 'fields';
    pragma user_version = 1;";

/// Makes of a book the file that the second version of the program would have written: proved against the tables of
/// the first two migrations.
///
/// # Panics
/// Where a migration was added that this does not take back.
///
/// # Errors
/// What SQLite says.
pub fn as_of_the_second_version(book: &Workspace) -> Result<()> {
    let second = Connection::open_in_memory()?;
    second.execute_batch(include_str!("../../migrations/0001_the_book.sql"))?;
    second.execute_batch(include_str!("../../migrations/0002_head_office.sql"))?;
    let second = columns(&second)?;
    book.maintain(|conn| {
        conn.execute_batch(LINKED_PERSONS)?;
        conn.execute_batch(ATTACHMENTS)?;
        conn.execute_batch(FILTERS)?;
        conn.execute_batch(CUSTOM_FIELDS)?;
        conn.execute_batch(FIFTH)?;
        conn.execute_batch(FOURTH)?;
        conn.execute_batch(THIRD)?;
        assert_eq!(columns(conn)?, second);
        Ok(())
    })
}

/// Makes of a book the file that the first version of the program would have written: proved against the tables
/// of the first migration.
///
/// # Panics
/// Where a migration was added that this does not take back.
///
/// # Errors
/// What SQLite says.
pub fn as_of_the_first_version(book: &Workspace) -> Result<()> {
    let first = Connection::open_in_memory()?;
    first.execute_batch(include_str!("../../migrations/0001_the_book.sql"))?;
    let first = columns(&first)?;
    book.maintain(|conn| {
        conn.execute_batch(LINKED_PERSONS)?;
        conn.execute_batch(ATTACHMENTS)?;
        conn.execute_batch(FILTERS)?;
        conn.execute_batch(CUSTOM_FIELDS)?;
        conn.execute_batch(FIFTH)?;
        conn.execute_batch(FOURTH)?;
        conn.execute_batch(THIRD)?;
        conn.execute_batch(SECOND)?;
        assert_eq!(columns(conn)?, first);
        Ok(())
    })
}

/// Every column of every table, and every index.
fn columns(conn: &Connection) -> Result<Vec<String>> {
    let mut statement = conn.prepare(
        "select m.type || ' ' || m.name || ' ' || coalesce(c.name || ' ' || c.type, '') from sqlite_master m
         left join pragma_table_info(m.name) c where m.type in ('table', 'index') order by 1",
    )?;
    let columns = statement.query_map([], |row| row.get(0))?;
    Ok(columns.collect::<rusqlite::Result<_>>()?)
}
