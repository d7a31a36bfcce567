//! The SQL of duplicates.

use std::collections::HashSet;

use clientele_model::{BranchId, ClientId, ClientKind, RowId};
use rusqlite::{Connection, OptionalExtension, params};

use super::Suspect;
use crate::Result;
use crate::clients::{CLIENTS, Sight, home, phone_display};
use crate::workspace::StepLabel;
use crate::workspace::store::steps::{self, StepRow};
use crate::workspace::store::{log, row_id, values_of_row};

/// A card as far as its name is compared.
pub(super) struct Named {
    pub id: RowId,
    pub kind: ClientKind,
    pub given: String,
    pub family: String,
    pub company: String,
    pub birthday: String,
    pub last_contact_at: Option<i64>,
    pub created_at: i64,
}

/// Every card outside the trash, in no order.
pub(super) fn named(conn: &Connection, sight: Sight) -> Result<Vec<Named>> {
    let mut statement = conn.prepare_cached(
        "select id, kind, given_name, family_name, company_name, birthday, last_contact_at, created_at from clients
         where deleted_at is null and shown_on is null and (?1 is null or branch = ?1)",
    )?;
    let branch = sight.branch();
    let cards = statement.query_map([branch.as_ref().map(BranchId::as_bytes)], |row| {
        Ok(Named {
            id: row_id(row, 0)?,
            kind: match row.get_ref(1)?.as_str()? {
                "company" => ClientKind::Company,
                _ => ClientKind::Person,
            },
            given: row.get(2)?,
            family: row.get(3)?,
            company: row.get(4)?,
            birthday: row.get(5)?,
            last_contact_at: row.get(6)?,
            created_at: row.get(7)?,
        })
    })?;
    Ok(cards.collect::<rusqlite::Result<_>>()?)
}

/// By what two cards may be joined.
#[derive(Clone, Copy, Debug)]
pub(super) enum Shared {
    Phone,
    Email,
    CardNumber,
}

/// Cards that share a value with another, value by value.
pub(super) fn sharing(conn: &Connection, what: Shared) -> Result<Vec<Vec<RowId>>> {
    let sql = match what {
        Shared::Phone => {
            "select p.e164, coalesce(c.shown_on, c.id) from phones p join clients c on c.id = p.client_id
             where p.deleted_at is null and c.deleted_at is null and p.e164 in
             (select e164 from phones where e164 <> '' group by e164 having count(*) > 1) order by p.e164"
        }
        Shared::Email => {
            "select lower(p.address), coalesce(c.shown_on, c.id) from emails p join clients c on c.id = p.client_id
             where p.deleted_at is null and c.deleted_at is null and p.address <> '' and lower(p.address) in
             (select lower(address) from emails where address <> '' group by lower(address) having count(*) > 1)
             order by lower(p.address)"
        }
        Shared::CardNumber => {
            "select c.card_number, coalesce(c.shown_on, c.id) from clients c
             where c.deleted_at is null and c.card_number <> '' and c.card_number in
             (select card_number from clients where card_number <> '' group by card_number having count(*) > 1)
             order by c.card_number"
        }
    };
    let mut statement = conn.prepare_cached(sql)?;
    let mut rows = statement.query([])?;
    let mut groups: Vec<(String, Vec<RowId>)> = Vec::new();
    while let Some(row) = rows.next()? {
        let (value, id): (String, RowId) = (row.get(0)?, row_id(row, 1)?);
        match groups.last_mut() {
            Some((standing, group)) if *standing == value => group.push(id),
            _ => groups.push((value, vec![id])),
        }
    }
    let groups = groups.into_iter().map(|(_, mut group)| {
        group.sort_unstable();
        group.dedup();
        group
    });
    Ok(groups.filter(|group| group.len() > 1).collect())
}

