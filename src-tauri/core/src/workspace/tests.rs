//! The write gate: wholly or not at all, in the log, undone and redone across restarts.

use clientele_model::{ClientId, CustomKind, ErrorCode, RowId, Value};

use super::*;
use crate::clients::{self, CLIENTS};
use crate::custom_fields::{self, CustomFieldDraft};
use crate::testing::{ClientBuilder, Rng, TestBook, call, log_call};
use crate::{contacts, search};

fn names(book: &TestBook) -> Vec<String> {
    let ids = book.read(clients::ids).unwrap();
    ids.iter()
        .map(|id| {
            book.read(|conn| clients::display_name(conn, *id))
                .unwrap()
                .unwrap()
        })
        .collect()
}

fn rename(book: &TestBook, id: ClientId, given_name: &str) {
    let before = book.read(|conn| clients::load(conn, id)).unwrap();
    let after = clientele_model::ClientDraft {
        given_name: given_name.into(),
        ..before.clone()
    };
    clients::change(book, &Actor::owner(), id, &before, after).unwrap();
}

#[test]
fn a_write_outside_the_gate_is_stopped() {
    let book = TestBook::new();
    ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&book);
    for sql in [
        "update clients set given_name = 'x'",
        "delete from phones",
        "insert into clients (id) values (randomblob(16))",
        "insert into steps (id) values (randomblob(16))",
    ] {
        let error = book.maintain(|conn| Ok(conn.execute_batch(sql)?)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::WriteGate, "{sql}");
    }
    assert_eq!(names(&book), ["Анна Иванова"]);
    book.assert_whole();
}

#[test]
fn a_read_is_of_one_moment() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let before = book.read(|conn| clients::load(conn, anna)).unwrap();
    let later = clientele_model::ClientDraft {
        given_name: "Яна".into(),
        ..before.clone()
    };
    let name = |conn: &Connection| clients::display_name(conn, anna);
    let (first, second) = book
        .read(|conn| {
            let first = name(conn)?;
            clients::change(&book, &Actor::owner(), anna, &before, later)?;
            Ok((first, name(conn)?))
        })
        .unwrap();
    assert_eq!(
        (first.as_deref(), second.as_deref()),
        (Some("Анна"), Some("Анна"))
    );
    assert_eq!(names(&book), ["Яна"]);
}

#[test]
fn what_was_erased_while_somebody_read_for_long_is_brought_home_when_they_are_done() {
    let book = TestBook::new();
    let anna = ClientBuilder::new("Анна").create(&book);
    let log = book.folder.path().join("book.clientele-wal");
    let length = || std::fs::metadata(&log).map_or(0, |file| file.len());
    book.settle().unwrap();
    assert_eq!(length(), 0);
    let begun = std::time::Instant::now();
    book.read_apart(|conn| {
        clients::display_name(conn, anna)?;
        rename(&book, anna, "Яна");
        book.settle()?;
        assert!(length() > 0, "the reader still needs what stood there");
        Ok(())
    })
    .unwrap();
    assert!(
        begun.elapsed() < std::time::Duration::from_secs(4),
        "nobody waits for a long read"
    );
    assert_eq!(length(), 0);
}

#[test]
fn the_reading_connection_cannot_write() {
    let book = TestBook::new();
    assert!(
        book.read(|conn| Ok(conn.execute("delete from changes", [])?))
            .is_err()
    );
    assert!(
        book.read(|conn| Ok(conn.execute("delete from search_documents", [])?))
            .is_err()
    );
}

#[test]
fn what_fails_half_way_leaves_nothing() {
    let book = TestBook::new();
    let before = book.check().unwrap();
    let step = NewStep::new(&Actor::owner(), StepLabel::Imported);
    let failed: Result<Written<()>> = book.write(step, |w| {
        clients::add_checked(w, ClientId::new(), &ClientBuilder::new("Мария").0)?;
        Err(ErrorCode::ImportCancelled.into())
    });
    assert_eq!(failed.unwrap_err().code(), ErrorCode::ImportCancelled);
    assert_eq!(book.check().unwrap(), before);
    // The gate goes on: sequence and clock were not used up.
    ClientBuilder::new("Мария").create(&book);
    book.assert_whole();
}

