//! The end of a history: the line holds, everybody visits, and then all must be as it should.

use std::collections::{BTreeMap, BTreeSet};

use clientele_core::attachments;
use clientele_core::clients::{self, CLIENTS, links};
use clientele_core::head_office::contents;
use clientele_core::workspace::Actor;
use clientele_core::workspace::store::{conflicts, log, row_ids, values_of_row};
use clientele_core::{Result, book::Book};
use clientele_model::{ClientId, ErrorCode, RowId};

use super::{Faults, MINUTE, Outcome, World};

/// Every record of a book, in words.
///
/// # Panics
/// Where the book cannot be read.
#[must_use]
pub fn rows(book: &Book) -> BTreeMap<(String, RowId), String> {
    let read = book.read_apart(|conn| {
        let mut rows = BTreeMap::new();
        for table in book.schema().tables {
            for id in row_ids(conn, table)? {
                let values = values_of_row(conn, table, id)?;
                let values: Vec<_> = values.iter().map(|(field, value)| (field.name, value)).collect();
                rows.insert((table.name.to_owned(), id), format!("{values:?}"));
            }
        }
        for lost in conflicts::list(conn, 100_000)? {
            let words = format!("{} {:?}", lost.field, lost.stamp);
            rows.entry(("conflict".to_owned(), lost.row))
                .or_insert_with(String::new)
                .push_str(&words);
        }
        Ok(rows)
    });
    read.expect("the book is read")
}

/// On whose card each client stands.
fn cards(book: &Book) -> BTreeMap<ClientId, ClientId> {
    let read = book.read_apart(|conn| {
        let all = row_ids(conn, &CLIENTS)?.into_iter().map(ClientId::from);
        all.map(|id| Ok((id, clients::home(conn, id)?))).collect()
    });
    read.expect("the book is read")
}

/// Every word in the log of a book, as far as it has a body.
///
/// # Errors
/// What SQLite says.
pub fn words(book: &Book) -> Result<BTreeSet<String>> {
    book.read_apart(|conn| {
        let mut words = BTreeSet::new();
        for (_, row) in log::rows(conn)? {
            for change in log::of_row(conn, row)? {
                for field in change.body.unwrap_or_default().0 {
                    words.extend(field.value.as_text().map(str::to_owned));
                }
            }
        }
        Ok(words)
    })
}

fn erased(book: &Book) -> Result<BTreeSet<RowId>> {
    book.read_apart(log::erased_rows)
}

/// Lets everybody visit until nothing is left to say, and looks at everything.
///
/// # Panics
/// Where two books differ, a book is not whole, or a word is gone; the seed is in the message.
pub fn judge(world: &mut World) {
    world.faults = Faults::none();
    world.deliver_late();
    let seed = world.seed;
    for round in 0..4 {
        for place in 0..world.desks.len() {
            world.time.pass(MINUTE);
            if !world.desks[place].is_live() {
                continue;
            }
            match world.visit(place) {
                Outcome::Done(_) => {}
                Outcome::Cut if round == 0 => {}
                other => panic!("seed {seed}: desk {place} cannot visit: {other:?}"),
            }
        }
    }
    let live: Vec<usize> = (0..world.desks.len())
        .filter(|place| world.desks[*place].is_live())
        .collect();
    let checked = world.office.check();
    assert!(
        checked.complaints.is_empty(),
        "seed {seed}: head office is not whole: {:#?}",
        checked.complaints
    );
    for place in &live {
        let outcome = world.visit(*place);
        let Outcome::Done(report) = outcome else {
            panic!("seed {seed}: desk {place} cannot visit: {outcome:?}");
        };
        assert_eq!(
            report.agrees,
            Some(true),
            "seed {seed}: desk {place} and head office differ"
        );
        let left = links::erase_left_over(world.desks[*place].book(), &Actor::owner()).expect("the links");
        assert_eq!(
            left.value, 0,
            "seed {seed}: desk {place} says something of somebody who was erased"
        );
        let check = world.desks[*place].book().check().expect("a look at the book");
        assert!(
            check.ok,
            "seed {seed}: desk {place} is not whole: {:#?}",
            check.problems
        );
    }
    let books: Vec<_> = live
        .iter()
        .map(|place| rows(world.desks[*place].book()))
        .collect();
    for (place, book) in live.iter().zip(&books) {
        let (branch, first) = (world.desks[*place].branch, live[0]);
        let other = live
            .iter()
            .position(|other| world.desks[*other].branch == branch)
            .unwrap_or(first);
        same(world, (*place, book), (live[other], &books[other]));
        let shown = |place: usize| cards(world.desks[place].book());
        assert_eq!(
            shown(*place),
            shown(live[other]),
            "seed {}: desks {place} and {} show merged clients on different cards",
            world.seed,
            live[other]
        );
    }
    // Head office sees all that any branch sees, and sees it so.
    if let Some(all) = live.iter().position(|place| world.desks[*place].branch.is_none()) {
        for (place, book) in live.iter().zip(&books) {
            let of_branch: Rows = books[all]
                .iter()
                .filter(|(row, _)| book.contains_key(row))
                .map(|(row, what)| (row.clone(), what.clone()))
                .collect();
            same(world, (*place, book), (live[all], &of_branch));
        }
    }
    found(world, &live);
    fetched(world, &live);
}

