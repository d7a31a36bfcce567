//! Clients: found, listed, shown, thrown away, brought back and erased.

use std::io::{self, IsTerminal, Write};

use clientele_api::types::{
    ClientRef, ClientRefs, ErasuresAsk, LinkedPerson, Nothing, PersonState, SearchAsk,
};
use clientele_api::{ErrorCode, Refusal};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{conflicts, filters, from_json, id};
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::{List, Search};
use crate::moments;
use crate::page::Page;

#[derive(Serialize)]
struct Found {
    id: String,
    name: String,
    phone: String,
    matched_in: Value,
}

/// Whom what was typed may mean.
pub fn search(api: &Terminal, ask: &Search) -> Result<Answer, Refusal> {
    let query = ask.query.join(" ");
    let limit = ask.limit;
    let hits = api.search(SearchAsk { query, limit })?;
    let found: Vec<Found> = hits
        .into_iter()
        .map(|hit| Found {
            id: hit.id.to_string(),
            name: hit.name,
            phone: hit.phone,
            matched_in: json!(hit.matched_in),
        })
        .collect();
    let mut page = Page::default();
    page.table(&rows(&found, |hit| {
        let place = hit.matched_in.as_str().unwrap_or_default();
        [
            hit.id.clone(),
            hit.name.clone(),
            hit.phone.clone(),
            place.to_owned(),
        ]
    }));
    Ok(Answer::new(&found, page))
}

/// A part of the list.
pub fn list(api: &Terminal, ask: &List) -> Result<Answer, Refusal> {
    let filter = ask
        .filter
        .as_ref()
        .map(|name| filters::named(api, name))
        .transpose()?;
    let part = api.clients_list(from_json(json!({
        "tag": ask.tag, "kind": ask.kind, "filter": filter, "sort": ask.sort, "offset": ask.offset, "limit": ask.limit,
    })))?;
    let mut page = Page::default();
    page.table(&rows(&part.rows, |row| {
        [
            row.id.to_string(),
            row.name.clone(),
            row.phone.clone(),
            row.tags.join(", "),
        ]
    }));
    page.line(format!("Clients: {} of {}.", part.rows.len(), part.total));
    Ok(Answer::new(&part, page))
}

fn rows<T, const COLUMNS: usize>(of: &[T], row: impl Fn(&T) -> [String; COLUMNS]) -> Vec<[String; COLUMNS]> {
    of.iter().map(row).collect()
}

/// The whole card.
pub fn show(api: &Terminal, which: Uuid) -> Result<Answer, Refusal> {
    let card = api.client_get(ClientRef { id: id(which) })?;
    let draft = &card.draft;
    let mut page = Page::of(&card.name);
    // What warns stands first, as in the window.
    page.field("never", &draft.never);
    page.field("expects", &draft.expects);
    if let Some(since) = card.trashed_at {
        page.field("in the trash", &format!("since {}", moments::shown(since.0)));
    }
    for name in &draft.other_names {
        page.field("also", &with_label(&name.name, &name.label));
    }
    for phone in &card.phones {
        page.field("phone", &with_label(&phone.display, &phone.label));
    }
    for email in &draft.emails {
        page.field("e-mail", &with_label(&email.address, &email.label));
    }
    for messenger in &draft.messengers {
        page.field(&messenger.service, &messenger.handle);
    }
    for address in &draft.addresses {
        let parts = [
            &address.street,
            &address.city,
            &address.region,
            &address.postal_code,
            &address.country,
        ];
        page.field("address", &with_label(&joined(&parts), &address.label));
    }
    for person in &draft.contact_persons {
        let parts = [
            &person.name,
            &person.role,
            &person.phone,
            &person.email,
            &person.note,
        ];
        let linked = card.linked.iter().find(|linked| Some(linked.row) == person.id);
        page.field(
            "contact person",
            &with_label(&joined(&parts), &linked.map(whose).unwrap_or_default()),
        );
    }
    for other in &card.person_of {
        let parts = [&other.name, &other.role];
        page.field(
            "contact person of",
            &with_label(&joined(&parts), &format!("client {}", other.id)),
        );
    }
    if let Some(birthday) = draft.birthday {
        let year = birthday
            .year
            .map(|year| format!("{year:04}-"))
            .unwrap_or_default();
        page.field(
            "birthday",
            &format!("{year}{:02}-{:02}", birthday.month, birthday.day),
        );
    }
    page.field(
        "language",
        draft.language.map(|language| language.code()).unwrap_or_default(),
    );
    page.field("source", &draft.source);
    page.field("card number", &draft.card_number);
    page.field("tags", &draft.tags.join(", "));
    for own in &draft.custom {
        page.field(&own.name, &own.value);
    }
    page.field("notes", &draft.notes);
    page.field("since", &moments::shown(card.created_at.0));
    if let Some(last) = card.last_contact_at {
        page.field(
            "contacts",
            &format!("{}, the last {}", card.contacts, moments::shown(last.0)),
        );
    }
    let open = api.conflicts_list(Nothing)?.into_iter();
    let open: Vec<_> = open
        .filter(|conflict| conflict.client_id == Some(card.id))
        .collect();
    for conflict in &open {
        conflicts::describe(&mut page, conflict);
    }
    if !open.is_empty() {
        page.line(conflicts::how_to_settle(&open));
    }
    let mut said = json!(card);
    said["conflicts"] = json!(conflicts::numbered(open));
    Ok(Answer::new(&said, page))
}

