//! The keys of the book: whatever happens to the secret store, the recovery key opens it and nothing is lost.

use clientele_api::types::{BookDemo, BookState, BookUnlock, ClientSave, Nothing, SearchAsk};
use clientele_core::testing::ClientBuilder;
use clientele_model::{ErrorCode, Language};
use clientele_tests::{Machine, Store, create, refusal, state};

fn book_bytes(machine: &Machine) -> Vec<u8> {
    machine.files().remove("book.clientele").expect("the book")
}

fn add(api: &clientele_api::Api<Machine>, name: &str) {
    api.client_save(ClientSave {
        id: None,
        before: None,
        after: ClientBuilder::new(name).0,
    })
    .expect("a client");
}

fn found(api: &clientele_api::Api<Machine>, name: &str) -> usize {
    api.search(SearchAsk {
        query: name.into(),
        limit: 10,
    })
    .map_or(0, |hits| hits.len())
}

#[test]
fn a_book_opens_by_itself_at_the_next_start() {
    let machine = Machine::new();
    let api = machine.start();
    assert_eq!(refusal(&api), Some(ErrorCode::BookNotOpen));
    assert_eq!(state(&api).system_language, Language::Bg);
    create(&api);
    add(&api, "Анна");
    drop(api);
    let api = machine.start();
    assert_eq!((refusal(&api), found(&api, "анна")), (None, 1));
}

#[test]
fn the_recovery_key_opens_the_book_when_the_store_does_not() {
    for trouble in ["emptied", "absent", "locked"] {
        let machine = Machine::new();
        let api = machine.start();
        let recovery_key = create(&api);
        add(&api, "Анна");
        drop(api);
        let before = book_bytes(&machine);
        match trouble {
            "emptied" => machine.empty_store(),
            "absent" => machine.set_store(Store::Absent),
            _ => machine.set_store(Store::Locked),
        }
        let api = machine.start();
        let expected = if trouble == "absent" {
            ErrorCode::KeyringUnavailable
        } else {
            ErrorCode::KeyringNoKey
        };
        assert_eq!(refusal(&api), Some(expected), "{trouble}");
        let unlock = |key: &str| {
            api.book_unlock(BookUnlock {
                recovery_key: key.into(),
            })
        };
        let code = |key: &str| unlock(key).err().map(|refusal| refusal.code);
        assert_eq!(code("ABCD-1234"), Some(ErrorCode::RecoveryKeyMistyped));
        let other = clientele_core::keys::RecoveryKey::random().to_print();
        assert_eq!(code(&other), Some(ErrorCode::RecoveryKeyWrong));
        assert_eq!(
            book_bytes(&machine),
            before,
            "{trouble}: nothing was written by failing"
        );
        let unlocked = unlock(&recovery_key.to_lowercase()).expect("the recovery key opens it");
        assert_eq!(unlocked.keyring_problem.is_some(), trouble != "emptied");
        assert_eq!(found(&api, "анна"), 1, "{trouble}");
        drop(api);
        // What the store took back it gives again; where it still does not, the recovery key is asked again.
        let again = refusal(&machine.start());
        assert_eq!(again.is_none(), trouble == "emptied", "{trouble}: {again:?}");
    }
}

#[test]
fn without_a_store_a_book_is_made_and_says_so() {
    for (store, problem) in [
        (Store::Absent, ErrorCode::KeyringUnavailable),
        (Store::Locked, ErrorCode::KeyringNoKey),
        (Store::Forgets, ErrorCode::KeyringForgets),
    ] {
        let machine = Machine::new();
        machine.set_store(store);
        let api = machine.start();
        let settings = clientele_core::testing::settings();
        let made = api
            .book_create(clientele_api::types::BookCreate { settings })
            .expect("a book");
        assert_eq!(made.keyring_problem.map(|refusal| refusal.code), Some(problem));
        drop(api);
        let api = machine.start();
        assert!(refusal(&api).is_some());
        api.book_unlock(BookUnlock {
            recovery_key: made.recovery_key,
        })
        .expect("the recovery key opens it");
    }
}

#[test]
fn no_file_holds_a_key_in_the_clear() {
    let machine = Machine::new();
    let api = machine.start();
    let recovery_key = create(&api).replace('-', "");
    let id = machine.files()["book.clientele"][..16].to_vec();
    let account: String = id.iter().map(|byte| format!("{byte:02x}")).collect();
    use clientele_api::SecretStore as _;
    let key = machine.get(&account).unwrap().expect("the store has it");
    let hex: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    for (name, bytes) in machine.files() {
        let has = |needle: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
        assert!(
            !has(&key) && !has(hex.as_bytes()) && !has(recovery_key.as_bytes()),
            "{name}"
        );
    }
}

