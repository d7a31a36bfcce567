//! With which code a device comes in, and what it is told when it does not.

use clientele_api::Api;
use clientele_api::types::*;
use clientele_core::clients::ClientsList;
use clientele_core::settings::Settings;
use clientele_model::ErrorCode;
use clientele_protocol::pairing::PairingCode;
use clientele_tests::office::Office;
use clientele_tests::{Machine, create};

use crate::head_office::{add, device, edit, names, notes, pair, visit, well};

#[test]
fn a_code_is_good_once_for_one_server_and_one_company() {
    let mut office = Office::new();
    let east = office.branch("East");
    let machine = Machine::new();
    let api = machine.start_by_hand();
    create(&api);
    let code = office.code(Some(east));
    let refused = |code: &PairingCode| pair(&api, code, "Desk").unwrap_err().code;
    let thief = PairingCode {
        pin: Some([7; 16]),
        ..code.clone()
    };
    assert_eq!(refused(&thief), ErrorCode::HeadOfficeNotTrusted);
    let nobody = PairingCode {
        pin: None,
        ..code.clone()
    };
    assert_eq!(
        refused(&nobody),
        ErrorCode::HeadOfficeNotTrusted,
        "nobody vouches for it"
    );
    let guessed = PairingCode {
        secret: [7; 16],
        ..code.clone()
    };
    assert_eq!(refused(&guessed), ErrorCode::HeadOfficeCodeUsed);
    office.fall_silent();
    assert_eq!(refused(&code), ErrorCode::HeadOfficeUnreachable);
    assert_eq!(
        api.head_office(Nothing).unwrap(),
        HeadOffice::default(),
        "the book is as it was"
    );
    office.answer();
    pair(&api, &code, "Desk").expect("the code was not used up by what failed");
    let (_m, other) = device(&office, Some(east), "Other");
    assert_eq!(
        pair(&other, &code, "Other").unwrap_err().code,
        ErrorCode::HeadOfficeCodeUsed
    );
    assert!(
        other.head_office(Nothing).unwrap().paired.is_some(),
        "a failure takes nothing away"
    );
    visit(&other);

    // A book belongs to one company for good, once it has handed something over.
    visit(&api);
    let elsewhere = Office::new();
    api.head_office_leave(Nothing).unwrap();
    assert_eq!(refused(&elsewhere.code(None)), ErrorCode::HeadOfficeCodeCompany);
    well(&api);
}

#[test]
fn a_book_that_was_paired_by_the_wrong_code_joins_another_company_as_long_as_nothing_was_handed_over() {
    let wrong = Office::new();
    let (_o, theirs) = device(&wrong, None, "Theirs");
    let machine = Machine::new();
    let api = machine.start_by_hand();
    create(&api);
    add(&api, "Анна Иванова");
    let east = wrong.branch("East");
    pair(&api, &wrong.code(Some(east)), "Desk").expect("a pairing");
    add(&api, "Борис Петров");
    api.head_office_leave(Nothing).unwrap();

    let right = Office::new();
    let west = right.branch("West");
    let (_h, head) = device(&right, None, "Head");
    let told = pair(&api, &right.code(Some(west)), "Desk").expect("nothing was handed over yet");
    assert_eq!(told.paired.unwrap().branch.unwrap().name, "West");
    visit(&api);
    visit(&head);
    assert_eq!(names(&head), ["Анна Иванова", "Борис Петров"]);
    let rows = head
        .clients_list(ClientsList {
            limit: 10,
            ..ClientsList::default()
        })
        .unwrap()
        .rows;
    assert!(
        rows.iter().all(|row| row.branch.as_deref() == Some("West")),
        "{rows:?}"
    );
    visit(&theirs);
    assert_eq!(names(&theirs), [""; 0]);
    [&api, &head, &theirs].into_iter().for_each(well);
}