#[test]
fn a_step_that_changes_nothing_is_no_step() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let before = book.check().unwrap();
    let draft = book.read(|conn| clients::load(conn, id)).unwrap();
    let written = clients::change(&book, &Actor::owner(), id, &draft, draft.clone()).unwrap();
    assert_eq!((written.step, written.invalidates.len()), (None, 0));
    assert_eq!(book.check().unwrap(), before);
}

#[test]
fn a_field_or_value_that_the_table_does_not_know_is_stopped() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    for body in [
        ("no_such_field", Value::from("x")),
        ("given_name", Value::Int(1)),
        ("created_at", Value::Null),
    ] {
        let step = NewStep::new(&Actor::owner(), StepLabel::ClientChanged);
        let error = book
            .write(step, |w| w.add(&CLIENTS, id.into(), vec![body]))
            .unwrap_err();
        assert_eq!(error.code(), ErrorCode::WriteGate);
    }
}

#[test]
fn a_write_says_what_to_read_again() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let written = contacts::add(&book, &Actor::owner(), id, crate::testing::call("Пита за час", 1)).unwrap();
    let said = |topic, id: Option<ClientId>| {
        written.invalidates.contains(&Invalidation {
            topic,
            id: id.map(Into::into),
        })
    };
    assert!(said(Topic::Contacts, Some(id)) && said(Topic::Client, Some(id)));
    assert!(said(Topic::Clients, None) && said(Topic::History, None));
    assert!(!said(Topic::Settings, None));
    let step = written.step.unwrap();
    assert_eq!(
        (step.label, step.params["name"].as_str()),
        (StepLabel::ContactAdded, "Анна")
    );
}

#[test]
fn undo_and_redo_walk_the_steps_across_restarts() {
    let mut book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&book);
    rename(&book, id, "Ана");
    log_call(&book, id, "Записа се", 1_000);
    assert_eq!(book.undo(&by).unwrap().value.of, Some(StepLabel::ContactAdded));
    book.reopen();
    assert_eq!(book.undo(&by).unwrap().value.of, Some(StepLabel::ClientChanged));
    assert_eq!(names(&book), ["Анна Иванова"]);
    assert_eq!(book.undo(&by).unwrap().value.of, Some(StepLabel::ClientAdded));
    assert!(names(&book).is_empty());
    assert_eq!(book.undo(&by).unwrap_err().code(), ErrorCode::NothingToUndo);
    book.reopen();
    for of in [
        StepLabel::ClientAdded,
        StepLabel::ClientChanged,
        StepLabel::ContactAdded,
    ] {
        let state = book.undo_state().unwrap();
        assert_eq!(state.redo.unwrap().label, of);
        assert_eq!(book.redo(&by).unwrap().value.of, Some(of));
    }
    assert_eq!(book.redo(&by).unwrap_err().code(), ErrorCode::NothingToRedo);
    assert_eq!(names(&book), ["Ана Иванова"]);
    assert_eq!(book.read(|conn| clients::card(conn, id)).unwrap().contacts, 1);
    // After a redo, undo takes back the same step again.
    assert_eq!(book.undo(&by).unwrap().value.of, Some(StepLabel::ContactAdded));
    book.assert_whole();
}

#[test]
fn something_new_ends_what_could_be_redone() {
    let book = TestBook::new();
    ClientBuilder::new("Анна").create(&book);
    book.undo(&Actor::owner()).unwrap();
    ClientBuilder::new("Мария").create(&book);
    assert_eq!(
        book.redo(&Actor::owner()).unwrap_err().code(),
        ErrorCode::NothingToRedo
    );
    assert_eq!(names(&book), ["Мария"]);
}

