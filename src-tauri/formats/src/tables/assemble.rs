//! From the cells of one row to the draft of one client.

use std::borrow::Cow;
use std::collections::HashSet;

use clientele_model::text::{fold, tidy};
use clientele_model::{Address, ClientDraft, ClientKind, ContactPerson, Language, Refusal};

use crate::card::Card;
use crate::columns::{self, words};
use crate::dates::{self, DayOrder, OrderEvidence};
use crate::{Column, Table, card};

/// What is done with each column: worked out once for a whole table.
pub(super) struct Plan {
    slots: Vec<Slot>,
    /// How many addresses and contact persons a row can have at most.
    addresses: usize,
    persons: usize,
}

struct Slot {
    column: Column,
    /// The header as it stands, for what goes into the notes.
    heading: String,
    /// What the header says beyond the meaning of the column: "Mobile", "Home", "Spouse".
    label: String,
    /// Which of the addresses or contact persons of a row it belongs to.
    group: usize,
    order: DayOrder,
}

/// What a row says in several cells that belong together.
#[derive(Default)]
struct Gathered {
    whole_names: Vec<String>,
    addresses: Vec<(Address, String)>,
    persons: Vec<ContactPerson>,
    phone_label: String,
    email_label: String,
    service: String,
    birth: [String; 3],
}

impl Plan {
    pub(super) fn new(table: &Table, labels: &[String], evidence: &[OrderEvidence]) -> Self {
        let mut address_keys: Vec<(String, String)> = Vec::new();
        let mut person_keys: Vec<String> = Vec::new();
        let mut last_person = (0, false);
        let headed = table.headers.iter().zip(labels);
        let slots = headed
            .zip(&table.columns)
            .zip(evidence)
            .map(|(((header, label), column), evidence)| {
                let label = label.clone();
                let group = match column {
                    Column::Address
                    | Column::AddressWhole
                    | Column::AddressLabel
                    | Column::City
                    | Column::Region
                    | Column::PostalCode
                    | Column::Country => place(&mut address_keys, (label.clone(), number(header))),
                    Column::ContactPersonRole
                    | Column::ContactPersonName
                    | Column::ContactPersonPhone
                    | Column::ContactPersonEmail => {
                        let key = format!("{label} {}", number(header));
                        let known = person_keys.contains(&key);
                        if *column == Column::ContactPersonName && known && last_person.1 {
                            person_keys.push(String::new());
                            last_person = (person_keys.len() - 1, true);
                        } else {
                            let group = place(&mut person_keys, key);
                            last_person = (group, *column == Column::ContactPersonName);
                        }
                        last_person.0
                    }
                    _ => 0,
                };
                let label = match column {
                    Column::Messenger => {
                        words::messenger(&columns::fold_header(header)).map_or(label, str::to_owned)
                    }
                    Column::OtherName => header.clone(),
                    _ => label,
                };
                Slot {
                    column: *column,
                    heading: header.clone(),
                    label,
                    group,
                    order: evidence.order(),
                }
            });
        Self {
            slots: slots.collect(),
            addresses: address_keys.len(),
            persons: person_keys.len(),
        }
    }

