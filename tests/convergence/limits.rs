//! What is too long for head office: property 15 of docs/sync.md.

use clientele_core::clients;
use clientele_core::head_office::{self, store};
use clientele_core::workspace::Actor;
use clientele_core::workspace::store::log;
use clientele_model::{ClientDraft, ErrorCode, Stamp};
use clientele_protocol::BODY_BYTES_MAX;
use clientele_tests::simulator::{OfficeKind, judge, words};

use crate::stories::{everybody_visits, on_both_offices, seeds_of, three_desks};

on_both_offices! {
    a_card_that_is_too_long_is_refused_alone_and_shown_and_what_follows_goes_out
}

/// Each field fits, the card as a whole does not. Its author sees that, and finds every word of it.
fn a_card_that_is_too_long_is_refused_alone_and_shown_and_what_follows_goes_out(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, client) = three_desks(kind, seed);
        world.types(1, client);
        let page = "една страница текст ".repeat(7_000);
        let huge = ClientDraft {
            given_name: "Дълга".into(),
            notes: page.clone(),
            expects: page.clone(),
            never: page.clone(),
            source: page.clone(),
            company_name: page.clone(),
            ..ClientDraft::default()
        };
        assert!(page.len() * 5 > BODY_BYTES_MAX);
        let before = world.desks[1].book().device().1;
        let added = clients::add(world.desks[1].book(), &Actor::owner(), huge);
        let added = added.expect("the book itself takes it").value;
        let follows = world.types(1, client);
        let next = world.adds(1, "Следваща");

        let report = world.visits(1);
        assert_eq!((report.refused, report.agrees), (1, Some(true)), "seed {seed}");
        let book = world.desks[1].book();
        assert_eq!(
            book.read(head_office::waiting).expect("the log"),
            0,
            "the queue has moved on"
        );
        let refusals = book.read(store::refusals).expect("the list");
        assert_eq!(refusals.len(), 1);
        assert_eq!(refusals[0].seq, before + 1);
        let code = head_office::incoming::refusal(&refusals[0].why);
        assert_eq!(code, ErrorCode::ChangeTooLarge);
        let stamp = Stamp {
            device: refusals[0].device,
            seq: refusals[0].seq,
        };
        let kept = book.read(|conn| log::of_stamp(conn, stamp)).expect("the log");
        let fields = kept.and_then(|kept| kept.body).expect("its body").0;
        assert!(
            fields
                .iter()
                .any(|field| field.value.as_text() == Some(page.trim()))
        );

        everybody_visits(&mut world);
        for place in 0..3 {
            assert_eq!(world.note_of(place, client), follows);
            assert!(world.note_of(place, next).is_empty());
            // The same everywhere: here, too, it is not in the list but among what was refused.
            let card = world.desks[place].book().read(|conn| clients::load(conn, added));
            assert_eq!(
                card.map(drop).map_err(|error| error.code()),
                Err(ErrorCode::NotFound)
            );
        }
        assert_eq!(world.visits(1).refused, 0, "told once");
        judge(&mut world);
        let words = words(world.desks[0].book()).expect("the log");
        assert!(words.iter().all(|word| word.len() < page.trim().len()));
    }
}
