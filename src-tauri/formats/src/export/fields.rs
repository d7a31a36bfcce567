//! The columns of our own CSV: one name for each field of a card, for the writer and the reader alike.

use clientele_model::{ClientDraft, CustomKind, CustomValue};

use crate::Column;

/// One column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    /// `person` or `company`.
    Kind,
    /// A text that stands once on a card.
    Text(Text),
    /// `1980-12-31`, or `--12-31` without a year.
    Birthday,
    /// The code of a language.
    Language,
    /// All tags, see [`join_tags`].
    Tags,
    /// One part of an entry of a list, counted from 1.
    Entry(Part, usize),
}

macro_rules! texts {
    ($($name:ident $header:literal $field:ident,)*) => {
        /// The texts that stand once on a card.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Text { $($name,)* }

        impl Text {
            const ALL: &[Self] = &[$(Self::$name,)*];

            fn header(self) -> &'static str {
                match self { $(Self::$name => $header,)* }
            }

            pub(crate) fn of(self, draft: &ClientDraft) -> &str {
                match self { $(Self::$name => &draft.$field,)* }
            }

            pub(crate) fn of_mut(self, draft: &mut ClientDraft) -> &mut String {
                match self { $(Self::$name => &mut draft.$field,)* }
            }

            fn column(self) -> Column {
                match self { $(Self::$name => Column::$name,)* }
            }
        }
    };
}

texts! {
    GivenName "given_name" given_name,
    Patronymic "patronymic" patronymic,
    FamilyName "family_name" family_name,
    CompanyName "company_name" company_name,
    Source "source" source,
    CardNumber "card_number" card_number,
    Notes "notes" notes,
    Expects "expects" expects,
    Never "never" never,
}

macro_rules! parts {
    ($($name:ident $list:ident $before:literal $after:literal $field:ident $column:ident,)*) => {
        /// The parts of the entries of a card's lists, in the order of their columns.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(crate) enum Part { $($name,)* }

        impl Part {
            const ALL: &[Self] = &[$(Self::$name,)*];

            /// What stands before and after the number in the header.
            fn header(self) -> (&'static str, &'static str) {
                match self { $(Self::$name => ($before, $after),)* }
            }

            /// How many entries this card's list has.
            fn count(self, draft: &ClientDraft) -> usize {
                match self { $(Self::$name => draft.$list.len(),)* }
            }

            pub(crate) fn of(self, draft: &ClientDraft, at: usize) -> Option<&str> {
                match self { $(Self::$name => draft.$list.get(at).map(|entry| &*entry.$field),)* }
            }

            /// The list grows as far as needed.
            pub(crate) fn of_mut(self, draft: &mut ClientDraft, at: usize) -> &mut String {
                match self { $(Self::$name => {
                    if draft.$list.len() <= at {
                        draft.$list.resize_with(at + 1, Default::default);
                    }
                    &mut draft.$list[at].$field
                })* }
            }

            fn column(self) -> Column {
                match self { $(Self::$name => Column::$column,)* }
            }
        }
    };
}

parts! {
    PhoneLabel phones "phone_" "_label" label PhoneLabel,
    Phone phones "phone_" "" typed Phone,
    PhoneE164 phones "phone_" "_e164" e164 Ignore,
    EmailLabel emails "email_" "_label" label EmailLabel,
    Email emails "email_" "" address Email,
    MessengerService messengers "messenger_" "_service" service MessengerService,
    Messenger messengers "messenger_" "" handle Messenger,
    OtherNameLabel other_names "other_name_" "_label" label Ignore,
    OtherName other_names "other_name_" "" name OtherName,
    AddressLabel addresses "address_" "_label" label AddressLabel,
    AddressStreet addresses "address_" "_street" street Address,
    AddressCity addresses "address_" "_city" city City,
    AddressRegion addresses "address_" "_region" region Region,
    AddressPostalCode addresses "address_" "_postal_code" postal_code PostalCode,
    AddressCountry addresses "address_" "_country" country Country,
    PersonRole contact_persons "contact_person_" "_role" role ContactPersonRole,
    PersonName contact_persons "contact_person_" "_name" name ContactPersonName,
    PersonPhone contact_persons "contact_person_" "_phone" phone ContactPersonPhone,
    PersonEmail contact_persons "contact_person_" "_email" email ContactPersonEmail,
    PersonNote contact_persons "contact_person_" "_note" note Ignore,
}

impl Field {
    /// The name of the column.
    pub(crate) fn header(self) -> String {
        match self {
            Self::Kind => "kind".into(),
            Self::Text(text) => text.header().into(),
            Self::Birthday => "birthday".into(),
            Self::Language => "language".into(),
            Self::Tags => "tags".into(),
            Self::Entry(part, number) => {
                let (before, after) = part.header();
                format!("{before}{number}{after}")
            }
        }
    }

    /// What the column is called in the table that the user looks at.
    pub(crate) fn column(self) -> Column {
        match self {
            Self::Kind => Column::Ignore,
            Self::Text(text) => text.column(),
            Self::Birthday => Column::Birthday,
            Self::Language => Column::Language,
            Self::Tags => Column::Tags,
            Self::Entry(part, _) => part.column(),
        }
    }
}