    /// The client that a row tells of.
    pub(super) fn draft(&self, cells: &[Cow<'_, str>]) -> Result<ClientDraft, Refusal> {
        let mut card = Card::default();
        let mut gathered = Gathered::default();
        gathered.addresses.resize_with(self.addresses, Default::default);
        gathered.persons.resize_with(self.persons, Default::default);
        for (at, cell) in cells.iter().enumerate() {
            if cell.trim().is_empty() {
                // The label of an empty cell must not fall to the next one.
                continue;
            }
            match self.slots.get(at) {
                Some(slot) => slot.read(cell, &mut card, &mut gathered),
                // A cell too many: a comma in an address that nobody quoted. Better kept than lost.
                None => card.extra("", cell),
            }
        }
        gathered.settle(&mut card);
        card.finish()
    }
}

impl Slot {
    fn read(&self, cell: &str, card: &mut Card, gathered: &mut Gathered) {
        let draft = &mut card.draft;
        let address = gathered.addresses.get_mut(self.group);
        let person = gathered.persons.get_mut(self.group);
        match self.column {
            Column::Ignore => {}
            Column::FullName => gathered.whole_names.push(tidy(cell)),
            Column::GivenName => join(&mut draft.given_name, cell, " "),
            Column::FamilyName => join(&mut draft.family_name, cell, " "),
            Column::Patronymic => join(&mut draft.patronymic, cell, " "),
            Column::CompanyName => join(&mut draft.company_name, cell, ", "),
            Column::OtherName => card.other_name(&self.label, cell),
            Column::PhoneLabel => gathered.phone_label = plain_label(cell),
            Column::Phone => {
                let label = std::mem::take(&mut gathered.phone_label);
                card.phones(either(&label, &self.label), &self.heading, cell);
            }
            Column::EmailLabel => gathered.email_label = plain_label(cell),
            Column::Email => {
                let label = std::mem::take(&mut gathered.email_label);
                card.emails(either(&label, &self.label), &self.heading, cell);
            }
            Column::MessengerService => gathered.service = plain_label(cell),
            Column::Messenger => {
                let service = std::mem::take(&mut gathered.service);
                card.messenger(either(&service, &self.label), cell);
            }
            Column::Birthday => match dates::birthday(cell, self.order) {
                Some(birthday) => draft.birthday = Some(birthday),
                // Outlook writes 0/0/00 where it knows no day.
                None if !cell.contains(|c: char| c.is_alphabetic() || ('1'..='9').contains(&c)) => {}
                None => card.extra(&self.heading, cell),
            },
            Column::BirthYear => gathered.birth[0] = tidy(cell),
            Column::BirthMonth => gathered.birth[1] = tidy(cell),
            Column::BirthDay => gathered.birth[2] = tidy(cell),
            Column::Language => match language(cell) {
                Some(language) => draft.language = Some(language),
                None => card.extra(&self.heading, cell),
            },
            Column::Source => join(&mut draft.source, cell, ", "),
            Column::CardNumber => join(&mut draft.card_number, cell, ", "),
            Column::Tags => card.tags(cell),
            Column::Notes => card.note(cell),
            // What Outlook says of everybody of whom it knows nothing.
            Column::Custom => card.custom(&self.heading, cell),
            Column::Extra if cell.trim() == "Unspecified" || is_no_day(cell) => {}
            Column::Extra => card.extra(&self.heading, cell),
            Column::Expects => join(&mut draft.expects, cell, "\n"),
            Column::Never => join(&mut draft.never, cell, "\n"),
            Column::Address
            | Column::AddressWhole
            | Column::AddressLabel
            | Column::City
            | Column::Region
            | Column::PostalCode
            | Column::Country => {
                if let Some((address, whole)) = address {
                    self.read_address(cell, address, whole);
                }
            }
            Column::ContactPersonName
            | Column::ContactPersonRole
            | Column::ContactPersonPhone
            | Column::ContactPersonEmail => {
                if let Some(person) = person {
                    self.read_person(cell, person);
                }
            }
        }
    }

    fn read_address(&self, cell: &str, address: &mut Address, whole: &mut String) {
        let (part, between) = match self.column {
            Column::AddressWhole => (whole, "\n"),
            Column::AddressLabel => {
                address.label = plain_label(cell);
                return;
            }
            Column::City => (&mut address.city, ", "),
            Column::Region => (&mut address.region, ", "),
            Column::PostalCode => (&mut address.postal_code, " "),
            Column::Country => (&mut address.country, ", "),
            _ => (&mut address.street, "\n"),
        };
        join(part, cell, between);
        if address.label.is_empty() {
            address.label.clone_from(&self.label);
        }
    }

