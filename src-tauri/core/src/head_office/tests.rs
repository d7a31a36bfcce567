//! The book's half of head office, without a server: what goes out, what comes in, what a copy does.

use std::collections::BTreeMap;

use clientele_model::{ClientDraft, ClientId, CompanyId, Timestamp};
use clientele_protocol::chain::Hash;
use clientele_protocol::message::{Device, Entry, Page, ScopeDigest};
use clientele_protocol::{Digest, Link};

mod pages;

use super::*;
use crate::clients::{self, CLIENTS, card};
use crate::contacts;
use crate::testing::{ClientBuilder, TestBook, call, log_call};
use crate::workspace::store::conflicts;
use crate::workspace::{Actor, table::DELETED_AT};

/// A log by hand: what a server would keep, one batch an entry, every clock believed.
pub(crate) struct Log {
    company: CompanyId,
    entries: Vec<(Entry, Vec<Link>, Mark)>,
    devices: Vec<Device>,
}

impl Log {
    fn new() -> Self {
        Self {
            company: CompanyId::new(),
            entries: Vec::new(),
            devices: Vec::new(),
        }
    }

    fn pair(&mut self, book: &TestBook) {
        let device = book.device().0;
        let member = Membership {
            company: self.company,
            company_name: "Хвойна".into(),
            branch: None,
            address: "nowhere:1".into(),
            pin: None,
            device_name: device.to_string(),
            since: Timestamp(0),
            revoked: false,
            seed: new_seed(),
        };
        join(book, device, &member).unwrap();
        self.devices.push(Device {
            id: device,
            name: format!("Desk {}", self.devices.len() + 1),
            key: member.key().public(),
            branch: None,
            paired_at: 0,
            seen_at: None,
            revoked_at: None,
        });
    }

    fn mark(&self) -> Mark {
        self.entries.last().map_or_else(Mark::start, |(.., mark)| *mark)
    }

    fn push(&mut self, book: &TestBook) {
        let member = book.read(membership).unwrap().expect("it is paired");
        while let Some(push) = book.read(|conn| outgoing::next(conn, &member, 1000)).unwrap() {
            let links = push.batch.open(&member.key().public()).unwrap();
            let Mark { n, chain } = self.mark();
            let (n, chain) = (n + 1, chain.then(Hash::of(&[&push.batch.packed])));
            set_acknowledged(book, push.batch.head()).unwrap();
            let entry = Entry {
                n,
                batch: push.batch,
                assigned: push.assigned,
                refused: Vec::new(),
            };
            self.entries.push((entry, links, Mark { n, chain }));
        }
    }

    fn page(&self, from: Mark) -> Page {
        let mut digests: BTreeMap<Option<BranchId>, Digest> = BTreeMap::new();
        for (entry, links, _) in &self.entries {
            for (seq, link) in (entry.batch.first_seq..).zip(links) {
                let change = link.change().unwrap();
                let sum = digests.entry(change.scope).or_default();
                sum.add(link.leaf(entry.batch.device, seq), change.hlc);
            }
        }
        let new = self.entries.iter().filter(|(entry, ..)| entry.n > from.n);
        Page {
            from,
            to: self.mark(),
            at_end: true,
            entries: new.map(|(entry, ..)| entry.clone()).collect(),
            digests: digests
                .into_iter()
                .map(|(scope, digest)| ScopeDigest { scope, digest })
                .collect(),
        }
    }

    fn pull(&self, book: &TestBook) -> incoming::TakenIn {
        book.take_in(|arrivals| store::put_companions(arrivals.conn(), &self.devices))
            .unwrap();
        let from = book.read(cursor).unwrap();
        incoming::page(book, self.page(from)).unwrap()
    }

    pub(crate) fn sync(&mut self, books: &[&TestBook]) {
        books.iter().for_each(|book| self.push(book));
        for book in books {
            assert_eq!(self.pull(book).agrees, Some(true));
            book.assert_whole();
        }
        let first = rows(books[0]);
        books.iter().for_each(|book| assert_eq!(rows(book), first));
    }
}

/// Everything that stands in a book's records, in words.
fn rows(book: &TestBook) -> Vec<String> {
    let all = book.maintain(|conn| {
        let mut rows = Vec::new();
        for table in book.schema().tables {
            for id in crate::workspace::store::row_ids(conn, table)? {
                let values = crate::workspace::store::values_of_row(conn, table, id)?;
                let values: Vec<_> = values.iter().map(|(field, value)| (field.name, value)).collect();
                rows.push(format!("{} {id} {values:?}", table.name));
            }
        }
        rows.sort();
        Ok(rows)
    });
    all.unwrap()
}