/// Which client a contact person is.
fn whose(linked: &LinkedPerson) -> String {
    match linked.state {
        PersonState::Here => format!("client {}", linked.id),
        PersonState::InTrash => format!("client {}, in the trash", linked.id),
        PersonState::Unseen => "a client whom this book does not have".to_owned(),
    }
}

fn with_label(text: &str, label: &str) -> String {
    if label.is_empty() {
        text.to_owned()
    } else {
        format!("{text} ({label})")
    }
}

fn joined(parts: &[&String]) -> String {
    let parts: Vec<&str> = parts
        .iter()
        .map(|part| part.as_str())
        .filter(|part| !part.is_empty())
        .collect();
    parts.join(", ")
}

/// Puts clients into the trash.
pub fn trash(api: &Terminal, ids: &[Uuid]) -> Result<Answer, Refusal> {
    let ids = ids.iter().copied().map(id).collect();
    let written = api.clients_trash(ClientRefs { ids })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Put into the trash: {}.", written.value));
    Ok(Answer::new(
        &json!({ "trashed": written.value, "step": step }),
        page,
    ))
}

/// Takes them out.
pub fn restore(api: &Terminal, ids: &[Uuid]) -> Result<Answer, Refusal> {
    let ids = ids.iter().copied().map(id).collect();
    let written = api.clients_restore(ClientRefs { ids })?;
    let step = written.step.map(|step| step.id.to_string());
    let page = Page::of(format!("Taken out of the trash: {}.", written.value));
    Ok(Answer::new(
        &json!({ "restored": written.value, "step": step }),
        page,
    ))
}

/// Erases clients in the trash for good, if whoever asks means it.
pub fn erase(api: &Terminal, ids: &[Uuid], yes: bool) -> Result<Answer, Refusal> {
    if !yes {
        mean_it(api, ids)?;
    }
    let ids = ids.iter().copied().map(id).collect();
    let written = api.clients_erase(ClientRefs { ids })?;
    let step = written.step.map(|step| step.id);
    let (before, limit) = (None, 10);
    let receipts = api.erasures_list(ErasuresAsk { before, limit })?.rows;
    let receipt = receipts.into_iter().find(|row| Some(row.id) == step);
    let receipt = receipt.map(|row| row.number);
    let mut page = Page::of(format!("Erased for good: {}.", written.value));
    if let Some(number) = &receipt {
        page.line(format!(
            "Receipt {number}; `head-office erasures` says who has confirmed it."
        ));
    }
    Ok(Answer::new(
        &json!({ "erased": written.value, "step": step, "receipt": receipt }),
        page,
    ))
}

/// Asks, where somebody is there to answer.
fn mean_it(api: &Terminal, ids: &[Uuid]) -> Result<(), Refusal> {
    let unsaid = || Refusal::new(ErrorCode::Usage).with("detail", "to erase for good takes --yes");
    if !io::stdin().is_terminal() || !io::stderr().is_terminal() {
        return Err(unsaid());
    }
    let mut page = Page::default();
    for which in ids {
        page.line(api.client_get(ClientRef { id: id(*which) })?.name);
    }
    let failed = |_| unsaid();
    let mut stderr = io::stderr();
    write!(
        stderr,
        "{}To be erased for good; it cannot be undone. Type yes to go on: ",
        page.into_text()
    )
    .map_err(failed)?;
    stderr.flush().map_err(failed)?;
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(failed)?;
    match answer.trim() {
        "yes" => Ok(()),
        _ => Err(ErrorCode::DialogCancelled.into()),
    }
}
