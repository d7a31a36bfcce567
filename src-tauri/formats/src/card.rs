//! One card while it is being filled from a foreign file: splitting, sorting out, keeping what fits nowhere.

use std::collections::HashSet;

use clientele_model::client::ENTRIES_MAX;
use clientele_model::text::{self, FIELD_BYTES_MAX, ellipsis, is_email, tidy};
use clientele_model::{
    ClientDraft, ClientKind, ContactPerson, CustomValue, Email, Messenger, OtherName, Phone, Refusal,
};

use crate::{bounds, names};

/// What Google puts between several values of one cell.
const GOOGLE_SEPARATOR: &str = " ::: ";

/// A part of a cell with fewer digits belongs to the number before it (`доб. 3`).
const PHONE_DIGITS_MIN: usize = 5;

/// A card being filled.
#[derive(Default)]
pub(crate) struct Card {
    pub(crate) draft: ClientDraft,
    /// What has no field of its own, as lines for the notes.
    extras: Vec<String>,
    /// The first list that got too long.
    overflow: Option<&'static str>,
}

impl Card {
    /// A whole name in one piece; a company is known by its legal form.
    pub(crate) fn whole_name(&mut self, whole: &str) {
        let whole = tidy(whole);
        if names::is_company(&whole) && self.draft.company_name.is_empty() {
            self.draft.kind = ClientKind::Company;
            self.draft.company_name = whole;
            return;
        }
        let name = names::split(&whole);
        self.draft.given_name = name.given;
        self.draft.patronymic = name.patronymic;
        self.draft.family_name = name.family;
    }

    /// Has it the name of a person yet?
    pub(crate) fn is_named(&self) -> bool {
        let draft = &self.draft;
        ![&draft.given_name, &draft.patronymic, &draft.family_name]
            .into_iter()
            .all(|name| name.is_empty())
    }

    /// The words that say who this is: a display name of these words alone says nothing new.
    pub(crate) fn known_words(&self) -> HashSet<String> {
        const EXTRA_BYTES_MAX: usize = 100;
        let draft = &self.draft;
        let names = [
            &draft.given_name,
            &draft.patronymic,
            &draft.family_name,
            &draft.company_name,
        ];
        let others = draft.other_names.iter().map(|other| &other.name);
        let extras = self
            .extras
            .iter()
            .filter(|extra| extra.len() < EXTRA_BYTES_MAX)
            .take(ENTRIES_MAX);
        names
            .into_iter()
            .chain(others)
            .chain(extras)
            .flat_map(|text| words(text))
            .collect()
    }

    /// One more name, unless it is there already or says only what the name itself says.
    pub(crate) fn other_name(&mut self, label: &str, name: &str) {
        let name = tidy(name);
        if name.is_empty() || self.draft.other_names.iter().any(|n| n.name == name) {
            return;
        }
        if self.has_room("other_names", self.draft.other_names.len()) {
            let label = short_label(label);
            self.draft.other_names.push(OtherName {
                label,
                name,
                ..OtherName::default()
            });
        }
    }

    /// The numbers in one cell. What has no digit is no number and goes to the notes behind `heading`.
    pub(crate) fn phones(&mut self, label: &str, heading: &str, cell: &str) {
        for typed in split_phones(cell) {
            let typed = tidy(typed);
            let digits = text::digits(&typed);
            if digits.is_empty() {
                self.extra(heading, &typed);
                continue;
            }
            if !self.has_room("phones", self.draft.phones.len()) {
                return;
            }
            if self.draft.phones.iter().all(|p| text::digits(&p.typed) != digits) {
                self.draft.phones.push(Phone {
                    label: short_label(label),
                    typed,
                    ..Phone::default()
                });
            }
        }
    }

