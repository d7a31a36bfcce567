//! Merging, taking apart, and what two devices make of it.

use std::collections::BTreeMap;

use clientele_model::{ClientDraft, ClientId, ErrorCode, RowId};

use super::*;
use crate::clients::{ClientsList, PHONES, Sight, card};
use crate::contacts::{self, ContactsList};
use crate::head_office::tests::{edit, two as two_books};
use crate::search::search;
use crate::testing::{ClientBuilder, Rng, TestBook, call};
use crate::workspace::store::{row_id, row_ids, rows_of_client};

/// Later than all before.
fn log_call(book: &TestBook, client: ClientId, text: &str) {
    let steps = book
        .read(|conn| row_ids(conn, &crate::workspace::step::STEPS))
        .unwrap()
        .len();
    crate::testing::log_call(
        book,
        client,
        text,
        1_790_000_000_000 + i64::try_from(steps).unwrap(),
    );
}

fn names(book: &TestBook) -> Vec<String> {
    let ask = ClientsList {
        limit: 500,
        ..ClientsList::default()
    };
    let page = book
        .read(|conn| clients::list(conn, &ask, "BG", Sight::All))
        .unwrap();
    assert_eq!(page.total as usize, page.rows.len());
    page.rows.into_iter().map(|row| row.name).collect()
}

fn found(book: &TestBook, typed: &str) -> Vec<ClientId> {
    let hits = book.read(|conn| search(conn, typed, 10, "BG")).unwrap();
    hits.into_iter().map(|hit| hit.id).collect()
}

fn timeline(book: &TestBook, id: ClientId) -> Vec<String> {
    let ask = ContactsList {
        client_id: id,
        before: None,
        limit: 100,
    };
    let page = book.read(|conn| contacts::list(conn, &ask)).unwrap();
    assert_eq!(page.total as usize, page.rows.len());
    page.rows.into_iter().map(|contact| contact.text).collect()
}

fn join(book: &TestBook, keep: ClientId, gone: ClientId) -> StepId {
    let written = merge(book, &Actor::owner(), keep, gone, None).unwrap();
    assert_eq!(written.value, keep);
    written.step.expect("something was written").id
}

fn apart(book: &TestBook, step: StepId) {
    unmerge(book, &Actor::owner(), step).unwrap();
}

fn draft(book: &TestBook, id: ClientId) -> ClientDraft {
    book.read(|conn| load(conn, id)).unwrap()
}

fn anna_and_ana(book: &TestBook) -> (ClientId, ClientId) {
    let anna = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(book);
    let ana = ClientBuilder::new("Ана Иванова")
        .phone("0888 123 456")
        .create(book);
    edit(book, anna, |draft| draft.notes = "likes tea".into());
    edit(book, ana, |draft| {
        draft.notes = "allergic to nuts".into();
        draft.tags = vec!["VIP".into()];
        draft.emails.push(clientele_model::Email {
            address: "ana@example.bg".into(),
            ..clientele_model::Email::default()
        });
    });
    log_call(book, anna, "asked for Friday");
    log_call(book, ana, "paid");
    (anna, ana)
}

#[test]
fn two_cards_become_one_and_nothing_of_either_is_gone() {
    let book = TestBook::new();
    let (anna, ana) = anna_and_ana(&book);
    ClientBuilder::new("Борис Петров").create(&book);
    let step = join(&book, anna, ana);
    assert_eq!(names(&book), ["Анна Иванова", "Борис Петров"]);
    let counted = book.read(crate::book::count_clients).unwrap();
    assert_eq!(counted, 2, "as many as the list shows");
    for id in [anna, ana] {
        let card = book.read(|conn| card(conn, id)).unwrap();
        assert_eq!((card.id, card.contacts), (anna, 2), "either leads to the card");
        assert_eq!(card.draft.notes, "likes tea\nallergic to nuts");
        assert_eq!(card.draft.tags, ["VIP"]);
        assert_eq!(
            (card.draft.phones.len(), card.draft.emails.len()),
            (1, 1),
            "one number is one"
        );
        assert_eq!(card.draft.other_names[0].name, "Ана Иванова");
        assert_eq!(timeline(&book, id).len(), 2);
    }
    for typed in ["ана иванова", "123456", "ana@example", "nuts", "vip"] {
        assert_eq!(found(&book, typed), [anna], "{typed}");
    }
    let ask = ClientsList {
        tag: Some("VIP".into()),
        limit: 10,
        ..ClientsList::default()
    };
    let tagged = book
        .read(|conn| clients::list(conn, &ask, "BG", Sight::All))
        .unwrap();
    assert_eq!(
        (tagged.total, tagged.rows[0].id, tagged.rows[0].tags.len()),
        (1, anna, 1)
    );
    let listed = book.read(|conn| merged(conn, anna)).unwrap();
    assert_eq!((listed.len(), listed[0].id, listed[0].step), (1, ana, step));
    assert_eq!(listed[0].name, "Ана Иванова");
    book.assert_whole();

    apart(&book, step);
    assert_eq!(names(&book).len(), 3);
    assert_eq!(draft(&book, anna).notes, "likes tea");
    assert_eq!(draft(&book, ana).notes, "allergic to nuts");
    assert_eq!(draft(&book, ana).tags, ["VIP"]);
    assert_eq!(
        (timeline(&book, anna), timeline(&book, ana)),
        (vec!["asked for Friday".to_owned()], vec!["paid".to_owned()])
    );
    assert_eq!(found(&book, "123456").len(), 2);
    assert_eq!(book.read(|conn| merged(conn, anna)).unwrap(), []);
    book.assert_whole();
}

