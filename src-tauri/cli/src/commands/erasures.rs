//! The receipts of erasures.

use clientele_api::Refusal;
use clientele_api::types::{ErasureRow, ErasureState, ErasuresAsk};

use crate::Terminal;
use crate::answer::Answer;
use crate::moments;
use crate::page::Page;

/// A part of them, the newest first.
pub fn list(api: &Terminal, before: Option<String>, limit: u32) -> Result<Answer, Refusal> {
    let part = api.erasures_list(ErasuresAsk { before, limit })?;
    let mut page = Page::default();
    for row in &part.rows {
        receipt(&mut page, row);
    }
    page.line(format!("Receipts: {}.", part.rows.len()));
    if let Some(next) = &part.next {
        page.line(format!("For older ones: --before {next}"));
    }
    Ok(Answer::new(&part, page))
}

fn receipt(page: &mut Page, row: &ErasureRow) {
    let who = if row.by_itself {
        "by itself, its days in the trash were over,".to_owned()
    } else {
        format!("by {}", row.staff)
    };
    let what = match (row.clients, row.contacts) {
        (0, contacts) => format!("contacts: {contacts}"),
        (clients, _) => format!("clients: {clients}"),
    };
    let at = moments::shown(row.at.0);
    page.line(format!("{}  {at}  {what}, {who} on {}", row.number, row.device));
    let confirmed_at = row
        .confirmed_at
        .map(|at| moments::shown(at.0))
        .unwrap_or_default();
    // It has said how far it is itself.
    let is_at_it = row.state == ErasureState::Waiting && row.told_at.is_some() && !row.head_office_done;
    let far = match row.state {
        ErasureState::Alone => "erased in this book, which works alone".to_owned(),
        ErasureState::Untold => "erased here; head office has not been told yet".to_owned(),
        ErasureState::Refused => "head office did not take it: it is erased in this book only".to_owned(),
        ErasureState::Confirmed => {
            format!("confirmed by all devices and head office by {confirmed_at}")
        }
        ErasureState::Waiting if row.waiting_for.is_empty() && is_at_it => {
            "head office knows, and has not finished in its own files yet".to_owned()
        }
        ErasureState::Waiting if row.waiting_for.is_empty() => {
            "head office knows; its word that all have confirmed is still to come".to_owned()
        }
        ErasureState::Waiting => {
            format!(
                "head office knows; devices that have not confirmed: {}",
                row.waiting_for.len()
            )
        }
    };
    page.field("state", &far);
    page.field("not confirmed", &row.waiting_for.join(", "));
    if is_at_it && !row.waiting_for.is_empty() {
        page.field("", "head office has not finished in its own files yet either");
    }
    page.field("confirmed", &row.confirmed.join(", "));
    page.field("shut out before", &row.shut_out.join(", "));
}
