//! Completing a card with what another source knows of the same client: nothing is overwritten, nothing lost.

use clientele_model::text::{fold, tidy};
use clientele_model::{ClientDraft, ClientId, phone};

use super::draft;
use crate::Result;
use crate::workspace::Write;

/// Fills what is empty on a card and adds what is new, within a step.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn complete(w: &mut Write<'_>, id: ClientId, with: &ClientDraft, country: &str) -> Result<()> {
    let before = super::load(w.conn(), id)?;
    let after = draft::check(completed(&before, with, country))?;
    draft::write(w, id, &before, &after, country, draft::Card::Standing)
}

/// The card with what `other` adds to it.
fn completed(card: &ClientDraft, other: &ClientDraft, country: &str) -> ClientDraft {
    let mut card = card.clone();
    let named = fold(&card.display_name());
    if !named.contains(&fold(&other.display_name())) && !fold(&other.display_name()).contains(&named) {
        // Another name on the same phone: it must not get lost, and whose it is only a person can tell.
        let name = other.display_name();
        if !card
            .other_names
            .iter()
            .any(|known| fold(&known.name) == fold(&name))
        {
            card.other_names.push(clientele_model::OtherName {
                name,
                ..Default::default()
            });
        }
    } else {
        fill(&mut card.given_name, &other.given_name);
        fill(&mut card.patronymic, &other.patronymic);
        fill(&mut card.family_name, &other.family_name);
    }
    fill(&mut card.company_name, &other.company_name);
    fill(&mut card.source, &other.source);
    fill(&mut card.card_number, &other.card_number);
    card.birthday = card.birthday.or(other.birthday);
    card.language = card.language.or(other.language);
    append(&mut card.notes, &other.notes);
    append(&mut card.expects, &other.expects);
    append(&mut card.never, &other.never);
    let number =
        |typed: &str| phone::to_e164(typed, country).unwrap_or_else(|| clientele_model::text::digits(typed));
    add_new(&mut card.phones, &other.phones, |p| number(&p.typed));
    add_new(&mut card.emails, &other.emails, |e| e.address.to_lowercase());
    add_new(&mut card.other_names, &other.other_names, |n| fold(&n.name));
    add_new(&mut card.addresses, &other.addresses, |a| {
        fold(&format!("{}|{}|{}", a.street, a.city, a.postal_code))
    });
    add_new(&mut card.messengers, &other.messengers, |m| {
        fold(&format!("{}|{}", m.service, m.handle))
    });
    add_new(&mut card.contact_persons, &other.contact_persons, |p| {
        fold(&format!("{}|{}", p.name, p.phone))
    });
    add_new(&mut card.tags, &other.tags, |tag| fold(tag));
    card
}

fn fill(field: &mut String, other: &str) {
    if field.is_empty() {
        other.clone_into(field);
    }
}

fn append(text: &mut String, more: &str) {
    let more = tidy(more);
    if more.is_empty() || text.contains(&more) {
        return;
    }
    if !text.is_empty() {
        text.push('\n');
    }
    text.push_str(&more);
}

fn add_new<T: Clone>(entries: &mut Vec<T>, others: &[T], key: impl Fn(&T) -> String) {
    for other in others {
        if !entries.iter().any(|known| key(known) == key(other)) {
            entries.push(other.clone());
        }
    }
}
