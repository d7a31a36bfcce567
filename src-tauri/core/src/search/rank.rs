//! Which client was meant, and why it was found.

use clientele_model::text::{digits, fold};
use clientele_model::{ClientDraft, ClientId};

use super::store::Candidate;
use super::{MatchedIn, Query, SearchHit};
use crate::clients::phone_display;

/// Characters on each side of a match in an excerpt.
const AROUND_CHARS: usize = 30;

/// How likely it is that this one was meant: smaller is likelier. The end of a phone number before its
/// middle, the beginning of a name before its inside, a name before anything else.
fn class(candidate: &Candidate, query: &Query) -> u8 {
    let numbers = || candidate.document.phone.split('\u{1}');
    if let Some(number) = &query.digits {
        if numbers().any(|n| n.ends_with(number)) {
            return 0;
        }
        if numbers().any(|n| n.contains(number)) {
            return 2;
        }
    }
    let names = || [&candidate.document.name, &candidate.document.company].into_iter();
    let words = || names().flat_map(|name| name.split([' ', '\u{1}', '-', '"', '«', '(']));
    if query.words.iter().all(|asked| words().any(|word| word == asked)) {
        0
    } else if query
        .words
        .iter()
        .all(|asked| words().any(|word| word.starts_with(asked.as_str())))
    {
        1
    } else if query
        .words
        .iter()
        .all(|asked| names().any(|name| name.contains(asked.as_str())))
    {
        3
    } else {
        4
    }
}

pub(super) fn sort(candidates: &mut [Candidate], query: &Query) {
    candidates.sort_by_cached_key(|c| {
        (
            class(c, query),
            std::cmp::Reverse(c.last_contact_at),
            c.document.name.clone(),
            c.id,
        )
    });
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
    }
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
    parts.extend([&card.notes, &card.expects, &card.never].map(|text| (In::Note, text.as_str())));
    let mut best = (0, In::Name, "");
    for (matched_in, text) in parts {
        let folded = fold(text);
        let number = query
            .digits
            .as_ref()
            .is_some_and(|number| digits(text).contains(number));
        let found = query
            .words
            .iter()
            .filter(|word| folded.contains(word.as_str()))
            .count()
            + usize::from(number);
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
        .filter_map(|word| folded.find(word.as_str()))
        .min()
        .unwrap_or(0);
    // Folding keeps most characters one to one: near enough to know where to cut.
    let at = folded[..at].chars().count();
    let from = at.saturating_sub(AROUND_CHARS);
    let cut: String = line.chars().skip(from).collect();
    let cut = clientele_model::text::ellipsis(&cut, 2 * AROUND_CHARS + 20);
    if from > 0 { format!("…{cut}") } else { cut }
}
