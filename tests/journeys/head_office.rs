//! Branches and head office over a real line: paired by code, apart, together again, shut out.

use std::time::{Duration, Instant};

use clientele_api::types::*;
use clientele_api::{Api, Event};
use clientele_core::clients::{ClientRow, ClientsList};
use clientele_core::contacts::ContactsList;
use clientele_core::testing::{ClientBuilder, call};
use clientele_model::{BranchId, ClientDraft, ClientId, ErrorCode, Refusal, RowId};
use clientele_protocol::pairing::PairingCode;
use clientele_tests::office::Office;
use clientele_tests::{Machine, create, state};

pub fn pair(api: &Api<Machine>, code: &PairingCode, name: &str) -> Result<HeadOffice, Refusal> {
    // As people type it.
    let code = code.to_text().to_lowercase().replace('-', " ");
    let device_name = name.to_owned();
    api.head_office_pair(HeadOfficePair { code, device_name })
}

/// A machine with a new book that is paired, and visits head office when asked.
pub fn device(office: &Office, branch: Option<BranchId>, name: &str) -> (Machine, Api<Machine>) {
    let machine = Machine::new();
    let api = machine.start_by_hand();
    create(&api);
    pair(&api, &office.code(branch), name).expect("a pairing");
    visit(&api);
    (machine, api)
}

pub fn visit(api: &Api<Machine>) -> HeadOffice {
    let office = api.visit_now().expect("head office answers");
    assert_eq!(
        (office.in_agreement, office.waiting),
        (Some(true), 0),
        "{office:?}"
    );
    assert!(!office.running && office.problem.is_none() && office.last_reached.is_some());
    office
}

pub fn add(api: &Api<Machine>, name: &str) -> ClientId {
    let after = ClientBuilder::new(name).0;
    let (id, before) = (None, None);
    api.client_save(ClientSave { id, before, after })
        .expect("a client")
        .value
}

pub fn edit(api: &Api<Machine>, id: ClientId, change: impl FnOnce(&mut ClientDraft)) {
    let before = api.client_get(ClientRef { id }).expect("the card").draft;
    let mut after = before.clone();
    change(&mut after);
    let (id, before) = (Some(id), Some(before));
    api.client_save(ClientSave { id, before, after })
        .expect("a change");
}

pub fn notes(api: &Api<Machine>, id: ClientId) -> String {
    api.client_get(ClientRef { id }).expect("the card").draft.notes
}

fn rows(api: &Api<Machine>) -> Vec<ClientRow> {
    let limit = 100;
    let all = ClientsList {
        limit,
        ..ClientsList::default()
    };
    api.clients_list(all).expect("the list").rows
}

pub fn names(api: &Api<Machine>) -> Vec<String> {
    rows(api).into_iter().map(|row| row.name).collect()
}

fn found(api: &Api<Machine>, query: &str) -> usize {
    let (query, limit) = (query.to_owned(), 10);
    api.search(SearchAsk { query, limit }).expect("a search").len()
}

fn business(api: &Api<Machine>) -> String {
    match state(api).book {
        BookState::Open { settings, .. } => settings.business_name,
        other => panic!("{other:?}"),
    }
}

fn rename_business(api: &Api<Machine>, name: &str) {
    let BookState::Open { mut settings, .. } = state(api).book else {
        panic!("a book is open")
    };
    settings.business_name = name.to_owned();
    api.settings_save(settings).expect("the settings");
}

pub fn well(api: &Api<Machine>) {
    let report = api.book_check(Nothing).expect("a look at the book");
    assert!(report.ok, "{report:?}");
}

/// Waits for what the worker does by itself.
fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < Duration::from_secs(60),
            "waited too long: {what}"
        );
        std::thread::sleep(Duration::from_millis(50));
    }
}

