//! A draft on its way into the book: checked, and written as the difference to what the form showed.

use std::collections::BTreeMap;

use clientele_model::record::PERSON_ID;
use clientele_model::text::{digits, fold, is_email, tidy};
use clientele_model::{
    Birthday, ClientDraft, ClientId, ClientKind, ErrorCode, Phone, Refusal, RowId, Timestamp, Value, bounds,
    phone,
};

use super::complete::keyed;
use super::store::{home, late, load_own, on_card};
use super::{
    ADDRESSES, CLIENT_NAMES, CLIENT_TAGS, CLIENTS, CONTACT_PERSONS, EMAILS, MESSENGERS, PHONES, links,
};
use crate::workspace::{NewRow, Table, Write};
use crate::{Result, custom_fields};

/// A draft as the book takes it: texts tidied, empty entries left out, tags each once.
///
/// # Errors
/// `client.empty` for a card by which nobody could be found; `text.too_long`, `text.too_many`,
/// `email.invalid`, `phone.invalid`, `date.invalid`.
pub fn check(mut draft: ClientDraft) -> Result<ClientDraft> {
    bounds::texts_mut(&mut draft).for_each(|(_, text)| *text = tidy(text));
    draft.other_names.retain(|n| !n.name.is_empty());
    draft.phones.retain(|p| !p.typed.is_empty());
    draft.emails.retain(|e| !e.address.is_empty());
    draft.addresses.retain(|a| {
        [&a.street, &a.city, &a.region, &a.postal_code, &a.country]
            .iter()
            .any(|t| !t.is_empty())
    });
    draft.messengers.retain(|m| !m.handle.is_empty());
    draft.contact_persons.retain(|p| {
        let is_said = [&p.name, &p.phone, &p.email, &p.note]
            .iter()
            .any(|t| !t.is_empty());
        is_said || p.person_id.is_some()
    });
    draft.tags = each_once(std::mem::take(&mut draft.tags));
    draft.custom.retain(|c| !c.value.is_empty());
    bounds::within(&draft)?;
    if let Some(bad) = draft.phones.iter().find(|p| digits(&p.typed).is_empty()) {
        return Err(Refusal::new(ErrorCode::PhoneInvalid)
            .with("value", shown(&bad.typed))
            .into());
    }
    if let Some(bad) = draft.emails.iter().find(|e| !is_email(&e.address)) {
        return Err(Refusal::new(ErrorCode::EmailInvalid)
            .with("value", shown(&bad.address))
            .into());
    }
    if let Some(bad) = draft.birthday.filter(|b| !is_date(*b)) {
        return Err(Refusal::new(ErrorCode::DateInvalid)
            .with("value", birthday_text(Some(bad)))
            .into());
    }
    if draft.display_name().is_empty() {
        return Err(ErrorCode::ClientEmpty.into());
    }
    Ok(draft)
}

fn each_once(tags: Vec<String>) -> Vec<String> {
    let mut once: Vec<String> = Vec::with_capacity(tags.len());
    for tag in tags {
        if !tag.is_empty() && !once.contains(&tag) {
            once.push(tag);
        }
    }
    once
}

/// A value in a refusal: enough to be recognised, not a page.
fn shown(text: &str) -> String {
    clientele_model::text::ellipsis(text, 60)
}

fn is_date(birthday: Birthday) -> bool {
    // 29 February is a birthday in every year that is not known.
    let year = birthday.year.map_or(2000, i32::from);
    (1..=9999).contains(&year)
        && chrono::NaiveDate::from_ymd_opt(year, birthday.month.into(), birthday.day.into()).is_some()
}

/// A day of birth as the book keeps it, as in vCard 4: `1985-03-07`, or `--03-07` without the year.
#[must_use]
pub fn birthday_text(birthday: Option<Birthday>) -> String {
    match birthday {
        None => String::new(),
        Some(Birthday {
            year: Some(year),
            month,
            day,
        }) => format!("{year:04}-{month:02}-{day:02}"),
        Some(Birthday {
            year: None,
            month,
            day,
        }) => format!("--{month:02}-{day:02}"),
    }
}