    /// The addresses in one cell. What is no address goes to the notes behind `heading`.
    pub(crate) fn emails(&mut self, label: &str, heading: &str, cell: &str) {
        let mut rest = String::new();
        for part in cell.split(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '/' | '<' | '>' | ':'))
        {
            if part.is_empty() || part.eq_ignore_ascii_case("mailto") {
                continue;
            }
            if !is_email(part) {
                if rest.len() < FIELD_BYTES_MAX {
                    rest.push_str(if rest.is_empty() { "" } else { " " });
                    rest.push_str(part);
                }
                continue;
            }
            if !self.has_room("emails", self.draft.emails.len()) {
                return;
            }
            let known = |e: &Email| e.address.eq_ignore_ascii_case(part);
            if !self.draft.emails.iter().any(known) {
                self.draft.emails.push(Email {
                    label: short_label(label),
                    address: part.to_owned(),
                    ..Email::default()
                });
            }
        }
        // "Anna Maria <anna@example.com>": the name is on the card already.
        if !cell.contains('<') {
            self.extra(heading, &rest);
        }
    }

    /// What stands in a field of the owner's own; several cells under one header are one text.
    pub(crate) fn custom(&mut self, heading: &str, cell: &str) {
        let (name, value) = (tidy(heading), tidy(cell));
        let folded = text::fold(&name);
        let known = self
            .draft
            .custom
            .iter()
            .position(|c| text::fold(&c.name) == folded);
        match known {
            _ if folded.is_empty() => self.extra("", cell),
            Some(at) => {
                let known = &mut self.draft.custom[at].value;
                known.push_str(", ");
                known.push_str(&value);
            }
            None if self.has_room("custom", self.draft.custom.len()) => {
                self.draft.custom.push(CustomValue {
                    name,
                    value,
                    ..CustomValue::default()
                });
            }
            None => {}
        }
    }

    /// A name in a messenger.
    pub(crate) fn messenger(&mut self, service: &str, handle: &str) {
        let handle = tidy(handle);
        if !handle.is_empty() && self.has_room("messengers", self.draft.messengers.len()) {
            self.draft.messengers.push(Messenger {
                service: short_label(service),
                handle,
                ..Messenger::default()
            });
        }
    }

    /// A contact person; none without a name.
    pub(crate) fn contact_person(&mut self, person: ContactPerson) {
        if !person.name.is_empty() && self.has_room("contact_persons", self.draft.contact_persons.len()) {
            self.draft.contact_persons.push(person);
        }
    }

    /// The tags in one cell. The group that Google puts everybody into says nothing.
    pub(crate) fn tags(&mut self, cell: &str) {
        for part in cell
            .split(GOOGLE_SEPARATOR)
            .flat_map(|p| p.split([',', ';', '\n']))
        {
            let tag = part.trim().trim_start_matches("* ").trim();
            let folded = text::fold(tag);
            if folded.is_empty() || folded.replace(' ', "") == "mycontacts" {
                continue;
            }
            if !self.has_room("tags", self.draft.tags.len()) {
                return;
            }
            if self.draft.tags.iter().all(|t| text::fold(t) != folded) {
                self.draft.tags.push(tag.to_owned());
            }
        }
    }

    /// One more piece of the notes.
    pub(crate) fn note(&mut self, note: &str) {
        let note = tidy(note);
        if !note.is_empty() {
            let notes = &mut self.draft.notes;
            notes.push_str(if notes.is_empty() { "" } else { "\n" });
            notes.push_str(&note);
        }
    }

    /// Something that has no field of its own: kept in the notes behind its heading.
    pub(crate) fn extra(&mut self, heading: &str, value: &str) {
        let (heading, value) = (tidy(heading), tidy(value));
        if value.is_empty() {
            return;
        }
        self.extras.push(if heading.is_empty() {
            value
        } else {
            format!("{heading}: {value}")
        });
    }

    /// The finished card.
    ///
    /// # Errors
    /// `import.row_empty` for nobody, `text.too_long` and `text.too_many` for more than a card takes.
    pub(crate) fn finish(mut self) -> Result<ClientDraft, Refusal> {
        if let Some(field) = self.overflow {
            return Err(clientele_model::bounds::too_many(field));
        }
        for extra in std::mem::take(&mut self.extras) {
            self.note(&extra);
        }
        bounds::checked(self.draft)
    }

    fn has_room(&mut self, field: &'static str, len: usize) -> bool {
        if len >= ENTRIES_MAX {
            self.overflow.get_or_insert(field);
            return false;
        }
        true
    }
}

