//! The SQL of clients and their cards.

pub(super) mod links;
mod merged;
mod worked_out;

use std::collections::HashMap;

use clientele_model::{
    Address, AttachmentId, BranchId, ClientDraft, ClientId, ClientKind, ContactPerson, Email, Language,
    Messenger, OtherName, Phone, RowId, Timestamp,
};
use rusqlite::{Connection, OptionalExtension, Row, params_from_iter};

use super::complete::{append, unite};
use super::draft::birthday_from_text;
use super::{
    ClientCard, ClientPage, ClientRow, ClientSort, ClientsList, LinkedPerson, PhoneLine, Sight, TagCount,
    phone_display,
};
use crate::workspace::store::{array, row_id, row_id_or_none, texts};
use crate::{Result, attachments, custom_fields, filters};

pub(super) use merged::{any as any_merged, late};
pub use merged::{home, on_card, problems, settle_merged};
pub(super) use worked_out::names;
pub use worked_out::{derive, derive_put};

pub(super) fn kind(text: &str) -> ClientKind {
    if text == "company" {
        ClientKind::Company
    } else {
        ClientKind::Person
    }
}

fn not_found(id: ClientId) -> crate::Error {
    clientele_model::Refusal::new(clientele_model::ErrorCode::NotFound)
        .with("id", id)
        .into()
}

/// All that can be edited on the card on which a client stands, trashed or not: with all that those have who were
/// merged with it.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn load(conn: &Connection, id: ClientId) -> Result<ClientDraft> {
    let id = home(conn, id)?;
    load_all(conn, id, &on_card(conn, id)?)
}

/// As [`load`], where it is known whose card it is, and all who stand on it.
pub(super) fn load_all(conn: &Connection, id: ClientId, all: &[ClientId]) -> Result<ClientDraft> {
    let mut draft = load_own(conn, id)?;
    for other in all.iter().filter(|other| **other != id) {
        unite(&mut draft, &load_own(conn, *other)?);
        for (field, now, _) in late(conn, *other)? {
            add_late(&mut draft, field, now.as_text().unwrap_or_default());
        }
    }
    Ok(draft)
}

/// Adds to a card what was written to the own field of a client that had been merged into it.
fn add_late(draft: &mut ClientDraft, field: &str, text: &str) {
    match field {
        "notes" => append(&mut draft.notes, text),
        "expects" => append(&mut draft.expects, text),
        "never" => append(&mut draft.never, text),
        "source" if draft.source.is_empty() => text.clone_into(&mut draft.source),
        "card_number" if draft.card_number.is_empty() => text.clone_into(&mut draft.card_number),
        "birthday" => draft.birthday = draft.birthday.or(birthday_from_text(text)),
        "language" => draft.language = draft.language.or(Language::from_code(text)),
        _ => {}
    }
}

/// What a client has of its own, whoever it was merged with.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn load_own(conn: &Connection, id: ClientId) -> Result<ClientDraft> {
    let mut statement = conn.prepare_cached(
        "select kind, given_name, patronymic, family_name, company_name, birthday, language, source,
         card_number, notes, expects, never from clients where id = ?1",
    )?;
    let draft = statement.query_row([id.as_bytes()], |row| {
        Ok(ClientDraft {
            kind: kind(row.get_ref(0)?.as_str()?),
            given_name: row.get(1)?,
            patronymic: row.get(2)?,
            family_name: row.get(3)?,
            company_name: row.get(4)?,
            birthday: birthday_from_text(row.get_ref(5)?.as_str()?),
            language: Language::from_code(row.get_ref(6)?.as_str()?),
            source: row.get(7)?,
            card_number: row.get(8)?,
            notes: row.get(9)?,
            expects: row.get(10)?,
            never: row.get(11)?,
            ..ClientDraft::default()
        })
    });
    let mut draft = draft.optional()?.ok_or_else(|| not_found(id))?;
    draft.other_names = parts(conn, id, "label, name from client_names", |row, id| {
        Ok(OtherName {
            id,
            label: row.get(1)?,
            name: row.get(2)?,
        })
    })?;
    draft.phones = parts(conn, id, "label, typed, e164 from phones", |row, id| {
        Ok(Phone {
            id,
            label: row.get(1)?,
            typed: row.get(2)?,
            e164: row.get(3)?,
        })
    })?;
    draft.emails = parts(conn, id, "label, address from emails", |row, id| {
        Ok(Email {
            id,
            label: row.get(1)?,
            address: row.get(2)?,
        })
    })?;
    draft.addresses = parts(
        conn,
        id,
        "label, street, city, region, postal_code, country from addresses",
        |row, id| {
            let (label, street, city, region) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(Address {
                id,
                label,
                street,
                city,
                region,
                postal_code: row.get(5)?,
                country: row.get(6)?,
            })
        },
    )?;
    draft.messengers = parts(conn, id, "service, handle from messengers", |row, id| {
        Ok(Messenger {
            id,
            service: row.get(1)?,
            handle: row.get(2)?,
        })
    })?;
    draft.contact_persons = parts(
        conn,
        id,
        "name, role, phone, email, note, person_id from contact_persons",
        |row, id| {
            let (name, role, phone, email) = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?);
            Ok(ContactPerson {
                id,
                name,
                role,
                phone,
                email,
                note: row.get(5)?,
                person_id: row_id_or_none(row, 6).map(ClientId::from),
            })
        },
    )?;
    draft.tags = tags_of(conn, id)?;
    draft.custom = custom_fields::of_client(conn, id)?;
    Ok(draft)
}

