//! The SQL of head office: streams as their devices signed them, marks in the server's log, the others.

pub(super) mod contents;
pub(super) mod erasures;
mod exchanges;

use std::collections::BTreeMap;

use clientele_model::{BranchId, ChangeKind, CompanyId, DeviceId, Hlc, RowId, StepId, Timestamp};
use clientele_protocol::chain::Hash;
use clientele_protocol::envelope::Signature;
pub use clientele_protocol::message::Branch;
use clientele_protocol::message::{Device, Entry, Mark};
use clientele_protocol::{Chain, Digest, Head, Payload, PublicKey, Sealed, bytes};
use rusqlite::{Connection, OptionalExtension, Row, params};

use super::proved::Keys;
use crate::Result;
use crate::workspace::store::{device_n, local, row_id, row_id_or_none, set_local};

pub use erasures::outstanding as erasures;
pub use exchanges::{Exchange, exchanges};
pub(super) use exchanges::{drop_newest_exchange, newest_problem, put_exchange};

type Sums = BTreeMap<Option<BranchId>, Digest>;

fn damaged(column: usize) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(
        column,
        rusqlite::types::Type::Blob,
        "not what was written".into(),
    )
}

fn hash(row: &Row<'_>, column: usize) -> rusqlite::Result<Hash> {
    Hash::from_slice(row.get_ref(column)?.as_blob()?).ok_or_else(|| damaged(column))
}

fn branch(row: &Row<'_>, column: usize) -> Option<BranchId> {
    row_id_or_none(row, column).map(|id| BranchId(id.0))
}

// ---- this device

/// The device that writes here.
///
/// # Errors
/// What SQLite says.
pub fn own_device(conn: &Connection) -> Result<DeviceId> {
    let mut statement = conn
        .prepare_cached("select d.id from devices d join local l on l.name = 'device' and l.value = d.n")?;
    Ok(statement.query_row([], |row| Ok(DeviceId(row_id(row, 0)?.0)))?)
}

/// The company whose book this has ever been.
pub(super) fn company(conn: &Connection) -> Result<Option<CompanyId>> {
    let company = local(conn, "company")?.and_then(|value| value.as_row());
    Ok(company.map(|id| CompanyId(id.0)))
}

pub(super) fn set_company(conn: &Connection, company: CompanyId) -> Result<()> {
    set_local(conn, "company", &RowId(company.0).into())
}

/// How many own changes there are after one.
pub(super) fn own_after(conn: &Connection, seq: u64) -> Result<u64> {
    let mut statement = conn.prepare_cached(
        "select count(*) from changes where device = (select value from local where name = 'device') and seq > ?1",
    )?;
    let count: i64 = statement.query_row([seq.cast_signed()], |row| row.get(0))?;
    Ok(count.cast_unsigned())
}

/// The moment of the newest step here: when something happened, by this device's own clock.
pub(super) fn now_of(conn: &Connection) -> Result<Timestamp> {
    let now: i64 = conn.query_row("select coalesce(max(at), 0) from steps", [], |row| row.get(0))?;
    Ok(Timestamp(now))
}

/// What was written before there was a branch becomes the branch's; what holds for the company stays that.
pub(super) fn give_to_branch(conn: &Connection, branch: Option<BranchId>, after_seq: u64) -> Result<()> {
    let Some(branch) = branch else { return Ok(()) };
    conn.execute(
        "update changes set scope = ?1 where device = (select value from local where name = 'device')
         and seq > ?2 and scope is null and entity <> 'settings'",
        params![branch.as_bytes(), after_seq.cast_signed()],
    )?;
    conn.execute(
        "update clients set branch = ?1 where branch is null and id in (
           select row_id from changes where kind = 1 and scope = ?1 and entity = 'clients')",
        [branch.as_bytes()],
    )?;
    Ok(())
}

/// Has anything of this book a place in a company's log, or anything of the company one in this book?
pub(super) fn has_exchanged(conn: &Connection) -> Result<bool> {
    let any = "select exists (select 1 from batches where n is not null) or exists (select 1 from marks where n > 0)";
    Ok(conn.query_row(any, [], |row| row.get(0))?)
}