#[test]
fn an_old_step_is_undone_and_what_changed_since_stays() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна Иванова").create(&book);
    let before = book.read(|conn| clients::load(conn, id)).unwrap();
    let after = clientele_model::ClientDraft {
        given_name: "Ана".into(),
        notes: "Чай без захар".into(),
        ..before.clone()
    };
    let both = clients::change(&book, &by, id, &before, after)
        .unwrap()
        .step
        .unwrap();
    rename(&book, id, "Анка");
    book.undo_step(&by, both.id).unwrap();
    let draft = book.read(|conn| clients::load(conn, id)).unwrap();
    assert_eq!((draft.given_name.as_str(), draft.notes.as_str()), ("Анка", ""));
    assert_eq!(
        book.undo_step(&by, both.id).unwrap_err().code(),
        ErrorCode::StepNotUndoable
    );
    book.assert_whole();
}

#[test]
fn the_beginning_of_the_book_cannot_be_undone() {
    let book = TestBook::new();
    let first = book
        .read(|conn| store::steps::list(conn, None, 10))
        .unwrap()
        .pop()
        .unwrap();
    assert_eq!(
        book.undo_step(&Actor::owner(), first.id).unwrap_err().code(),
        ErrorCode::StepNotUndoable
    );
    let nobody = StepId::new();
    assert_eq!(
        book.undo_step(&Actor::owner(), nobody).unwrap_err().code(),
        ErrorCode::NotFound
    );
}

#[test]
fn the_log_names_what_each_value_was_typed_over() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    rename(&book, id, "Ана");
    rename(&book, id, "Анка");
    let log = book.read(|conn| store::log::of_row(conn, id.into())).unwrap();
    let base = |i: usize| log[i].body.as_ref().unwrap().0[0].base;
    assert_eq!(
        (base(0), base(1), base(2)),
        (None, Some(log[0].stamp), Some(log[1].stamp))
    );
    assert!(log.windows(2).all(|pair| pair[0].eff_hlc < pair[1].eff_hlc));
}

#[test]
fn the_log_names_what_the_form_showed_even_when_it_has_changed_since() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let opened = book.read(|conn| clients::load(conn, id)).unwrap();
    rename(&book, id, "Ана");
    let left = clientele_model::ClientDraft {
        given_name: "Анка".into(),
        ..opened.clone()
    };
    clients::change(&book, &Actor::owner(), id, &opened, left).unwrap();
    let log = book.read(|conn| store::log::of_row(conn, id.into())).unwrap();
    let base = log[2].body.as_ref().unwrap().0[0].base;
    assert_eq!(base, Some(log[0].stamp), "typed over Анна, not over Ана");
}

#[test]
fn two_undos_at_once_take_back_two_steps() {
    let book = TestBook::new();
    for name in ["Анна", "Мария", "Вера", "Ели"] {
        ClientBuilder::new(name).create(&book);
    }
    let workspace: &Workspace = &book;
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| workspace.undo(&Actor::owner()).unwrap());
        }
    });
    assert!(names(&book).is_empty());
    assert_eq!(
        book.undo(&Actor::owner()).unwrap_err().code(),
        ErrorCode::NothingToUndo
    );
    book.assert_whole();
}

