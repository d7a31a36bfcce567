//! Pages come in: in order, whole, and together.

use super::*;

#[test]
fn a_step_is_seen_whole_or_not_at_all() {
    let (mut log, a, b) = two();
    log.sync(&[&a, &b]);
    a.write(
        crate::workspace::NewStep::new(&Actor::owner(), crate::workspace::StepLabel::Imported),
        |w| {
            for n in 0..1500 {
                let draft = ClientDraft {
                    given_name: format!("Client {n}"),
                    ..ClientDraft::default()
                };
                clients::add_checked(w, ClientId::new(), &draft)?;
            }
            Ok(())
        },
    )
    .unwrap();
    log.push(&a);
    assert!(log.entries.len() > 2, "it does not fit into one batch");
    log.pull(&b);
    assert_eq!(b.read(crate::book::count_clients).unwrap(), 1500);

    // A third device gets the log batch by batch.
    let c = TestBook::new();
    log.pair(&c);
    c.take_in(|arrivals| store::put_companions(arrivals.conn(), &log.devices))
        .unwrap();
    let mut from = Mark::start();
    for (entry, _, to) in &log.entries {
        let page = Page {
            from,
            to: *to,
            at_end: false,
            entries: vec![entry.clone()],
            digests: Vec::new(),
        };
        incoming::page(&c, page).unwrap();
        from = *to;
        let seen = c.read(crate::book::count_clients).unwrap();
        assert!(seen == 0 || seen == 1500, "{seen} of 1500");
        c.assert_whole();
    }
    assert_eq!(c.read(crate::book::count_clients).unwrap(), 1500);
}

#[test]
fn pages_go_in_together_or_not_at_all() {
    let (mut log, a, b) = two();
    for name in ["Анна Иванова", "Борис Петров", "Вера Стоянова"] {
        let client = ClientBuilder::new(name).phone("0888 123 456").create(&a);
        log.push(&a);
        edit(&a, client, |draft| draft.notes = "чай".into());
        log.push(&a);
    }
    b.take_in(|arrivals| store::put_companions(arrivals.conn(), &log.devices))
        .unwrap();
    let keys = b.read(store::keys).unwrap();
    let pages = |to: &[Mark]| {
        let mut from = b.read(cursor).unwrap();
        let mut pages = Vec::new();
        for to in to {
            let entries = log
                .entries
                .iter()
                .filter(|(entry, ..)| (from.n + 1..=to.n).contains(&entry.n));
            let page = Page {
                from,
                to: *to,
                at_end: *to == log.mark(),
                entries: entries.map(|(entry, ..)| entry.clone()).collect(),
                digests: log.page(from).digests,
            };
            pages.push(proved::prove(page, &keys).unwrap());
            from = *to;
        }
        pages
    };
    let marks: Vec<Mark> = log.entries.iter().map(|(.., mark)| *mark).collect();
    let before = rows(&b);
    // One that does not follow on those before: not they either.
    let mut broken = pages(&marks);
    broken.remove(2);
    let stopped = incoming::pages(&b, broken);
    assert!(
        matches!(stopped, Err(incoming::Stopped::Elsewhere)),
        "{stopped:?}"
    );
    assert_eq!((b.read(cursor).unwrap(), rows(&b)), (Mark::start(), before));

    // Somebody wants to write meanwhile: the page that is begun is the last of the transaction.
    let mut all = pages(&marks).into_iter();
    std::thread::scope(|threads| {
        let mut begun = 0;
        let some = incoming::pages(
            &b,
            std::iter::from_fn(|| {
                begun += 1;
                if begun == 2 {
                    threads.spawn(|| ClientBuilder::new("Галя Колева").create(&b));
                    while !b.is_awaited() {
                        std::thread::yield_now();
                    }
                }
                all.next()
            }),
        );
        assert_eq!(some.unwrap().pages, 2);
    });
    assert_eq!(b.read(cursor).unwrap(), marks[1]);
    let mut taken = 2;
    while all.len() > 0 {
        let some = incoming::pages(&b, &mut all).unwrap();
        taken += some.pages;
        assert_eq!(some.at_end, all.len() == 0);
        assert_eq!(some.agrees, some.at_end.then_some(true));
    }
    assert_eq!(taken as usize, marks.len());
    b.assert_whole();
    log.sync(&[&a, &b]);
    log.sync(&[&a, &b]);
    assert_eq!(rows(&a), rows(&b));
}

#[test]
fn a_page_that_comes_twice_or_from_elsewhere_changes_nothing() {
    let (mut log, a, b) = two();
    ClientBuilder::new("Анна Иванова").create(&a);
    log.push(&a);
    b.take_in(|arrivals| store::put_companions(arrivals.conn(), &log.devices))
        .unwrap();
    let page = log.page(Mark::start());
    incoming::page(&b, page.clone()).unwrap();
    let before = rows(&b);
    assert!(matches!(
        incoming::page(&b, page),
        Err(incoming::Stopped::Elsewhere)
    ));
    assert_eq!(rows(&b), before);

    let mut forged = log.page(b.read(cursor).unwrap());
    log.push(&b);
    forged.entries = vec![log.entries.last().unwrap().0.clone()];
    forged.entries[0].batch.last_seq += 1;
    assert!(matches!(
        incoming::page(&a, forged),
        Err(incoming::Stopped::Stranger | incoming::Stopped::Forged)
    ));
}