/// What was given to a branch of a company that the book leaves before it handed anything over is nobody's again.
pub(super) fn take_back_from_branch(conn: &Connection) -> Result<()> {
    conn.execute_batch(
        "delete from batches; delete from companions; delete from branches; delete from erasures;
         update changes set scope = null where scope is not null;
         update clients set branch = null where branch is not null;",
    )?;
    Ok(())
}

/// What this device said of the whole business gives way to what others say.
pub(super) fn give_way(conn: &Connection) -> Result<()> {
    conn.execute(
        "update changes set hlc = ?1, eff_hlc = ?1
         where device = (select value from local where name = 'device') and entity = 'settings'",
        [Hlc::GIVES_WAY.0.cast_signed()],
    )?;
    Ok(())
}

/// Whose word that gives way is the first in the server's log.
pub(super) fn first_to_give_way(conn: &Connection) -> Result<Option<DeviceId>> {
    let mut statement = conn.prepare_cached(
        "select d.id from changes c
         join batches b on b.device = c.device and c.seq between b.first_seq and b.last_seq
         join devices d on d.n = c.device
         where c.row_id = ?1 and c.eff_hlc = ?2 and c.state = 0 and b.n is not null order by b.n limit 1",
    )?;
    let row = crate::settings::ROW;
    let first = statement.query_row(params![row.as_bytes(), Hlc::GIVES_WAY.0.cast_signed()], |row| {
        Ok(DeviceId(row_id(row, 0)?.0))
    });
    Ok(first.optional()?)
}

// ---- streams

/// A change as the log keeps it, ready to travel.
#[derive(Clone, Debug)]
pub struct Kept {
    /// Its number in its device's stream.
    pub seq: u64,
    /// Its place in the order.
    pub eff_hlc: Hlc,
    /// All that it says.
    pub sealed: Sealed,
}

fn read_kept(row: &Row<'_>) -> rusqlite::Result<Kept> {
    let kind: i64 = row.get(8)?;
    let body = row.get_ref(9)?.as_blob_or_null()?;
    let payload = match body {
        Some(body) => Payload::Whole {
            salt: row.get(10)?,
            body: body.to_vec(),
        },
        None => Payload::Gone {
            commitment: hash(row, 11)?,
        },
    };
    Ok(Kept {
        seq: row.get::<_, i64>(0)?.cast_unsigned(),
        eff_hlc: Hlc(row.get::<_, i64>(2)?.cast_unsigned()),
        sealed: Sealed {
            hlc: Hlc(row.get::<_, i64>(1)?.cast_unsigned()),
            schema: row.get(3)?,
            step: StepId(row_id(row, 4)?.0),
            scope: branch(row, 5),
            entity: row.get(6)?,
            row: row_id(row, 7)?,
            kind: ChangeKind::from_code(kind).ok_or(rusqlite::Error::IntegralValueOutOfRange(8, kind))?,
            payload,
        },
    })
}

