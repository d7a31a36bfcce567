//! Values that are more than a word, and the words that an option takes.

use serde::Serialize;
use uuid::Uuid;

/// The languages of the interface.
pub const LANGUAGES: [&str; 3] = ["en", "ru", "bg"];

/// What sorts of contact there are.
pub const KINDS: [&str; 7] = [
    "call",
    "message",
    "email",
    "walk_in",
    "note",
    "complaint",
    "offer",
];

/// Who may have begun one.
pub const DIRECTIONS: [&str; 2] = ["in", "out"];

/// By which ways it may have come.
pub const CHANNELS: [&str; 9] = [
    "phone",
    "sms",
    "viber",
    "whatsapp",
    "telegram",
    "email",
    "web",
    "in_person",
    "other",
];

/// A day of birth; the year is often not known. Whether a calendar has it, the book says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Birthday {
    pub year: Option<i16>,
    pub month: u8,
    pub day: u8,
}

/// `1985-03-07`, `03-07` or, as address books have it, `--03-07`.
pub fn birthday(text: &str) -> Result<Birthday, String> {
    let parts: Vec<&str> = text.trim_start_matches("--").split('-').collect();
    let read = || {
        let (year, month, day) = match parts[..] {
            [month, day] => (None, month, day),
            [year, month, day] => (Some(year.parse().ok()?), month, day),
            _ => return None,
        };
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        Some(Birthday { year, month, day })
    };
    read().ok_or_else(|| "a birthday is written 1985-03-07, or 03-07 without the year".to_owned())
}

/// A field of the owner's own and what is to stand in it: `Shoe size=38`.
pub fn own_field(text: &str) -> Result<(String, String), String> {
    let parts = text.split_once('=').filter(|(name, _)| !name.trim().is_empty());
    let parts = parts.map(|(name, value)| (name.trim().to_owned(), value.to_owned()));
    parts.ok_or_else(|| "a field is written NAME=VALUE".to_owned())
}

/// A client who is somebody's contact person, and as what: `0199...=accountant`.
pub fn linked(text: &str) -> Result<(Uuid, Option<String>), String> {
    let (id, role) = match text.split_once('=') {
        Some((id, role)) => (id, Some(role.trim().to_owned())),
        None => (text, None),
    };
    let id = id.trim().parse();
    id.map(|id| (id, role)).map_err(|_| {
        "a contact person is written CLIENT or CLIENT=ROLE, the client by the id that `search` tells"
            .to_owned()
    })
}

/// A name in a messenger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Messenger {
    pub service: String,
    pub handle: String,
}

/// `Viber:+359888123456`.
pub fn messenger(text: &str) -> Result<Messenger, String> {
    match text.split_once(':') {
        Some((service, handle)) if !service.is_empty() && !handle.is_empty() => Ok(Messenger {
            service: service.to_owned(),
            handle: handle.to_owned(),
        }),
        _ => Err(
            "a messenger name is written with its service before it, as in Viber:+359888123456".to_owned(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use clientele_core::contacts::{Channel, ContactKind, Direction};

    use super::*;

    #[test]
    fn the_words_are_those_of_the_book() {
        let of = |words: &[&str], book: Vec<&str>| assert_eq!(words, book);
        of(
            &KINDS,
            ContactKind::ALL.iter().map(|kind| kind.as_str()).collect(),
        );
        of(
            &DIRECTIONS,
            Direction::ALL
                .iter()
                .map(|direction| direction.as_str())
                .collect(),
        );
        of(
            &CHANNELS,
            Channel::ALL.iter().map(|channel| channel.as_str()).collect(),
        );
    }

    #[test]
    fn reads_birthdays_with_and_without_a_year() {
        let (month, day) = (3, 7);
        let year = Some(1985);
        assert_eq!(birthday("1985-03-07"), Ok(Birthday { year, month, day }));
        for text in ["03-07", "--03-07", "3-7"] {
            assert_eq!(
                birthday(text),
                Ok(Birthday {
                    year: None,
                    month,
                    day
                })
            );
        }
        for text in ["", "1985", "7.3.1985", "1985-03", "1985-03-07-01", "x-y"] {
            assert!(text == "1985-03" || birthday(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_linked_contact_person_is_a_client_and_perhaps_a_role() {
        let id = Uuid::from_u128(7);
        assert_eq!(linked(&id.to_string()), Ok((id, None)));
        assert_eq!(linked(&format!("{id}= a=b ")), Ok((id, Some("a=b".to_owned()))));
        assert!(linked("Анна=майка").is_err() && linked("").is_err());
    }

    #[test]
    fn a_messenger_name_keeps_its_own_colons() {
        let read = messenger("Telegram:@anna:bg").unwrap();
        assert_eq!(
            (read.service.as_str(), read.handle.as_str()),
            ("Telegram", "@anna:bg")
        );
        assert!(messenger("Viber").is_err() && messenger(":x").is_err() && messenger("x:").is_err());
    }
}