/// The other way.
#[must_use]
pub fn birthday_from_text(text: &str) -> Option<Birthday> {
    let (year, rest) = match text.strip_prefix("--") {
        Some(rest) => (None, rest),
        None => {
            let (year, rest) = text.split_once('-')?;
            (Some(year.parse().ok()?), rest)
        }
    };
    let (month, day) = rest.split_once('-')?;
    Some(Birthday {
        year,
        month: month.parse().ok()?,
        day: day.parse().ok()?,
    })
    .filter(|b| is_date(*b))
}

/// The fields of the client's own row.
fn own_fields(draft: &ClientDraft) -> Vec<(&'static str, Value)> {
    let kind = match draft.kind {
        ClientKind::Person => "person",
        ClientKind::Company => "company",
    };
    vec![
        ("kind", kind.into()),
        ("given_name", draft.given_name.as_str().into()),
        ("patronymic", draft.patronymic.as_str().into()),
        ("family_name", draft.family_name.as_str().into()),
        ("company_name", draft.company_name.as_str().into()),
        ("birthday", birthday_text(draft.birthday).into()),
        ("language", draft.language.map_or("", |l| l.code()).into()),
        ("source", draft.source.as_str().into()),
        ("card_number", draft.card_number.as_str().into()),
        ("notes", draft.notes.as_str().into()),
        ("expects", draft.expects.as_str().into()),
        ("never", draft.never.as_str().into()),
    ]
}