pub(crate) fn two() -> (Log, TestBook, TestBook) {
    let (mut log, a, b) = (Log::new(), TestBook::new(), TestBook::new());
    log.pair(&a);
    log.pair(&b);
    (log, a, b)
}

/// A book that worked alone becomes a branch's.
pub(crate) fn join_as_branch(book: &TestBook) -> BranchId {
    let (device, branch) = (book.device().0, BranchId::new());
    let member = Membership {
        company: CompanyId::new(),
        company_name: "Хвойна".into(),
        branch: Some((branch, "Изток".into())),
        address: "nowhere:1".into(),
        pin: None,
        device_name: device.to_string(),
        since: Timestamp(0),
        revoked: false,
        seed: new_seed(),
    };
    join(book, device, &member).unwrap();
    branch
}

/// From here on the book is of a branch: what only head office may do is refused.
pub(crate) fn make_branch(book: &TestBook) {
    book.maintain(|conn| {
        let mut member = membership(conn)?.expect("it is paired");
        member.branch = Some((BranchId::new(), "Изток".into()));
        keep(conn, MEMBERSHIP, &Some(member))
    })
    .unwrap();
}

pub(crate) fn edit(book: &TestBook, id: ClientId, change: impl FnOnce(&mut ClientDraft)) {
    let before = book.read(|conn| clients::load(conn, id)).unwrap();
    let mut after = before.clone();
    change(&mut after);
    clients::change(book, &Actor::owner(), id, &before, after).unwrap();
}

fn lost(book: &TestBook) -> Vec<(String, Option<String>)> {
    book.read(|conn| {
        let lost = conflicts::list(conn, 100)?;
        let told = lost.into_iter().map(|lost| {
            let change = crate::workspace::store::log::of_stamp(conn, lost.stamp)?.expect("it is in the log");
            let fields = change.body.unwrap_or_default().0;
            let value = fields.into_iter().find(|field| field.field == lost.field);
            Ok((
                lost.field,
                value.and_then(|field| field.value.as_text().map(str::to_owned)),
            ))
        });
        told.collect()
    })
    .unwrap()
}

#[test]
fn two_books_become_one_and_what_lost_is_kept() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова")
        .phone("0888 123 456")
        .create(&a);
    log.sync(&[&a, &b]);
    assert_eq!(b.read(|conn| card(conn, anna)).unwrap().name, "Анна Иванова");
    assert_eq!(crate::search::search(&b, "123456", 5, "BG").unwrap().len(), 1);

    // The same field on both, other fields besides.
    edit(&a, anna, |draft| draft.notes = "likes tea".into());
    edit(&b, anna, |draft| draft.notes = "likes coffee".into());
    edit(&b, anna, |draft| draft.expects = "a quiet seat".into());
    log.sync(&[&a, &b]);
    for book in [&a, &b] {
        let draft = book.read(|conn| clients::load(conn, anna)).unwrap();
        assert_eq!(
            (draft.notes.as_str(), draft.expects.as_str()),
            ("likes coffee", "a quiet seat")
        );
        assert_eq!(lost(book), [("notes".to_owned(), Some("likes tea".to_owned()))]);
    }
    // Whoever types over it has seen both.
    edit(&a, anna, |draft| draft.notes = "likes tea and coffee".into());
    log.sync(&[&a, &b]);
    assert_eq!(lost(&a), []);
    assert_eq!(lost(&b), []);
}

#[test]
fn thrown_away_here_and_written_to_there_is_kept() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    log.sync(&[&a, &b]);
    clients::trash(&a, &Actor::owner(), &[anna]).unwrap();
    log_call(&b, anna, "wants to come back", 1_700_000_000_000);
    log.sync(&[&a, &b]);
    for book in [&a, &b] {
        assert_eq!(book.read(|conn| card(conn, anna)).unwrap().trashed_at, None);
        assert_eq!(lost(book).len(), 1);
        assert_eq!(lost(book)[0].0, DELETED_AT);
    }
    // Knowing what was written, it goes.
    clients::trash(&b, &Actor::owner(), &[anna]).unwrap();
    log.sync(&[&a, &b]);
    assert!(a.read(|conn| card(conn, anna)).unwrap().trashed_at.is_some());
    assert_eq!(lost(&a), []);
}