#[test]
fn a_device_of_one_branch_is_told_so_and_the_code_stays_good() {
    let office = Office::new();
    let (east, west) = (office.branch("East"), office.branch("West"));
    let (_w, desk) = device(&office, Some(west), "Desk West");
    let boris = add(&desk, "Борис Петров");
    visit(&desk);
    let (_m, api) = device(&office, Some(east), "Desk East");
    add(&api, "Анна Иванова");
    visit(&api);

    let code = office.code(Some(west));
    for _ in 0..2 {
        assert_eq!(
            pair(&api, &code, "Desk").unwrap_err().code,
            ErrorCode::HeadOfficeCodeBranch
        );
        let told = api.head_office(Nothing).unwrap().paired.unwrap();
        assert_eq!(told.branch.unwrap().name, "East", "the book is as it was");
        visit(&api);
    }
    let machine = Machine::new();
    let fresh = machine.start_by_hand();
    create(&fresh);
    pair(&fresh, &code, "Desk").expect("the code is still good");
    visit(&fresh);
    assert_eq!(names(&fresh), ["Борис Петров"]);

    // Once it has left, it may: under a new name, and with whoever came to it in between.
    api.head_office_leave(Nothing).unwrap();
    add(&api, "Вера Николова");
    let code = office.code(Some(west));
    let told = pair(&api, &code, "Desk moved").unwrap().paired.unwrap();
    assert_eq!(told.branch.unwrap().name, "West");
    visit(&api);
    add(&api, "Мария Стоянова");
    visit(&api);
    visit(&desk);
    visit(&fresh);
    assert_eq!(names(&desk), ["Вера Николова", "Борис Петров", "Мария Стоянова"]);
    assert_eq!(names(&fresh), names(&desk));
    assert!(names(&api).contains(&"Борис Петров".to_owned()));
    edit(&api, boris, |draft| {
        draft.notes = "from the desk that moved".into()
    });
    visit(&api);
    visit(&desk);
    assert_eq!(notes(&desk, boris), "from the desk that moved");
    // A code is used by then, and says so.
    assert_eq!(
        pair(&fresh, &code, "Desk").unwrap_err().code,
        ErrorCode::HeadOfficeCodeUsed
    );
    [&api, &desk, &fresh].into_iter().for_each(well);
}

#[test]
fn a_copy_of_a_book_that_another_device_paired_is_told_so() {
    let office = Office::new();
    let east = office.branch("East");
    let machine = Machine::new();
    let api = machine.start_by_hand();
    create(&api);
    add(&api, "Анна Иванова");
    drop(api);
    // Somebody takes the book to another machine, and pairs both.
    let copied = machine.copied();
    let (api, copy) = (machine.start_by_hand(), copied.start_by_hand());
    pair(&api, &office.code(Some(east)), "Desk").unwrap();
    visit(&api);
    let code = office.code(Some(east));
    assert_eq!(
        pair(&copy, &code, "Copy").unwrap_err().code,
        ErrorCode::HeadOfficeCodeCopy
    );
    assert_eq!(copy.head_office(Nothing).unwrap(), HeadOffice::default());
    assert_eq!(names(&copy), ["Анна Иванова"]);
    let fresh = Machine::new();
    let fresh = fresh.start_by_hand();
    create(&fresh);
    pair(&fresh, &code, "Desk 2").expect("the code is still good");
    visit(&fresh);
    assert_eq!(names(&fresh), ["Анна Иванова"]);
    [&api, &copy, &fresh].into_iter().for_each(well);
}

#[test]
fn who_joins_a_company_does_not_rename_it() {
    let office = Office::new();
    let named = |name: &str| {
        let machine = Machine::new();
        let api = machine.start_by_hand();
        create(&api);
        let settings = settings_of(&api);
        let business_name = name.to_owned();
        api.settings_save(Settings {
            business_name,
            ..settings
        })
        .expect("a name");
        (machine, api)
    };
    // Older than the company's first, and younger; all were named before they joined.
    let (_a, older) = named("Стара ООД");
    let (_b, first) = named("Хвойна ООД");
    let (_c, younger) = named("Нова ООД");
    let (_d, desk) = named("Клон ООД");
    let all = [&first, &older, &younger];
    for api in all {
        pair(api, &office.code(None), "Desk").expect("a pairing");
        visit(api);
    }
    pair(&desk, &office.code(Some(office.branch("East"))), "Desk").expect("a pairing");
    visit(&desk);
    for api in all.into_iter().chain([&desk]) {
        visit(api);
        assert_eq!(settings_of(api).business_name, "Хвойна ООД");
        let told = api.head_office(Nothing).unwrap();
        assert_eq!((told.conflicts, told.refused), (0, 0), "nobody is bothered");
        well(api);
    }
    // Back again after a while, what was typed as one of the company's counts as typed.
    let settings = settings_of(&older);
    older.head_office_leave(Nothing).unwrap();
    older
        .settings_save(Settings {
            business_name: "Хвойна и синове".to_owned(),
            ..settings
        })
        .expect("a name");
    pair(&older, &office.code(None), "Desk").expect("a pairing");
    for api in [&older, &first, &younger, &desk] {
        visit(api);
        assert_eq!(settings_of(api).business_name, "Хвойна и синове");
        well(api);
    }
}

fn settings_of(api: &Api<Machine>) -> Settings {
    match api.app_state(Nothing).expect("a state").book {
        BookState::Open { settings, .. } => settings,
        other => panic!("{other:?}"),
    }
}