/// One entry of a card: the row it has, and its fields.
type Part = (Option<RowId>, Vec<(&'static str, Value)>);

/// The entries of a draft, table by table.
fn parts(draft: &ClientDraft, e164: impl Fn(&Phone) -> String) -> [(&'static Table, Vec<Part>); 6] {
    let text = |text: &str| Value::from(text);
    [
        (
            &CLIENT_NAMES,
            draft
                .other_names
                .iter()
                .map(|n| (n.id, vec![("label", text(&n.label)), ("name", text(&n.name))]))
                .collect(),
        ),
        (
            &PHONES,
            draft
                .phones
                .iter()
                .map(|p| {
                    let e164 = e164(p);
                    (
                        p.id,
                        vec![
                            ("label", text(&p.label)),
                            ("typed", text(&p.typed)),
                            ("e164", e164.into()),
                        ],
                    )
                })
                .collect(),
        ),
        (
            &EMAILS,
            draft
                .emails
                .iter()
                .map(|e| {
                    (
                        e.id,
                        vec![("label", text(&e.label)), ("address", text(&e.address))],
                    )
                })
                .collect(),
        ),
        (
            &ADDRESSES,
            draft
                .addresses
                .iter()
                .map(|a| {
                    let fields = vec![
                        ("label", text(&a.label)),
                        ("street", text(&a.street)),
                        ("city", text(&a.city)),
                        ("region", text(&a.region)),
                        ("postal_code", text(&a.postal_code)),
                        ("country", text(&a.country)),
                    ];
                    (a.id, fields)
                })
                .collect(),
        ),
        (
            &MESSENGERS,
            draft
                .messengers
                .iter()
                .map(|m| {
                    (
                        m.id,
                        vec![("service", text(&m.service)), ("handle", text(&m.handle))],
                    )
                })
                .collect(),
        ),
        (
            &CONTACT_PERSONS,
            draft
                .contact_persons
                .iter()
                .map(|p| {
                    let fields = vec![
                        ("name", text(&p.name)),
                        ("role", text(&p.role)),
                        ("phone", text(&p.phone)),
                        ("email", text(&p.email)),
                        ("note", text(&p.note)),
                        (PERSON_ID, Value::from(p.person_id.map(RowId::from))),
                    ];
                    (p.id, fields)
                })
                .collect(),
        ),
    ]
}

/// Writes what differs between two drafts.
///
/// Three-way: only a field that the form changed is written, so a value that arrived while the form stood
/// open is not put back by a form that never touched it.
pub(super) fn write(
    w: &mut Write<'_>,
    id: ClientId,
    before: &ClientDraft,
    after: &ClientDraft,
    country: &str,
) -> Result<()> {
    let seen = own_fields(before);
    let home = home(w.conn(), id)?;
    // A form that was opened before the client was merged speaks of that client's own fields.
    let of_itself = home != id && own_fields(&load_own(w.conn(), id)?) == seen;
    let own_row = RowId::from(if of_itself { id } else { home });
    let (id, row) = (home, RowId::from(home));
    let mut settled = after.clone();
    links::settle(w, id, &before.contact_persons, &mut settled.contact_persons)?;
    let twins = Twins::load(w, id)?;
    links::note_meant(w, &before.contact_persons, &after.contact_persons, |row| {
        twins.of(row).collect()
    })?;
    let after = &settled;
    let own = changed(seen.clone(), own_fields(after));
    for other in twins
        .others
        .iter()
        .filter(|other| RowId::from(**other) != own_row)
    {
        // What was written to it late was seen on the card, and is settled with what is typed now.
        for (field, _, then) in late(w.conn(), *other)? {
            if own.iter().any(|(changed, _)| *changed == field) {
                w.set(&CLIENTS, (*other).into(), vec![(field, then)])?;
            }
        }
    }
    w.set_over(&CLIENTS, own_row, own, &seen)?;
    // What the book made of a number stands on the card; what it makes of it now may differ, when the
    // country was corrected since.
    let old = parts(before, |phone| phone.e164.clone());
    let new = parts(after, |phone| {
        phone::to_e164(&phone.typed, country).unwrap_or_default()
    });
    for ((table, old), (_, new)) in old.into_iter().zip(new) {
        write_parts(w, row, table, old, new, &twins)?;
    }
    write_tags(w, row, &before.tags, &after.tags, &twins)?;
    let on_card = std::iter::once(id).chain(twins.others.iter().copied());
    let on_card: Vec<ClientId> = on_card.collect();
    custom_fields::put(w, &on_card, &before.custom, &after.custom)
}

/// Entries that stand on the card once and in the book several times: of clients that were merged. What is done to the
/// one that is shown is done to the others, or they would come to be seen instead.
#[derive(Default)]
struct Twins {
    /// Who was merged into the card.
    others: Vec<ClientId>,
    entries: Vec<(RowId, &'static str, String)>,
    tags: Vec<(RowId, String)>,
}

impl Twins {
    fn load(w: &Write<'_>, id: ClientId) -> Result<Self> {
        let mut twins = Self::default();
        let all = on_card(w.conn(), id)?;
        if all.len() < 2 {
            return Ok(twins);
        }
        twins.others = all.iter().skip(1).copied().collect();
        for of in all {
            let own = load_own(w.conn(), of)?;
            twins.entries.extend(keyed(&own));
            let row = |tag: &String| RowId::derived(of.into(), tag);
            twins
                .tags
                .extend(own.tags.iter().map(|tag| (row(tag), fold(tag))));
        }
        Ok(twins)
    }

    fn of(&self, id: RowId) -> impl Iterator<Item = RowId> {
        let own = self.entries.iter().find(|(entry, ..)| *entry == id);
        let same = move |(entry, table, key): &&(RowId, &'static str, String)| {
            own.is_some_and(|own| *entry != id && own.1 == *table && own.2 == *key)
        };
        self.entries.iter().filter(same).map(|(entry, ..)| *entry)
    }
}

fn changed(old: Vec<(&'static str, Value)>, new: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    old.into_iter()
        .zip(new)
        .filter(|(old, new)| old != new)
        .map(|(_, new)| new)
        .collect()
}

/// The fields of an entry that was not there before.
fn new_part(client: RowId, place: usize, fields: Vec<(&'static str, Value)>) -> Vec<(&'static str, Value)> {
    let mut named = vec![("client_id", client.into())];
    if place > 0 {
        named.push(("position", Value::Int(i64::try_from(place).unwrap_or(i64::MAX))));
    }
    let given =
        |(_, value): &(&str, Value)| !matches!(value, Value::Null) && *value != Value::Text(String::new());
    named.extend(fields.into_iter().filter(given));
    named
}

/// All rows of a client that is new, whose numbers are read: its own first.
pub(super) fn new_rows(id: ClientId, draft: &ClientDraft, created_at: Timestamp) -> Vec<NewRow> {
    let client = RowId::from(id);
    let mut own = changed(own_fields(&ClientDraft::default()), own_fields(draft));
    if own.iter().all(|(field, _)| *field != "kind") {
        own.insert(0, ("kind", "person".into()));
    }
    own.push(("created_at", Value::Int(created_at.0)));
    let mut rows = vec![NewRow {
        table: &CLIENTS,
        row: client,
        fields: own,
    }];
    for (table, parts) in parts(draft, |phone| phone.e164.clone()) {
        rows.extend(parts.into_iter().enumerate().map(|(place, (_, fields))| NewRow {
            table,
            row: RowId::new(),
            fields: new_part(client, place, fields),
        }));
    }
    let tags = draft.tags.iter().map(|tag| (RowId::derived(client, tag), tag));
    rows.extend(
        tags.collect::<BTreeMap<_, _>>()
            .into_iter()
            .map(|(row, tag)| NewRow {
                table: &CLIENT_TAGS,
                row,
                fields: vec![("client_id", client.into()), ("tag", tag.as_str().into())],
            }),
    );
    rows
}

fn write_parts(
    w: &mut Write<'_>,
    client: RowId,
    table: &'static Table,
    old: Vec<Part>,
    new: Vec<Part>,
    twins: &Twins,
) -> Result<()> {
    for (place, (id, fields)) in new.iter().enumerate() {
        let position = ("position", Value::Int(i64::try_from(place).unwrap_or(i64::MAX)));
        let known = id.and_then(|id| {
            old.iter()
                .position(|(old, _)| *old == Some(id))
                .map(|at| (id, at))
        });
        match known {
            Some((id, at)) => {
                let mut fields = changed(old[at].1.clone(), fields.clone());
                for twin in twins.of(id) {
                    w.set_over(table, twin, fields.clone(), &old[at].1)?;
                }
                if at != place {
                    fields.push(position);
                }
                w.set_over(table, id, fields, &old[at].1)?;
            }
            None => w.add(table, RowId::new(), new_part(client, place, fields.clone()))?,
        }
    }
    for id in old.iter().filter_map(|(id, _)| *id) {
        if !new.iter().any(|(kept, _)| *kept == Some(id)) {
            for twin in twins.of(id) {
                w.trash(table, twin)?;
            }
            w.trash(table, id)?;
        }
    }
    Ok(())
}

fn write_tags(w: &mut Write<'_>, client: RowId, old: &[String], new: &[String], twins: &Twins) -> Result<()> {
    for tag in new.iter().filter(|tag| !old.contains(tag)) {
        let row = RowId::derived(client, tag);
        // A tag that was taken off comes back as the row it was.
        if w.field(&CLIENT_TAGS, row, "tag").is_ok() {
            w.restore(&CLIENT_TAGS, row)?;
        } else {
            w.add(
                &CLIENT_TAGS,
                row,
                vec![("client_id", client.into()), ("tag", tag.as_str().into())],
            )?;
        }
    }
    for tag in old.iter().filter(|tag| !new.contains(tag)) {
        let folded = fold(tag);
        for (twin, _) in twins.tags.iter().filter(|(_, twin)| *twin == folded) {
            w.trash(&CLIENT_TAGS, *twin)?;
        }
        if twins.tags.is_empty() {
            w.trash(&CLIENT_TAGS, RowId::derived(client, tag))?;
        }
    }
    Ok(())
}