#[test]
fn an_undo_of_another_device_arrives_in_any_order() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    log.sync(&[&a, &b]);
    edit(&a, anna, |draft| draft.notes = "wrong".into());
    a.undo(&Actor::owner()).unwrap();
    log.sync(&[&a, &b]);
    let page = b.read(|conn| crate::history::list(conn, None, 10)).unwrap();
    assert!(page.rows.iter().any(|row| row.undone), "{page:?}");
    a.redo(&Actor::owner()).unwrap();
    log.sync(&[&a, &b]);
    let page = b.read(|conn| crate::history::list(conn, None, 10)).unwrap();
    assert!(page.rows.iter().filter(|row| row.undone).count() <= 1, "{page:?}");
}

#[test]
fn erased_here_is_erased_there_and_a_late_device_does_not_bring_it_back() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Zhivkova Residue")
        .phone("0888 123 456")
        .notes("residue in a note")
        .create(&a);
    log.sync(&[&a, &b]);
    // Unheard of by the one who erases:
    log_call(&b, anna, "residue in a call", 1_700_000_000_000);
    clients::trash(&a, &Actor::owner(), &[anna]).unwrap();
    clients::erase(&a, &Actor::owner(), &[anna]).unwrap();
    log.sync(&[&a, &b]);
    let devices = [a.device().0, b.device().0];
    for book in [&a, &b] {
        assert_eq!(
            book.read(|conn| card(conn, anna)).unwrap_err().code(),
            ErrorCode::NotFound
        );
        let bodies: Vec<u8> = book
            .maintain(|conn| {
                let kept = |device| store::kept(conn, device, 1, 10_000, 10_000);
                let mut bodies = Vec::new();
                for device in devices {
                    for kept in kept(device)? {
                        if let clientele_protocol::Payload::Whole { body, .. } = kept.sealed.payload {
                            bodies.extend(body);
                        }
                    }
                }
                Ok(bodies)
            })
            .unwrap();
        assert!(
            !bodies
                .windows(7)
                .any(|part| part == b"residue" || part == b"Residue")
        );
    }
}

#[test]
fn a_copied_book_goes_on_under_a_name_of_its_own() {
    let (mut log, mut a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    log.sync(&[&a, &b]);
    a.close();
    let mut copy = a.copy();
    a.reopen();
    copy.reopen();
    edit(&a, anna, |draft| draft.notes = "from the first".into());
    edit(&copy, anna, |draft| draft.expects = "from the copy".into());
    edit(&copy, anna, |draft| draft.expects = "from the copy, twice".into());
    log.push(&a);
    // The log has other changes under the copy's numbers.
    let theirs: Vec<Entry> = log.entries.iter().map(|(entry, ..)| entry.clone()).collect();
    let other = incoming::compare_own(&copy, &theirs).unwrap();
    let first_other = other.expect("they differ");
    let (device, seed) = (DeviceId::new(), new_seed());
    copied::rename(&copy, device, seed, first_other).unwrap();
    copy.assert_whole();
    let key = copy.read(membership).unwrap().unwrap().key().public();
    log.devices.push(Device {
        id: device,
        name: "Copy".into(),
        key,
        branch: None,
        paired_at: 0,
        seen_at: None,
        revoked_at: None,
    });
    log.sync(&[&a, &b, &copy]);
    let draft = b.read(|conn| clients::load(conn, anna)).unwrap();
    assert_eq!(draft.notes, "from the first");
    assert_eq!(draft.expects, "from the copy, twice");
    assert_eq!(lost(&b), []);
}

#[test]
fn a_refused_change_counts_nowhere_and_is_told() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    log.sync(&[&a, &b]);
    edit(&a, anna, |draft| draft.notes = "not taken".into());
    log.push(&a);
    let (entry, links, _) = log.entries.last_mut().unwrap();
    let first = entry.batch.first_seq;
    let leaf = links[0].leaf(entry.batch.device, first);
    let mut hidden = links.clone();
    hidden[0] = Link::Hidden(leaf);
    entry.batch = entry.batch.with_links(&hidden);
    entry.refused = vec![(0, clientele_protocol::message::Why::NotYours)];
    let mut page = log.page(a.read(cursor).unwrap());
    page.digests.clear();
    page.at_end = false;
    assert_eq!(incoming::page(&a, page).unwrap().refused, 1);
    assert_eq!(a.read(|conn| clients::load(conn, anna)).unwrap().notes, "");
    let refused = a.read(store::refusals).unwrap();
    assert_eq!(refused.len(), 1);
    assert_eq!(incoming::refusal(&refused[0].why), ErrorCode::ChangeNotYours);
    a.assert_whole();
    assert!(see_refusal(&a, refused[0].device, refused[0].seq).unwrap());
    assert_eq!(a.read(store::refusals).unwrap(), []);
}

