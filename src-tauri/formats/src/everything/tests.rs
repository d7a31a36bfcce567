//! The document out and back, and what is refused of it.

use clientele_model::record::{self, CLIENTS, CONTACTS, Record};
use clientele_model::{ErrorCode, RowId, Timestamp, Value};

use super::*;

type Rows = Vec<(&'static str, RowId, Vec<(&'static str, Value)>)>;

fn read_all(bytes: &[u8]) -> Result<(Rows, End), clientele_model::Refusal> {
    let mut rows = Rows::new();
    let end = read(bytes, &mut |said| {
        if let Said::Row {
            record, id, fields, ..
        } = said
        {
            rows.push((record.name, id, fields));
        }
        Ok(())
    })?;
    Ok((rows, end))
}

/// A row of which every field holds something: `text` in texts, `n` in numbers.
fn full(record: &'static Record, text: &str, n: i64) -> Vec<(record::Field, Value)> {
    let value = |field: record::Field| match field.empty() {
        Value::Text(_) => Value::from(text),
        Value::Int(_) => Value::Int(n),
        _ if field.takes(&Value::Int(n)) => Value::Int(n),
        _ => RowId::new().into(),
    };
    record.all_fields().map(|field| (field, value(field))).collect()
}

type Row = (&'static Record, RowId, Vec<(record::Field, Value)>);

fn document(rows: &[Row]) -> String {
    let mut writer = Writer::new(Vec::new(), "1.2.3", Timestamp(1_700_000_000_123)).unwrap();
    for record in entities() {
        writer.entity(record).unwrap();
        for (_, id, fields) in rows.iter().filter(|(of, ..)| of.name == record.name) {
            writer.row(*id, fields).unwrap();
        }
    }
    String::from_utf8(writer.finish("0a").unwrap()).unwrap()
}

#[test]
fn every_field_of_every_record_comes_back_as_it_was() {
    for text in [
        "Анна",
        "=1+1\u{0}\"\\\r\n\u{2028}\u{202E}😀",
        "null",
        "2024-01-02T03:04:05.000Z",
    ] {
        for n in [1, -1, 1_700_000_000_123, i64::MAX, i64::MIN, -62_167_219_200_001] {
            let rows: Vec<_> = entities()
                .map(|record| (record, RowId::new(), full(record, text, n)))
                .collect();
            let written = document(&rows);
            serde_json::from_str::<serde_json::Value>(&written).expect("JSON for every other program, too");
            assert!(is_one(written.as_bytes()));
            let (read, end) = read_all(written.as_bytes()).unwrap();
            assert_eq!(end.rows, rows.len() as u64);
            assert_eq!(end.digest.as_deref(), Some("0a"));
            for ((record, id, fields), (name, read_id, read)) in rows.iter().zip(read) {
                assert_eq!((record.name, *id), (name, read_id));
                let fields: Vec<_> = fields.iter().map(|(f, value)| (f.name, value.clone())).collect();
                assert_eq!(fields, read);
            }
        }
    }
}

#[test]
fn what_a_person_reads_there_is_readable() {
    let id: RowId = "01890000-0000-7000-8000-000000000001".parse().unwrap();
    let mut fields = full(&CONTACTS, "", 0);
    for (field, value) in &mut fields {
        match field.name {
            "client_id" => *value = id.into(),
            "at" => *value = Value::Int(1_700_000_000_123),
            _ => *value = field.empty(),
        }
    }
    let written = document(&[(&CONTACTS, id, fields)]);
    let row = format!("{{\"id\":\"{id}\",\"client_id\":\"{id}\",\"at\":\"2023-11-14T22:13:20.123Z\"}}");
    assert!(written.contains(&row), "{written}");
    assert!(written.contains("\"written_at\": \"2023-11-14T22:13:20.123Z\""));
    assert!(!written.contains("\"steps\""));
}

fn code(text: &str) -> ErrorCode {
    match read_all(text.as_bytes()) {
        Ok(_) => panic!("{text} was read"),
        Err(refusal) => refusal.code,
    }
}

#[test]
fn every_cut_is_noticed() {
    let written = document(&[(&CLIENTS, RowId::new(), full(&CLIENTS, "Анна", 5))]);
    // Behind the last bracket stands a line end, and nothing is missing without it.
    for end in (0..written.len() - 1).filter(|end| written.is_char_boundary(*end)) {
        assert_eq!(code(&written[..end]), ErrorCode::ImportExportBroken, "{end}");
    }
    assert!(read_all(written.trim_end().as_bytes()).is_ok());
    assert!(read_all(format!("\u{FEFF}{written}").as_bytes()).is_ok());
    assert_eq!(code(&format!("{written}{{}}")), ErrorCode::ImportExportBroken);
}

fn with_records(records: &str) -> String {
    format!(r#"{{"clientele":"everything","version":1,"records":{records}}}"#)
}

fn with_files(files: &str) -> String {
    format!(r#"{{"clientele":"everything","version":1,"records":{{}},"files":{files}}}"#)
}

#[test]
fn contents_of_files_come_back_piece_by_piece() {
    let content: Vec<u8> = (0..PIECE_BYTES_MAX + 5)
        .map(|n| u8::try_from(n % 251).unwrap())
        .collect();
    let ids = [RowId::new(), RowId::new()];
    let mut writer = Writer::new(Vec::new(), "1", Timestamp(0)).unwrap();
    for record in entities() {
        writer.entity(record).unwrap();
    }
    writer.file(ids[0], &content).unwrap();
    writer.file(ids[1], b"short").unwrap();
    let written = writer.finish("0a").unwrap();
    serde_json::from_slice::<serde_json::Value>(&written).expect("JSON for every other program, too");
    let mut pieces = Vec::new();
    let end = read(written.as_slice(), &mut |said| {
        if let Said::Piece {
            attachment, n, piece, ..
        } = said
        {
            pieces.push((attachment, n, piece));
        }
        Ok(())
    });
    assert_eq!(end.unwrap().rows, 0);
    let (first, rest) = content.split_at(PIECE_BYTES_MAX);
    let expected = [
        (ids[0], 0, first),
        (ids[0], 1, rest),
        (ids[1], 0, b"short".as_slice()),
    ];
    assert_eq!(pieces, expected.map(|(id, n, piece)| (id, n, piece.to_vec())));
}

#[test]
fn a_content_that_is_not_there_is_named_with_why() {
    let ids = [RowId::new(), RowId::new(), RowId::new()];
    let mut writer = Writer::new(Vec::new(), "1", Timestamp(0)).unwrap();
    for record in entities() {
        writer.entity(record).unwrap();
    }
    writer.missing_file(ids[0], Missing::Elsewhere).unwrap();
    writer.file(ids[1], b"short").unwrap();
    writer.missing_file(ids[2], Missing::Damaged).unwrap();
    let written = writer.finish("0a").unwrap();
    serde_json::from_slice::<serde_json::Value>(&written).expect("JSON for every other program, too");
    let mut missing = Vec::new();
    read(written.as_slice(), &mut |said| {
        if let Said::Missing { attachment, why, .. } = said {
            missing.push((attachment, why));
        }
        Ok(())
    })
    .unwrap();
    assert_eq!(
        missing,
        [(ids[0], Missing::Elsewhere), (ids[2], Missing::Damaged)]
    );
    let id = ids[0];
    for (file, refused) in [
        (format!(r#"{{"attachment":"{id}","missing":"elsewhere"}}"#), None),
        (
            format!(r#"{{"attachment":"{id}","missing":"stolen"}}"#),
            Some(ErrorCode::ImportExportNewer),
        ),
        (
            format!(r#"{{"missing":"damaged","attachment":"{id}"}}"#),
            Some(ErrorCode::ImportExportBroken),
        ),
        (
            format!(r#"{{"attachment":"{id}","pieces":["AA=="],"missing":"damaged"}}"#),
            Some(ErrorCode::ImportExportBroken),
        ),
        (
            format!(r#"{{"attachment":"{id}"}}"#),
            Some(ErrorCode::ImportExportBroken),
        ),
    ] {
        let read = read_all(with_files(&format!("[{file}]")).as_bytes());
        assert_eq!(read.err().map(|refusal| refusal.code), refused, "{file}");
    }
}

fn with_client(fields: &str) -> String {
    with_records(&format!(
        r#"{{"clients":[{{"id":"01890000-0000-7000-8000-000000000001"{fields}}}]}}"#
    ))
}

#[test]
fn hostile_documents_are_refused() {
    assert!(read_all(with_client("").as_bytes()).is_ok());
    let deep = "[".repeat(100_000);
    let deep_map = r#"{"a":"#.repeat(100_000);
    let long = "x".repeat(clientele_model::text::FIELD_BYTES_MAX + 1);
    let broken = [
        String::new(),
        "[]".into(),
        "null".into(),
        deep.clone(),
        r#"{"version":1,"clientele":"everything","records":{}}"#.into(),
        r#"{"clientele":"everything","records":{},"version":1}"#.into(),
        r#"{"clientele":"something","version":1,"records":{}}"#.into(),
        r#"{"clientele":"everything","version":1}"#.into(),
        r#"{"clientele":"everything","version":-1,"records":{}}"#.into(),
        r#"{"clientele":"everything","version":1,"records":{},"records":{}}"#.into(),
        r#"{"clientele":"everything","version":1,"records":{},"rows":1}"#.into(),
        with_files("{}"),
        with_files(r#"[{}]"#),
        with_files(r#"[{"attachment":"x","pieces":[]}]"#),
        with_files(r#"[{"pieces":[]}]"#),
        with_files(r#"[{"attachment":"01890000-0000-7000-8000-000000000001"}]"#),
        with_files(r#"[{"attachment":"01890000-0000-7000-8000-000000000001","pieces":["!"]}]"#),
        with_files(r#"[{"attachment":"01890000-0000-7000-8000-000000000001","pieces":[""]}]"#),
        with_files(r#"[{"attachment":"01890000-0000-7000-8000-000000000001","pieces":[],"pieces":[]}]"#),
        with_files(&format!(
            r#"[{{"attachment":"01890000-0000-7000-8000-000000000001","pieces":["{}"]}}]"#,
            "AAAA".repeat(PIECE_BYTES_MAX / 3 + 1)
        )),
        r#"{"clientele":"everything","version":1,"files":[],"records":{}}"#.into(),
        with_records("[]"),
        with_records(&deep),
        with_records(r#"{"clients":{}}"#),
        with_records(r#"{"clients":[],"clients":[]}"#),
        with_records(r#"{"clients":[[]]}"#),
        with_records(r#"{"clients":[{}]}"#),
        with_records(r#"{"clients":[{"id":"x"}]}"#),
        with_records(r#"{"clients":[{"id":5}]}"#),
        with_client(r#","id":"01890000-0000-7000-8000-000000000001""#),
        with_client(r#","notes":"a","notes":"b""#),
        with_client(r#","notes":5"#),
        with_client(r#","notes":null"#),
        with_client(r#","notes":["a"]"#),
        with_client(r#","notes":{"hex":"00"}"#),
        with_client(r#","notes":{"hex":"0"}"#),
        with_client(r#","notes":{"other":"00"}"#),
        with_client(&format!(r#","notes":{deep}"#)),
        with_client(&format!(r#","notes":{deep_map}"#)),
        with_client(&format!(r#","notes":"{long}""#)),
        with_client(r#","notes":"\ud800""#),
        with_client(r#","created_at":"yesterday""#),
        with_client(r#","created_at":1.5"#),
        with_client(r#","created_at":99999999999999999999"#),
        with_client(r#","merged_into":"nobody""#),
        with_client(r#","deleted_at":"2024-13-01T00:00:00Z""#),
    ];
    for text in broken {
        let shown: String = text.chars().take(160).collect();
        assert_eq!(code(&text), ErrorCode::ImportExportBroken, "{shown}");
    }
    let bytes = [with_client(",\"notes\":\"").as_bytes(), b"\xFF\xFE\"}]}}"].concat();
    assert_eq!(read_all(&bytes).unwrap_err().code, ErrorCode::ImportExportBroken);
}

#[test]
fn what_only_a_newer_version_knows_is_refused_by_name() {
    for (text, named) in [
        (
            r#"{"clientele":"everything","version":2,"records":5}"#.into(),
            "version 2",
        ),
        (with_records(r#"{"steps":[]}"#), "steps"),
        (with_records(r#"{"robots":[{"id":"x"}]}"#), "robots"),
        (with_client(r#","shoe_size":{"eu":[42]}"#), "clients.shoe_size"),
        (
            r#"{"clientele":"everything","version":1,"records":{},"files":[{"name":"a"}]}"#.into(),
            "files.name",
        ),
        (
            r#"{"clientele":"everything","version":1,"records":{},"history":[]}"#.into(),
            "history",
        ),
    ] {
        let refusal = read_all(String::as_bytes(&text)).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::ImportExportNewer, "{text}");
        assert_eq!(refusal.params["detail"], named);
    }
    assert!(read_all(with_records("{}").as_bytes()).is_ok());
    let empty = r#"{"clientele":"everything","version":1,"records":{},"files":[],"rows":0}"#;
    assert!(read_all(empty.as_bytes()).is_ok());
}

/// Letters without an end, after a beginning.
struct Endless(std::io::Cursor<Vec<u8>>, u64);

impl std::io::Read for Endless {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let read = self.0.read(buffer)?;
        if read == 0 {
            buffer.fill(b'x');
            self.1 += buffer.len() as u64;
            return Ok(buffer.len());
        }
        Ok(read)
    }
}

#[test]
fn no_row_takes_the_memory_of_this_process() {
    for begins in [
        r#"{""#.to_owned(),
        r#"{"clientele":""#.into(),
        r#"{"clientele":"everything","version":1,"program":""#.into(),
        with_client(",\"notes\":\"").trim_end_matches("}]}}").to_owned(),
        with_client(",\"").trim_end_matches("}]}}").to_owned(),
    ] {
        let mut endless = Endless(std::io::Cursor::new(begins.clone().into_bytes()), 0);
        let refusal = read(&mut endless, &mut |_| Ok(())).unwrap_err();
        assert_eq!(refusal.code, ErrorCode::ImportExportBroken, "{begins}");
        assert!(refusal.params["detail"].contains("more than"), "{refusal}");
        assert!(endless.1 <= ROW_BYTES_MAX + 1024 * 1024);
    }
}

#[test]
fn what_the_listener_refuses_ends_the_reading() {
    let written = document(&[(&CLIENTS, RowId::new(), full(&CLIENTS, "Анна", 5))]);
    let refused = read(written.as_bytes(), &mut |said| match said {
        Said::Head(head) => {
            assert_eq!((head.version, head.program.as_str()), (VERSION, "1.2.3"));
            Ok(())
        }
        Said::Row { .. } | Said::Piece { .. } | Said::Missing { .. } => {
            Err(ErrorCode::ImportCancelled.into())
        }
    });
    assert_eq!(refused.unwrap_err().code, ErrorCode::ImportCancelled);
}
