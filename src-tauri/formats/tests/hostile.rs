//! Files that mean harm: no hang, no memory beyond measure, and a reason for everything that is refused.

use std::ops::ControlFlow;
use std::time::{Duration, Instant};

use clientele_formats::{Column, FILE_BYTES_MAX, Header, Options, Parsed, RECORDS_MAX, parse};
use clientele_model::{ErrorCode, Refusal};

/// What a file of a megabyte may take where tests are not optimised and the machine is busy.
const PATIENCE: Duration = Duration::from_secs(20);

fn read_with(name: &str, bytes: &[u8], options: &Options) -> Result<Parsed, Refusal> {
    parse(name, bytes, options, "BG", &mut |_, _| ControlFlow::Continue(()))
}

fn read(name: &str, bytes: &[u8]) -> Result<Parsed, Refusal> {
    let started = Instant::now();
    let read = read_with(name, bytes, &Options::default());
    assert!(started.elapsed() < PATIENCE, "{name}: {:?}", started.elapsed());
    read
}

#[test]
fn large_files_take_time_in_proportion() {
    let big = 500_000;
    let cases: [(&str, String); 22] = [
        ("one-line.csv", "a".repeat(2 * big)),
        ("one-name.csv", format!("name\n{}", "a".repeat(2 * big))),
        ("quotes.csv", "\"".repeat(big)),
        ("quotes-below.csv", format!("name,phone\n{}", "\"".repeat(big))),
        ("unclosed.csv", format!("name,phone\n{}", "\"a".repeat(big))),
        (
            "unclosed-lines.csv",
            format!("name,phone\n{}", "\"a\n".repeat(big / 10)),
        ),
        ("quote-space.csv", format!("name,phone\n{}", "\" ".repeat(big))),
        ("columns.csv", ",".repeat(big)),
        ("columns-below.csv", format!("name,phone\n{}x", "x,".repeat(big))),
        ("returns.csv", format!("name\r{}a", "\r".repeat(big))),
        ("spaces.csv", format!("name\n{}\"", " ".repeat(big))),
        (
            "numbers.csv",
            format!("name,phone\nA,\"{}\"", "1234567,".repeat(big / 40)),
        ),
        (
            "wide.csv",
            format!(
                "{}\n{}",
                "name,phone,".repeat(2000),
                "a,1,".repeat(2000).repeat(20)
            ),
        ),
        (
            "wide-lines.csv",
            format!(
                "{}\n{}",
                "name,".repeat(4000),
                format!("{}\n", "a,".repeat(4000)).repeat(25)
            ),
        ),
        (
            "people.csv",
            format!(
                "{}\n{}",
                "name,spouse".to_owned() + &",spouse".repeat(2000),
                "a,b,".repeat(2000)
            ),
        ),
        ("begins.vcf", "BEGIN:VCARD\n".repeat(big / 10)),
        (
            "agents.vcf",
            format!("BEGIN:VCARD\n{}", "AGENT:\nBEGIN:VCARD\n".repeat(big / 20)),
        ),
        (
            "folds.vcf",
            format!("BEGIN:VCARD\nNOTE:{}x\nFN:a\nEND:VCARD", "\n ".repeat(big)),
        ),
        (
            "soft.vcf",
            format!(
                "BEGIN:VCARD\nNOTE;QUOTED-PRINTABLE:{}\nFN:a\nEND:VCARD",
                "=\n".repeat(big)
            ),
        ),
        (
            "returns.vcf",
            format!("BEGIN:VCARD\n{}FN:a\nEND:VCARD", "\r".repeat(big)),
        ),
        (
            "numbers.vcf",
            format!("BEGIN:VCARD\nFN:a\n{}END:VCARD", "TEL:1234567\n".repeat(big / 20)),
        ),
        (
            "parameters.vcf",
            format!("BEGIN:VCARD\nFN{}:a\nEND:VCARD", ";TYPE=a,b".repeat(big / 10)),
        ),
    ];
    for (name, text) in cases {
        let _ = read(name, text.as_bytes());
    }
}

