//! Thirty days, and then for good.

use clientele_model::ErrorCode;

use super::*;
use crate::testing::{ClientBuilder, TestBook, log_call};
use crate::{clients, contacts, search};

const DAY: i64 = 86_400_000;

#[test]
fn the_trash_shows_what_lies_there_and_for_how_long() {
    let book = TestBook::new();
    let by = Actor::owner();
    let anna = ClientBuilder::new("Анна").create(&book);
    let contact = log_call(&book, anna, "Пита за час", 1);
    contacts::trash(&book, &by, contact).unwrap();
    clients::trash(&book, &by, &[anna]).unwrap();
    let later = Timestamp(Timestamp::now().0 + 10 * DAY + DAY / 2);
    let rows = book.read(|conn| list(conn, later)).unwrap();
    let told: Vec<_> = rows
        .iter()
        .map(|row| (row.kind, row.title.as_str(), row.days_left))
        .collect();
    assert!(
        told.contains(&(TrashKind::Client, "Анна", 20))
            && told.contains(&(TrashKind::Contact, "Пита за час", 20))
    );
    let a_year_back = book.read(|conn| list(conn, later.minus_days(365))).unwrap();
    assert!(
        a_year_back.iter().all(|row| row.days_left == 30),
        "a clock that went back"
    );
}

#[test]
fn after_thirty_days_it_is_gone_from_everywhere() {
    let mut book = TestBook::new();
    let by = Actor::owner();
    let gone = ClientBuilder::new("Пенелопа Странимирова")
        .phone("0888 123 456")
        .tag("рядък")
        .create(&book);
    log_call(&book, gone, "Обади се Пенелопа", 1);
    let stays = ClientBuilder::new("Мария").create(&book);
    clients::trash(&book, &by, &[gone]).unwrap();
    let in_days = |days: i64| Timestamp(Timestamp::now().0 + days * DAY);
    assert_eq!(empty_old(&book, &by, in_days(29)).unwrap().step, None);
    let step = empty_old(&book, &by, in_days(31)).unwrap().step.unwrap();
    assert_eq!(step.params["count"], "1");
    let nowhere = |book: &TestBook| {
        let texts = book.read(|conn| {
            let mut texts = Vec::new();
            for table in [
                "changes",
                "clients",
                "phones",
                "contacts",
                "client_tags",
                "search_documents",
                "steps",
            ] {
                let mut statement = conn.prepare(&format!("select * from {table}"))?;
                let columns = statement.column_count();
                let mut rows = statement.query([])?;
                while let Some(row) = rows.next()? {
                    for column in 0..columns {
                        texts.push(format!("{:?}", row.get_ref(column)?));
                        if let Ok(bytes) = row.get_ref(column)?.as_bytes() {
                            texts.push(String::from_utf8_lossy(bytes).to_lowercase());
                        }
                    }
                }
            }
            Ok(texts.join("\n"))
        });
        let texts = texts.unwrap();
        ["пенелопа", "странимирова", "888123456", "рядък"].map(|word| texts.contains(word))
    };
    assert_eq!(nowhere(&book), [false; 4]);
    assert!(search::search(&book, "пенел", 9, "BG").unwrap().is_empty());
    assert_eq!(book.read(clients::ids).unwrap(), [stays]);
    // It cannot be brought back, and the steps before it still can be undone.
    assert_eq!(
        book.undo_step(&by, step.id).unwrap_err().code(),
        ErrorCode::StepNotUndoable
    );
    while book.undo(&by).is_ok() {}
    assert_eq!(book.read(clients::ids).unwrap(), []);
    assert_eq!(nowhere(&book), [false; 4]);
    book.reopen();
    book.assert_whole();
}

#[test]
fn only_what_lies_in_the_trash_can_be_erased() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    let by = Actor::owner();
    assert_eq!(
        clients::erase(&book, &by, &[id]).unwrap_err().code(),
        ErrorCode::BadRequest
    );
    clients::trash(&book, &by, &[id]).unwrap();
    clients::erase(&book, &by, &[id]).unwrap();
    assert_eq!(
        clients::restore(&book, &by, &[id]).unwrap_err().code(),
        ErrorCode::NotFound
    );
    book.assert_whole();
}

#[test]
fn a_clock_that_jumped_empties_nothing() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна").create(&book);
    clients::trash(&book, &by, &[id]).unwrap();
    let in_days = |days: i64| Timestamp(Timestamp::now().0 + days * DAY);
    // A year ahead, or after a year in a drawer: the days begin anew, whatever is done meanwhile.
    assert_eq!(empty_old(&book, &by, in_days(365)).unwrap().step, None);
    ClientBuilder::new("Мария").create(&book);
    assert_eq!(empty_old(&book, &by, in_days(365)).unwrap().step, None);
    assert_eq!(empty_old(&book, &by, in_days(50)).unwrap().step, None);
    // Back again.
    assert_eq!(empty_old(&book, &by, in_days(-365)).unwrap().step, None);
    assert_eq!(book.read(|conn| list(conn, in_days(0))).unwrap().len(), 1);
}

#[test]
fn an_undo_is_never_the_step_that_empties_the_trash() {
    let book = TestBook::new();
    let by = Actor::owner();
    let id = ClientBuilder::new("Анна").create(&book);
    let since = |book: &TestBook| book.read(|conn| clients::card(conn, id)).unwrap().trashed_at;
    clients::trash(&book, &by, &[id]).unwrap();
    let first = since(&book).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(5));
    clients::restore(&book, &by, &[id]).unwrap();
    book.undo(&by).unwrap();
    assert!(since(&book).unwrap() > first, "its days begin anew");
    // And the undo of the first throwing away still knows its own.
    book.undo(&by).unwrap();
    assert_eq!(since(&book), None);
    std::thread::sleep(std::time::Duration::from_millis(5));
    book.redo(&by).unwrap();
    assert!(since(&book).unwrap() > first);
    book.assert_whole();
}