/// Whoever looks at a photo or a file gets it, wherever it was added, as long as anybody who visits has it.
fn fetched(world: &mut World, live: &[usize]) {
    let seed = world.seed;
    let all = |world: &World, place: usize| {
        let read = |conn: &_| row_ids(conn, &attachments::ATTACHMENTS);
        world.desks[place].book().read(read).expect("the attachments")
    };
    let has = |world: &World, place: usize, id: RowId| {
        let content = world.desks[place]
            .book()
            .read(|conn| attachments::content(conn, id.into()));
        match content {
            Ok(_) => true,
            Err(error) if error.code() == ErrorCode::AttachmentNotHere => false,
            Err(error) if error.code() == ErrorCode::NotFound => false,
            Err(error) => panic!("seed {seed}: desk {place} has something else under {id}: {error}"),
        }
    };
    for place in live {
        let wanted: Vec<RowId> = all(world, *place)
            .into_iter()
            .filter(|id| !has(world, *place, *id) && live.iter().any(|other| has(world, *other, *id)))
            .collect();
        for id in &wanted {
            let book = world.desks[*place].book();
            contents::want(book, (*id).into()).expect("wanted");
        }
        let outcome = world.visit(*place);
        assert!(
            matches!(outcome, Outcome::Done(_)),
            "seed {seed}: desk {place}: {outcome:?}"
        );
        for id in wanted {
            assert!(
                has(world, *place, id),
                "seed {seed}: desk {place} does not get {id}"
            );
        }
    }
}

type Rows = BTreeMap<(String, RowId), String>;

fn same(world: &World, (a, left): (usize, &Rows), (b, right): (usize, &Rows)) {
    let keys: BTreeSet<_> = left.keys().chain(right.keys()).collect();
    for key in keys {
        if left.get(key) != right.get(key) {
            let seed = world.seed;
            println!("desk {a}: {}", story(world.desks[a].book(), key.1));
            println!("desk {b}: {}", story(world.desks[b].book(), key.1));
            for (one, other) in [(a, b), (b, a)] {
                let log = world.desks[one].book().read(|conn| log::of_row(conn, key.1));
                for change in log.expect("the log is read") {
                    let there = world.desks[other]
                        .book()
                        .read(|conn| log::of_stamp(conn, change.stamp));
                    println!(
                        "{:?} on desk {other}: {:?}",
                        change.stamp,
                        there.map(|there| there.map(|t| t.state))
                    );
                    let step = world.desks[one]
                        .book()
                        .read(|conn| log::of_step(conn, change.step, 50));
                    for change in step.expect("the step is read") {
                        let there = world.desks[other]
                            .book()
                            .read(|conn| log::of_stamp(conn, change.stamp));
                        println!(
                            "  with {:?} {} of {:?}, {:?}",
                            change.stamp,
                            change.entity,
                            change.scope,
                            there.map(|there| there.map(|t| (t.state, t.body.is_some())))
                        );
                    }
                }
            }
            println!("branches {:?} {:?}", world.desks[a].branch, world.desks[b].branch);
            panic!("seed {seed}: desks {a} and {b} differ in {key:?}");
        }
    }
}

/// What the log of a book says of a row, for whoever looks for the reason.
fn story(book: &Book, row: RowId) -> String {
    let log = book.read(|conn| log::of_row(conn, row)).expect("the log is read");
    let lines = log.iter().map(|change| {
        let fields = change.body.iter().flat_map(|body| &body.0);
        let fields: Vec<_> = fields
            .map(|field| format!("{} = {:?} over {:?}", field.field, field.value, field.base))
            .collect();
        format!(
            "\n  {:?} {:?} {:?} of {:?} {fields:?}",
            change.eff_hlc, change.stamp, change.kind, change.scope
        )
    });
    lines.collect()
}

/// Every word that was saved is found on every device that may see it, unless its client was erased or it
/// went with a file that was thrown away, or with a machine, before head office had it.
fn found(world: &World, live: &[usize]) {
    for place in live {
        let desk = &world.desks[*place];
        let words = words(desk.book()).expect("the log is read");
        let erased = erased(desk.book()).expect("the erased are read");
        for written in &world.written {
            let by = &world.desks[written.desk];
            let sees = desk.branch.is_none() || desk.branch == by.branch;
            let burnt = by.is_gone && !written.acknowledged;
            let mut whose = [Some(written.client), written.about].into_iter().flatten();
            let is_erased = whose.any(|client| erased.contains(&client.into()));
            let excused = by.revoked || burnt || written.lost_with_its_file || is_erased;
            assert!(
                !sees || excused || words.contains(&written.word),
                "seed {}: {written:?} is not on desk {place}",
                world.seed
            );
        }
    }
}
