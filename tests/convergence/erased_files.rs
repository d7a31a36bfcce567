//! An erased person, and every byte of every file of a PostgreSQL that knew her: property 19 of docs/sync.md, down to
//! the disk. The cluster and its roles are those that docs/patroni makes.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::PathBuf;

use clientele_cluster::{Database, Postgres};
use clientele_core::testing::{self, Rng, TestBook, bytes_within};
use clientele_core::workspace::Actor;
use clientele_core::{clients, head_office};
use clientele_model::{ClientDraft, ClientId, CompanyId, Phone, Timestamp};
use clientele_protocol::pairing::PairingCode;
use clientele_server::store::postgres::{Options, Postgres as Storage};
use clientele_server::{Error, Path, Service, Settings};
use clientele_sync::{Ask, Contact, Pairing};
use tokio::runtime::Runtime;

use crate::search::Search;

const OWNER: &str = "clientele_owner";
const SERVICE: &str = "clientele_service";
const READER: &str = "clientele_reader";

/// What is known of her, and written nowhere else.
const PERSON: [&str; 5] = [
    "Пенелопа",
    "Странимирова",
    "0888 765 432",
    "359888765432",
    "алергия към амоняк",
];

/// What stays.
const OTHER: &str = "Маргарита";

/// Head office on a PostgreSQL of its own, in whose folder nobody else writes.
struct House {
    runtime: Runtime,
    service: Option<Service<Storage>>,
    company: CompanyId,
    database: Database<'static>,
    cluster: &'static Postgres,
}

/// A cluster for one test; its keeper clears up when the process ends.
fn cluster() -> &'static Postgres {
    Box::leak(Box::new(Postgres::start().expect("a PostgreSQL")))
}

impl House {
    fn new() -> Self {
        let cluster = cluster();
        let database = cluster.database_with_roles().expect("a database");
        let mut house = Self {
            runtime: Runtime::new().expect("threads"),
            service: None,
            company: CompanyId::new(),
            database,
            cluster,
        };
        house.serve(Some(OWNER)).expect("tables");
        house.company = house
            .runtime
            .block_on(house.service().add_company("Хвойна", Timestamp::now().0))
            .expect("a company");
        house
    }

    /// Starts the server anew, with the tables' owner at hand or without.
    fn serve(&mut self, owner: Option<&str>) -> Result<(), Error> {
        self.service = None;
        let options = Options {
            admin_url: owner.map(|owner| self.database.url_of(owner)),
            clears_journal: true,
            ..Options::new(&self.database.url_of(SERVICE))
        };
        let settings = Settings {
            settles_at_once: false,
            ..Settings::new()?
        };
        let storage = self.runtime.block_on(Storage::open(&options))?;
        self.service = Some(Service::new(storage, settings));
        Ok(())
    }

    fn service(&self) -> &Service<Storage> {
        self.service.as_ref().expect("the server runs")
    }

    fn settle(&self) -> Result<(), Error> {
        self.runtime.block_on(self.service().settle(self.company))
    }

    fn answer(&self, ask: Ask) -> Vec<u8> {
        let (path, bytes) = match ask {
            Ask::Pair(bytes) => (Path::Pair, bytes),
            Ask::Open(bytes) => (Path::Open, bytes),
            Ask::Call(bytes) => (Path::Call, bytes),
        };
        self.runtime
            .block_on(self.service().handle(path, &bytes, Timestamp::now().0))
    }

    /// A device with a book of its own.
    fn device(&self, name: &str) -> TestBook {
        let book = TestBook::new();
        let until = Timestamp::now().0 + 3_600_000;
        let secret = self.service().add_pairing(self.company, None, until);
        let secret = self.runtime.block_on(secret).expect("a pairing");
        let (address, pin) = ("simulated:1".to_owned(), None);
        let code = PairingCode { address, secret, pin }.to_text();
        let mut pairing = Pairing::begin(&book, &code, name).expect("a code");
        let answer = self.answer(pairing.ask());
        assert!(pairing.answer(&book, &answer, Timestamp::now()).expect("paired"));
        book
    }

    fn visit(&self, book: &TestBook) {
        let mut contact = Contact::begin(book).expect("it is paired");
        while let Some(ask) = contact.ask().expect("a question") {
            contact.answer(&self.answer(ask)).expect("it fits");
        }
        assert_eq!(contact.report().agrees, Some(true));
    }

    /// A device that was shut out hands over what it has.
    fn tries_to_visit(&self, book: &TestBook) {
        let mut contact = Contact::begin(book).expect("it is paired");
        while let Ok(Some(ask)) = contact.ask() {
            if contact.answer(&self.answer(ask)).is_err() {
                return;
            }
        }
    }

    /// How many batches lie in quarantine.
    fn quarantined(&self) -> usize {
        let count = self.database.sql("select count(*) from clientele.quarantine");
        count.expect("a count").trim().parse().expect("a number")
    }