/// The folded words of a text.
pub(crate) fn words(text: &str) -> Vec<String> {
    let folded = text::fold(text);
    let words = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// A label says which, not what: a long one on every entry would only cost memory.
fn short_label(label: &str) -> String {
    const LABEL_CHARACTERS_MAX: usize = 60;
    ellipsis(&tidy(label), LABEL_CHARACTERS_MAX)
}

/// One cell, several numbers: cut where both sides are long enough to be a number.
pub(crate) fn split_phones(cell: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut digits, mut words, mut area_code) = (0, 0, false, false);
    let mut cut: Option<(usize, usize)> = None;
    for (at, c) in cell.char_indices() {
        if c.is_ascii_digit() {
            digits += 1;
            area_code |= digits == 1 && c == '0';
            if let (PHONE_DIGITS_MIN, Some((end, next))) = (digits, cut) {
                parts.push(&cell[start..end]);
                (start, cut) = (next, None);
            }
        } else if matches!(c, ';' | ',' | '/' | '\n' | '|') || cell[at..].starts_with(GOOGLE_SEPARATOR) {
            // Between two cuts "доб. 3" belongs to the number before, "02/" to the one after.
            // In "034441/ 2 22 67" the area code stands before the stroke.
            let whole = digits >= PHONE_DIGITS_MIN && !(c == '/' && area_code && digits < 7);
            if whole || cut.is_some() && words {
                cut = Some((at, at + c.len_utf8()));
            }
            if whole || cut.is_some() {
                (digits, words, area_code) = (0, false, false);
            }
        } else {
            words |= c.is_alphabetic();
        }
    }
    parts.push(&cell[start..]);
    for part in &mut parts {
        *part = part.trim_matches(|c: char| c.is_whitespace() || matches!(c, ';' | ',' | '/' | ':' | '|'));
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use clientele_model::ErrorCode;

    use super::*;

    #[test]
    fn one_cell_holds_several_numbers() {
        for (cell, parts) in [
            ("0888 123 456", &["0888 123 456"][..]),
            ("0888123456, 0899111222", &["0888123456", "0899111222"]),
            ("0888123456/0899111222", &["0888123456", "0899111222"]),
            ("02/987 65 43", &["02/987 65 43"]),
            ("034441/ 2 22 67", &["034441/ 2 22 67"]),
            ("034441/22267; 034441/392334", &["034441/22267", "034441/392334"]),
            ("0888 123456 / 02/987 65 43", &["0888 123456", "02/987 65 43"]),
            ("+1 555 0100 ::: +1 555 0101", &["+1 555 0100", "+1 555 0101"]),
            (
                "+7 (495) 123-45-67, доб. 3; 8 916 1234567\n",
                &["+7 (495) 123-45-67, доб. 3", "8 916 1234567"],
            ),
            ("Анна, 0888123456", &["Анна, 0888123456"]),
            ("pager", &["pager"]),
            (" ; ", &[]),
            ("", &[]),
        ] {
            assert_eq!(split_phones(cell), parts, "{cell:?}");
        }
    }

    #[test]
    fn what_is_no_number_and_no_address_stays_in_the_notes() {
        let mut card = Card::default();
        card.phones("", "Phone", "ask Anna");
        card.phones("mobile", "Phone", "0888 123 456 / 0888123456");
        card.emails("", "E-mail", "none");
        card.emails("", "E-mail", "Anna <ANNA@b.bg>; anna@b.bg mailto:c@d.bg");
        let draft = card.finish().unwrap();
        assert_eq!(draft.notes, "Phone: ask Anna\nE-mail: none");
        assert_eq!(draft.phones.len(), 1);
        let addresses: Vec<_> = draft.emails.iter().map(|e| &*e.address).collect();
        assert_eq!(addresses, ["ANNA@b.bg", "c@d.bg"]);
    }

    #[test]
    fn tags_are_cut_and_said_once() {
        let mut card = Card::default();
        card.other_name("", "x");
        card.tags("* myContacts ::: * VIP ::: Friends");
        card.tags("vip, сосед; ");
        assert_eq!(card.finish().unwrap().tags, ["VIP", "Friends", "сосед"]);
    }

    #[test]
    fn more_than_a_card_takes_is_refused() {
        let mut card = Card::default();
        card.phones(
            "",
            "",
            &(1_000_000..1_000_200)
                .map(|n| format!("{n};"))
                .collect::<String>(),
        );
        assert_eq!(card.finish().unwrap_err().code, ErrorCode::TooMany);
        let mut card = Card::default();
        card.draft.given_name = "a".repeat(FIELD_BYTES_MAX + 1);
        let refusal = card.finish().unwrap_err();
        assert_eq!(
            (refusal.code, &*refusal.params["field"]),
            (ErrorCode::TextTooLong, "given_name")
        );
        assert_eq!(
            Card::default().finish().unwrap_err().code,
            ErrorCode::ImportRowEmpty
        );
    }
}