#[test]
fn the_settings_of_a_new_book_give_way_and_nobody_is_bothered() {
    let (mut log, a, _) = two();
    log.push(&a);
    let (entry, links, _) = log.entries.last_mut().unwrap();
    let settings = links
        .iter()
        .position(|link| link.change().unwrap().entity == "settings");
    let at = settings.expect("a new book says what holds for it");
    let (device, seq) = (entry.batch.device, entry.batch.first_seq + at as u64);
    links[at] = Link::Hidden(links[at].leaf(device, seq));
    entry.batch = entry.batch.with_links(links);
    entry.refused = vec![(
        u32::try_from(at).unwrap(),
        clientele_protocol::message::Why::NotYours,
    )];
    let (entry, from) = (entry.clone(), a.read(cursor).unwrap());
    let to = log.mark();
    let page = Page {
        from,
        to,
        at_end: false,
        entries: vec![entry],
        digests: Vec::new(),
    };
    a.take_in(|arrivals| store::put_companions(arrivals.conn(), &log.devices))
        .unwrap();
    assert_eq!(incoming::page(&a, page).unwrap().refused, 0);
    assert_eq!(a.read(refused::list).unwrap(), []);
    // Until head office's have come, a phone is still read as one of here.
    assert_eq!(a.read(crate::settings::load).unwrap(), crate::testing::settings());
    ClientBuilder::new("Анна").phone("0888 123 456").create(&a);
    assert_eq!(
        crate::search::search(&a, "+359888123456", 5, "BG").unwrap().len(),
        1
    );
    a.assert_whole();
}

#[test]
fn contacts_are_remembered_so_that_the_list_stays_readable() {
    let book = TestBook::new();
    let at = |minute: i64| Timestamp(1_700_000_000_000 + minute * 60_000);
    let well = |minute, came_in| store::Exchange {
        at: at(minute),
        came_in,
        ..store::Exchange::default()
    };
    let failed = |minute, code: ErrorCode| store::Exchange {
        at: at(minute),
        problem: Some(clientele_model::Refusal::new(code).with("detail", minute)),
        duration_ms: 500,
        ..store::Exchange::default()
    };
    assert_eq!(book.read(last).unwrap(), Last::default());
    remember(&book, &well(0, 3)).unwrap();
    remember(&book, &well(1, 0)).unwrap();
    for minute in 2..50 {
        remember(&book, &failed(minute, ErrorCode::HeadOfficeUnreachable)).unwrap();
    }
    let known = book.read(last).unwrap();
    assert_eq!(known.reached, Some(at(1)));
    assert_eq!(known.tried, Some(Timestamp(at(49).0 + 500)));
    assert_eq!(known.problem.unwrap().code, ErrorCode::HeadOfficeUnreachable);
    remember(&book, &failed(50, ErrorCode::HeadOfficeNotTrusted)).unwrap();
    remember(&book, &well(51, 0)).unwrap();
    assert_eq!(book.read(last).unwrap().problem, None);
    let rows = book.read(|conn| store::exchanges(conn, None, 10)).unwrap();
    let minutes: Vec<i64> = rows.iter().map(|row| (row.at.0 - at(0).0) / 60_000).collect();
    assert_eq!(minutes, [50, 49, 0]);
    assert_eq!(rows[1].problem.as_ref().unwrap().params["detail"], "49");
    let part = book
        .read(|conn| store::exchanges(conn, Some(rows[1].id), 10))
        .unwrap();
    assert_eq!(part.len(), 1);
}

#[test]
fn a_refused_change_is_told_field_by_field_until_it_is_taken_off_the_list() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    log.sync(&[&a, &b]);
    edit(&a, anna, |draft| draft.notes = "not taken".into());
    let (device, last) = a.device();
    let seq = last - 1;
    a.take_in(|arrivals| {
        arrivals.refused(seq)?;
        store::put_refusal(arrivals.conn(), device, seq, "too_large", Timestamp(5))
    })
    .unwrap_or_else(|error| panic!("{error}"));
    let list = a.read(refused::list).unwrap();
    assert_eq!(list.len(), 1);
    assert_eq!(
        (list[0].entity.as_str(), list[0].client_name.as_str()),
        ("clients", "Анна Иванова")
    );
    assert_eq!(list[0].why.code, ErrorCode::ChangeTooLarge);
    assert!(list[0].why.params.contains_key("max"));
    let fields: Vec<_> = list[0]
        .fields
        .iter()
        .map(|f| (f.field.as_str(), f.value.as_deref()))
        .collect();
    assert_eq!(fields, [("notes", Some("not taken"))]);
    for wrong in [
        "",
        "x",
        "x/1",
        &format!("{}/x", a.device().0),
        &format!("{}/999", a.device().0),
    ] {
        let refused = refused::discard(&a, wrong).unwrap_err();
        assert_eq!(refused.code(), ErrorCode::NotFound, "{wrong}");
    }
    refused::discard(&a, &list[0].id).unwrap();
    assert_eq!(a.read(refused::list).unwrap(), []);
}