#[test]
fn what_was_written_since_stays_on_the_card_on_which_it_was_written() {
    let book = TestBook::new();
    let (anna, ana) = anna_and_ana(&book);
    let step = join(&book, anna, ana);
    // Whoever still holds the other's identifier writes to the card that is shown.
    log_call(&book, ana, "since");
    edit(&book, ana, |draft| draft.notes.push_str("\nlikes the window"));
    edit(&book, anna, |draft| {
        draft.phones[0].typed = "0888 999 999".into();
        draft.tags.clear();
    });
    assert_eq!(
        draft(&book, anna).notes,
        "likes tea\nallergic to nuts\nlikes the window"
    );
    assert_eq!(
        draft(&book, anna).phones.len(),
        1,
        "the same number of both was corrected"
    );
    assert_eq!(draft(&book, anna).tags, [""; 0]);
    book.assert_whole();
    apart(&book, step);
    assert_eq!(
        draft(&book, anna).notes,
        "likes tea\nallergic to nuts\nlikes the window"
    );
    assert_eq!(draft(&book, ana).notes, "allergic to nuts");
    assert_eq!(draft(&book, ana).phones[0].typed, "0888 999 999");
    assert_eq!(timeline(&book, anna), ["since", "asked for Friday"]);
    book.assert_whole();
    // Only what merged somebody is taken apart, and only once.
    let again = unmerge(&book, &Actor::owner(), step).unwrap_err();
    assert_eq!(again.code(), ErrorCode::StepNotUndoable);
    log_call(&book, ana, "later");
    let newest = book.undo_state().unwrap().undo.unwrap().id;
    assert_eq!(
        unmerge(&book, &Actor::owner(), newest).unwrap_err().code(),
        ErrorCode::BadRequest
    );
    assert_eq!(
        merge(&book, &Actor::owner(), anna, anna, None)
            .unwrap_err()
            .code(),
        ErrorCode::MergeSame
    );
    assert_eq!(
        merge(&book, &Actor::owner(), anna, ClientId::new(), None)
            .unwrap_err()
            .code(),
        ErrorCode::NotFound
    );
    clients::trash(&book, &Actor::owner(), &[ana]).unwrap();
    assert_eq!(
        merge(&book, &Actor::owner(), anna, ana, None).unwrap_err().code(),
        ErrorCode::ClientInTrash
    );
}

#[test]
fn a_merged_card_goes_to_the_trash_and_out_of_it_as_one_and_is_erased_as_one() {
    let book = TestBook::new();
    let (anna, ana) = anna_and_ana(&book);
    join(&book, anna, ana);
    let by = Actor::owner();
    assert_eq!(clients::trash(&book, &by, &[ana]).unwrap().value, 1);
    assert_eq!(names(&book), [""; 0]);
    let now = Timestamp::now();
    assert_eq!(book.read(|conn| crate::trash::list(conn, now)).unwrap().len(), 1);
    assert_eq!(clients::restore(&book, &by, &[anna]).unwrap().value, 1);
    assert_eq!(timeline(&book, anna).len(), 2);
    book.assert_whole();
    clients::trash(&book, &by, &[anna]).unwrap();
    clients::erase(&book, &by, &[anna]).unwrap();
    for id in [anna, ana] {
        assert_eq!(
            book.read(|conn| load(conn, id)).unwrap_err().code(),
            ErrorCode::NotFound
        );
        let left = book
            .read(|conn| rows_of_client(conn, &PHONES, id.into()))
            .unwrap();
        assert_eq!(left, []);
    }
    book.assert_whole();
}