/// Pairs of cards of whom somebody said that they are not the same, the smaller identifier first.
pub(super) fn dismissed(conn: &Connection) -> Result<HashSet<(RowId, RowId)>> {
    let mut statement =
        conn.prepare_cached("select client_id, other from not_duplicates where deleted_at is null")?;
    let pairs = statement.query_map([], |row| Ok((row_id(row, 0)?, row_id(row, 1)?)))?;
    let mut all = HashSet::new();
    for pair in pairs {
        let (one, other) = pair?;
        let (one, other) = (home(conn, one.into())?, home(conn, other.into())?);
        all.insert((one.min(other).into(), one.max(other).into()));
    }
    Ok(all)
}

/// What is shown of a client.
pub(super) fn suspect(conn: &Connection, id: ClientId, country: &str) -> Result<Option<Suspect>> {
    let mut statement = conn.prepare_cached(
        "select c.display_name, c.last_contact_at, c.created_at, p.typed, p.e164 from clients c
         left join phones p on p.deleted_at is null and p.client_id in
         (select ?1 union all select m.id from clients m where m.shown_on = ?1)
         where c.id = ?1 order by p.client_id <> ?1, p.position, p.id limit 1",
    )?;
    let suspect = statement.query_row([id.as_bytes()], |row| {
        let (typed, e164) = (row.get::<_, Option<String>>(3)?, row.get::<_, Option<String>>(4)?);
        Ok(Suspect {
            id,
            name: row.get(0)?,
            phone: phone_display(&typed.unwrap_or_default(), &e164.unwrap_or_default(), country),
            last_contact_at: row.get::<_, Option<i64>>(1)?.map(clientele_model::Timestamp),
            created_at: clientele_model::Timestamp(row.get(2)?),
        })
    });
    Ok(suspect.optional()?)
}

/// Cards with the number of a customer card.
pub(super) fn by_card_number(conn: &Connection, number: &str) -> Result<Vec<ClientId>> {
    let mut statement = conn.prepare_cached(
        "select distinct coalesce(shown_on, id) from clients where card_number = ?1 and card_number <> ''
         and deleted_at is null",
    )?;
    let cards = statement.query_map([number], |row| Ok(ClientId::from(row_id(row, 0)?)))?;
    Ok(cards.collect::<rusqlite::Result<_>>()?)
}

/// Cards whose name, as a list sorts it, begins so.
pub(super) fn beginning_with(conn: &Connection, name: &str, limit: u32) -> Result<Vec<ClientId>> {
    let mut statement = conn.prepare_cached(
        "select id from clients where deleted_at is null and shown_on is null
         and sort_name >= ?1 and sort_name < ?2 order by sort_name, id limit ?3",
    )?;
    let end = format!("{name}\u{10FFFF}");
    let cards = statement.query_map(params![name, end, limit], |row| {
        Ok(ClientId::from(row_id(row, 0)?))
    })?;
    Ok(cards.collect::<rusqlite::Result<_>>()?)
}

/// The step whose undo takes a client off the card on which it stands: the last that merged it where it is now, and
/// that nobody has undone.
pub(super) fn merging_step(conn: &Connection, id: ClientId) -> Result<Option<StepRow>> {
    let now = values_of_row(conn, &CLIENTS, id.into())?;
    let now = now.into_iter().find(|(field, _)| field.name == "merged_into");
    for change in log::of_row(conn, id.into())?.iter().rev() {
        let mut fields = change.body.iter().flat_map(|body| &body.0);
        let is_now = |value| now.as_ref().is_some_and(|(_, now)| now == value);
        let merges = fields.any(|field| field.field == "merged_into" && is_now(&field.value));
        let step = if merges {
            steps::get(conn, change.step)?
        } else {
            None
        };
        let is_it = |step: &StepRow| {
            step.undone_by.is_none() && StepLabel::from_book(&step.label) == StepLabel::ClientsMerged
        };
        if let Some(step) = step.filter(is_it) {
            return Ok(Some(step));
        }
    }
    Ok(None)
}
