//! The SQL of attachments and of their contents.

use clientele_formats::attachments::{THUMBNAIL_BYTES_MAX, is_picture};
use clientele_model::{AttachmentId, ClientId, DeviceId, ErrorCode, Hlc, Refusal, RowId, Timestamp};
use rusqlite::{Connection, OptionalExtension, params};

use super::{Attachment, FILE_BYTES_MAX, together};
use crate::Result;
use crate::workspace::store::log::said_at;
use crate::workspace::store::{array, row_id};

/// A content is kept, and travels, in pieces of this size; only the last is smaller.
pub const PIECE_BYTES: usize = 256 * 1024;

/// Photos that are set within one moment get one of their own each, this far at most.
const BETWEEN_PHOTOS_MS: i64 = 1_000;

/// What the log says of an attachment.
pub(super) struct Row {
    pub name: String,
    pub media_type: String,
    pub size_bytes: u64,
    pub hash: Vec<u8>,
    pub thumbnail: Vec<u8>,
}

impl Row {
    /// Can it be shown? Whoever wrote the record is not asked alone.
    pub fn is_picture(&self) -> bool {
        is_picture(&self.media_type) && is_thumbnail(&self.thumbnail)
    }
}

/// A JPEG of a thumbnail's size.
fn is_thumbnail(bytes: &[u8]) -> bool {
    bytes.len() <= THUMBNAIL_BYTES_MAX && bytes.starts_with(b"\xFF\xD8\xFF")
}

/// What the log says of an attachment, in the trash or not.
pub(super) fn get(conn: &Connection, id: AttachmentId) -> Result<Row> {
    let mut statement = conn.prepare_cached(
        "select name, media_type, size_bytes, hash, thumbnail from attachments where id = ?1",
    )?;
    let row = statement.query_row([id.as_bytes()], |row| {
        Ok(Row {
            name: row.get(0)?,
            media_type: row.get(1)?,
            size_bytes: row.get::<_, i64>(2)?.cast_unsigned(),
            hash: row.get(3)?,
            thumbnail: row.get(4)?,
        })
    });
    let row = row.optional()?;
    row.ok_or_else(|| Refusal::new(ErrorCode::NotFound).with("id", id).into())
}

/// The attachments on the card on which a client stands, without those in the trash: the photo first, then the newest.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn list(conn: &Connection, client: ClientId) -> Result<Vec<Attachment>> {
    let all = together(conn, client)?;
    let photo = photo_of(conn, &all)?;
    let mut statement = conn.prepare_cached(
        "select id, client_id, name, media_type, size_bytes, added_at, thumbnail,
         (select coalesce(sum(length(bytes)), 0) from attachment_pieces where attachment = a.id)
         from attachments a where client_id in rarray(?1) and deleted_at is null order by added_at desc, id desc",
    )?;
    let rows = statement.query_map([array(&all)], |row| {
        let id: AttachmentId = row_id(row, 0)?.into();
        let media_type: String = row.get(3)?;
        let (size, here): (i64, i64) = (row.get(4)?, row.get(7)?);
        Ok(Attachment {
            id,
            client_id: row_id(row, 1)?.into(),
            name: row.get(2)?,
            is_picture: is_picture(&media_type) && is_thumbnail(row.get_ref(6)?.as_blob()?),
            media_type,
            size_bytes: size.max(0).cast_unsigned(),
            added_at: Timestamp(row.get(5)?),
            is_photo: photo == Some(id),
            is_here: size == here && size > 0,
        })
    })?;
    let mut rows: Vec<Attachment> = rows.collect::<rusqlite::Result<_>>()?;
    rows.sort_by_key(|row| !row.is_photo);
    Ok(rows)
}

/// The photo of the card on which all these stand.
///
/// # Errors
/// What SQLite says.
pub fn photo(conn: &Connection, all: &[ClientId]) -> Result<Option<AttachmentId>> {
    let all: Vec<RowId> = all.iter().copied().map(RowId::from).collect();
    photo_of(conn, &all)
}

/// The photo of a card as lists show it: by the index alone, no picture is read for a row, but where several were made the
/// photo. One that cannot be shown gives way to letters where it is drawn.
///
/// # Errors
/// What SQLite says.
pub fn face(conn: &Connection, client: ClientId) -> Result<Option<AttachmentId>> {
    let all = together(conn, client)?;
    let mut statement = conn.prepare_cached(FACES)?;
    let faces = statement.query_map([array(&all)], |row| row_id(row, 0))?;
    let faces: Vec<RowId> = faces.collect::<rusqlite::Result<_>>()?;
    match faces.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some((*only).into())),
        _ => photo_of(conn, &all),
    }
}