fn parts<T>(
    conn: &Connection,
    client: ClientId,
    columns_from: &str,
    part: impl Fn(&Row<'_>, Option<RowId>) -> rusqlite::Result<T>,
) -> Result<Vec<T>> {
    let sql = format!(
        "select id, {columns_from} where client_id = ?1 and deleted_at is null order by position, id"
    );
    let mut statement = conn.prepare_cached(&sql)?;
    let parts = statement.query_map([client.as_bytes()], |row| part(row, Some(row_id(row, 0)?)))?;
    Ok(parts.collect::<rusqlite::Result<_>>()?)
}

fn tags_of(conn: &Connection, client: ClientId) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "select tag from client_tags where client_id = ?1 and deleted_at is null order by tag",
    )?;
    Ok(statement
        .query_map([client.as_bytes()], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}

/// The card of a client, on which all these stand.
pub(super) fn card(
    conn: &Connection,
    id: ClientId,
    all: &[ClientId],
    draft: ClientDraft,
    phones: Vec<PhoneLine>,
    linked: Vec<LinkedPerson>,
) -> Result<ClientCard> {
    let mut statement = conn.prepare_cached(
        "select created_at, deleted_at, contacts_count, last_contact_at from clients where id = ?1",
    )?;
    let (created_at, trashed_at, contacts, last) = statement.query_row([id.as_bytes()], |row| {
        Ok((
            row.get(0)?,
            row.get::<_, Option<i64>>(1)?,
            row.get(2)?,
            row.get::<_, Option<i64>>(3)?,
        ))
    })?;
    let mut changed_at: Option<i64> = None;
    for one in all {
        changed_at = changed_at.max(rows_changed_at(conn, *one)?);
    }
    Ok(ClientCard {
        id,
        name: draft.display_name(),
        linked,
        person_of: links::person_of(conn, id, all)?,
        draft,
        phones,
        created_at: Timestamp(created_at),
        changed_at: Timestamp(changed_at.unwrap_or(created_at)),
        trashed_at: trashed_at.map(Timestamp),
        contacts,
        last_contact_at: last.map(Timestamp),
        photo: attachments::photo(conn, all)?,
    })
}

/// When any row that a client has was changed last.
fn rows_changed_at(conn: &Connection, id: ClientId) -> Result<Option<i64>> {
    let mut changed = conn.prepare_cached(
        "select max(s.at) from changes c join steps s on s.id = c.step where c.row_id in (
         select ?1 union all select id from phones where client_id = ?1
         union all select id from emails where client_id = ?1 union all select id from client_names where client_id = ?1
         union all select id from addresses where client_id = ?1 union all select id from messengers where client_id = ?1
         union all select id from contact_persons where client_id = ?1
         union all select id from client_tags where client_id = ?1
         union all select id from custom_values where client_id = ?1)",
    )?;
    Ok(changed.query_row([id.as_bytes()], |row| row.get(0))?)
}