#[test]
fn two_branches_work_apart_and_head_office_sees_both() {
    let office = Office::new();
    let (east, west) = (office.branch("East"), office.branch("West"));
    let (_h, head) = device(&office, None, "Head");
    rename_business(&head, "Хвойна ООД");
    visit(&head);

    // A book that was there before is paired with all that is in it.
    let machine = Machine::new();
    let shop = machine.start_by_hand();
    create(&shop);
    let anna = add(&shop, "Анна Иванова");
    let paired = pair(&shop, &office.code(Some(east)), "Desk East")
        .unwrap()
        .paired
        .unwrap();
    assert_eq!(
        (paired.company.as_str(), paired.device_name.as_str()),
        ("Хвойна ООД", "Desk East")
    );
    assert_eq!(paired.branch.unwrap().name, "East");
    assert!(!paired.revoked);
    assert!(api_waits(&shop) > 0);
    let (_w, other) = device(&office, Some(west), "Desk West");
    let boris = add(&other, "Борис Петров");
    visit(&shop);
    visit(&other);
    visit(&head);

    // What the company is called, head office says; nobody is bothered with what a new book said of itself.
    visit(&shop);
    assert_eq!(business(&shop), "Хвойна ООД");
    assert_eq!(shop.refused_list(Nothing).unwrap(), []);
    assert_eq!(shop.head_office(Nothing).unwrap().refused, 0);

    // A branch sees its own.
    assert_eq!(
        (names(&shop), names(&other)),
        (vec!["Анна Иванова".to_owned()], vec!["Борис Петров".to_owned()])
    );
    assert!(rows(&shop).iter().all(|row| row.branch.is_none()));
    let BookState::Open { branches, .. } = state(&shop).book else {
        panic!("open")
    };
    assert_eq!(branches, BranchView::default());
    let choose = |api: &Api<Machine>, branch: Option<BranchId>| {
        let branch = branch.map(|id| RowId(id.0));
        api.branch_choose(BranchChoose { branch })
    };
    assert_eq!(
        choose(&shop, None).unwrap_err().code,
        ErrorCode::HeadOfficeNotAllowed
    );
    assert_eq!(choose(&shop, Some(west)).unwrap_err().code, ErrorCode::NotFound);

    // Head office sees both, each with its branch, or one of them.
    let shown: Vec<_> = rows(&head)
        .into_iter()
        .map(|row| (row.name, row.branch.unwrap_or_default()))
        .collect();
    let (a, b) = (
        ("Анна Иванова".to_owned(), "East".to_owned()),
        ("Борис Петров".to_owned(), "West".to_owned()),
    );
    assert_eq!(shown, [a, b]);
    let app = choose(&head, Some(west)).unwrap();
    let BookState::Open { branches, .. } = app.book else {
        panic!("open")
    };
    assert!(branches.can_choose);
    assert_eq!(branches.chosen.unwrap().name, "West");
    assert_eq!(branches.branches.len(), 2);
    assert_eq!(names(&head), ["Борис Петров"]);
    assert!(rows(&head)[0].branch.is_none());
    assert_eq!((found(&head, "анна"), found(&head, "борис")), (0, 1));
    // What is added there is that branch's.
    add(&head, "Вера Нова");
    visit(&head);
    visit(&other);
    visit(&shop);
    assert_eq!(names(&other), ["Вера Нова", "Борис Петров"]);
    assert_eq!(names(&shop), ["Анна Иванова"]);
    choose(&head, None).unwrap();
    assert_eq!((names(&head).len(), found(&head, "анна")), (3, 1));
    let stranger = Some(BranchId::new());
    assert_eq!(choose(&head, stranger).unwrap_err().code, ErrorCode::NotFound);

    // Who did what, and where, by the names of the devices.
    let history = head
        .history_list(HistoryAsk {
            before: None,
            limit: 50,
        })
        .unwrap();
    let devices: Vec<_> = history.rows.iter().map(|row| row.device.as_str()).collect();
    for name in ["Head", "Desk East", "Desk West"] {
        assert!(devices.contains(&name), "{name} in {devices:?}");
    }
    let of_anna = head.client_history(ClientRef { id: anna }).unwrap();
    assert!(of_anna.iter().all(|entry| entry.device == "Desk East"));
    let listed = head.devices_list(Nothing).unwrap();
    assert_eq!(listed.len(), 3);
    let east_desk = listed.iter().find(|row| row.name == "Desk East").unwrap();
    assert_eq!(east_desk.branch.as_ref().unwrap().name, "East");
    assert_eq!(listed.iter().filter(|row| row.is_this).count(), 1);
    let exchange = head
        .exchange_list(ExchangeAsk {
            before: None,
            limit: 1,
        })
        .unwrap();
    assert_eq!(exchange.rows.len(), 1);
    let more = head
        .exchange_list(ExchangeAsk {
            before: exchange.next,
            limit: 100,
        })
        .unwrap();
    assert!(!more.rows.is_empty() && more.next.is_none());
    assert!(
        more.rows.iter().all(|row| row.came_in + row.went_out > 0),
        "{more:?}"
    );
    let _ = boris;
    [&head, &shop, &other].into_iter().for_each(well);
}

