//! Workbooks through the api: good ones are read as any table, and whatever a hostile one does is a refusal.

use std::time::{Duration, Instant};

use clientele_api::types::{ClientSave, ImportConfigure, ImportRef, Nothing};
use clientele_api::{Api, reader};
use clientele_core::imports::Rules;
use clientele_formats::{Column, Format, Header, Options};
use clientele_model::{ClientDraft, ErrorCode};
use clientele_tests::workbooks::{
    Excel, Part, again, archive, calc, calc_ends, calc_xml, lying, sheet, sheet_ends, sheet_xml, strings,
};
use clientele_tests::{Machine, create, file_reader};

/// What is said of a hostile file; none where somebody was found in it.
fn refusal(api: &Api<Machine>, machine: &Machine, name: &str, bytes: &[u8]) -> Option<ErrorCode> {
    let path = machine.path(name);
    std::fs::write(&path, bytes).unwrap();
    let opened = api.import_open(&path);
    std::fs::remove_file(&path).unwrap();
    opened
        .map_or_else(Some, |preview| preview.problem)
        .map(|refusal| refusal.code)
}

fn sheet_of(what: &str, times: usize) -> Part {
    let (before, after) = sheet_ends();
    again(&before, what, times, after)
}

fn calc_of(what: &str, times: usize) -> Part {
    let (before, after) = calc_ends();
    again(&before, what, times, after)
}