#[test]
fn what_is_too_much_is_said_to_be() {
    let code = |name: &str, bytes: &[u8]| read(name, bytes).unwrap_err().code;
    assert_eq!(
        code("a.csv", &vec![b'a'; FILE_BYTES_MAX + 1]),
        ErrorCode::ImportTooLarge
    );
    assert_eq!(code("a.csv", ",".repeat(5000).as_bytes()), ErrorCode::TooMany);
    let rows = format!("name\n{}", "a\n".repeat(RECORDS_MAX as usize + 1));
    assert_eq!(code("a.csv", rows.as_bytes()), ErrorCode::ImportTooLarge);

    let parsed = read(
        "a.csv",
        format!("name,b\nАнна,1\n{}\nМария,2", "x,".repeat(5000)).as_bytes(),
    )
    .unwrap();
    assert_eq!((parsed.records.len(), parsed.refused.len()), (2, 1));
    assert_eq!(
        (parsed.refused[0].line, parsed.refused[0].refusal.code),
        (3, ErrorCode::TooMany)
    );
    let parsed = read(
        "a.csv",
        format!("name,b\n{},1\nМария,2", "x".repeat(300_000)).as_bytes(),
    )
    .unwrap();
    assert_eq!((parsed.records.len(), parsed.refused.len()), (1, 1));
    assert_eq!(parsed.refused[0].refusal.code, ErrorCode::TextTooLong);
    let emails: String = (0..101).map(|n| format!("a{n}@b.bg;")).collect();
    let parsed = read("a.csv", format!("name,email\nАнна,\"{emails}\"").as_bytes()).unwrap();
    assert_eq!(parsed.refused[0].refusal.code, ErrorCode::TooMany);
    assert_eq!(parsed.refused[0].refusal.params["field"], "emails");
}

#[test]
fn a_card_that_breaks_off_does_not_take_the_others_with_it() {
    let text = "BEGIN:VCARD\nFN:Анна Иванова\nEND:VCARD\nBEGIN:VCARD\nFN:Мария\nTEL:08\n\
                BEGIN:VCARD\nNOTE:nobody\nEND:VCARD\nBEGIN:VCARD\nFN:Елена\nEND:VCARD\nBEGIN:VCARD\nFN:Ив";
    let parsed = read("a.vcf", text.as_bytes()).unwrap();
    let names: Vec<_> = parsed
        .records
        .iter()
        .map(|r| (r.line, r.draft.display_name()))
        .collect();
    assert_eq!(names, [(1, "Анна Иванова".to_owned()), (10, "Елена".to_owned())]);
    let refused: Vec<_> = parsed.refused.iter().map(|r| (r.line, r.refusal.code)).collect();
    assert_eq!(
        refused,
        [
            (4, ErrorCode::ImportRowBroken),
            (7, ErrorCode::ImportRowEmpty),
            (13, ErrorCode::ImportRowBroken)
        ]
    );
}

#[test]
fn an_import_can_be_broken_off() {
    let rows = format!("name\n{}", "Анна\n".repeat(5000));
    let cards = "BEGIN:VCARD\nFN:Анна\nEND:VCARD\n".repeat(5000);
    for (name, text) in [("a.csv", rows), ("a.vcf", cards)] {
        let mut heard = 0;
        let mut last = 0;
        let refusal = parse(
            name,
            text.as_bytes(),
            &Options::default(),
            "",
            &mut |done, total| {
                assert!(done >= last && done <= total);
                (heard, last) = (heard + 1, done);
                if heard == 2 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert_eq!(refusal.unwrap_err().code, ErrorCode::ImportCancelled);
        assert_eq!(heard, 2);
    }
}

#[test]
fn nothing_is_guessed_where_the_user_has_spoken() {
    let text = "Анна|x;0888123456\nМария|y;0888123457\n";
    let options = Options {
        encoding: Some("utf-8".into()),
        sheet: None,
        delimiter: Some(";".into()),
        header: Header::None,
        columns: Some(vec![Column::Notes, Column::Phone]),
    };
    let parsed = read_with("a.csv", text.as_bytes(), &options).unwrap();
    assert_eq!(parsed.records[0].draft.notes, "Анна|x");
    assert_eq!(parsed.records[1].draft.phones[0].typed, "0888123457");
    for bad in [
        Options {
            encoding: Some("klingon".into()),
            ..Options::default()
        },
        Options {
            delimiter: Some("::".into()),
            ..Options::default()
        },
    ] {
        assert_eq!(
            read_with("a.csv", text.as_bytes(), &bad).unwrap_err().code,
            ErrorCode::BadRequest
        );
    }
}
