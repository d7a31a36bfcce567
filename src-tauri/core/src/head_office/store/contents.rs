//! The SQL of contents on their way.

use clientele_model::{AttachmentId, RowId};
use rusqlite::{Connection, OptionalExtension, params};

use crate::Result;
use crate::workspace::store::{array, row_id, row_id_or_none};

pub(in crate::head_office) fn want(conn: &Connection, id: AttachmentId) -> Result<()> {
    conn.prepare_cached("insert or ignore into attachments_wanted (attachment) values (?1)")?
        .execute([id.as_bytes()])?;
    Ok(())
}

pub(in crate::head_office) fn unwant(conn: &Connection, id: RowId) -> Result<()> {
    conn.prepare_cached("delete from attachments_wanted where attachment = ?1")?
        .execute([id.as_bytes()])?;
    Ok(())
}

pub(in crate::head_office) fn wanted(conn: &Connection, besides: &[RowId]) -> Result<Option<RowId>> {
    let mut statement = conn.prepare_cached(
        "select w.attachment from attachments_wanted w join attachments a on a.id = w.attachment
         where w.attachment not in rarray(?1) and a.size_bytes >
         (select coalesce(sum(length(bytes)), 0) from attachment_pieces where attachment = a.id) limit 1",
    )?;
    let id = statement.query_row([array(besides)], |row| row_id(row, 0));
    Ok(id.optional()?)
}

/// Contents that are whole, in the order of their attachments.
pub(in crate::head_office) fn whole_after(
    conn: &Connection,
    after: Option<RowId>,
    limit: usize,
) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached(
        "select a.id from attachments a where a.id > ?1 and a.size_bytes > 0 and a.size_bytes =
         (select coalesce(sum(length(bytes)), 0) from attachment_pieces where attachment = a.id)
         order by a.id limit ?2",
    )?;
    let after = after.unwrap_or(RowId(uuid::Uuid::nil()));
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let ids = statement.query_map(params![after.as_bytes(), limit], |row| row_id(row, 0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// The number of the last piece that was kept here.
pub(in crate::head_office) fn last_piece(conn: &Connection) -> Result<i64> {
    let mut statement = conn.prepare_cached("select coalesce(max(rowid), 0) from attachment_pieces")?;
    Ok(statement.query_row([], |row| row.get(0))?)
}

pub(in crate::head_office) fn piece(conn: &Connection, id: RowId, n: u32) -> Result<Option<Vec<u8>>> {
    let mut statement =
        conn.prepare_cached("select bytes from attachment_pieces where attachment = ?1 and n = ?2")?;
    let bytes = statement.query_row(params![id.as_bytes(), n], |row| row.get(0));
    Ok(bytes.optional()?)
}

pub(in crate::head_office) fn put(conn: &Connection, id: RowId, n: u32, bytes: &[u8]) -> Result<()> {
    conn.prepare_cached("insert into attachment_pieces (attachment, n, bytes) values (?1, ?2, ?3)")?
        .execute(params![id.as_bytes(), n, bytes])?;
    Ok(())
}

/// Takes away what came of a content, and asks for it no more until somebody looks again.
pub(in crate::head_office) fn forget(conn: &Connection, id: RowId) -> Result<()> {
    conn.prepare_cached("delete from attachment_pieces where attachment = ?1")?
        .execute([id.as_bytes()])?;
    // Their numbers are free again.
    conn.prepare_cached("delete from local where name = 'contents_told_up_to'")?
        .execute([])?;
    unwant(conn, id)
}

/// What the log says of a content.
pub(in crate::head_office) struct Said {
    /// Whose it is.
    pub client: Option<RowId>,
    /// How large.
    pub size_bytes: u64,
    /// Its hash.
    pub hash: Vec<u8>,
}

/// What the log says of a content, where it knows the attachment.
pub(in crate::head_office) fn of(conn: &Connection, id: RowId) -> Result<Option<Said>> {
    let mut statement =
        conn.prepare_cached("select client_id, size_bytes, hash from attachments where id = ?1")?;
    let row = statement.query_row([id.as_bytes()], |row| {
        Ok(Said {
            client: row_id_or_none(row, 0),
            size_bytes: row.get::<_, i64>(1)?.max(0).cast_unsigned(),
            hash: row.get(2)?,
        })
    });
    Ok(row.optional()?)
}