#[test]
fn a_new_book_never_takes_the_place_of_one_that_cannot_be_opened() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    add(&api, "Анна");
    drop(api);
    machine.empty_store();
    let before = book_bytes(&machine);
    let api = machine.start();
    assert_eq!(refusal(&api), Some(ErrorCode::KeyringNoKey));
    // Somebody gives up and makes another book: the old one stays where it is, as it is.
    create(&api);
    assert_eq!(found(&api, "анна"), 0);
    assert_eq!(book_bytes(&machine), before);
    assert!(machine.files().contains_key("book-2.clientele"));
}

#[test]
fn a_lost_recovery_file_is_told() {
    let machine = Machine::new();
    let api = machine.start();
    let recovery_key = create(&api);
    drop(api);
    machine.empty_store();
    let file = machine.path("data/book.clientele.recovery");
    let whole = std::fs::read(&file).unwrap();
    for damaged in [None, Some(&b"{"[..]), Some(&whole[..whole.len() / 2])] {
        match damaged {
            None => std::fs::remove_file(&file).unwrap(),
            Some(bytes) => std::fs::write(&file, bytes).unwrap(),
        }
        let api = machine.start();
        let unlocked = api.book_unlock(BookUnlock {
            recovery_key: recovery_key.clone(),
        });
        assert_eq!(
            unlocked.err().map(|refusal| refusal.code),
            None.or(Some(ErrorCode::RecoveryFileMissing))
        );
    }
    std::fs::write(&file, whole).unwrap();
    machine
        .start()
        .book_unlock(BookUnlock { recovery_key })
        .expect("with its file back it opens");
}

#[test]
fn a_book_that_somebody_else_has_open_is_told_and_opens_later() {
    let machine = Machine::new();
    let first = machine.start();
    create(&first);
    let second = machine.start();
    assert_eq!(refusal(&second), Some(ErrorCode::BookInUse));
    drop(first);
    assert!(matches!(
        second.book_retry(Nothing).unwrap().book,
        BookState::Open { .. }
    ));
}

#[test]
fn the_demo_book_is_apart_from_the_real_one() {
    let machine = Machine::new();
    let api = machine.start();
    create(&api);
    add(&api, "Анна");
    api.book_close(Nothing).unwrap();
    for _ in 0..2 {
        let app = api
            .book_demo(BookDemo {
                language: Language::Ru,
            })
            .expect("the demo");
        assert!(matches!(app.book, BookState::Open { demo: true, .. }));
        assert!(api.status(Nothing).unwrap().clients > 100);
        let again = api
            .book_demo(BookDemo {
                language: Language::Ru,
            })
            .expect("it is open already");
        assert_eq!(again, app);
        api.book_close(Nothing).unwrap();
    }
    machine
        .dialogs
        .lock()
        .unwrap()
        .push_back(machine.path("data/book.clientele"));
    let app = api.book_choose(Nothing).unwrap();
    assert!(matches!(app.book, BookState::Open { demo: false, .. }));
    assert_eq!(
        (found(&api, "анна"), api.status(Nothing).unwrap().clients),
        (1, 1)
    );
    // A dialog that is closed, and a file that is no book, change nothing.
    assert_eq!(
        api.book_choose(Nothing).unwrap_err().code,
        ErrorCode::DialogCancelled
    );
    std::fs::write(machine.path("x.clientele"), "short").unwrap();
    machine
        .dialogs
        .lock()
        .unwrap()
        .push_back(machine.path("x.clientele"));
    assert_eq!(api.book_choose(Nothing).unwrap_err().code, ErrorCode::BookDamaged);
    assert_eq!(found(&api, "анна"), 1);
}

#[test]
fn two_books_made_at_once_each_have_their_own_key() {
    let machine = Machine::new();
    let api = machine.start();
    let keys: Vec<String> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| create(&api))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    api.book_close(Nothing).unwrap();
    machine.empty_store();
    let books: Vec<String> = machine
        .files()
        .into_keys()
        .filter(|name| name.ends_with(".clientele"))
        .collect();
    assert_eq!(books.len(), 4);
    for book in books {
        machine
            .dialogs
            .lock()
            .unwrap()
            .push_back(machine.path("data").join(&book));
        assert!(matches!(
            api.book_choose(Nothing).unwrap().book,
            BookState::Locked { .. }
        ));
        let opens = |key: &String| {
            api.book_unlock(BookUnlock {
                recovery_key: key.clone(),
            })
            .is_ok()
        };
        assert_eq!(keys.iter().filter(|key| opens(key)).count(), 1, "{book}");
        machine.empty_store();
    }
}

#[test]
fn a_folder_that_takes_no_preferences_does_not_cost_the_recovery_key() {
    let machine = Machine::new();
    let api = machine.start();
    // Where the preferences should lie stands a folder: they cannot be written, whoever asks.
    std::fs::create_dir_all(machine.path("data/preferences.json/x")).unwrap();
    assert_eq!(create(&api).len(), 44);
    assert_eq!(refusal(&api), None);
}
