//! What the stories share: seeds, both kinds of offices, and a company to begin with.

use clientele_core::workspace::store::conflicts;
use clientele_model::{BranchId, ClientId};
use clientele_tests::simulator::{MINUTE, OfficeKind, World};

/// Each story on both kinds of office.
macro_rules! on_both_offices {
    ($($story:ident)*) => {
        mod on_sqlite {
            $(#[test]
            fn $story() {
                super::$story(clientele_tests::simulator::OfficeKind::Sqlite);
            })*
        }

        mod on_postgres {
            $(#[test]
            fn $story() {
                super::$story(clientele_tests::simulator::OfficeKind::Postgres);
            })*
        }
    };
}
pub(crate) use on_both_offices;

/// So many seeds, each printed before its story is told. `CLIENTELE_SEED` says which is the first.
pub fn seeds(count: u64) -> impl Iterator<Item = u64> {
    let first = std::env::var("CLIENTELE_SEED").ok();
    let first = first.and_then(|text| text.parse().ok()).unwrap_or(20_261_122);
    (first..first + count).inspect(|seed| println!("seed {seed} (set CLIENTELE_SEED to replay)"))
}

/// So many seeds; one on PostgreSQL, whose SQL is the same and whose databases take longer to make.
pub fn seeds_of(kind: OfficeKind, count: u64) -> impl Iterator<Item = u64> {
    seeds(if kind == OfficeKind::Postgres { 1 } else { count })
}

/// Three desks of one company without branches, and a client whom all of them know.
pub fn three_desks(kind: OfficeKind, seed: u64) -> (World, ClientId) {
    let mut world = World::new(kind, seed);
    for _ in 0..3 {
        world.pair(None);
    }
    let client = world.adds(0, "Анна");
    everybody_visits(&mut world);
    (world, client)
}

/// Head office's own desk (0), and a desk in each of three branches (1, 2, 3).
pub fn three_branches(kind: OfficeKind, seed: u64) -> (World, [BranchId; 3]) {
    let mut world = World::new(kind, seed);
    let branches = ["Изток", "Запад", "Център"].map(|name| world.office.branch(name));
    world.pair(None);
    for branch in branches {
        world.pair(Some(branch));
    }
    (world, branches)
}

/// Everybody tells, and everybody hears what the others told.
pub fn everybody_visits(world: &mut World) {
    for _ in 0..2 {
        for place in 0..world.desks.len() {
            if world.desks[place].is_live() {
                world.visits(place);
            }
        }
    }
}

/// The fields of a client in which a value lost, on one desk.
pub fn quarrels(world: &World, place: usize, client: ClientId) -> Vec<String> {
    let lost = world.desks[place]
        .book()
        .read(|conn| conflicts::of_row(conn, client.into()));
    lost.expect("the conflicts")
        .into_iter()
        .map(|lost| lost.field)
        .collect()
}

/// Some minutes go by.
pub fn minutes(world: &World, count: i64) {
    world.time.pass(count * MINUTE);
}