#[test]
fn two_devices_merge_in_a_circle_or_into_two_and_both_see_the_same() {
    let (mut log, a, b) = two_books();
    let (anna, ana) = anna_and_ana(&a);
    let third = ClientBuilder::new("Аня Иванова").create(&a);
    log.sync(&[&a, &b]);
    // In a circle.
    join(&a, anna, ana);
    join(&b, ana, anna);
    log_call(&b, anna, "by b");
    log.sync(&[&a, &b]);
    assert_eq!(names(&a).len(), 2);
    assert_eq!((names(&a), timeline(&a, anna)), (names(&b), timeline(&b, ana)));
    assert_eq!(timeline(&a, anna).len(), 3);
    // Into two: the later stands, and nothing is lost.
    let before = names(&a);
    assert_eq!(before.len(), 2);
    let shown = a.read(|conn| home(conn, anna)).unwrap();
    let fourth = ClientBuilder::new("Анни Иванова").create(&b);
    log.sync(&[&a, &b]);
    let first = join(&a, shown, third);
    join(&b, fourth, third);
    log.sync(&[&a, &b]);
    assert_eq!(names(&a), names(&b));
    assert_eq!(a.read(|conn| home(conn, third)).unwrap(), fourth);
    // Taking apart what did not last takes nothing apart.
    apart(&a, first);
    log.sync(&[&a, &b]);
    assert_eq!(b.read(|conn| home(conn, third)).unwrap(), fourth);
    for book in [&a, &b] {
        book.assert_whole();
    }
}

#[test]
fn merged_here_and_thrown_away_there_stays_in_sight() {
    let (mut log, a, b) = two_books();
    let (anna, ana) = anna_and_ana(&a);
    log.sync(&[&a, &b]);
    join(&a, anna, ana);
    clients::trash(&b, &Actor::owner(), &[anna]).unwrap();
    log_call(&b, ana, "by b");
    log.sync(&[&a, &b]);
    for book in [&a, &b] {
        assert_eq!(
            timeline(book, ana).len(),
            3,
            "the merge wrote to the card: it is kept"
        );
        book.assert_whole();
    }
    // Merged into somebody who was erased meanwhile: the other has a card again.
    let boris = ClientBuilder::new("Борис Петров").create(&a);
    let bobi = ClientBuilder::new("Боби Петров").create(&a);
    log.sync(&[&a, &b]);
    join(&a, boris, bobi);
    clients::trash(&b, &Actor::owner(), &[boris]).unwrap();
    clients::erase(&b, &Actor::owner(), &[boris]).unwrap();
    log.sync(&[&a, &b]);
    for book in [&a, &b] {
        assert_eq!(found(book, "боби"), [bobi]);
        book.assert_whole();
    }
}

#[test]
fn of_whom_somebody_said_that_they_are_two_is_not_suggested_again() {
    let (mut log, a, b) = two_books();
    let (anna, ana) = anna_and_ana(&a);
    log.sync(&[&a, &b]);
    let pairs = |book: &TestBook| book.read(|conn| list(conn, 10, Sight::All)).unwrap();
    let told = pairs(&a);
    assert_eq!(
        (told.total, told.rows[0].why.as_slice()),
        (1, &[Why::Phone, Why::SameName][..])
    );
    assert_eq!(told.rows[0].keep.id, ana, "the one contacted last");
    dismiss(&a, &Actor::owner(), anna, ana).unwrap();
    dismiss(&b, &Actor::owner(), ana, anna).unwrap();
    log.sync(&[&a, &b]);
    assert_eq!((pairs(&a).total, pairs(&b).total), (0, 0));
    a.undo(&Actor::owner()).unwrap();
    log.sync(&[&a, &b]);
    assert_eq!(pairs(&b).total, 1);
    dismiss(&b, &Actor::owner(), ana, anna).unwrap();
    assert_eq!(pairs(&b).total, 0);
    b.assert_whole();
}