    /// Of how many columns of some type PostgreSQL keeps statistics.
    fn statistics(&self, of_type: &str) -> usize {
        let count = self.database.sql(&format!(
            "select count(*) from pg_statistic s join pg_class c on c.oid = s.starelid
             join pg_attribute a on a.attrelid = s.starelid and a.attnum = s.staattnum
             where c.relnamespace = 'clientele'::regnamespace
             and c.relname not in ('versions', 'companies', 'pairings') and a.atttypid {of_type}"
        ));
        count.expect("a count").trim().parse().expect("a number")
    }

    /// How many erasures are still to be finished, by the server itself, as devices are told.
    fn pending(&self) -> usize {
        let count = self.database.sql("select count(*) from clientele.erasing");
        count.expect("a count").trim().parse().expect("a number")
    }

    /// Every packed batch, and whatever is kept in quarantine, as they stand in the tables.
    fn packed(&self) -> Vec<Vec<u8>> {
        let sql = "select encode(packed, 'hex') from clientele.log
                   union all select encode(held, 'hex') from clientele.quarantine";
        let lines = self.database.sql(sql).expect("the log");
        lines.lines().map(unhex).collect()
    }
}

fn unhex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks_exact(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("digits"), 16);
    digits.map(|pair| byte(pair).expect("digits")).collect()
}

fn by() -> Actor {
    Actor::owner()
}

fn add(book: &TestBook, name: &str) {
    let draft = ClientDraft {
        given_name: name.into(),
        ..ClientDraft::default()
    };
    clients::add(book, &by(), draft).expect("a client");
}

/// A card too long for a page of PostgreSQL.
fn add_her(book: &TestBook) -> ClientId {
    let mut dice = Rng(19);
    let mut notes = String::new();
    for _ in 0..600 {
        let _ = write!(notes, "{:08x}", dice.below(usize::MAX));
    }
    let draft = ClientDraft {
        given_name: PERSON[0].into(),
        family_name: PERSON[1].into(),
        phones: vec![Phone {
            typed: PERSON[2].into(),
            ..Phone::default()
        }],
        never: PERSON[4].into(),
        notes,
        ..ClientDraft::default()
    };
    let client = clients::add(book, &by(), draft).expect("a client").value;
    testing::log_call(book, client, "Пенелопа пита за понеделник", Timestamp::now().0);
    client
}

fn erase(book: &TestBook, client: ClientId) {
    clients::trash(book, &by(), &[client]).expect("into the trash");
    clients::erase(book, &by(), &[client]).expect("erased");
}

/// Who knew her: two devices, one that was shut out and pushed all the same, and all of the server's files.
struct Story {
    house: House,
    desk: TestBook,
    late: TestBook,
    out: TestBook,
    client: ClientId,
    packed: Vec<Vec<u8>>,
}

fn she_is_known() -> Story {
    let house = House::new();
    let (desk, late, out) = (house.device("desk"), house.device("late"), house.device("out"));
    add(&desk, OTHER);
    let client = add_her(&desk);
    for book in [&desk, &late, &out, &desk] {
        house.visit(book);
    }
    let job = clientele_server::store::devices::Revoke {
        device: out.device().0,
        now_millis: Timestamp::now().0,
    };
    let storage = house.service().storage();
    let revoked = clientele_server::store::Storage::write(storage, house.company, job);
    assert!(house.runtime.block_on(revoked).expect("the database"));
    testing::log_call(&out, client, "Пенелопа се обади след края", Timestamp::now().0);
    house.tries_to_visit(&out);
    house.settle().expect("the plain tables");
    assert_eq!(house.quarantined(), 1, "what was pushed too late");
    // What a busy week does: statistics, full pages in the journal, and files of it that wait under later names.
    for _ in 0..3 {
        house
            .database
            .sql("analyze; checkpoint; update clientele.row_clients set notes = notes; select pg_switch_wal(); checkpoint")
            .expect("the administrator");
    }
    assert_eq!(
        house.statistics("= any ('{text,bytea}'::regtype[])"),
        0,
        "of what people write"
    );
    assert!(
        house.statistics("= 'uuid'::regtype") > 0,
        "of other columns there are some"
    );
    let packed = house.packed();
    Story {
        house,
        desk,
        late,
        out,
        client,
        packed,
    }
}

impl Story {
    /// Where something of her stands below the cluster's folder.
    fn found(&self) -> BTreeSet<(PathBuf, String)> {
        let after = self.house.packed();
        let search = Search::words(&PERSON).with_pieces(&self.packed, &after);
        search.within(self.house.cluster.folder())
    }

