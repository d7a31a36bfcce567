//! The timeline.

use super::*;
use crate::testing::{ClientBuilder, TestBook, call, log_call};
use crate::{clients, workspace::StepLabel};

#[test]
fn a_timeline_is_read_newest_first_and_part_by_part() {
    let book = TestBook::new();
    let id = ClientBuilder::new("Анна").create(&book);
    // Two at the same moment: neither is lost between two parts.
    for at in [10, 30, 20, 20, 40] {
        log_call(&book, id, &format!("в {at}"), at);
    }
    let (mut before, mut seen) = (None, Vec::new());
    loop {
        let ask = ContactsList {
            client_id: id,
            before,
            limit: 2,
        };
        let page = book.read(|conn| list(conn, &ask)).unwrap();
        assert_eq!(page.total, 5);
        seen.extend(page.rows.iter().map(|contact| contact.at.0));
        before = page.next;
        if before.is_none() {
            break;
        }
    }
    assert_eq!(seen, [40, 30, 20, 20, 10]);
    let card = book.read(|conn| clients::card(conn, id)).unwrap();
    assert_eq!((card.contacts, card.last_contact_at), (5, Some(Timestamp(40))));
}

#[test]
fn a_contact_is_changed_trashed_and_brought_back() {
    let book = TestBook::new();
    let by = Actor::owner();
    let client = ClientBuilder::new("Анна").create(&book);
    let id = log_call(&book, client, "грешка", 10);
    let text = |book: &TestBook| {
        let ask = ContactsList {
            client_id: client,
            before: None,
            limit: 9,
        };
        book.read(|conn| list(conn, &ask))
            .unwrap()
            .rows
            .first()
            .map(|contact| contact.text.clone())
    };
    let mut changed = call("поправено", 10);
    changed.kind = ContactKind::Complaint;
    let step = change(&book, &by, id, changed).unwrap().step.unwrap();
    assert_eq!(
        (step.label, step.params["name"].as_str()),
        (StepLabel::ContactChanged, "Анна")
    );
    assert_eq!(text(&book).as_deref(), Some("поправено"));
    trash(&book, &by, id).unwrap();
    assert_eq!(text(&book), None);
    assert_eq!(
        book.read(|conn| clients::card(conn, client))
            .unwrap()
            .last_contact_at,
        None
    );
    restore(&book, &by, id).unwrap();
    assert_eq!(text(&book).as_deref(), Some("поправено"));
    book.assert_whole();
}

#[test]
fn a_contact_of_nobody_or_without_end_is_refused() {
    let book = TestBook::new();
    let by = Actor::owner();
    assert_eq!(
        add(&book, &by, ClientId::new(), call("x", 1)).unwrap_err().code(),
        ErrorCode::NotFound
    );
    assert_eq!(
        trash(&book, &by, ContactId::new()).unwrap_err().code(),
        ErrorCode::NotFound
    );
    let client = ClientBuilder::new("Анна").create(&book);
    let long = call(&"я".repeat(FIELD_BYTES_MAX), 1);
    assert_eq!(
        add(&book, &by, client, long).unwrap_err().code(),
        ErrorCode::TextTooLong
    );
    assert_eq!(book.check().unwrap().contacts, 0);
}

#[test]
fn every_word_of_the_book_is_read_back() {
    for kind in ContactKind::ALL {
        assert_eq!(ContactKind::from_book(kind.as_str()), Some(*kind));
    }
    for channel in Channel::ALL {
        assert_eq!(Channel::from_book(channel.as_str()), Some(*channel));
    }
    assert_eq!(Direction::from_book(""), None);
}

#[test]
fn nothing_is_written_to_a_card_in_the_trash_and_undo_goes_on_working() {
    let book = TestBook::new();
    let by = Actor::owner();
    let anna = ClientBuilder::new("Анна").create(&book);
    let contact = log_call(&book, anna, "Пита за час", 1);
    let other = log_call(&book, anna, "Отказа", 2);
    trash(&book, &by, other).unwrap();
    clients::trash(&book, &by, &[anna]).unwrap();
    let before = book.read(|conn| clients::load(conn, anna)).unwrap();
    let mut after = before.clone();
    after.notes = "unseen".into();
    let refused = [
        add(&book, &by, anna, call("Здравей", 3)).map(|_| ()),
        change(&book, &by, contact, call("Здравей", 3)).map(|_| ()),
        restore(&book, &by, other).map(|_| ()),
        clients::change(&book, &by, anna, &before, after.clone()).map(|_| ()),
    ];
    for refused in refused {
        assert_eq!(refused.unwrap_err().code(), ErrorCode::ClientInTrash);
    }
    // What goes the same way may go.
    trash(&book, &by, contact).unwrap();
    for _ in 0..3 {
        book.undo(&by).unwrap();
    }
    assert_eq!(book.read(|conn| clients::card(conn, anna)).unwrap().contacts, 2);
    for _ in 0..3 {
        book.redo(&by).unwrap();
    }
    clients::restore(&book, &by, &[anna]).unwrap();
    clients::change(&book, &by, anna, &before, after).unwrap();
    book.assert_whole();
}