fn api_waits(api: &Api<Machine>) -> u64 {
    let (office, status) = (api.head_office(Nothing).unwrap(), api.status(Nothing).unwrap());
    assert_eq!(office.waiting, status.waiting);
    office.waiting
}

#[test]
fn what_both_wrote_apart_is_settled_at_head_office() {
    let office = Office::new();
    let east = office.branch("East");
    let (_s, shop) = device(&office, Some(east), "Desk East");
    let anna = add(&shop, "Анна Иванова");
    visit(&shop);
    let (_h, head) = device(&office, None, "Head");
    edit(&shop, anna, |draft| draft.notes = "likes tea".into());
    edit(&head, anna, |draft| draft.notes = "likes coffee".into());
    visit(&shop);
    visit(&head);
    visit(&shop);
    assert_eq!(
        (notes(&shop, anna), notes(&head, anna)),
        ("likes coffee".into(), "likes coffee".into())
    );
    assert_eq!(
        (
            shop.status(Nothing).unwrap().conflicts,
            head.head_office(Nothing).unwrap().conflicts
        ),
        (1, 1)
    );
    let conflicts = head.conflicts_list(Nothing).unwrap();
    assert_eq!(conflicts[0].client_name, "Анна Иванова");
    let side = |side: &ConflictSide| (side.value.clone().unwrap_or_default(), side.device.clone());
    assert_eq!(
        side(&conflicts[0].standing),
        ("likes coffee".into(), "Head".into())
    );
    assert_eq!(
        side(&conflicts[0].losing),
        ("likes tea".into(), "Desk East".into())
    );
    let id = conflicts[0].id.clone();
    let settled = head
        .conflict_settle(ConflictSettle {
            id: id.clone(),
            keep: Keep::Losing,
        })
        .unwrap();
    assert_eq!(settled.step.unwrap().params["name"], "Анна Иванова");
    visit(&head);
    visit(&shop);
    for api in [&shop, &head] {
        assert_eq!(
            (
                notes(api, anna).as_str(),
                api.conflicts_list(Nothing).unwrap().len()
            ),
            ("likes tea", 0)
        );
        well(api);
    }
    let again = head
        .conflict_settle(ConflictSettle {
            id,
            keep: Keep::Standing,
        })
        .unwrap_err();
    assert_eq!(again.code, ErrorCode::NotFound);
    // Also tomorrow. Without a background the button does its work at once.
    head.undo(Nothing).unwrap();
    let synced = head.head_office_sync(Nothing).unwrap();
    assert_eq!((synced.waiting, synced.in_agreement), (0, Some(true)));
    visit(&shop);
    assert_eq!(
        (
            notes(&shop, anna).as_str(),
            shop.conflicts_list(Nothing).unwrap().len()
        ),
        ("likes coffee", 1)
    );
}

