//! Broken files of every sort: no panic, and nothing said of them that is not so.

use std::ops::ControlFlow;
use std::path::Path;

use clientele_formats::{Column, Header, Options, Parsed, parse, preview, sniff};
use clientele_model::Refusal;
use proptest::collection::vec;
use proptest::prelude::*;

mod common;
use common::seeded;

fn read(name: &str, bytes: &[u8]) -> Result<Parsed, Refusal> {
    read_with(name, bytes, &Options::default())
}

fn read_with(name: &str, bytes: &[u8], options: &Options) -> Result<Parsed, Refusal> {
    parse(name, bytes, options, "BG", &mut |_, _| ControlFlow::Continue(()))
}

/// Every line that is spoken of is in the file, and every draft is somebody.
fn check(bytes: &[u8], read: Result<Parsed, Refusal>) {
    let Ok(parsed) = read else { return };
    let lines = bytes.iter().filter(|b| matches!(b, b'\n' | b'\r')).count() as u64 + 1;
    let spoken_of = parsed
        .records
        .iter()
        .map(|r| r.line)
        .chain(parsed.refused.iter().map(|r| r.line));
    for line in spoken_of {
        assert!((1..=lines).contains(&line), "line {line} of {lines}");
    }
    assert!(
        parsed
            .records
            .iter()
            .all(|record| !record.draft.display_name().is_empty())
    );
    // The card of a book may hold a phone of words alone, and comes back from its own file as it was.
    if !bytes.windows(OWN.len()).any(|piece| piece == OWN.as_bytes()) {
        let mut phones = parsed.records.iter().flat_map(|r| &r.draft.phones);
        assert!(phones.all(|phone| phone.typed.contains(char::is_numeric)));
    }
}

/// What a file that a book wrote says of itself.
const OWN: &str = "PRODID:-//Clientele//";

/// Pieces that tables and cards are made of, and pieces that break them.
const PIECES: &[&str] = &[
    "name",
    "Имя",
    "phone",
    "E-mail",
    "Дата рождения",
    "given_name",
    "patronymic",
    "family_name",
    "phone_1",
    ",",
    ";",
    "\t",
    "|",
    "\"",
    "\"\"",
    "\n",
    "\r\n",
    "\r",
    " ",
    "'",
    "=",
    "sep=;",
    "Анна",
    "Петровна",
    "Иванова",
    "0888 123 456",
    "anna@example.bg",
    "01.02.1980",
    "12/31/1980",
    "29301",
    "BEGIN:VCARD",
    "END:VCARD",
    "VERSION:4.0",
    "N:",
    "FN:",
    "TEL;TYPE=cell:",
    "item1.",
    "X-ABLabel:",
    "NOTE;ENCODING=QUOTED-PRINTABLE:",
    "=C3=91",
    "=\n",
    ";CHARSET=",
    "windows-1251",
    "ADR:;;",
    "PRODID:-//Clientele//EN",
    "IMPP;X-SERVICE-TYPE=\"",
    "AGENT:\n",
    "BDAY:--0203",
    "\\",
    ":",
    "\u{0}",
    "\u{FEFF}",
    "\u{202E}",
    "😀",
    "- Type",
    "Phone 1 - Value",
    "10000000000000000000",
    "-",
    "+",
    ".",
];

fn pieces() -> impl Strategy<Value = String> {
    vec(proptest::sample::select(PIECES), 0..120).prop_map(|pieces| pieces.concat())
}

fn options() -> impl Strategy<Value = Options> {
    let encodings = [
        "utf-8",
        "windows-1251",
        "utf-16le",
        "utf-16be",
        "shift_jis",
        "iso-2022-jp",
        "x-user-defined",
    ];
    let columns = [
        Column::FullName,
        Column::Phone,
        Column::Email,
        Column::Birthday,
        Column::Tags,
        Column::AddressWhole,
        Column::City,
        Column::ContactPersonName,
        Column::ContactPersonPhone,
        Column::BirthMonth,
        Column::Extra,
        Column::PhoneLabel,
    ];
    (
        proptest::option::of(proptest::sample::select(encodings.to_vec()).prop_map(str::to_owned)),
        proptest::option::of(
            proptest::sample::select(vec![",", ";", "\t", "|", "", "x"]).prop_map(str::to_owned),
        ),
        prop_oneof![
            Just(Header::Guess),
            Just(Header::None),
            (0..400_usize).prop_map(Header::Row)
        ],
        proptest::option::of(vec(proptest::sample::select(columns.to_vec()), 0..8)),
    )
        .prop_map(|(encoding, delimiter, header, columns)| Options {
            encoding,
            delimiter,
            sheet: None,
            header,
            columns,
        })
}

proptest! {
    #![proptest_config(seeded(400))]

    #[test]
    fn any_bytes(bytes in vec(any::<u8>(), 0..2000), name in prop_oneof!["a\\.csv", "a\\.vcf", ".{0,9}"]) {
        let _ = sniff(&name, &bytes);
        let _ = preview(&name, &bytes, &Options::default(), &name);
        check(&bytes, read(&name, &bytes));
    }

    #[test]
    fn any_table(text in pieces(), options in options()) {
        let _ = preview("a.csv", text.as_bytes(), &options, "RU");
        let _ = read_with("a.csv", text.as_bytes(), &options);
        check(text.as_bytes(), read("a.csv", text.as_bytes()));
    }

    #[test]
    fn any_cards(text in pieces(), options in options()) {
        let text = format!("BEGIN:VCARD\n{text}\nEND:VCARD");
        let _ = read_with("a.vcf", text.as_bytes(), &options);
        check(text.as_bytes(), read("a.vcf", text.as_bytes()));
    }

    #[test]
    fn real_files_with_damage(
        pick in any::<prop::sample::Index>(),
        damage in vec((any::<prop::sample::Index>(), any::<u8>(), 0..4_u8), 1..12),
    ) {
        let files = real_files();
        if files.is_empty() {
            println!("absent: the real files");
            return Ok(());
        }
        let (name, mut bytes) = files[pick.index(files.len())].clone();
        for (place, byte, how) in damage {
            if bytes.is_empty() {
                break;
            }
            let at = place.index(bytes.len());
            match how {
                0 => bytes[at] = byte,
                1 => bytes.truncate(at),
                2 => bytes.insert(at, byte),
                _ => bytes.extend_from_within(at..(at + 200).min(bytes.len())),
            }
        }
        let _ = read(&name, &bytes);
    }
}

/// All real files of up to 20 kB.
fn real_files() -> &'static [(String, Vec<u8>)] {
    static FILES: std::sync::OnceLock<Vec<(String, Vec<u8>)>> = std::sync::OnceLock::new();
    FILES.get_or_init(|| {
        let data = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data"));
        let folders = ["cards", "csv"].map(|folder| std::fs::read_dir(data.join(folder)));
        let paths = folders
            .into_iter()
            .flatten()
            .flatten()
            .flatten()
            .map(|entry| entry.path());
        let file = |path: std::path::PathBuf| {
            let name = path.file_name()?.to_string_lossy().into_owned();
            Some((name, std::fs::read(&path).ok()?))
        };
        paths
            .filter_map(file)
            .filter(|(_, bytes)| bytes.len() <= 20_000)
            .collect()
    })
}
