//! What is told of a client who was found, and why.

use clientele_model::text::{digits, fold};
use clientele_model::{ClientDraft, ClientId, ErrorCode};
use rusqlite::Connection;

use super::document::Field;
use super::judge::{EXACT, KINDS, NOWHERE, SLIP, SOUND, places};
use super::query::{Query, Word};
use super::{MatchedIn, SearchHit};
use crate::clients::phone_display;
use crate::{Result, clients};

/// Characters on each side of a match in an excerpt.
const AROUND_CHARS: usize = 30;

/// A card; `None` where there is none any more.
pub(super) fn card(conn: &Connection, id: ClientId) -> Result<Option<ClientDraft>> {
    match clients::load(conn, id) {
        Ok(card) => Ok(Some(card)),
        Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn hit(id: ClientId, card: &ClientDraft, query: &Query, country: &str) -> SearchHit {
    let shown = |p: &clientele_model::Phone| phone_display(&p.typed, &p.e164, country);
    let phone_hit = query.digits.as_ref().and_then(|number| {
        card.phones
            .iter()
            .find(|p| digits(&p.typed).contains(number) || digits(&p.e164).contains(number))
    });
    let (matched_in, text) = match phone_hit {
        Some(phone) => (MatchedIn::Phone, shown(phone)),
        None => place(card, query),
    };
    SearchHit {
        id,
        name: clientele_model::text::ellipsis(&card.display_name(), 200),
        kind: card.kind,
        phone: phone_hit.or(card.phones.first()).map(shown).unwrap_or_default(),
        matched_in,
        excerpt: if matched_in == MatchedIn::Name {
            String::new()
        } else {
            excerpt(&text, query)
        },
        has_never: !card.never.is_empty(),
        photo: None,
    }
}

/// What a word counts that was found as it is, as it sounds, but for a slip.
const WEIGHTS: [usize; KINDS] = {
    let mut weights = [1; KINDS];
    weights[EXACT] = 16;
    weights[SOUND] = 4;
    weights[SLIP] = 1;
    weights
};

/// How a word stands in a folded text, and at which byte.
fn found_in(word: &Word, folded: &str) -> Option<(usize, usize)> {
    if let Some(at) = folded.find(word.text.as_str()) {
        return Some((EXACT, at));
    }
    let mut best: Option<(usize, usize)> = None;
    let mut at = 0;
    for token in folded.split(' ') {
        let found = places(word, Field::Other, token);
        if let Some(kind) = found.iter().position(|place| *place < NOWHERE)
            && best.is_none_or(|(known, _)| kind < known)
        {
            best = Some((kind, at));
        }
        at += token.len() + 1;
    }
    best
}

/// The part of the card that holds the most of what was asked; the first of equals.
fn place(card: &ClientDraft, query: &Query) -> (MatchedIn, String) {
    use MatchedIn as In;
    let person = format!("{} {} {}", card.family_name, card.given_name, card.patronymic);
    let mut parts: Vec<(MatchedIn, &str)> = vec![(In::Name, &person)];
    parts.extend(card.other_names.iter().map(|n| (In::Name, n.name.as_str())));
    parts.push((In::Company, &card.company_name));
    parts.extend(card.phones.iter().map(|p| (In::Phone, p.typed.as_str())));
    parts.extend(card.emails.iter().map(|e| (In::Email, e.address.as_str())));
    parts.push((In::CardNumber, &card.card_number));
    parts.extend(card.messengers.iter().map(|m| (In::Messenger, m.handle.as_str())));
    parts.extend(
        card.contact_persons.iter().flat_map(|p| {
            [&p.name, &p.phone, &p.email, &p.role].map(|text| (In::ContactPerson, text.as_str()))
        }),
    );
    parts.extend(card.tags.iter().map(|tag| (In::Tag, tag.as_str())));
    parts.extend(
        card.addresses
            .iter()
            .flat_map(|a| [&a.street, &a.city, &a.postal_code].map(|text| (In::Address, text.as_str()))),
    );
    parts.extend(card.custom.iter().map(|value| (In::Custom, value.value.as_str())));
    parts.extend([&card.notes, &card.expects, &card.never].map(|text| (In::Note, text.as_str())));
    let mut best = (0, In::Name, "");
    for (matched_in, text) in parts {
        let folded = fold(text);
        let number = query
            .digits
            .as_ref()
            .is_some_and(|number| digits(text).contains(number));
        let words = query.words.iter().filter_map(|word| found_in(word, &folded));
        // As typed counts for more than any other way.
        let found =
            words.map(|(kind, _)| WEIGHTS[kind]).sum::<usize>() + WEIGHTS[EXACT] * usize::from(number);
        if found > best.0 {
            best = (found, matched_in, text);
        }
    }
    (best.1, best.2.to_owned())
}

/// The text around the first word that was found, on one line.
fn excerpt(text: &str, query: &Query) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let folded = fold(&line);
    let at = query
        .words
        .iter()
        .filter_map(|word| found_in(word, &folded).map(|(_, at)| at))
        .min()
        .unwrap_or(0);
    // Folding keeps most characters one to one: near enough to know where to cut.
    let at = folded[..at].chars().count();
    let from = at.saturating_sub(AROUND_CHARS);
    let cut: String = line.chars().skip(from).collect();
    let cut = clientele_model::text::ellipsis(&cut, 2 * AROUND_CHARS + 20);
    if from > 0 { format!("…{cut}") } else { cut }
}