/// The field that a column of this name holds, if the name is ours.
pub(crate) fn by_header(header: &str) -> Option<Field> {
    let once = [Field::Kind, Field::Birthday, Field::Language, Field::Tags];
    let texts = Text::ALL.iter().map(|text| Field::Text(*text));
    let entry = || {
        Part::ALL.iter().find_map(|part| {
            let (before, after) = part.header();
            let number = header.strip_prefix(before)?.strip_suffix(after)?;
            (number.len() <= 4).then(|| number.parse().ok().map(|number| Field::Entry(*part, number)))?
        })
    };
    once.into_iter()
        .chain(texts)
        .find(|field| field.header() == header)
        .or_else(entry)
}

/// All columns for cards whose lists are at most as long as said, in their order in the file.
pub(crate) fn columns(longest: impl Fn(Part) -> usize) -> Vec<Field> {
    let (names, words) = Text::ALL.split_at(4);
    let mut fields = vec![Field::Kind];
    fields.extend(names.iter().map(|text| Field::Text(*text)));
    let entries: Vec<Field> = Part::ALL
        .chunk_by(|a, b| a.header().0 == b.header().0)
        .flat_map(|entry| {
            (1..=longest(entry[0]))
                .flat_map(|number| entry.iter().map(move |part| Field::Entry(*part, number)))
        })
        .collect();
    fields.extend(entries);
    fields.extend([Field::Birthday, Field::Language]);
    fields.extend(words.iter().map(|text| Field::Text(*text)));
    fields.push(Field::Tags);
    fields
}

/// How long each list is on the card where it is longest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Longest(Vec<usize>);

impl Longest {
    /// Takes one more card into account.
    pub(crate) fn widen(&mut self, draft: &ClientDraft) {
        self.0.resize(Part::ALL.len(), 0);
        for (longest, part) in self.0.iter_mut().zip(Part::ALL) {
            *longest = (*longest).max(part.count(draft));
        }
    }

    /// The longest list with this part.
    pub(crate) fn of(&self, part: Part) -> usize {
        let at = Part::ALL.iter().position(|other| *other == part);
        at.and_then(|at| self.0.get(at)).copied().unwrap_or(0)
    }
}

/// What stands before the name of a field of the owner's own in the header of its column, by its kind.
const CUSTOM: &str = "custom_";

/// The header of such a column: `custom_number:Shoe size`.
pub(crate) fn custom_header(name: &str, kind: CustomKind) -> String {
    format!("{CUSTOM}{}:{name}", kind.as_str())
}

/// The name and the kind of the field that a column holds, where the header is one of those.
pub(crate) fn custom_of_header(header: &str) -> Option<(String, CustomKind)> {
    let (kind, name) = header.strip_prefix(CUSTOM)?.split_once(':')?;
    let kind = CustomKind::from_word(kind)?;
    (!name.is_empty()).then(|| (name.to_owned(), kind))
}

/// The fields of the owner's own that stand on any card, in the order in which they are met.
#[derive(Clone, Debug, Default)]
pub(crate) struct Customs(Vec<CustomValue>);

impl Customs {
    /// Takes one more card into account.
    pub(crate) fn widen(&mut self, draft: &ClientDraft) {
        for value in &draft.custom {
            if self.0.iter().all(|known| known.key() != value.key()) {
                self.0.push(CustomValue {
                    value: String::new(),
                    ..value.clone()
                });
            }
        }
    }

    /// Their headers.
    pub(crate) fn headers(&self) -> impl Iterator<Item = String> {
        self.0.iter().map(|field| custom_header(&field.name, field.kind))
    }

    /// What stands in them on a card.
    pub(crate) fn cells<'d>(&self, draft: &'d ClientDraft) -> impl Iterator<Item = &'d str> {
        let of = |field: &CustomValue| {
            let found = draft.custom.iter().find(|value| value.key() == field.key());
            found.map_or("", |value| value.value.as_str())
        };
        self.0.iter().map(of)
    }
}

/// Tags in one cell: `; ` between them, and a backslash before a semicolon or backslash inside one.
pub(crate) fn join_tags(tags: &[String]) -> String {
    let escaped = |tag: &String| tag.replace('\\', "\\\\").replace(';', "\\;");
    tags.iter().map(escaped).collect::<Vec<_>>().join("; ")
}

/// The tags that [`join_tags`] put in one cell.
pub(crate) fn split_tags(cell: &str) -> Vec<String> {
    let mut tags = vec![String::new()];
    let mut characters = cell.chars().peekable();
    while let Some(c) = characters.next() {
        let last = tags.len() - 1;
        match c {
            '\\' => tags[last].extend(characters.next()),
            ';' => {
                characters.next_if_eq(&' ');
                tags.push(String::new());
            }
            c => tags[last].push(c),
        }
    }
    tags
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_column_is_known_by_its_name() {
        let fields = columns(|_| 3);
        assert_eq!(fields.len(), 1 + 9 + 3 + 3 * Part::ALL.len());
        for field in fields {
            assert_eq!(by_header(&field.header()), Some(field));
        }
        for kind in CustomKind::ALL {
            let header = custom_header("Размер: обувки", kind);
            assert_eq!(
                custom_of_header(&header),
                Some(("Размер: обувки".to_owned(), kind))
            );
        }
        assert_eq!(custom_of_header("custom_colour:x"), None);
        assert_eq!(custom_of_header("custom_text:"), None);
        assert_eq!(by_header("phone_x"), None);
        assert_eq!(by_header("Phone"), None);
    }

    #[test]
    fn tags_come_back_as_they_were() {
        for tags in [&["VIP", "сосед; этаж 2", "\\", " a ", "b;"][..], &["x"]] {
            let tags: Vec<String> = tags.iter().map(ToString::to_string).collect();
            assert_eq!(split_tags(&join_tags(&tags)), tags);
        }
    }
}
