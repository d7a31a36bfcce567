//! Contact persons who are clients, too: property 22 of docs/sync.md, and of 19 what is said of an erased person on the
//! cards of others.

use clientele_core::clients::{self, PersonState};
use clientele_core::duplicates;
use clientele_core::testing::bytes_within;
use clientele_core::workspace::Actor;
use clientele_model::{ClientDraft, ClientId, ContactPerson};
use clientele_server::store::Storage as _;
use clientele_server::store::project::rows::PlainRows;
use clientele_tests::simulator::{OfficeKind, World, judge};

use crate::stories::{everybody_visits, on_both_offices, seeds_of, three_branches, three_desks};

on_both_offices! {
    two_devices_link_and_merge_and_throw_away_at_once_and_all_show_the_same
    what_was_said_of_an_erased_client_goes_whoever_linked_it_and_when
    a_branch_shows_the_name_of_whom_it_may_not_see_until_that_client_is_erased
}

/// How the one who is linked is called, and known from nothing else.
const NAME: &str = "Пенелопа";

/// What is said of her on another's card.
const ROLE: &str = "кръстница";

fn by() -> Actor {
    Actor::owner()
}

fn add(world: &World, place: usize, name: &str) -> ClientId {
    let draft = ClientDraft {
        given_name: name.into(),
        ..ClientDraft::default()
    };
    let added = clients::add(world.desks[place].book(), &by(), draft);
    added.expect("a client").value
}

fn link(world: &World, place: usize, card: ClientId, person: ClientId) {
    let book = world.desks[place].book();
    let before = book.read(|conn| clients::load(conn, card)).expect("the card");
    let mut after = before.clone();
    after.contact_persons.push(ContactPerson {
        role: ROLE.into(),
        person_id: Some(person),
        ..ContactPerson::default()
    });
    clients::change(book, &by(), card, &before, after).expect("linked");
}

fn erase(world: &World, place: usize, client: ClientId) {
    let book = world.desks[place].book();
    clients::trash(book, &by(), &[client]).expect("into the trash");
    clients::erase(book, &by(), &[client]).expect("erased");
}

/// Whom the links of a card lead to, by what name, and what there is to open.
fn shown(world: &World, place: usize, card: ClientId) -> Vec<(ClientId, String, PersonState)> {
    let card = world.desks[place].book().read(|conn| clients::card(conn, card));
    let linked = card.expect("the card").linked.into_iter();
    linked
        .map(|linked| (linked.id, linked.name, linked.state))
        .collect()
}

fn nothing_is_left(world: &World, places: impl Iterator<Item = usize>) {
    let seed = world.seed;
    for place in places {
        let desk = &world.desks[place];
        desk.book().settle().expect("nobody reads");
        let bytes = bytes_within(&desk.test_book).expect("the file");
        for word in [NAME, ROLE] {
            let is_left = bytes.windows(word.len()).any(|window| window == word.as_bytes());
            assert!(!is_left, "seed {seed}: {word} is left on desk {place}");
        }
    }
    let rows = PlainRows {
        entity: "contact_persons".into(),
    };
    let company = world.office.company();
    let rows = world.office.ask(|service| service.storage().read(company, rows));
    let rows = format!("{:?}", rows.expect("the plain tables"));
    assert!(
        !rows.contains(NAME) && !rows.contains(ROLE),
        "seed {seed}: {rows}"
    );
}

fn two_devices_link_and_merge_and_throw_away_at_once_and_all_show_the_same(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, anna) = three_desks(kind, seed);
        let (first, second) = (add(&world, 0, NAME), add(&world, 0, "Пенка"));
        everybody_visits(&mut world);
        // One links the card that another merges away, and a third throws into the trash on which it then stands.
        link(&world, 0, anna, first);
        let merged = duplicates::merge(world.desks[1].book(), &by(), second, first, None).expect("merged");
        everybody_visits(&mut world);
        for place in 0..3 {
            assert_eq!(
                shown(&world, place, anna)[0].0,
                second,
                "seed {seed}, desk {place}"
            );
        }
        // The two of a link turn out to be one, and one of them does not know.
        duplicates::merge(world.desks[2].book(), &by(), anna, second, None).expect("merged");
        link(&world, 1, anna, second);
        everybody_visits(&mut world);
        for place in 0..3 {
            assert_eq!(shown(&world, place, anna), [], "seed {seed}, desk {place}");
        }
        world.desks[2].book().undo(&by()).expect("taken apart");
        let step = merged.step.expect("a step").id;
        duplicates::unmerge(world.desks[1].book(), &by(), step).expect("taken apart");
        everybody_visits(&mut world);
        clients::trash(world.desks[0].book(), &by(), &[first]).expect("into the trash");
        judge(&mut world);
        for place in 0..3 {
            let shown = shown(&world, place, anna);
            let of_first = shown.iter().find(|(id, ..)| *id == first);
            let (_, name, state) = of_first.expect("the link came back");
            assert_eq!(
                (name.as_str(), *state),
                (NAME, PersonState::InTrash),
                "seed {seed}"
            );
        }
    }
}

fn what_was_said_of_an_erased_client_goes_whoever_linked_it_and_when(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, anna) = three_desks(kind, seed);
        let vera = world.adds(1, "Вера");
        let her = add(&world, 0, NAME);
        link(&world, 0, anna, her);
        everybody_visits(&mut world);
        // Desk 2 links her to another while desk 0 erases her.
        link(&world, 2, vera, her);
        erase(&world, 0, her);
        world.visits(0);
        world.visits(1);
        nothing_is_left(&world, 0..2);
        judge(&mut world);
        nothing_is_left(&world, 0..3);
        for place in 0..3 {
            assert_eq!(
                (shown(&world, place, anna), shown(&world, place, vera)),
                (vec![], vec![])
            );
        }
    }
}

/// Head office sees both; the branches one each. The one that erases does not see the other's card.
fn a_branch_shows_the_name_of_whom_it_may_not_see_until_that_client_is_erased(kind: OfficeKind) {
    for seed in seeds_of(kind, 2) {
        let (mut world, _) = three_branches(kind, seed);
        let anna = world.adds(1, "Анна");
        let her = add(&world, 2, NAME);
        everybody_visits(&mut world);
        // No branch links whom it does not have.
        let book = world.desks[1].book();
        let before = book.read(|conn| clients::load(conn, anna)).expect("the card");
        let mut after = before.clone();
        after.contact_persons.push(ContactPerson {
            person_id: Some(her),
            ..ContactPerson::default()
        });
        let refused = clients::change(book, &by(), anna, &before, after).expect_err("it may not see her");
        assert_eq!(
            refused.code(),
            clientele_model::ErrorCode::NotFound,
            "seed {seed}"
        );
        link(&world, 0, anna, her);
        everybody_visits(&mut world);
        assert_eq!(shown(&world, 0, anna), [(her, NAME.into(), PersonState::Here)]);
        assert_eq!(shown(&world, 1, anna), [(her, NAME.into(), PersonState::Unseen)]);
        let hers = world.desks[2].book().read(|conn| clients::card(conn, her));
        assert_eq!(hers.expect("her card").person_of, []);
        erase(&world, 2, her);
        judge(&mut world);
        nothing_is_left(&world, 0..4);
        assert_eq!(shown(&world, 1, anna), []);
    }
}
