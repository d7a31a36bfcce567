//! What was refused is mended and comes in; what was said of a file's columns is known the next time.

use clientele_api::Api;
use clientele_api::types::{ClientRef, ImportConfigure, ImportRef, ImportRefused, ImportRefusedRow, Nothing};
use clientele_core::clients::ClientsList;
use clientele_core::imports::Rules;
use clientele_formats::{Column, Header, Options};
use clientele_model::ErrorCode;
use clientele_tests::workbooks::Excel;
use clientele_tests::{Machine, create};

/// What is refused goes into a file with the same columns, is mended there, and comes in.
#[test]
fn refused_rows_of_a_sheet_are_mended_and_come_in() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let rows: &[&[&str]] = &[
        &["Име", "Телефон", "Бележки"],
        &["Анна", "0888 123 456", "първа"],
        &["", "", "=HYPERLINK(1); '-2"],
        &["", "", "+359 888"],
    ];
    let path = machine.path("клиенти.xlsx");
    std::fs::write(&path, Excel::new(&["Лист1"]).texts(1, rows).bytes()).unwrap();
    let preview = api.import_open(&path).unwrap();
    assert_eq!((preview.created, preview.refused_total), (1, 2));
    let ask = |id: &str| ImportRefused {
        id: id.to_owned(),
        heading: "Защо".into(),
        rows: preview
            .refused
            .iter()
            .map(|row| ImportRefusedRow {
                line: row.line,
                reason: "Няма име.".into(),
            })
            .collect(),
    };
    api.import_run(ImportRef {
        id: preview.id.clone(),
    })
    .unwrap();
    assert_eq!(
        api.import_run(ImportRef {
            id: preview.id.clone()
        })
        .unwrap_err()
        .code,
        ErrorCode::ImportGone,
        "it is in the book already"
    );
    // Still there to be asked for; through the dialog, too, and never onto a book.
    let to = machine.path("отхвърлени.csv");
    machine.dialogs.lock().unwrap().push_back(to.clone());
    assert_eq!(api.import_refused_save(ask(&preview.id)).unwrap().rows, 2);
    let onto = api.import_refused_to(&machine.path("data/book.clientele"), &ask(&preview.id));
    assert_eq!(onto.unwrap_err().code, ErrorCode::ExportOntoBook);
    assert_eq!(
        api.import_refused_to(&to, &ask("another")).unwrap_err().code,
        ErrorCode::ImportGone
    );

    let text = std::fs::read_to_string(&to).unwrap();
    let mut lines = text.trim_start_matches('\u{FEFF}').lines();
    assert_eq!(lines.next(), Some("Име,Телефон,Бележки,\"Защо (Clientele)\""));
    assert!(
        lines.all(|line| line.starts_with(",,\"'") || line.starts_with(",,'")),
        "no cell is run: {text}"
    );
    let mended = text.replacen("\r\n,,", "\r\nВера,0888 111 222,", 1).replacen(
        "\r\n,,",
        "\r\nГалина,0888 111 333,",
        1,
    );
    std::fs::write(&to, mended).unwrap();
    let again = api.import_open(&to).unwrap();
    assert_eq!((again.created, again.refused_total), (2, 0));
    assert_eq!(
        again.table.as_ref().unwrap().columns.last(),
        Some(&Column::Ignore)
    );
    api.import_run(ImportRef { id: again.id }).unwrap();
    let hits = api
        .clients_list(ClientsList {
            limit: 10,
            ..Default::default()
        })
        .unwrap();
    let notes = |name: &str| {
        let row = hits.rows.iter().find(|row| row.name == name).unwrap();
        api.client_get(ClientRef { id: row.id }).unwrap().draft.notes
    };
    assert_eq!(notes("Вера"), "=HYPERLINK(1); '-2", "the guard is off again");
    assert_eq!(notes("Галина"), "+359 888");
}

/// What the user said of the columns is known the next time a file has the same headers, and only then.
#[test]
fn what_columns_mean_is_remembered() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    let write = |name: &str, text: &str| {
        let path = machine.path(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let first = write("1.csv", "а;б;в\nАлеф;1;x\nБет;2;y\n");
    let preview = api.import_open(&first).unwrap();
    assert!(preview.problem.is_some() && !preview.remembered);
    let columns = vec![Column::GivenName, Column::CardNumber, Column::Notes];
    let configure = ImportConfigure {
        id: preview.id,
        options: Options {
            columns: Some(columns.clone()),
            header: Header::Row(0),
            ..Options::default()
        },
        rules: Rules::default(),
    };
    let preview = api.import_configure(configure).unwrap();
    assert!(!preview.remembered, "said just now");
    api.import_run(ImportRef { id: preview.id }).unwrap();

    let next = write("2.csv", "а;б;в\nГимел;3;z\n");
    let reopened = |api: &Api<Machine>| {
        let preview = api.import_open(&next).unwrap();
        assert!(preview.remembered);
        assert_eq!((preview.problem, preview.created), (None, 1));
        assert_eq!(preview.table.unwrap().columns, columns);
        preview.id
    };
    reopened(&api);
    drop(api);
    let api = machine.start();
    let id = reopened(&api);
    api.import_run(ImportRef { id }).unwrap();
    assert_eq!(api.status(Nothing).unwrap().clients, 3);
    let other = write("3.csv", "а;б;г\nДалет;4;w\n");
    let preview = api.import_open(&other).unwrap();
    assert!(preview.problem.is_some() && !preview.remembered, "other headers");
    assert!(api.book_check(Nothing).unwrap().ok);
}