#[test]
fn a_trash_of_several_books_waits_for_those_who_were_long_without_a_line() {
    use crate::trash;
    let (_, a, _) = two();
    let alone = TestBook::new();
    let by = Actor::owner();
    let in_days = |days: i64| Timestamp(Timestamp::now().0 + days * 86_400_000);
    for (book, days) in [(&alone, 30), (&a, 180)] {
        let anna = ClientBuilder::new("Анна").create(book);
        clients::trash(book, &by, &[anna]).unwrap();
        let row = &book.read(|conn| trash::list(conn, in_days(0))).unwrap()[0];
        assert_eq!(row.days_left, days);
        // Somebody works here now and then, or the clock would not be believed.
        let then = in_days(days - 1);
        book.set_clock(|clock| clock.set_source(move || then)).unwrap();
        ClientBuilder::new("Мария").create(book);
        assert_eq!(trash::empty_old(book, &by, in_days(days - 1)).unwrap().step, None);
        assert!(
            trash::empty_old(book, &by, in_days(days + 1))
                .unwrap()
                .step
                .is_some()
        );
    }
}

#[test]
fn a_call_changed_here_and_thrown_away_there_is_kept_and_both_may_erase_the_client() {
    let (mut log, a, b) = two();
    let anna = ClientBuilder::new("Анна Иванова").create(&a);
    let contact = log_call(&a, anna, "hello", 1_700_000_000_000);
    log.sync(&[&a, &b]);
    contacts::change(
        &a,
        &Actor::owner(),
        contact,
        call("hello from a", 1_700_000_000_000),
    )
    .unwrap();
    contacts::trash(&b, &Actor::owner(), contact).unwrap();
    log.sync(&[&a, &b]);
    assert_eq!(lost(&a).len(), 1, "the call is kept, and it is told");
    clients::trash(&a, &Actor::owner(), &[anna]).unwrap();
    log.sync(&[&a, &b]);
    for book in [&a, &b] {
        // Each for itself, as the trash is emptied: both say the same, and it is said twice.
        clients::trash(book, &Actor::owner(), &[anna]).unwrap();
        clients::erase(book, &Actor::owner(), &[anna]).unwrap();
    }
    log.sync(&[&a, &b]);
    let gone = b.read(|conn| crate::workspace::store::values_of_row(conn, &CLIENTS, anna.into()));
    assert_eq!(gone.unwrap_err().code(), ErrorCode::NotFound);
}

#[test]
fn what_a_book_said_of_the_business_gives_way_to_the_company_it_joins() {
    let named = |name: &str| crate::settings::Settings {
        business_name: name.to_owned(),
        ..crate::testing::settings()
    };
    let save = |book: &TestBook, name: &str| {
        crate::settings::save(book, &Actor::owner(), named(name)).unwrap();
    };
    let load = |book: &TestBook| book.read(crate::settings::load).unwrap().business_name;
    let say = |book: &TestBook| speak_for_company(book, &Actor::owner()).unwrap();
    let mut log = Log::new();
    // One book is older than the company's first, one is younger; both were renamed before they joined.
    let (older, first, younger) = (TestBook::new(), TestBook::new(), TestBook::new());
    save(&older, "Стара ООД");
    save(&first, "Хвойна ООД");
    save(&younger, "Нова ООД");
    log.pair(&first);
    log.sync(&[&first]);
    assert!(say(&first), "nobody has said it yet");
    assert!(!say(&first));
    log.pair(&older);
    log.pair(&younger);
    for _ in 0..3 {
        log.sync(&[&older, &younger, &first]);
        assert!(![&older, &younger, &first].map(say).contains(&true));
    }
    for book in [&older, &younger, &first] {
        assert_eq!(load(book), "Хвойна ООД");
        assert_eq!(lost(book), []);
        book.assert_whole();
    }
    // From here on, whoever says something of the company is heard.
    save(&younger, "Хвойна и синове");
    log.sync(&[&younger, &older, &first]);
    for book in [&older, &younger, &first] {
        assert_eq!(load(book), "Хвойна и синове");
        assert_eq!(lost(book), []);
    }
}