    fn nothing_is_left(&self) {
        assert_eq!(self.found(), BTreeSet::new());
        let others = Search::words(&[OTHER]).within(self.house.cluster.folder());
        assert!(!others.is_empty(), "the search finds what is there");
        for book in [&self.desk, &self.late] {
            if book.read(|conn| clients::load(conn, self.client)).is_ok() {
                continue;
            }
            let bytes = bytes_within(book).expect("the file");
            for word in PERSON {
                let is_there = bytes.windows(word.len()).any(|window| window == word.as_bytes());
                assert!(!is_there, "{word} in a book");
            }
        }
    }
}

fn is_in_the_journal((path, _): &(PathBuf, String)) -> bool {
    path.components().any(|part| part.as_os_str() == "pg_wal")
}

#[test]
fn of_an_erased_person_no_byte_is_left_in_any_file_of_postgresql() {
    let story = she_is_known();
    let house = &story.house;
    let words = Search::words(&PERSON).within(house.cluster.folder());
    let distinct: BTreeSet<&str> = words.iter().map(|(_, word)| word.as_str()).collect();
    for word in PERSON {
        assert!(distinct.contains(word), "the search finds {word}: {words:?}");
    }
    assert!(words.iter().any(is_in_the_journal));

    erase(&story.desk, story.client);
    house.visit(&story.desk);
    house.settle().expect("erased");
    house.visit(&story.desk);
    assert_eq!(house.pending(), 0);
    story.nothing_is_left();

    // Those that knew of nothing write about her, and bring it.
    testing::log_call(
        &story.out,
        story.client,
        "Пенелопа дойде сама",
        Timestamp::now().0,
    );
    house.tries_to_visit(&story.out);
    assert_eq!(house.quarantined(), 2);
    testing::log_call(
        &story.late,
        story.client,
        "Пенелопа пак се обади",
        Timestamp::now().0,
    );
    house.visit(&story.late);
    house.settle().expect("erased");
    house.visit(&story.late);
    house.settle().expect("nothing more");
    assert_eq!(house.pending(), 0);
    assert!(story.late.read(|conn| clients::load(conn, story.client)).is_err());
    story.nothing_is_left();
}

#[test]
fn without_the_rights_to_the_journal_she_stands_there_and_nowhere_else() {
    let story = she_is_known();
    let house = &story.house;
    house
        .database
        .sql("revoke pg_checkpoint from clientele_owner")
        .expect("the administrator");
    erase(&story.desk, story.client);
    house.visit(&story.desk);
    house.settle().expect("erased");
    assert_eq!(house.pending(), 0);
    // The administrator lets PostgreSQL give the rewritten tables' old files back.
    house.database.sql("checkpoint").expect("the administrator");
    let found = story.found();
    assert!(!found.is_empty(), "or the rights would not be needed");
    let elsewhere: Vec<_> = found.iter().filter(|found| !is_in_the_journal(found)).collect();
    assert_eq!(elsewhere, Vec::<&(PathBuf, String)>::new());
}

#[test]
fn a_server_without_the_owner_says_that_an_erasure_is_not_finished() {
    let mut story = she_is_known();
    story.house.serve(None).expect("the tables are made already");
    erase(&story.desk, story.client);
    story.house.visit(&story.desk);
    for _ in 0..2 {
        let told = story.house.settle().expect_err("it owns nothing").to_string();
        assert!(
            told.contains(SERVICE) && told.contains("--postgres-admin"),
            "{told}"
        );
    }
    assert!(story.house.pending() > 0);
    story.house.visit(&story.desk);
    let told = story
        .desk
        .read(head_office::store::erasures)
        .expect("the receipts");
    assert!(!told.is_empty(), "the device knows that it is not finished");
    assert!(!story.found().is_empty());

    story.house.serve(Some(OWNER)).expect("with the owner");
    story.house.settle().expect("erased");
    assert_eq!(story.house.pending(), 0);
    story.nothing_is_left();
}

#[test]
fn whoever_still_sees_her_in_an_old_state_keeps_the_erasure_open() {
    let story = she_is_known();
    let house = &story.house;
    let url = house.database.url_of(READER);
    let reader = house.runtime.block_on(async {
        let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
            .await
            .expect("a connection");
        tokio::spawn(connection);
        let begin = format!(
            "set clientele.company = '{}'; begin isolation level repeatable read; select 1 from pg_class limit 1",
            house.company
        );
        client.batch_execute(&begin).await.expect("a report");
        client
    });
    erase(&story.desk, story.client);
    house.visit(&story.desk);
    let told = house.settle().expect_err("the report runs").to_string();
    assert!(told.contains("still open"), "{told}");
    assert!(house.pending() > 0);
    let found = story.found();
    assert!(
        found.iter().any(|found| !is_in_the_journal(found)),
        "the new files hold her still"
    );

    house
        .runtime
        .block_on(reader.batch_execute("rollback"))
        .expect("the report ends");
    house.settle().expect("erased");
    assert_eq!(house.pending(), 0);
    story.nothing_is_left();
}