#[test]
fn what_a_branch_may_not_change_is_told_and_stays_readable() {
    let office = Office::new();
    let (_h, head) = device(&office, None, "Head");
    let (_s, shop) = device(&office, Some(office.branch("East")), "Desk East");
    rename_business(&shop, "Our own name");
    visit(&shop);
    assert_eq!(shop.head_office(Nothing).unwrap().refused, 1);
    assert_eq!(business(&shop), business(&head));
    let refused = shop.refused_list(Nothing).unwrap();
    assert_eq!(
        (refused[0].why.code, refused[0].entity.as_str()),
        (ErrorCode::ChangeNotYours, "settings")
    );
    let field = &refused[0].fields[0];
    assert_eq!(
        (field.field.as_str(), field.value.as_deref()),
        ("business_name", Some("Our own name"))
    );
    let id = refused[0].id.clone();
    shop.refused_discard(RefusedRef { id: id.clone() }).unwrap();
    assert_eq!(shop.refused_list(Nothing).unwrap(), []);
    assert_eq!(
        shop.refused_discard(RefusedRef { id }).unwrap_err().code,
        ErrorCode::NotFound
    );
    assert_eq!(head.refused_list(Nothing).unwrap(), []);
    well(&shop);
}

#[test]
fn a_device_is_shut_out_leaves_and_comes_back() {
    let office = Office::new();
    let east = office.branch("East");
    let (_h, head) = device(&office, None, "Head");
    let (_s, shop) = device(&office, Some(east), "Desk East");
    let anna = add(&shop, "Анна Иванова");
    visit(&shop);
    let of = |name: &str| {
        head.devices_list(Nothing)
            .unwrap()
            .into_iter()
            .find(|row| row.name == name)
            .unwrap()
    };
    visit(&head);
    // A branch shuts nobody out.
    let refused = shop.device_revoke(DeviceRef { id: of("Head").id }).unwrap_err();
    assert_eq!(refused.code, ErrorCode::HeadOfficeNotAllowed);
    let listed = head
        .device_revoke(DeviceRef {
            id: of("Desk East").id,
        })
        .unwrap();
    assert!(
        listed
            .iter()
            .any(|row| row.name == "Desk East" && row.revoked_at.is_some())
    );

    edit(&shop, anna, |draft| draft.notes = "written while shut out".into());
    assert_eq!(shop.visit_now().unwrap_err().code, ErrorCode::HeadOfficeRevoked);
    let told = shop.head_office(Nothing).unwrap();
    assert!(told.paired.unwrap().revoked && told.waiting > 0);
    assert_eq!(shop.status(Nothing).unwrap().head_office, OfficeState::Revoked);
    assert_eq!(notes(&shop, anna), "written while shut out");

    // Alone again; then with a new code, as a device of its own, with all that it wrote meanwhile.
    let alone = shop.head_office_leave(Nothing).unwrap();
    assert_eq!(alone, HeadOffice::default());
    assert_eq!(shop.status(Nothing).unwrap().head_office, OfficeState::Off);
    assert_eq!(
        shop.head_office_leave(Nothing).unwrap_err().code,
        ErrorCode::HeadOfficeOff
    );
    assert_eq!(shop.visit_now().unwrap_err().code, ErrorCode::HeadOfficeOff);
    let boris = add(&shop, "Борис Петров");
    let back = pair(&shop, &office.code(Some(east)), "Desk East again").unwrap();
    assert!(!back.paired.unwrap().revoked);
    visit(&shop);
    visit(&head);
    assert_eq!(notes(&head, anna), "written while shut out");
    assert_eq!(names(&head), ["Анна Иванова", "Борис Петров"]);
    assert_eq!(rows(&head)[1].branch.as_deref(), Some("East"));
    let _ = boris;
    [&head, &shop].into_iter().for_each(well);
}