/// A small file that asks for a cell at the end of the world.
fn far_corners() -> Vec<(String, Vec<u8>)> {
    let cell = |at: &str| format!(r#"<row><c r="A1"><v>1</v></c></row><row><c r="{at}"><v>2</v></c></row>"#);
    let places = [
        "XFD1048576",
        "XFD2",
        "A1048576",
        "ZZZ99999999",
        "A4294967295",
        "XFD4294967296",
    ];
    let mut files: Vec<_> = places
        .into_iter()
        .map(|at| {
            (
                format!("a cell at {at}"),
                Excel::new(&["a"]).rows(&cell(at)).bytes(),
            )
        })
        .collect();
    for dimension in ["A1:XFD1048576", "A1:ZZZZZZZ99999999999"] {
        let xml = sheet_xml(&cell("XFD1048576")).replace(
            "<sheetData>",
            &format!(r#"<dimension ref="{dimension}"/><sheetData>"#),
        );
        let workbook = Excel::new(&["a"]).with(&sheet(1), xml);
        files.push((format!("a dimension of {dimension}"), workbook.bytes()));
    }
    files
}

/// A table of strings that says it has more of them than it can.
fn false_counts() -> Vec<(String, Vec<u8>)> {
    let one = "<si><t>a</t></si>";
    let counted = [
        r#"uniqueCount="100000000""#,
        r#"uniqueCount="4294967295""#,
        r#"uniqueCount="9223372036854775807""#,
        r#"uniqueCount="18446744073709551615""#,
        r#"uniqueCount="99999999999999999999999999""#,
        r#"count="4294967295""#,
        "uniqueCount='4294967295'",
        r#"count="1" uniqueCount = " 4294967295 ""#,
    ];
    let mut files: Vec<_> = counted
        .into_iter()
        .map(|counts| {
            let workbook = Excel::new(&["a"]).with("xl/sharedStrings.xml", strings(counts, one));
            (format!("strings: {counts}"), workbook.bytes())
        })
        .collect();
    let many = strings(r#"uniqueCount="4294967295""#, &one.repeat(25_000));
    files.push((
        "strings: 25,000 that say 4 billion".into(),
        Excel::new(&["a"]).with("xl/sharedStrings.xml", many).bytes(),
    ));
    files
}

/// One text that never ends.
fn long_strings() -> Vec<(String, Vec<u8>)> {
    const LONG: usize = 48 * 1024 * 1024;
    let (before, after) = sheet_ends();
    let cell = format!("{before}<row><c t=\"inlineStr\"><is><t>");
    let shared = strings("uniqueCount=\"1\"", "<si><t>|</t></si>");
    let (open, close) = shared.split_once('|').unwrap();
    let workbook = |name: &str, part: Part| Excel::new(&["a"]).with(name, part).bytes();
    vec![
        (
            "one shared string".into(),
            workbook("xl/sharedStrings.xml", again(open, "a", LONG, close)),
        ),
        (
            "one string of little variety".into(),
            workbook(
                "xl/sharedStrings.xml",
                again(open, "Анна Иванова ", LONG / 24, close),
            ),
        ),
        (
            "one cell".into(),
            workbook(
                &sheet(1),
                again(&cell, "a", LONG, &format!("</t></is></c></row>{after}")),
            ),
        ),
        (
            "one attribute".into(),
            workbook(
                &sheet(1),
                again(
                    &format!("{before}<row spans=\""),
                    "a",
                    LONG,
                    &format!("\"/>{after}"),
                ),
            ),
        ),
        (
            "one remark".into(),
            workbook(
                &sheet(1),
                again(&format!("{before}<!--"), "a", LONG, &format!("-->{after}")),
            ),
        ),
        (
            "one name of a sheet".into(),
            workbook(
                "xl/workbook.xml",
                again(
                    "<workbook><sheets><sheet name=\"",
                    "a",
                    LONG,
                    "\"/></sheets></workbook>",
                ),
            ),
        ),
    ]
}

/// More of everything than anybody has.
fn many_of_everything() -> Vec<(String, Vec<u8>)> {
    let workbook = |name: &str, part: Part| Excel::new(&["a"]).with(name, part).bytes();
    let xfs = "<styleSheet><cellXfs>|</cellXfs></styleSheet>";
    let (open, close) = xfs.split_once('|').unwrap();
    vec![
        (
            "cells in a row".into(),
            workbook(&sheet(1), sheet_of("<c><v>1</v></c>", 20_000_000)),
        ),
        (
            "rows".into(),
            workbook(&sheet(1), sheet_of("<row><c><v>1</v></c></row>", 8_000_000)),
        ),
        ("rows beyond the last, within the ratio".into(), {
            let rows: String = (0..1_100_000)
                .map(|n| format!("<row><c><v>{n}</v></c></row>"))
                .collect();
            workbook(&sheet(1), sheet_xml(&rows).into())
        }),
        (
            "strings".into(),
            workbook(
                "xl/sharedStrings.xml",
                again("<sst>", "<si><t>a</t></si>", 12_000_000, "</sst>"),
            ),
        ),
        ("strings, within the ratio".into(), {
            let entries: String = (0..3_100_000_u32)
                .map(|n| format!("<si><t>{:x}</t></si>", n.wrapping_mul(2_654_435_761)))
                .collect();
            workbook("xl/sharedStrings.xml", strings("", &entries).into())
        }),
        (
            "formats".into(),
            workbook(
                "xl/styles.xml",
                again(open, "<xf numFmtId=\"14\"/>", 20_000_000, close),
            ),
        ),
    ]
}

/// Entities that are made of entities, or of somebody's files.
fn entities() -> Vec<(String, Vec<u8>)> {
    let mut laughs = String::from("<!DOCTYPE x [<!ENTITY a0 \"ha\">");
    for n in 1..30 {
        laughs += &format!("<!ENTITY a{n} \"&a{};&a{};\">", n - 1, n - 1);
    }
    laughs += "]>";
    let file = "<!DOCTYPE x [<!ENTITY a29 SYSTEM \"file:///etc/passwd\">]>";
    let net = "<!DOCTYPE x [<!ENTITY % p SYSTEM \"http://127.0.0.1:9/\"> %p; <!ENTITY a29 \"x\">]>";
    let cell = "<row><c t=\"inlineStr\"><is><t>&a29;</t></is></c></row>";
    let shared = strings("", "<si><t>&a29;</t></si>");
    let workbook = |name: &str, xml: String| Excel::new(&["a"]).with(name, xml).bytes();
    vec![
        (
            "laughs in a sheet".into(),
            workbook(&sheet(1), laughs.clone() + &sheet_xml(cell)),
        ),
        (
            "laughs in strings".into(),
            workbook("xl/sharedStrings.xml", laughs.clone() + &shared),
        ),
        (
            "laughs in the workbook".into(),
            workbook("xl/workbook.xml", laughs.clone() + "<workbook/>"),
        ),
        (
            "somebody's file in a sheet".into(),
            workbook(&sheet(1), file.to_owned() + &sheet_xml(cell)),
        ),
        (
            "the network in strings".into(),
            workbook("xl/sharedStrings.xml", net.to_owned() + &shared),
        ),
        (
            "laughs in a sheet of LibreOffice".into(),
            calc(laughs + &calc_xml("<table:table-row/>")),
        ),
        (
            "somebody's file in a sheet of LibreOffice".into(),
            calc(file.to_owned() + &calc_xml("<table:table-row/>")),
        ),
    ]
}

/// Archives that unpack to more than they are, or are none.
fn bombs() -> Vec<(String, Vec<u8>)> {
    let good = || Excel::new(&["a"]).texts(1, &[&["Name", "Phone"], &["Anna", "0888123456"]]);
    let zeros = |name: &str| good().with(name, again("", "\0", 512 * 1024 * 1024, "")).bytes();
    let parts: Vec<(String, Part)> = (0..20_000)
        .map(|n| (format!("xl/{n}.xml"), "<a/>".into()))
        .collect();
    let half = good().bytes();
    vec![
        ("zeros for a sheet".into(), zeros(&sheet(1))),
        ("zeros for a picture".into(), zeros("xl/media/image1.png")),
        (
            "a part that says 4 GB".into(),
            lying(good().bytes(), u32::MAX - 1),
        ),
        ("a part that says 3 bytes".into(), lying(good().bytes(), 3)),
        ("20,000 parts".into(), archive(&parts)),
        ("the first half of a file".into(), half[..half.len() / 2].to_vec()),
        (
            "a sign and nothing behind".into(),
            b"PK\x03\x04xl/workbook.xml".to_vec(),
        ),
        (
            "no workbook in it".into(),
            archive(&[("xl/x.xml".into(), "<a/>".into())]),
        ),
    ]
}

/// What nothing but the bound on memory ends.
const OUT_OF_MEMORY: &str = "a million rows of 90 cells";

/// What LibreOffice's own short forms can be made to say.
fn repetitions() -> Vec<(String, Vec<u8>)> {
    let row = |rows: &str, columns: &str| {
        calc(calc_xml(&format!(
            r#"<table:table-row table:number-rows-repeated="{rows}"><table:table-cell office:value-type="string" table:number-columns-repeated="{columns}"><text:p>a</text:p></table:table-cell></table:table-row>"#
        )))
    };
    let paragraph = "<table:table-row><table:table-cell office:value-type=\"string\"><text:p>";
    let (before, after) = calc_ends();
    vec![
        ("a million rows of 16,384 cells".into(), row("1048576", "16384")),
        (OUT_OF_MEMORY.into(), row("1048576", "90")),
        ("4 billion columns".into(), row("1", "4294967295")),
        (
            "more rows than there are numbers".into(),
            row("99999999999999999999999", "1"),
        ),
        ("4 billion spaces".into(), {
            calc(calc_xml(&format!(
                r#"{paragraph}a<text:s text:c="4000000000"/></text:p></table:table-cell></table:table-row>"#
            )))
        }),
        (
            "one paragraph".into(),
            calc(again(
                &format!("{before}{paragraph}"),
                "a",
                48 * 1024 * 1024,
                &format!("</text:p></table:table-cell></table:table-row>{after}"),
            )),
        ),
        (
            "rows of LibreOffice".into(),
            calc(calc_of(
                "<table:table-row><table:table-cell/></table:table-row>",
                8_000_000,
            )),
        ),
        (
            "tables in tables".into(),
            calc(calc_of("<table:table table:name=\"a\">", 200_000)),
        ),
    ]
}

/// Every hostile workbook is refused within five seconds and 256 MB, and the same session goes on as if nothing
/// had been.
#[test]
fn a_hostile_workbook_is_a_refusal_and_nothing_more() {
    const EACH_MAX: Duration = Duration::from_secs(5);
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let after = ClientDraft {
        given_name: "Анна".into(),
        ..ClientDraft::default()
    };
    let anna = ClientSave {
        id: None,
        before: None,
        after,
    };
    api.client_save(anna).unwrap();
    let kinds = [
        far_corners(),
        false_counts(),
        long_strings(),
        many_of_everything(),
        entities(),
        bombs(),
        repetitions(),
    ];
    let (mut tried, mut recognised, mut broke_down) = (0, 0, 0);
    for (what, bytes) in kinds.into_iter().flatten() {
        let name = if bytes.windows(12).any(|w| w == b"opendocument") {
            "a.ods"
        } else {
            "a.xlsx"
        };
        let started = Instant::now();
        let code = refusal(&api, &machine, name, &bytes);
        let took = started.elapsed();
        println!("{what}: {} bytes, {code:?}, {} ms", bytes.len(), took.as_millis());
        let code = code.unwrap_or_else(|| panic!("{what}: somebody was found"));
        let known = code.as_str().starts_with("import.") || code == ErrorCode::TooMany;
        assert!(known, "{what}: {code}");
        assert!(took < EACH_MAX, "{what}: {took:?}");
        assert_eq!(api.status(Nothing).unwrap().clients, 1, "{what}");
        tried += 1;
        recognised += u32::from(code == ErrorCode::ImportSuspicious);
        broke_down += u32::from(code == ErrorCode::ImportReaderFailed);
        if what == OUT_OF_MEMORY {
            assert_eq!(
                code,
                ErrorCode::ImportReaderFailed,
                "the bound on memory holds where nothing else does"
            );
        }
    }
    println!("{tried} tried, {recognised} recognised, over {broke_down} a reader broke down");
    assert!(tried >= 50, "{tried}");
    assert!(recognised >= 20, "{recognised}");
    #[cfg(target_os = "linux")]
    {
        use nix::sys::resource::{UsageWho, getrusage};
        let peak_kib = getrusage(UsageWho::RUSAGE_CHILDREN).unwrap().max_rss();
        println!("the largest reader took {} MB", peak_kib / 1024);
        assert!(peak_kib < 256 * 1024, "{peak_kib}");
    }
    // The same session reads an honest one.
    let honest = machine.path("клиенти.xlsx");
    let rows: &[&[&str]] = &[&["Име", "Телефон"], &["Борис Петров", "0888 123 456"]];
    std::fs::write(&honest, Excel::new(&["Лист1"]).texts(1, rows).bytes()).unwrap();
    let preview = api.import_open(&honest).unwrap();
    api.import_run(ImportRef { id: preview.id }).unwrap();
    assert_eq!(api.status(Nothing).unwrap().clients, 2);
    assert!(api.book_check(Nothing).unwrap().ok);
}

#[test]
fn a_workbook_is_read_as_any_table() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    // A phone that is a number, a birthday that is a date, a heading above the table, a coloured cell far out.
    let rows = r#"<row r="1"><c r="A1" t="inlineStr"><is><t>Клиенти на салона</t></is></c></row>
      <row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="s"><v>1</v></c><c r="C3" t="s"><v>2</v></c><c r="XFD3" s="1"/></row>
      <row r="4"><c r="A4" t="s"><v>3</v></c><c r="B4"><v>888123456</v></c><c r="C4" s="1"><v>29301</v></c></row>
      <row r="9"><c r="A9" t="s"><v>4</v></c><c r="B9" t="str"><v>02/987 65 43</v></c><c r="C9" s="1"><v>29302.5</v></c></row>"#;
    let entries = [
        "Име",
        "Телефон",
        "Рожден ден",
        "Анна Иванова",
        "Борис &amp; Ко ЕООД",
    ]
    .map(|text| format!("<si><t>{text}</t></si>"))
    .concat();
    let bytes = Excel::new(&["Първи", "Втори"])
        .rows(rows)
        .with("xl/sharedStrings.xml", strings("uniqueCount=\"5\"", &entries))
        .texts(2, &[&["Name", "E-mail"], &["Clara", "clara@example.com"]])
        .bytes();
    let path = machine.path("клиенти.xlsx");
    std::fs::write(&path, bytes).unwrap();
    let preview = api.import_open(&path).unwrap();
    assert_eq!(
        (preview.format, preview.problem, preview.created),
        (Format::Xlsx, None, 2)
    );
    let table = preview.table.unwrap();
    assert_eq!(
        (table.sheets, table.sheet),
        (vec!["Първи".into(), "Втори".into()], Some(0))
    );
    assert_eq!((table.header_row, table.rows), (Some(2), 2));
    assert_eq!(table.columns, [Column::FullName, Column::Phone, Column::Birthday]);
    assert_eq!(table.samples[0], ["Анна Иванова", "888123456", "1980-03-21"]);
    let lines: Vec<u64> = preview.samples.iter().map(|sample| sample.line).collect();
    assert_eq!(lines, [4, 9], "a line is a row of the sheet");
    api.import_run(ImportRef { id: preview.id }).unwrap();
    let found = api
        .clients_list(clientele_core::clients::ClientsList {
            limit: 10,
            ..Default::default()
        })
        .unwrap();
    let anna = found.rows.iter().find(|row| row.name.contains("Анна")).unwrap();
    let card = api
        .client_get(clientele_api::types::ClientRef { id: anna.id })
        .unwrap()
        .draft;
    assert_eq!(card.phones[0].e164, "+359888123456");
    assert_eq!(
        card.birthday.map(|b| (b.year, b.month, b.day)),
        Some((Some(1980), 3, 21))
    );

    // The other sheet, and what is wrong about a third.
    let preview = api.import_open(&path).unwrap();
    let configure = |sheet, header| {
        api.import_configure(ImportConfigure {
            id: preview.id.clone(),
            options: Options {
                sheet: Some(sheet),
                header,
                ..Options::default()
            },
            rules: Rules::default(),
        })
    };
    let second = configure(1, Header::Guess).unwrap();
    assert_eq!(second.table.unwrap().columns, [Column::FullName, Column::Email]);
    assert_eq!(second.created, 1);
    let unheaded = configure(1, Header::None).unwrap();
    assert_eq!((unheaded.table.unwrap().rows, unheaded.created), (2, 0));
    assert_eq!(
        unheaded.problem.map(|problem| problem.code),
        Some(ErrorCode::ImportNoUsefulColumn)
    );
    assert_eq!(
        configure(2, Header::Guess).unwrap_err().code,
        ErrorCode::BadRequest
    );
}

#[test]
fn a_workbook_of_libreoffice_is_read_too() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let cell = |text: &str| {
        format!(r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#)
    };
    let rows = format!(
        r#"<table:table-row>{}{}{}</table:table-row><table:table-row>{}<table:table-cell office:value-type="date" office:date-value="1980-03-21"><text:p>21.03.80</text:p></table:table-cell><table:table-cell office:value-type="float" office:value="79161234567"><text:p>7,92E+10</text:p></table:table-cell></table:table-row><table:table-row table:number-rows-repeated="1048570"><table:table-cell table:number-columns-repeated="16384"/></table:table-row>"#,
        cell("ФИО"),
        cell("Дата рождения"),
        cell("Телефон"),
        cell("Морозова Светлана Ивановна"),
    );
    let path = machine.path("клиенты.ods");
    std::fs::write(&path, calc(calc_xml(&rows))).unwrap();
    let preview = api.import_open(&path).unwrap();
    assert_eq!((preview.format, preview.created), (Format::Ods, 1));
    let table = preview.table.unwrap();
    assert_eq!(table.columns, [Column::FullName, Column::Birthday, Column::Phone]);
    assert_eq!(
        table.samples,
        [["Морозова Светлана Ивановна", "1980-03-21", "79161234567"]]
    );
    assert_eq!(preview.samples[0].line, 2);
}

/// Twenty thousand rows go through in one piece, and the reader never holds them.
#[test]
fn a_large_sheet_comes_in_as_a_stream() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let mut rows = String::from(
        "<row><c t=\"inlineStr\"><is><t>Name</t></is></c><c t=\"inlineStr\"><is><t>Phone</t></is></c></row>",
    );
    for n in 0..20_000 {
        rows += &format!(
            "<row><c t=\"inlineStr\"><is><t>Client {n}</t></is></c><c><v>{}</v></c></row>",
            359_880_000_000_u64 + n
        );
    }
    let path = machine.path("large.xlsx");
    std::fs::write(&path, Excel::new(&["a"]).rows(&rows).bytes()).unwrap();
    let preview = api.import_open(&path).unwrap();
    assert_eq!((preview.created, preview.refused_total), (20_000, 0));
}

/// A reader that hangs, dies, or talks nonsense is noticed, told, and gone.
#[cfg(unix)]
#[test]
fn a_reader_that_goes_wrong_takes_nobody_with_it() {
    use std::os::unix::fs::PermissionsExt;
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let path = machine.path("a.csv");
    std::fs::write(&path, "Name,Phone\nAnna,0888123456\n").unwrap();
    for (script, code) in [
        ("kill -9 $$", ErrorCode::ImportReaderFailed),
        ("exit 0", ErrorCode::ImportReaderFailed),
        ("exec head -c 100000 /dev/zero", ErrorCode::ImportReaderFailed),
        ("exec head -c 100000 /dev/urandom", ErrorCode::ImportReaderFailed),
        ("exec yes", ErrorCode::ImportReaderFailed),
        ("exec sleep 600", ErrorCode::ImportReaderSlow),
    ] {
        let program = machine.path("reader.sh");
        std::fs::write(&program, format!("#!/bin/sh\n{script}\n")).unwrap();
        std::fs::set_permissions(&program, std::fs::Permissions::from_mode(0o700)).unwrap();
        machine.set_reader(program);
        let started = Instant::now();
        let refused = api.import_open(&path).unwrap_err();
        assert_eq!(refused.code, code, "{script}");
        assert!(started.elapsed() < Duration::from_secs(6), "{script}");
        assert!(api.status(Nothing).is_ok(), "{script}");
    }
    machine.set_reader(machine.path("nowhere"));
    assert_eq!(
        api.import_open(&path).unwrap_err().code,
        ErrorCode::ImportReaderFailed
    );
    machine.set_reader(file_reader());
    assert_eq!(api.import_open(&path).unwrap().created, 1);
}

/// What reads foreign files can open none of ours, reach nobody, and take no more memory than it was given.
#[cfg(target_os = "linux")]
#[test]
fn a_reader_has_nothing_in_its_hands() {
    let done = |arguments: &[&str]| {
        let run = std::process::Command::new(file_reader())
            .args(arguments)
            .output()
            .unwrap();
        assert!(run.status.success());
        String::from_utf8(run.stdout).unwrap()
    };
    assert_eq!(
        done(&["try-to-break-out"]),
        "",
        "forbidden, and done all the same"
    );
    let free = done(&["try-to-break-out", "free"]);
    assert_eq!(free.lines().count(), 5, "it tries what it could do: {free}");
    assert_eq!(reader::MEMORY_BYTES_MAX, 256 * 1024 * 1024);
}