/// The name of a client as lists show it; `None` where there is no such client (any more).
///
/// # Errors
/// What SQLite says.
pub fn display_name(conn: &Connection, id: ClientId) -> Result<Option<String>> {
    let mut statement = conn.prepare_cached("select display_name from clients where id = ?1")?;
    Ok(statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// A part of the list of clients.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, ask: &ClientsList, country: &str, sight: Sight) -> Result<ClientPage> {
    let order = match ask.sort {
        ClientSort::Name => "c.sort_name, c.id",
        ClientSort::Recent => "c.last_contact_at desc, c.id",
        ClientSort::Created => "c.created_at desc, c.id",
    };
    let mut filter = String::from("c.deleted_at is null and c.shown_on is null");
    if ask.tag.is_some() {
        filter.push_str(
            " and c.id in (select coalesce(m.shown_on, m.id) from client_tags t join clients m on m.id = t.client_id
              where t.tag = ?1 and t.deleted_at is null)",
        );
    } else {
        filter.push_str(" and ?1 is null");
    }
    let branch = sight.branch();
    filter.push_str(if branch.is_some() {
        " and c.branch = ?2"
    } else {
        " and ?2 is null"
    });
    filter.push_str(match ask.kind {
        None => "",
        Some(ClientKind::Person) => " and c.kind <> 'company'",
        Some(ClientKind::Company) => " and c.kind = 'company'",
    });
    let blob = |branch: &BranchId| rusqlite::types::Value::Blob(branch.as_bytes().to_vec());
    let mut values: Vec<rusqlite::types::Value> =
        vec![ask.tag.clone().into(), branch.as_ref().map(blob).into()];
    if let Some(saved) = ask.filter {
        let conditions = filters::conditions(conn, saved)?;
        let asked = filters::clause(conn, &conditions, Timestamp::now(), &mut values)?;
        filter.push_str(&format!(" and {asked}"));
    }
    let total = conn
        .prepare_cached(&format!("select count(*) from clients c where {filter}"))?
        .query_row(params_from_iter(&values), |row| row.get(0))?;
    let mut statement = conn.prepare_cached(&format!(
        "select c.id, c.display_name, c.kind, c.never <> '', c.last_contact_at,
         (select p.typed || char(0) || p.e164 from phones p
          where p.client_id = c.id and p.deleted_at is null order by p.position, p.id limit 1), b.name,
         (select a.id from attachments a where a.client_id = c.id and a.photo_since > 0 and a.deleted_at is null limit 1),
         (select count(*) from attachments a where a.client_id = c.id and a.photo_since > 0 and a.deleted_at is null) > 1
         from clients c left join branches b on b.id = c.branch
         where {filter} order by {order} limit ?{} offset ?{}",
        values.len() + 1,
        values.len() + 2
    ))?;
    values.push(i64::from(ask.limit.clamp(1, 500)).into());
    values.push(i64::from(ask.offset).into());
    let rows = statement.query_map(params_from_iter(&values), |row| {
        let (typed, e164) = first_phone(row, 5)?;
        let has_several: bool = row.get(8)?;
        let row = ClientRow {
            id: row_id(row, 0)?.into(),
            name: row.get(1)?,
            kind: kind(row.get_ref(2)?.as_str()?),
            phone: phone_display(&typed, &e164, country),
            has_never: row.get(3)?,
            tags: Vec::new(),
            last_contact_at: row.get::<_, Option<i64>>(4)?.map(Timestamp),
            branch: row.get::<_, Option<String>>(6)?.filter(|_| sight == Sight::Each),
            photo: row_id_or_none(row, 7).map(AttachmentId::from),
        };
        Ok((row, has_several))
    })?;
    let mut rows: Vec<(ClientRow, bool)> = rows.collect::<rusqlite::Result<_>>()?;
    let merged = any_merged(conn)?;
    for (row, has_several) in &mut rows {
        if *has_several {
            row.photo = attachments::face(conn, row.id)?;
        }
        row.tags = tags_of(conn, row.id)?;
        if merged {
            of_others(conn, row, country)?;
        }
    }
    let rows = rows.into_iter().map(|(row, _)| row).collect();
    Ok(ClientPage { total, rows })
}

/// What those have who were merged with a client of a list.
fn of_others(conn: &Connection, row: &mut ClientRow, country: &str) -> Result<()> {
    let others = on_card(conn, row.id)?.into_iter().skip(1);
    if others.len() > 0 {
        row.photo = attachments::face(conn, row.id)?;
    }
    for other in others {
        let card = load_own(conn, other)?;
        let phone = card.phones.first().filter(|_| row.phone.is_empty());
        if let Some(phone) = phone {
            row.phone = phone_display(&phone.typed, &phone.e164, country);
        }
        let new = card.tags.into_iter().filter(|tag| !row.tags.contains(tag));
        let new: Vec<String> = new.collect();
        row.tags.extend(new);
        row.tags.sort();
    }
    Ok(())
}

fn first_phone(row: &Row<'_>, column: usize) -> rusqlite::Result<(String, String)> {
    let both: Option<String> = row.get(column)?;
    let both = both.unwrap_or_default();
    let (typed, e164) = both.split_once('\0').unwrap_or((&both, ""));
    Ok((typed.to_owned(), e164.to_owned()))
}

/// The number under which the index knows a client; `None` where there is no such client.
///
/// # Errors
/// What SQLite says.
pub fn numbered(conn: &Connection, id: ClientId) -> Result<Option<i64>> {
    let mut statement = conn.prepare_cached("select n from clients where id = ?1")?;
    Ok(statement
        .query_row([id.as_bytes()], |row| row.get(0))
        .optional()?)
}