const FACES: &str = "select id from attachments
     where client_id in rarray(?1) and photo_since > 0 and deleted_at is null limit 2";

/// How SQLite goes about [`face`].
#[cfg(test)]
pub(super) fn plan_of_face(conn: &Connection) -> Result<String> {
    let none: [RowId; 0] = [];
    let mut statement = conn.prepare(&format!("explain query plan {FACES}"))?;
    let lines = statement.query_map([array(&none)], |row| row.get::<_, String>(3))?;
    Ok(lines.collect::<rusqlite::Result<Vec<_>>>()?.join("\n"))
}

/// As what a photo's moment counts: no later than the change that said it, whose own moment head office has bounded, but
/// for as much as is between photos that are set one right after the other. Whoever writes the end of time into a record
/// is the client's photo until the next one is set.
fn counted(conn: &Connection, id: RowId, since: i64) -> Result<(i64, Option<(Hlc, DeviceId)>)> {
    let said = said_at(conn, id, "photo_since")?;
    let moment = said.map_or(0, |(said, _)| said.millis().cast_signed());
    Ok((since.min(moment + BETWEEN_PHOTOS_MS), said))
}

fn photo_of(conn: &Connection, all: &[RowId]) -> Result<Option<AttachmentId>> {
    let mut statement = conn.prepare_cached(
        "select id, media_type, thumbnail, photo_since from attachments
         where client_id in rarray(?1) and photo_since > 0 and deleted_at is null order by id",
    )?;
    let rows = statement.query_map([array(all)], |row| {
        let is_shown = is_picture(row.get_ref(1)?.as_str()?) && is_thumbnail(row.get_ref(2)?.as_blob()?);
        Ok((is_shown, row_id(row, 0)?, row.get(3)?))
    })?;
    let rows: Vec<(bool, RowId, i64)> = rows.collect::<rusqlite::Result<_>>()?;
    // One that cannot be shown stands for nobody.
    let shown = rows.into_iter().filter(|(is_shown, ..)| *is_shown);
    let shown: Vec<(RowId, i64)> = shown.map(|(_, id, since)| (id, since)).collect();
    if let [] | [_] = shown.as_slice() {
        return Ok(shown.first().map(|(id, _)| (*id).into()));
    }
    let mut last = None;
    for (id, since) in shown {
        last = last.max(Some((counted(conn, id, since)?, id)));
    }
    Ok(last.map(|(_, id)| id.into()))
}