#[test]
fn who_is_typed_may_be_there_already() {
    let book = TestBook::new();
    let (anna, ana) = anna_and_ana(&book);
    let typed = |change: &dyn Fn(&mut ClientDraft)| {
        let mut draft = ClientDraft::default();
        change(&mut draft);
        let told = book.read(|conn| of_draft(conn, &draft, None, 5)).unwrap();
        told.into_iter()
            .map(|(suspect, why)| (suspect.id, why))
            .collect::<Vec<_>>()
    };
    let by_phone = typed(&|draft| {
        draft.phones.push(clientele_model::Phone {
            typed: "+359 888 123456".into(),
            ..clientele_model::Phone::default()
        });
    });
    assert_eq!(by_phone.len(), 2);
    assert!(by_phone.iter().all(|(_, why)| why == &[Why::Phone]));
    let by_name = typed(&|draft| (draft.given_name, draft.family_name) = ("Анна".into(), "Иванова".into()));
    assert_eq!(by_name, [(anna, vec![Why::SameName]),]);
    let by_email = typed(&|draft| {
        draft.emails.push(clientele_model::Email {
            address: "ANA@example.bg".into(),
            ..clientele_model::Email::default()
        });
    });
    assert_eq!(by_email, [(ana, vec![Why::Email])]);
    assert_eq!(
        typed(&|draft| draft.given_name = "Анна".into()),
        [],
        "a given name says nothing"
    );
    let except = book
        .read(|conn| of_draft(conn, &load(conn, anna)?, Some(anna), 5))
        .unwrap();
    assert_eq!(except[0].0.id, ana);
}

/// Rows in words, and those in the trash.
type Rows = (Vec<String>, Vec<String>);

/// Every row of cards and contacts, by whose it is.
fn rows(book: &TestBook) -> BTreeMap<RowId, Rows> {
    let all = book.read(|conn| {
        let mut all: BTreeMap<RowId, Rows> = BTreeMap::new();
        for table in book
            .schema()
            .tables
            .iter()
            .filter(|table| table.card != Card::None)
        {
            let names: Vec<&str> = table.all_fields().map(|field| field.name).collect();
            let mut statement = conn.prepare(&format!(
                "select id, {} from {} order by id",
                names.join(", "),
                table.name
            ))?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let values: Vec<String> = (0..=names.len())
                    .map(|at| format!("{:?}", row.get_ref(at)))
                    .collect();
                let whose = names
                    .iter()
                    .position(|name| *name == CLIENT_ID)
                    .map_or(0, |at| at + 1);
                let of = all.entry(row_id(row, whose)?).or_default();
                let in_trash = row.get::<_, Option<i64>>(names.len())?.is_some();
                let list = if in_trash { &mut of.1 } else { &mut of.0 };
                list.push(format!("{} {values:?}", table.name));
            }
        }
        Ok(all)
    });
    all.unwrap()
}

#[test]
fn a_thousand_pairs_are_merged_and_taken_apart_with_edits_in_between() {
    let seed = std::env::var("CLIENTELE_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok())
        .unwrap_or(20_261_122);
    println!("seed {seed} (set CLIENTELE_SEED to replay)");
    let mut dice = Rng(seed);
    let book = TestBook::new();
    let mut people = Vec::new();
    for n in 0..24 {
        let family = ["Иванова", "Petrova", "Стоянов", "Smith"][dice.below(4)];
        let id = ClientBuilder::new(&format!("Ан{n} {family}"))
            .phone(&format!("0888 {:06}", dice.below(40)))
            .create(&book);
        people.push(id);
    }
    for _ in 0..1000 {
        let keep = people[dice.below(people.len())];
        let gone = people[dice.below(people.len())];
        if keep == gone {
            continue;
        }
        let mut before = rows(&book);
        let step = join(&book, keep, gone);
        // Somebody goes on working: what is added is taken away again by hand, so that the rest can be compared.
        let edits = dice.below(3);
        for _ in 0..edits {
            match dice.below(3) {
                0 => drop(
                    contacts::add(&book, &Actor::owner(), gone, call("since", 1_790_000_000_000)).unwrap(),
                ),
                1 => edit(&book, keep, |draft| {
                    draft.expects = format!("a chair {}", dice.below(9))
                }),
                _ => edit(&book, gone, |draft| {
                    draft.tags.push(format!("tag {}", dice.below(99)))
                }),
            }
        }
        apart(&book, step);
        let mut after = rows(&book);
        let of = |all: &mut BTreeMap<_, _>, id: ClientId| all.remove(&RowId::from(id)).expect("it has rows");
        let (kept, other): (Rows, Rows) = (of(&mut before, keep), of(&mut before, gone));
        let (kept_now, other_now): (Rows, Rows) = (of(&mut after, keep), of(&mut after, gone));
        assert_eq!(after, before, "seed {seed}");
        assert_eq!(
            other_now.0, other.0,
            "seed {seed}: the other is as if never merged"
        );
        if edits == 0 {
            assert_eq!(kept_now.0, kept.0, "seed {seed}: nothing was touched");
        }
    }
    book.assert_whole();
}