#[test]
fn what_is_erased_leaves_its_commitment() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let log = |book: &TestBook| {
        book.read(|conn| {
            let sql = "select body is null, salt is null, hex(commitment) from changes where row_id = ?1 order by seq";
            let mut statement = conn.prepare(sql)?;
            let rows = statement.query_map([id.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
            Ok(rows.collect::<rusqlite::Result<Vec<(bool, bool, String)>>>()?)
        })
        .unwrap()
    };
    let before = log(&book);
    assert_eq!((before[0].0, before[0].1), (false, false));
    clients::trash(&book, &Actor::owner(), &[id]).unwrap();
    clients::erase(&book, &Actor::owner(), &[id]).unwrap();
    let after = log(&book);
    assert_eq!((after[0].0, after[0].1, &after[0].2), (true, true, &before[0].2));
}

#[test]
fn rows_written_many_at_once_touch_what_rows_written_one_by_one_touch() {
    let book = TestBook::new();
    let by = Actor::owner();
    let anna = ClientId::new();
    let draft = ClientBuilder::new("Анна Иванова").0;
    book.write(NewStep::new(&by, StepLabel::Imported), |w| {
        clients::add_all(w, &[(anna, &draft)], w.now())?;
        search::index_new(w.conn(), &[(anna.into(), &draft)])?;
        w.are_whole([anna.into()]);
        // Whoever was whole gets a phone after all.
        let fields = vec![
            ("client_id", RowId::from(anna).into()),
            ("typed", Value::from("0888 777 555")),
        ];
        let table = &clients::PHONES;
        w.add_new(vec![NewRow {
            table,
            row: RowId::new(),
            fields,
        }])
    })
    .unwrap();
    let found = search::search(&book, "777555", 10, "BG").unwrap();
    assert_eq!(found.len(), 1, "the phone is in the index");

    // A value that speaks of a choice of which nobody here knew: when the choice comes, the card says its name.
    let draft = CustomFieldDraft {
        name: "Косми".into(),
        kind: CustomKind::Choice,
        choices: Vec::new(),
    };
    let field = custom_fields::save(&book, &by, None, None, draft).unwrap().value;
    let choice = RowId::new();
    let value = vec![
        ("client_id", RowId::from(anna).into()),
        ("field_id", field.into()),
        ("choice", choice.into()),
    ];
    let row = custom_fields::value_row(anna.into(), field);
    let step = || NewStep::new(&by, StepLabel::ClientChanged);
    book.write(step(), |w| {
        w.add(&custom_fields::CUSTOM_VALUES, row, value.clone())
    })
    .unwrap();
    assert!(search::search(&book, "къдрави", 10, "BG").unwrap().is_empty());
    book.write(step(), |w| {
        let fields = vec![("field_id", field.into()), ("name", Value::from("къдрави"))];
        let table = &custom_fields::CUSTOM_CHOICES;
        w.add_new(vec![NewRow {
            table,
            row: choice,
            fields,
        }])
    })
    .unwrap();
    assert_eq!(search::search(&book, "къдрави", 10, "BG").unwrap().len(), 1);
    book.assert_whole();
}

/// Whatever is done in whatever order: the rows are what the log says, the index is what the rows say, and
/// undoing everything brings back what stood before.
fn is_in_trash(book: &TestBook, id: ClientId) -> bool {
    book.read(|conn| clients::card(conn, id))
        .unwrap()
        .trashed_at
        .is_some()
}

#[test]
fn random_walks_keep_the_book_whole() {
    for seed in 0..12 {
        println!("seed {seed}");
        let mut rng = Rng(seed);
        let mut book = TestBook::new();
        let by = Actor::owner();
        let mut ids: Vec<ClientId> = Vec::new();
        for i in 0..40 {
            let pick = |rng: &mut Rng| (!ids.is_empty()).then(|| ids[rng.below(ids.len())]);
            match (rng.below(9), pick(&mut rng)) {
                (0 | 1, _) | (_, None) => {
                    ids.push(
                        ClientBuilder::new(&format!("Клиент Номер{i}"))
                            .phone("0888 12 34 56")
                            .tag("нов")
                            .create(&book),
                    );
                }
                (2 | 3, Some(id)) if is_in_trash(&book, id) => {
                    let refused = contacts::add(&book, &by, id, call("Обади се", 1)).unwrap_err();
                    assert_eq!(refused.code(), ErrorCode::ClientInTrash);
                }
                (2, Some(id)) => rename(&book, id, &format!("Име{}", rng.below(5))),
                (3, Some(id)) => {
                    log_call(&book, id, "Обади се", rng.below(1_000_000).try_into().unwrap());
                }
                (4, Some(id)) => drop(clients::trash(&book, &by, &[id]).unwrap()),
                (5, Some(id)) => drop(clients::restore(&book, &by, &[id]).unwrap()),
                (6, _) => drop(book.undo(&by)),
                (7, _) => drop(book.redo(&by)),
                _ => book.reopen(),
            }
        }
        book.assert_whole();
        while book.undo(&by).is_ok() {}
        assert!(names(&book).is_empty(), "seed {seed}");
        assert!(search::search(&book, "номер", 10, "BG").unwrap().is_empty());
        while book.redo(&by).is_ok() {}
        book.assert_whole();
    }
}
