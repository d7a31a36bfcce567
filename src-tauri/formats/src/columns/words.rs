//! Looking up the words that head columns; the words themselves stand in `words.txt`.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::Error;

use crate::Column;

const WORDS: &str = include_str!("words.txt");

/// What a header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// One thing.
    Is(Column),
    /// "Name": a whole name, or the part of it that no other column holds.
    Name,
    /// "Birth day": a whole date, or a day of the month where month and year stand elsewhere.
    BirthDay,
}

/// Words that settle the matter wherever they stand in a header; those with a star by their beginning.
const STEMS: &[(Column, &str)] = &[
    (
        Column::Email,
        "email mail имейл имейлъ мейл емейл почта почты поща mailadresse",
    ),
    (
        Column::Birthday,
        "рожден* раждан* birthday birthdate geburt* naissance nacimiento",
    ),
    (
        Column::Phone,
        "телефон* тел моб мобил* сотовый gsm гсм phone phones phonenumber telephone telefon* tel mobile mobil \
         cell cellphone handy fax факс pager movil portable festnetz mobiltelefon telex isdn",
    ),
    (Column::Address, "address адрес* street адресс"),
];

/// Words that only say which of several columns of one meaning this is.
const QUALIFIERS: &str = "\
    home work business other private personal primary secondary main client customer клиента клиентки \
    домашний рабочий основной дополнительный личный домашен служебен основен личен privat geschaftlich value \
    your на company optional required line";

/// Words of a header that say what its column is, and not which one: all others make its label.
const GENERIC: &str = "\
    phone phones number value telephone tel telefon телефон телефоны тел номер телефона телефонен email e \
    mail address почта почты имейл поща эл ел электронная електронна адрес street city town state province region \
    postal post code zip zipcode postcode country po box line город град улица индекс почтовый пощенски код \
    страна държава область област регион клиента клиент клиентки на client customer of no nr s name i и дом \
    strasse stadt ort plz land adresse rue ville pays telefonnummer nummer formatted extended label type \
    контактный";

/// What this header (folded, see [`super::fold_header`]) says, if it is known.
pub(crate) fn meaning(folded: &str) -> Option<Meaning> {
    if folded.is_empty() || folded.len() > 120 {
        return None;
    }
    let dictionary = dictionary();
    if let Some(meaning) = dictionary.get(folded) {
        return Some(*meaning);
    }
    let words: Vec<&str> = folded.split(' ').collect();
    let plain: Vec<&str> = words
        .iter()
        .copied()
        .filter(|word| !is_among(word, QUALIFIERS))
        .collect();
    if let Some(meaning) = dictionary.get(plain.join(" ").as_str()) {
        return Some(*meaning);
    }
    if words.len() > 6 {
        return None;
    }
    let e_mail = words.windows(2).any(|pair| pair == ["e", "mail"]);
    let settles = |stems: &str| {
        stems
            .split(' ')
            .any(|stem| words.iter().any(|word| begins(word, stem)))
    };
    STEMS
        .iter()
        .find(|(_, stems)| settles(stems))
        .map(|(column, _)| *column)
        .or(e_mail.then_some(Column::Email))
        .map(Meaning::Is)
}

fn begins(word: &str, stem: &str) -> bool {
    match stem.strip_suffix('*') {
        Some(stem) => word.starts_with(stem),
        None => word == stem,
    }
}

fn is_among(word: &str, words: &str) -> bool {
    words.split(' ').any(|other| other == word)
}

fn dictionary() -> &'static HashMap<&'static str, Meaning> {
    static DICTIONARY: OnceLock<HashMap<&'static str, Meaning>> = OnceLock::new();
    DICTIONARY.get_or_init(|| {
        let mut meaning = None;
        let mut words = HashMap::new();
        for line in WORDS.lines().filter(|line| !line.starts_with('#')) {
            if let Some(section) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                meaning = section_meaning(section);
            } else if let Some(meaning) = meaning {
                words.extend(line.split(" | ").map(|word| (word, meaning)));
            }
        }
        words
    })
}

/// The meaning of a section of the word list: the name of a column, as it crosses to the window.
fn section_meaning(section: &str) -> Option<Meaning> {
    match section {
        "name" => Some(Meaning::Name),
        "birth_day_or_date" => Some(Meaning::BirthDay),
        column => {
            let name: serde::de::value::StrDeserializer<'_, Error> = column.into_deserializer();
            Column::deserialize(name).ok().map(Meaning::Is)
        }
    }
}

/// The messenger that a header names, as its own people write it.
pub(crate) fn messenger(folded: &str) -> Option<&'static str> {
    const SERVICES: &[(&str, &[&str])] = &[
        ("Viber", &["viber", "вайбер"]),
        ("WhatsApp", &["whatsapp", "ватсап", "вотсап"]),
        ("Telegram", &["telegram", "телеграм", "телеграмм"]),
        ("Skype", &["skype", "скайп"]),
        ("Signal", &["signal"]),
        ("Instagram", &["instagram", "инстаграм"]),
        ("Facebook", &["facebook", "фейсбук", "messenger"]),
        ("VK", &["vk", "вк", "вконтакте"]),
        ("ICQ", &["icq"]),
        ("AIM", &["aim"]),
        ("MSN", &["msn"]),
        ("Jabber", &["jabber"]),
        ("WeChat", &["wechat"]),
        ("TikTok", &["tiktok"]),
    ];
    let mut words = folded.split(' ');
    words.find_map(|word| {
        SERVICES
            .iter()
            .find(|(_, names)| names.contains(&word))
            .map(|(service, _)| *service)
    })
}

/// Does this word of a header say what its column is, and not which one?
pub(crate) fn is_generic(word: &str) -> bool {
    is_among(word, GENERIC)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_word_list_is_understood() {
        let mut sections = 0;
        for line in WORDS
            .lines()
            .filter(|line| !line.starts_with('#') && !line.is_empty())
        {
            match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(section) => {
                    assert!(section_meaning(section).is_some(), "[{section}]");
                    sections += 1;
                }
                None => {
                    for word in line.split(" | ") {
                        assert_eq!(word, crate::columns::fold_header(word), "not as it is looked up");
                        assert!(meaning(word).is_some(), "{word}");
                    }
                }
            }
        }
        assert!(sections > 30);
    }
}