/// Every attachment on a card that was made its photo, and is not in the trash.
pub(super) fn photos(conn: &Connection, client: ClientId) -> Result<Vec<RowId>> {
    let mut statement = conn.prepare_cached(
        "select id from attachments where client_id in rarray(?1) and photo_since > 0 and deleted_at is null",
    )?;
    let ids = statement.query_map([array(&together(conn, client)?)], |row| row_id(row, 0))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// When the photo of a card was set last, those in the trash included; zero for never.
pub(super) fn last_photo_since(conn: &Connection, client: ClientId) -> Result<i64> {
    let mut statement = conn.prepare_cached(
        "select id, photo_since from attachments where client_id in rarray(?1) and photo_since > 0",
    )?;
    let photos = statement.query_map([array(&together(conn, client)?)], |row| {
        Ok((row_id(row, 0)?, row.get(1)?))
    })?;
    let mut last = 0;
    for photo in photos.collect::<rusqlite::Result<Vec<(RowId, i64)>>>()? {
        last = last.max(counted(conn, photo.0, photo.1)?.0);
    }
    Ok(last)
}

/// How many stand on a card.
pub(super) fn count(conn: &Connection, client: ClientId) -> Result<usize> {
    let mut statement = conn.prepare_cached(
        "select count(*) from attachments where client_id in rarray(?1) and deleted_at is null",
    )?;
    let count: u32 = statement.query_row([array(&together(conn, client)?)], |row| row.get(0))?;
    Ok(count as usize)
}

// ---- contents

/// Keeps a whole content, in pieces.
pub(super) fn put_content(conn: &Connection, id: AttachmentId, bytes: &[u8]) -> Result<()> {
    for (n, piece) in (0..).zip(bytes.chunks(PIECE_BYTES)) {
        put_piece(conn, id, n, piece)?;
    }
    Ok(())
}

/// Keeps one piece of a content; one that is here already stays as it is.
pub(super) fn put_piece(conn: &Connection, id: AttachmentId, n: u32, bytes: &[u8]) -> Result<()> {
    conn.prepare_cached(
        "insert or ignore into attachment_pieces (attachment, n, bytes) values (?1, ?2, ?3)",
    )?
    .execute(params![id.as_bytes(), n, bytes])?;
    Ok(())
}

/// The whole content; none as long as some of it is missing.
pub(super) fn content(conn: &Connection, id: AttachmentId, size_bytes: u64) -> Result<Option<Vec<u8>>> {
    if size_bytes > FILE_BYTES_MAX {
        return Ok(None);
    }
    let mut statement =
        conn.prepare_cached("select n, bytes from attachment_pieces where attachment = ?1 order by n")?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut whole = Vec::new();
    let mut next = 0;
    while let Some(row) = rows.next()? {
        if row.get::<_, i64>(0)? != next {
            return Ok(None);
        }
        next += 1;
        whole.extend(row.get_ref(1)?.as_blob().map_err(rusqlite::Error::from)?);
    }
    Ok((whole.len() as u64 == size_bytes && !whole.is_empty()).then_some(whole))
}

/// How many pieces of a content are here, from its beginning on without a gap.
///
/// # Errors
/// What SQLite says.
pub fn pieces_here(conn: &Connection, id: AttachmentId) -> Result<u32> {
    let mut statement =
        conn.prepare_cached("select n from attachment_pieces where attachment = ?1 order by n")?;
    let mut rows = statement.query([id.as_bytes()])?;
    let mut next = 0;
    while let Some(row) = rows.next()? {
        if row.get::<_, u32>(0)? != next {
            break;
        }
        next += 1;
    }
    Ok(next)
}

/// Shows every piece of a content, in order.
pub(super) fn each_piece(conn: &Connection, id: AttachmentId, mut f: impl FnMut(&[u8])) -> Result<()> {
    let mut statement =
        conn.prepare_cached("select bytes from attachment_pieces where attachment = ?1 order by n")?;
    let mut rows = statement.query([id.as_bytes()])?;
    while let Some(row) = rows.next()? {
        f(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
    }
    Ok(())
}

/// Attachments of which some content is here.
pub(super) fn with_content(conn: &Connection) -> Result<Vec<AttachmentId>> {
    let mut statement = conn.prepare(
        "select id from attachments where exists (select 1 from attachment_pieces where attachment = attachments.id)",
    )?;
    let ids = statement.query_map([], |row| Ok(row_id(row, 0)?.into()))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// How much of all contents is here, in bytes.
pub(crate) fn bytes_here(conn: &Connection) -> Result<u64> {
    let mut statement = conn.prepare("select coalesce(sum(length(bytes)), 0) from attachment_pieces")?;
    Ok(statement
        .query_row([], |row| row.get::<_, i64>(0))?
        .cast_unsigned())
}

/// Every attachment with whose it is, those in the trash too.
pub(super) fn all(conn: &Connection) -> Result<Vec<(AttachmentId, ClientId)>> {
    let mut statement = conn.prepare("select id, client_id from attachments order by id")?;
    let all = statement.query_map([], |row| Ok((row_id(row, 0)?.into(), row_id(row, 1)?.into())))?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// Is what is here of a content, which is not whole, anything but its beginning? Pieces come one after the other, and
/// only the last is shorter: one that is missing before another, or has lost an end, was lost here.
pub(super) fn is_torn(conn: &Connection, id: AttachmentId) -> Result<bool> {
    let mut statement = conn.prepare_cached(
        "select count(*) > 0 and (count(*) != max(n) + 1 or min(length(bytes)) < ?2
         or sum(length(bytes)) >= (select size_bytes from attachments where id = ?1))
         from attachment_pieces where attachment = ?1",
    )?;
    let piece = i64::try_from(PIECE_BYTES).unwrap_or(i64::MAX);
    Ok(statement.query_row(params![id.as_bytes(), piece], |row| row.get(0))?)
}

/// Forgets the pieces of a content.
pub(super) fn drop_pieces(conn: &Connection, id: AttachmentId) -> Result<()> {
    conn.prepare_cached("delete from attachment_pieces where attachment = ?1")?
        .execute([id.as_bytes()])?;
    Ok(())
}