/// A stretch of a device's stream, as far as it is here.
pub(super) fn kept(
    conn: &Connection,
    device: DeviceId,
    from: u64,
    to: u64,
    limit: usize,
) -> Result<Vec<Kept>> {
    let mut statement = conn.prepare_cached(
        "select seq, hlc, eff_hlc, schema, step, scope, entity, row_id, kind, body, salt, commitment
         from changes where device = ?1 and seq between ?2 and ?3 order by seq limit ?4",
    )?;
    let device = device_n(conn, device)?;
    let to = i64::try_from(to).unwrap_or(i64::MAX);
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let rows = statement.query_map(params![device, from.cast_signed(), to, limit], read_kept)?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Gives a change to another device, with another payload.
pub(super) fn move_change(
    conn: &Connection,
    from: (DeviceId, u64),
    to: (DeviceId, u64),
    payload: &Payload,
) -> Result<()> {
    let (body, salt) = match payload {
        Payload::Whole { salt, body } => (Some(body), Some(salt)),
        Payload::Gone { .. } => (None, None),
    };
    let (from_n, to_n) = (device_n(conn, from.0)?, device_n(conn, to.0)?);
    conn.prepare_cached(
        "update changes set device = ?3, seq = ?4, body = ?5, salt = ?6, commitment = ?7 where device = ?1 and seq = ?2",
    )?
    .execute(params![
        from_n,
        from.1.cast_signed(),
        to_n,
        to.1.cast_signed(),
        body,
        salt,
        super::copied::committed(payload),
    ])?;
    Ok(())
}

/// A batch as this book remembers it: its ends and its signature. What stands between is in the log.
#[derive(Clone, Copy, Debug)]
pub struct Remembered {
    /// Whose.
    pub device: DeviceId,
    /// Where it begins.
    pub before: Head,
    /// Where it ends.
    pub after: Head,
    /// What its device signed.
    pub signature: Signature,
}

/// Remembers an entry of the server's log. What overlapped it without a place there is forgotten.
pub(super) fn put_batch(conn: &Connection, entry: &Entry, added: &Sums, is_whole: bool) -> Result<()> {
    let batch = &entry.batch;
    let device = device_n(conn, batch.device)?;
    let (first, last) = (batch.first_seq.cast_signed(), batch.last_seq.cast_signed());
    conn.prepare_cached("delete from batches where device = ?1 and first_seq <= ?3 and last_seq >= ?2")?
        .execute(params![device, first, last])?;
    let added: Vec<(Option<BranchId>, Digest)> = added.iter().map(|(scope, sum)| (*scope, *sum)).collect();
    conn.prepare_cached(
        "insert into batches (device, first_seq, last_seq, before, after, signature, n, digests, whole)
         values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
    )?
    .execute(params![
        device,
        first,
        last,
        batch.before.0.0,
        batch.after.0.0,
        batch.signature.to_bytes(),
        entry.n.cast_signed(),
        bytes::encode(&added),
        is_whole,
    ])?;
    Ok(())
}

/// Where the last of a device's remembered batches that ends at or before a change ends.
pub(super) fn own_batch_end(conn: &Connection, device: DeviceId, seq: u64) -> Result<Option<Head>> {
    let mut statement = conn.prepare_cached(
        "select last_seq, after from batches where device = ?1 and last_seq <= ?2 order by first_seq desc limit 1",
    )?;
    let head = statement.query_row(params![device_n(conn, device)?, seq.cast_signed()], |row| {
        Ok(Head {
            seq: row.get::<_, i64>(0)?.cast_unsigned(),
            chain: Chain(hash(row, 1)?),
        })
    });
    Ok(head.optional()?)
}

/// Whole batches that the server does not have any more, each device's in order.
pub(super) fn unplaced(conn: &Connection) -> Result<Vec<Remembered>> {
    let mut statement = conn.prepare_cached(
        "select d.id, b.first_seq, b.before, b.last_seq, b.after, b.signature
         from batches b join devices d on d.n = b.device where b.n is null and b.whole order by b.device, b.first_seq",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Remembered {
            device: DeviceId(row_id(row, 0)?.0),
            before: Head {
                seq: row.get::<_, i64>(1)?.cast_unsigned() - 1,
                chain: Chain(hash(row, 2)?),
            },
            after: Head {
                seq: row.get::<_, i64>(3)?.cast_unsigned(),
                chain: Chain(hash(row, 4)?),
            },
            signature: Signature::from_slice(row.get_ref(5)?.as_blob()?).ok_or_else(|| damaged(5))?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

// ---- the server's log

/// The newest marks, the newest first.
///
/// # Errors
/// What SQLite says.
pub fn marks(conn: &Connection, limit: usize) -> Result<Vec<Mark>> {
    let mut statement = conn.prepare_cached("select n, chain from marks order by n desc limit ?1")?;
    let rows = statement.query_map([i64::try_from(limit).unwrap_or(i64::MAX)], |row| {
        Ok(Mark {
            n: row.get::<_, i64>(0)?.cast_unsigned(),
            chain: Chain(hash(row, 1)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Notes how far the log was taken in. Older marks thin out: of the far past every thousandth stays.
pub(super) fn put_mark(conn: &Connection, mark: Mark) -> Result<()> {
    conn.prepare_cached("insert or replace into marks (n, chain) values (?1, ?2)")?
        .execute(params![mark.n.cast_signed(), mark.chain.0.0])?;
    conn.prepare_cached(
        "delete from marks where n < ?1 - 64 and n / 64 = (select max(m.n) / 64 from marks m where m.n < marks.n)",
    )?
    .execute([mark.n.cast_signed()])?;
    Ok(())
}

/// The log ends at this mark for this book: what came after it has no place there any more.
pub(super) fn forget_marks_after(conn: &Connection, mark: Mark) -> Result<()> {
    conn.execute("delete from marks where n > ?1", [mark.n.cast_signed()])?;
    conn.execute("update batches set n = null where n > ?1", [mark.n.cast_signed()])?;
    if mark.n > 0 {
        put_mark(conn, mark)?;
    }
    Ok(())
}

/// What all batches with a place in the log add up to, scope by scope.
pub(super) fn sum_of_batches(conn: &Connection) -> Result<Sums> {
    let mut statement = conn.prepare("select digests from batches where n is not null")?;
    let mut rows = statement.query([])?;
    let mut sums = Sums::new();
    while let Some(row) = rows.next()? {
        let added: Vec<(Option<BranchId>, Digest)> =
            bytes::decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?)
                .map_err(|_| damaged(0))?;
        for (scope, digest) in added {
            let sum = sums.entry(scope).or_default();
            *sum = sum.plus(digest);
        }
    }
    Ok(sums)
}

/// The sums as they stand.
///
/// # Errors
/// What SQLite says.
pub fn digests(conn: &Connection) -> Result<Sums> {
    let mut statement = conn.prepare_cached("select scope, digest from digests")?;
    let rows = statement.query_map([], |row| {
        let digest = Digest::from_bytes(row.get_ref(1)?.as_blob()?).ok_or_else(|| damaged(1))?;
        Ok((branch(row, 0), digest))
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

pub(super) fn put_digests(conn: &Connection, sums: &Sums) -> Result<()> {
    conn.prepare_cached("delete from digests")?.execute([])?;
    for (scope, digest) in sums {
        conn.prepare_cached("insert into digests (scope, digest) values (?1, ?2)")?
            .execute(params![scope.as_ref().map(BranchId::as_bytes), digest.to_bytes()])?;
    }
    Ok(())
}

// ---- the others

/// By which the devices' signatures are known.
///
/// # Errors
/// What SQLite says.
pub fn keys(conn: &Connection) -> Result<Keys> {
    let mut statement = conn.prepare_cached("select id, key from companions")?;
    let keys = statement.query_map([], |row| {
        let key = PublicKey::from_slice(row.get_ref(1)?.as_blob()?).ok_or_else(|| damaged(1))?;
        Ok((DeviceId(row_id(row, 0)?.0), key))
    })?;
    Ok(keys.collect::<rusqlite::Result<_>>()?)
}

/// Keeps what head office tells of its devices. A key that is known stays: nobody takes another's name.
pub(super) fn put_companions(conn: &Connection, devices: &[Device]) -> Result<()> {
    for device in devices {
        conn.prepare_cached(
            "insert into companions (id, name, key, branch, paired_at, seen_at, revoked_at)
             values (?1, ?2, ?3, ?4, ?5, ?6, ?7) on conflict (id) do update set name = excluded.name,
             branch = excluded.branch, paired_at = excluded.paired_at, seen_at = excluded.seen_at,
             revoked_at = excluded.revoked_at",
        )?
        .execute(params![
            device.id.as_bytes(),
            device.name,
            device.key.0,
            device.branch.as_ref().map(BranchId::as_bytes),
            device.paired_at,
            device.seen_at,
            device.revoked_at,
        ])?;
    }
    Ok(())
}

/// Head office's devices, the last seen first.
///
/// # Errors
/// What SQLite says.
pub fn companions(conn: &Connection) -> Result<Vec<Device>> {
    let mut statement = conn.prepare_cached(
        "select id, name, key, branch, paired_at, seen_at, revoked_at from companions
         order by revoked_at is not null, seen_at desc, name",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Device {
            id: DeviceId(row_id(row, 0)?.0),
            name: row.get(1)?,
            key: PublicKey::from_slice(row.get_ref(2)?.as_blob()?).ok_or_else(|| damaged(2))?,
            branch: branch(row, 3),
            paired_at: row.get(4)?,
            seen_at: row.get(5)?,
            revoked_at: row.get(6)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// What people call a device; empty for one that head office has not told of.
///
/// # Errors
/// What SQLite says.
pub fn device_name(conn: &Connection, device: DeviceId) -> Result<String> {
    let mut statement = conn.prepare_cached("select name from companions where id = ?1")?;
    let name = statement.query_row([device.as_bytes()], |row| row.get(0));
    Ok(name.optional()?.unwrap_or_default())
}

/// What people call a device, or its identifier.
///
/// # Errors
/// What SQLite says.
pub fn called(conn: &Connection, device: DeviceId) -> Result<String> {
    let name = device_name(conn, device)?;
    Ok(if name.is_empty() { device.to_string() } else { name })
}

pub(super) fn put_branches(conn: &Connection, branches: &[Branch]) -> Result<()> {
    for branch in branches {
        conn.prepare_cached(
            "insert into branches (id, name) values (?1, ?2) on conflict (id) do update set name = excluded.name",
        )?
        .execute(params![branch.id.as_bytes(), branch.name])?;
    }
    Ok(())
}

/// Every branch that this device may see, by name.
///
/// # Errors
/// What SQLite says.
pub fn branches(conn: &Connection) -> Result<Vec<Branch>> {
    let mut statement = conn.prepare_cached("select id, name from branches order by name, id")?;
    let rows = statement.query_map([], |row| {
        Ok(Branch {
            id: BranchId(row_id(row, 0)?.0),
            name: row.get(1)?,
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

// ---- what was refused

/// A change of this device that head office did not take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// The device, which may be one that this book once was.
    pub device: DeviceId,
    /// Its number.
    pub seq: u64,
    /// Why, in a word.
    pub why: String,
    /// When.
    pub at: Timestamp,
}

pub(super) fn put_refusal(
    conn: &Connection,
    device: DeviceId,
    seq: u64,
    why: &str,
    at: Timestamp,
) -> Result<()> {
    conn.prepare_cached("insert or ignore into refusals (device, seq, why, at) values (?1, ?2, ?3, ?4)")?
        .execute(params![device_n(conn, device)?, seq.cast_signed(), why, at.0])?;
    Ok(())
}

/// What was refused and not taken off the list.
///
/// # Errors
/// What SQLite says.
pub fn refusals(conn: &Connection) -> Result<Vec<Refused>> {
    let mut statement = conn.prepare_cached(
        "select d.id, r.seq, r.why, r.at from refusals r join devices d on d.n = r.device
         where r.seen = 0 order by r.at desc, r.seq desc limit 500",
    )?;
    let rows = statement.query_map([], |row| {
        Ok(Refused {
            device: DeviceId(row_id(row, 0)?.0),
            seq: row.get::<_, i64>(1)?.cast_unsigned(),
            why: row.get(2)?,
            at: Timestamp(row.get(3)?),
        })
    })?;
    Ok(rows.collect::<rusqlite::Result<_>>()?)
}

/// Takes one off the list. It stays in the log.
pub(super) fn see_refusal(conn: &Connection, device: DeviceId, seq: u64) -> Result<bool> {
    let seen = conn.execute(
        "update refusals set seen = 1 where device = ?1 and seq = ?2 and seen = 0",
        params![device_n(conn, device)?, seq.cast_signed()],
    )?;
    Ok(seen > 0)
}