#[test]
fn the_desk_goes_on_while_the_line_is_cut_and_everything_arrives_by_itself() {
    let mut office = Office::new();
    let east = office.branch("East");
    let start = |name: &str, branch| {
        let machine = Machine::new();
        let api = machine.start();
        create(&api);
        pair(&api, &office.code(branch), name).expect("a pairing");
        (machine, api)
    };
    let (machine, shop) = start("Desk East", Some(east));
    let (_h, head) = start("Head", None);
    let reached = |api: &Api<Machine>| {
        let office = api.head_office(Nothing).unwrap();
        office.waiting == 0
            && !office.running
            && office.problem.is_none()
            && office.in_agreement == Some(true)
    };
    until("both have arrived", || reached(&shop) && reached(&head));

    // Written here; nobody asks for it; it goes.
    machine.events.lock().unwrap().clear();
    let anna = add(&shop, "Анна Иванова");
    assert!(api_waits(&shop) > 0);
    until("it went out by itself", || reached(&shop));
    assert!(machine.events.lock().unwrap().contains(&Event::HeadOfficeChanged));
    head.head_office_sync(Nothing).unwrap();
    until("it is there", || names(&head) == ["Анна Иванова"]);

    // The line is cut: the desk does not notice.
    office.fall_silent();
    shop.head_office_sync(Nothing).unwrap();
    until("it is told", || {
        shop.status(Nothing).unwrap().head_office == OfficeState::Unreachable
    });
    let began = Instant::now();
    edit(&shop, anna, |draft| draft.notes = "written offline".into());
    let contact = call("Иска час", 1_790_000_000_000);
    let (id, client_id) = (None, anna);
    shop.contact_save(ContactSave {
        id,
        client_id,
        draft: contact,
    })
    .unwrap();
    assert!(began.elapsed() < Duration::from_secs(5), "{:?}", began.elapsed());
    let told = shop.head_office(Nothing).unwrap();
    assert_eq!(told.problem.unwrap().code, ErrorCode::HeadOfficeUnreachable);
    assert!(told.waiting > 0 && told.last_reached.is_some() && told.last_tried > told.last_reached);

    // The program ends and starts again meanwhile: it knows all that.
    drop(shop);
    let shop = machine.start();
    until("it is known again", || {
        shop.status(Nothing).unwrap().head_office == OfficeState::Unreachable
    });
    office.answer();
    shop.head_office_sync(Nothing).unwrap();
    until("the line is back", || reached(&shop));
    machine.events.lock().unwrap().clear();
    head.head_office_sync(Nothing).unwrap();
    let (before, limit) = (None, 10);
    let calls = |api: &Api<Machine>| {
        let ask = ContactsList {
            client_id: anna,
            before: before.clone(),
            limit,
        };
        api.contacts_list(ask).unwrap().total
    };
    until("all of it is there", || {
        notes(&head, anna) == "written offline" && calls(&head) == 1
    });

    // What head office writes is told to the window.
    edit(&head, anna, |draft| draft.notes = "seen".into());
    until("it went out", || reached(&head));
    shop.head_office_sync(Nothing).unwrap();
    until("it came in", || notes(&shop, anna) == "seen");
    let told = || {
        let events = machine.events.lock().unwrap();
        events
            .iter()
            .any(|event| matches!(event, Event::Invalidated { invalidates } if !invalidates.is_empty()))
    };
    until("the window was told", told);

    // A closed book is let go at once, and opens again.
    shop.book_close(Nothing).unwrap();
    let path = machine.path("data/book.clientele");
    machine.dialogs.lock().unwrap().push_back(path);
    shop.book_choose(Nothing).unwrap();
    assert_eq!(names(&shop), ["Анна Иванова"]);
    until("it is a member still", || reached(&shop));
    shop.head_office_leave(Nothing).unwrap();
    assert_eq!(shop.status(Nothing).unwrap().head_office, OfficeState::Off);
    [&head, &shop].into_iter().for_each(well);
}