    fn read_person(&self, cell: &str, person: &mut ContactPerson) {
        let part = match self.column {
            Column::ContactPersonRole => {
                person.role = plain_label(cell);
                return;
            }
            Column::ContactPersonPhone => &mut person.phone,
            Column::ContactPersonEmail => &mut person.email,
            _ => &mut person.name,
        };
        join(part, cell, ", ");
        if person.role.is_empty() {
            person.role.clone_from(&self.label);
        }
    }
}

impl Gathered {
    /// Puts on the card what several cells said together.
    fn settle(self, card: &mut Card) {
        let mut wholes = self.whole_names.into_iter();
        // A company's own name stands in both columns of an address book.
        if !card.is_named()
            && let Some(whole) = wholes.by_ref().find(|whole| *whole != card.draft.company_name)
        {
            card.whole_name(&whole);
        }
        // A display name usually repeats the names beside it.
        let known = if wholes.len() > 0 {
            card.known_words()
        } else {
            HashSet::new()
        };
        for whole in wholes {
            if card::words(&whole).iter().any(|word| !known.contains(word)) {
                card.other_name("", &whole);
            }
        }
        if !card.draft.company_name.is_empty() && !card.is_named() {
            card.draft.kind = ClientKind::Company;
        }
        for (mut address, whole) in self.addresses {
            let parts = [
                &address.street,
                &address.city,
                &address.region,
                &address.postal_code,
            ];
            if parts.into_iter().all(|part| part.is_empty()) && !whole.is_empty() {
                address.street = whole;
            }
            let parts = [
                &address.street,
                &address.city,
                &address.region,
                &address.postal_code,
                &address.country,
            ];
            if parts.into_iter().any(|part| !part.is_empty()) {
                card.draft.addresses.push(address);
            }
        }
        for person in self.persons {
            card.contact_person(person);
        }
        let [year, month, day] = &self.birth;
        if let Some(birthday) = dates::from_parts(year, month, day) {
            card.draft.birthday = Some(birthday);
        } else if self.birth.iter().any(|part| !part.is_empty()) {
            card.extra("", &self.birth.join(" "));
        }
    }
}

/// The place of `key` among the keys, at the end if it is new.
fn place<T: PartialEq>(keys: &mut Vec<T>, key: T) -> usize {
    keys.iter().position(|known| *known == key).unwrap_or_else(|| {
        keys.push(key);
        keys.len() - 1
    })
}

/// The number in "Address 2 - Street": in other headers a number counts lines, not addresses.
fn number(header: &str) -> String {
    header
        .split_once(" - ")
        .map(|(thing, _)| thing.chars().filter(char::is_ascii_digit).collect())
        .unwrap_or_default()
}

fn join(part: &mut String, cell: &str, between: &str) {
    if !part.is_empty() {
        part.push_str(between);
    }
    part.push_str(&tidy(cell));
}

fn either<'t>(first: &'t str, second: &'t str) -> &'t str {
    if first.is_empty() { second } else { first }
}

/// Google marks the main entry with a star before its label.
fn plain_label(cell: &str) -> String {
    tidy(cell.trim().trim_start_matches("* "))
}

/// A language by its code or by its name in one of the three.
fn language(cell: &str) -> Option<Language> {
    let folded = fold(cell);
    let by_name = [
        (Language::Ru, ["russ", "русск", "руск"]),
        (Language::Bg, ["bulg", "българ", "болгар"]),
        (Language::En, ["engl", "англ", "ингл"]),
    ];
    by_name
        .into_iter()
        .find(|(_, stems)| stems.iter().any(|stem| folded.starts_with(stem)))
        .map(|(language, _)| language)
        .or_else(|| Language::from_code(&folded))
}

/// Outlook's day of nobody: 0/0/00, 0.0.00, whatever the country puts between.
fn is_no_day(cell: &str) -> bool {
    let mut parts = cell.trim().split(['/', '.', '-']);
    let is_zero = |part: &str| !part.is_empty() && part.chars().all(|c| c == '0');
    parts.clone().count() == 3 && parts.all(is_zero)
}
