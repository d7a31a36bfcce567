//! Exports of known programs: recognised by their headers, and read by the program's own list of them.
//!
//! The words of a header say most of it; a program's list says the rest: that the column called `Улица` is the home
//! address because the others say which they are, and that two columns of one name follow each other.

use std::collections::HashMap;
use std::sync::OnceLock;

use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error, StrDeserializer};

use crate::{Column, Program};

const PROGRAMS: &str = include_str!("programs.txt");

/// The columns of a program's export in one language.
pub(crate) struct Export {
    program: Program,
    signs: Vec<String>,
    columns: HashMap<String, Meaning>,
}

struct Meaning {
    column: Column,
    /// The label of what is read there, or of each of several columns of this name.
    labels: Vec<String>,
}

/// What a header means in a program's export.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Known<'e> {
    pub(crate) column: Column,
    /// The label of what is read there, where the program's list has one.
    pub(crate) label: Option<&'e str>,
}

impl Export {
    /// What each header means, as far as the list says.
    pub(crate) fn columns(&self, headers: &[String]) -> Vec<Option<Known<'_>>> {
        let mut seen: HashMap<&String, usize> = HashMap::new();
        headers
            .iter()
            .map(|header| {
                let (header, meaning) = self.columns.get_key_value(&plain(header))?;
                let times = seen.entry(header).or_default();
                let label = meaning.labels.get(*times).or(meaning.labels.last());
                *times += 1;
                Some(Known {
                    column: meaning.column,
                    label: label.map(String::as_str),
                })
            })
            .collect()
    }
}

/// The program whose export has these headers, and what it says of them beyond their words.
pub(crate) fn recognise(headers: &[String]) -> Option<(Program, Option<&'static Export>)> {
    let plain: Vec<String> = headers.iter().map(|header| self::plain(header)).collect();
    let has = |sign: &String| plain.contains(sign);
    // Google numbers its columns, and its old and its new headers do so alike.
    if headers.iter().any(|header| header.ends_with(" 1 - Value"))
        && ["given name", "first name", "name"]
            .iter()
            .any(|name| plain.iter().any(|header| header == name))
    {
        return Some((Program::Google, None));
    }
    let export = exports().iter().find(|export| export.signs.iter().all(has))?;
    Some((export.program, Some(export)))
}

/// A header without what an export or a spreadsheet changes about it.
fn plain(header: &str) -> String {
    header
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

fn exports() -> &'static [Export] {
    static EXPORTS: OnceLock<Vec<Export>> = OnceLock::new();
    EXPORTS.get_or_init(|| {
        let mut exports: Vec<Export> = Vec::new();
        for line in PROGRAMS.lines().filter(|line| !line.starts_with('#')) {
            if let Some(name) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                exports.extend(by_name(name).map(|program| Export {
                    program,
                    signs: Vec::new(),
                    columns: HashMap::new(),
                }));
            } else if let (Some((meaning, headers)), Some(export)) =
                (line.split_once(" = "), exports.last_mut())
            {
                let headers = headers.split(" | ").map(plain);
                let mut parts = meaning.split(" @");
                let column = parts.next().unwrap_or_default();
                let labels: Vec<String> = parts.map(str::to_owned).collect();
                match by_name(column) {
                    _ if column == "sign" => export.signs.extend(headers),
                    Some(column) => export.columns.extend(headers.map(|header| {
                        let labels = labels.clone();
                        (header, Meaning { column, labels })
                    })),
                    None => {}
                }
            }
        }
        exports
    })
}

/// A program or a column by the name under which it crosses to the window.
fn by_name<'n, T: Deserialize<'n>>(name: &'n str) -> Option<T> {
    let name: StrDeserializer<'n, Error> = name.into_deserializer();
    T::deserialize(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_of_the_list_is_understood() {
        let mut lines = 0;
        for line in PROGRAMS
            .lines()
            .filter(|line| !line.is_empty() && !line.starts_with('#'))
        {
            let known = match line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                Some(name) => by_name::<Program>(name).is_some(),
                None => line.split_once(" = ").is_some_and(|(meaning, _)| {
                    let column = meaning.split(" @").next().unwrap_or_default();
                    column == "sign" || by_name::<Column>(column).is_some()
                }),
            };
            assert!(known, "{line}");
            lines += 1;
        }
        assert!(lines > 100);
        assert_eq!(exports().len(), 6);
        assert!(exports().iter().all(|export| export.signs.len() >= 5));
    }

    fn headers(line: &str) -> Vec<String> {
        line.split(" | ").map(str::to_owned).collect()
    }

    #[test]
    fn programs_are_known_by_their_headers() {
        for (line, program) in [
            (
                "Name | Given Name | E-mail 1 - Type | E-mail 1 - Value",
                Some(Program::Google),
            ),
            (
                "First Name | Last Name | Labels | Phone 1 - Label | Phone 1 - Value",
                Some(Program::Google),
            ),
            (
                "First Name | Last Name | E-mail Address | Home Phone | Business Phone",
                Some(Program::Outlook),
            ),
            (
                "Имя | Фамилия | Домашний телефон | Рабочий телефон | Адрес эл. почты",
                Some(Program::Outlook),
            ),
            (
                "Собствено име | Фамилно име | Служебен телефон | Домашен телефон | Имейл  адрес",
                Some(Program::Outlook),
            ),
            (
                "First Name | Last Name | Display Name | Primary Email | Secondary Email",
                Some(Program::Thunderbird),
            ),
            ("Имя | Фамилия | Телефон | Адрес эл. почты", None),
            ("First Name | Last Name | Phone | E-mail", None),
            ("", None),
        ] {
            assert_eq!(
                recognise(&headers(line)).map(|(program, _)| program),
                program,
                "{line}"
            );
        }
    }

    #[test]
    fn two_columns_of_one_name_follow_each_other() {
        let headers = headers(
            "Име | Фамилия | Показвано име | Основна е-поща | Допълнителна е-поща | Област | Служебен адрес | Област",
        );
        let (_, export) = recognise(&headers).unwrap();
        let known = export.unwrap().columns(&headers);
        let region = |label| {
            Some(Known {
                column: Column::Region,
                label: Some(label),
            })
        };
        assert_eq!(known[5], region("Домашен"));
        assert_eq!(known[7], region("Служебен"));
    }
}