/// The numbers under which the index knows these clients.
///
/// # Errors
/// What SQLite says.
pub fn numbers<'a>(
    conn: &Connection,
    ids: impl IntoIterator<Item = &'a RowId>,
) -> Result<HashMap<RowId, i64>> {
    let mut statement =
        conn.prepare_cached("select c.id, c.n from rarray(?1) a cross join clients c on c.id = a.value")?;
    let numbers = statement.query_map([array(ids)], |row| Ok((row_id(row, 0)?, row.get(1)?)))?;
    Ok(numbers.collect::<rusqlite::Result<_>>()?)
}

/// Every phone number as it was typed.
pub(super) fn typed_phones(conn: &Connection) -> Result<Vec<(RowId, String)>> {
    let mut statement = conn.prepare("select id, typed from phones")?;
    let phones = statement.query_map([], |row| Ok((row_id(row, 0)?, row.get(1)?)))?;
    Ok(phones.collect::<rusqlite::Result<_>>()?)
}

/// Every client outside the trash, by name.
///
/// # Errors
/// What SQLite says.
pub fn ids(conn: &Connection) -> Result<Vec<ClientId>> {
    let mut statement = conn.prepare(
        "select id from clients where deleted_at is null and shown_on is null order by sort_name, id",
    )?;
    Ok(statement
        .query_map([], |row| Ok(row_id(row, 0)?.into()))?
        .collect::<rusqlite::Result<_>>()?)
}

/// Clients outside the trash with one of these phone numbers in E.164, each with the number; the eldest first.
///
/// # Errors
/// What SQLite says.
pub fn by_phones(conn: &Connection, e164: &[String]) -> Result<Vec<(String, ClientId)>> {
    found_by(conn, "phones p on p.e164 = a.value and p.e164 <> ''", e164)
}

/// As [`by_phones`], with numbers that make no sense to the phone library, typed just so.
///
/// # Errors
/// What SQLite says.
pub fn by_unread_phones(conn: &Connection, typed: &[String]) -> Result<Vec<(String, ClientId)>> {
    found_by(conn, "phones p on p.typed = a.value and p.e164 = ''", typed)
}

/// As [`by_phones`], with e-mail addresses in small letters, in whatever case they were typed.
///
/// # Errors
/// What SQLite says.
pub fn by_emails(conn: &Connection, addresses: &[String]) -> Result<Vec<(String, ClientId)>> {
    found_by(
        conn,
        "emails p on lower(p.address) = a.value and p.address <> ''",
        addresses,
    )
}

/// Clients outside the trash with this card number.
///
/// # Errors
/// What SQLite says.
pub fn by_card_number(conn: &Connection, number: &str) -> Result<Vec<ClientId>> {
    let mut statement = conn.prepare_cached(
        "select distinct coalesce(shown_on, id) from clients
         where card_number = ?1 and card_number <> '' and deleted_at is null",
    )?;
    let ids = statement.query_map([number], |row| Ok(row_id(row, 0)?.into()))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

fn found_by(conn: &Connection, on: &str, whats: &[String]) -> Result<Vec<(String, ClientId)>> {
    if whats.is_empty() {
        return Ok(Vec::new());
    }
    // Joined, not compared to a parameter: for that SQLite would plan anew at each question.
    let mut statement = conn.prepare_cached(&format!(
        "select distinct a.value, coalesce(c.shown_on, c.id) from rarray(?1) a cross join {on}
         cross join clients c on c.id = p.client_id
         where p.deleted_at is null and c.deleted_at is null order by c.n"
    ))?;
    let found = statement.query_map([texts(whats)], |row| Ok((row.get(0)?, row_id(row, 1)?.into())))?;
    Ok(found.collect::<rusqlite::Result<_>>()?)
}

/// Tags in use, the most used first.
///
/// # Errors
/// What SQLite says.
pub fn tags(conn: &Connection) -> Result<Vec<TagCount>> {
    let mut statement = conn.prepare_cached(
        "select t.tag, count(distinct coalesce(c.shown_on, c.id)) as cards
         from client_tags t join clients c on c.id = t.client_id
         where t.deleted_at is null and c.deleted_at is null group by t.tag order by cards desc, t.tag limit 1000",
    )?;
    let tags = statement.query_map([], |row| {
        Ok(TagCount {
            tag: row.get(0)?,
            count: row.get(1)?,
        })
    })?;
    Ok(tags.collect::<rusqlite::Result<_>>()?)
}

/// Where clients heard of us, the most frequent first.
///
/// # Errors
/// What SQLite says.
pub fn sources(conn: &Connection) -> Result<Vec<String>> {
    let mut statement = conn.prepare_cached(
        "select source from clients where source <> '' and deleted_at is null
         group by source order by count(*) desc, source limit 100",
    )?;
    Ok(statement
        .query_map([], |row| row.get(0))?
        .collect::<rusqlite::Result<_>>()?)
}
