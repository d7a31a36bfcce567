//! The receipts of erasures, with head office and without.

use clientele_api::Api;
use clientele_api::types::*;
use clientele_core::testing::call;
use clientele_model::{ClientId, ErrorCode};
use clientele_tests::office::Office;
use clientele_tests::{Machine, create};

use crate::head_office::{add, device, visit, well};

fn receipts(api: &Api<Machine>) -> Vec<ErasureRow> {
    let (before, limit) = (None, 100);
    let page = api
        .erasures_list(ErasuresAsk { before, limit })
        .expect("the receipts");
    assert_eq!(page.next, None);
    page.rows
}

fn receipt(api: &Api<Machine>) -> ErasureRow {
    let receipts = receipts(api);
    assert_eq!(receipts.len(), 1, "{receipts:?}");
    receipts.into_iter().next().expect("one")
}

fn erase(api: &Api<Machine>, ids: &[ClientId]) {
    let ids = ids.to_vec();
    api.clients_trash(ClientRefs { ids: ids.clone() }).unwrap();
    api.clients_erase(ClientRefs { ids }).unwrap();
}

#[test]
fn an_erasure_says_who_has_not_confirmed_it_and_the_receipt_stays() {
    let office = Office::new();
    let (east, west) = (office.branch("East"), office.branch("West"));
    let (_h, head) = device(&office, None, "Head");
    let (_s, shop) = device(&office, Some(east), "Desk East");
    let (_o, other) = device(&office, Some(west), "Desk West");
    assert_eq!(receipts(&shop), []);
    let anna = add(&shop, "Анна Иванова");
    let logged = ContactSave {
        id: None,
        client_id: anna,
        draft: call("called", 1_790_000_000_000),
    };
    shop.contact_save(logged).unwrap();
    visit(&shop);
    visit(&head);
    erase(&head, &[anna]);
    // It is there at once, whoever knows of it yet.
    let untold = receipt(&head);
    assert_eq!(untold.state, ErasureState::Untold);
    assert_eq!(
        (
            untold.clients,
            untold.contacts,
            untold.staff.as_str(),
            untold.device.as_str()
        ),
        (1, 1, "owner", "Head")
    );
    assert_eq!(untold.confirmed, ["Head"]);
    assert_eq!(
        (untold.waiting_for.len(), untold.told_at, untold.by_itself),
        (0, None, false)
    );
    visit(&head);
    // Head office has it, and has not said more.
    let taken = receipt(&head);
    assert_eq!((taken.state, taken.told_at), (ErasureState::Waiting, None));
    assert_eq!(taken.waiting_for, ["Desk East"]);
    visit(&head);
    let waiting = receipt(&head);
    assert_eq!(waiting.state, ErasureState::Waiting);
    assert!(waiting.told_at.is_some() && waiting.head_office_done && waiting.confirmed_at.is_none());
    assert_eq!(
        (waiting.waiting_for, waiting.confirmed),
        (vec!["Desk East".to_owned()], vec!["Head".to_owned()])
    );
    visit(&shop);
    assert_eq!(
        shop.client_get(ClientRef { id: anna }).unwrap_err().code,
        ErrorCode::NotFound
    );
    visit(&shop);
    visit(&head);

    let confirmed = receipt(&head);
    assert_eq!(confirmed.state, ErasureState::Confirmed);
    let mut names = confirmed.confirmed.clone();
    names.sort();
    assert_eq!(
        (names, confirmed.shut_out.len()),
        (vec!["Desk East".to_owned(), "Head".to_owned()], 0)
    );
    assert!(confirmed.waiting_for.is_empty() && confirmed.confirmed_at >= confirmed.told_at);
    assert_eq!(
        (confirmed.number.clone(), confirmed.at, confirmed.id),
        (untold.number, untold.at, untold.id)
    );
    // It stays, the same, with who had confirmed, also when one of them is shut out and after a restart.
    visit(&head);
    let desk = head.devices_list(Nothing).unwrap();
    let desk = desk.iter().find(|row| row.name == "Desk East").unwrap();
    head.device_revoke(DeviceRef { id: desk.id }).unwrap();
    visit(&head);
    assert_eq!(receipt(&head), confirmed);
    // The one who was asked shows it too; the other branch does not hear of it.
    let theirs = receipt(&shop);
    assert_eq!((theirs.number, theirs.clients), (confirmed.number.clone(), 1));
    visit(&other);
    assert_eq!(receipts(&other), []);
    // Who comes later sees that it was done. It never saw when the one who is shut out confirmed.
    let (_n, new) = device(&office, None, "Head two");
    visit(&new);
    let later = receipt(&new);
    assert_eq!(
        (later.number, later.state),
        (confirmed.number.clone(), ErasureState::Confirmed)
    );
    assert_eq!(later.shut_out, ["Desk East"]);
    // Nor when head office took it, nor was it asked itself.
    assert_eq!(
        (later.told_at, later.confirmed.as_slice()),
        (None, &["Head".to_owned(), "Head two".to_owned()][..])
    );
    // Nothing of her stands in it.
    let said = serde_json::to_string(&receipt(&head)).unwrap();
    assert!(
        !said.contains("Анна") && !said.contains(&anna.to_string()),
        "{said}"
    );
    // Disconnected, the receipts are still there.
    head.head_office_leave(Nothing).unwrap();
    assert_eq!(receipt(&head), confirmed);
    [&head, &new, &other].into_iter().for_each(well);
}

#[test]
fn who_was_shut_out_before_confirming_is_named_on_the_receipt() {
    let office = Office::new();
    let (_h, head) = device(&office, None, "Head");
    let (_s, shop) = device(&office, Some(office.branch("East")), "Desk East");
    let anna = add(&shop, "Анна Иванова");
    visit(&shop);
    visit(&head);
    erase(&head, &[anna]);
    visit(&head);
    visit(&head);
    assert_eq!(receipt(&head).waiting_for, ["Desk East"]);
    let desk = head.devices_list(Nothing).unwrap();
    let desk = desk.iter().find(|row| row.name == "Desk East").unwrap();
    head.device_revoke(DeviceRef { id: desk.id }).unwrap();
    visit(&head);
    let receipt = receipt(&head);
    assert_eq!(
        (receipt.state, receipt.confirmed),
        (ErasureState::Confirmed, vec!["Head".to_owned()])
    );
    assert_eq!(receipt.shut_out, ["Desk East"]);
}

#[test]
fn an_erasure_in_several_branches_waits_for_the_devices_of_each() {
    let office = Office::new();
    let (east, west) = (office.branch("East"), office.branch("West"));
    let (_e, eastern) = device(&office, Some(east), "Desk East");
    let (_w, western) = device(&office, Some(west), "Desk West");
    let (anna, boris) = (add(&eastern, "Анна Иванова"), add(&western, "Борис Петров"));
    visit(&eastern);
    visit(&western);
    let (_h, head) = device(&office, None, "Head");
    erase(&head, &[anna, boris]);
    visit(&head);
    visit(&head);
    let mut waiting = receipt(&head).waiting_for;
    waiting.sort();
    assert_eq!(waiting, ["Desk East", "Desk West"]);
    visit(&eastern);
    visit(&eastern);
    visit(&head);
    assert_eq!(receipt(&head).waiting_for, ["Desk West"]);
    // A branch's receipt is about its own clients.
    visit(&eastern);
    assert_eq!(receipt(&eastern).clients, 1);
    assert_eq!(receipt(&eastern).state, ErasureState::Confirmed);
    visit(&western);
    visit(&western);
    visit(&head);
    let receipt = receipt(&head);
    assert_eq!((receipt.state, receipt.clients), (ErasureState::Confirmed, 2));
}

#[test]
fn a_book_that_works_alone_has_receipts_too_page_by_page() {
    let machine = Machine::new();
    let api = machine.start_by_hand();
    create(&api);
    let all: Vec<ClientId> = ["А", "Б", "В"].iter().map(|name| add(&api, name)).collect();
    for id in &all {
        erase(&api, &[*id]);
    }
    let page = |before: Option<String>| api.erasures_list(ErasuresAsk { before, limit: 2 }).unwrap();
    let first = page(None);
    let second = page(first.next.clone());
    assert_eq!((first.rows.len(), second.rows.len(), second.next), (2, 1, None));
    let mut numbers: Vec<_> = first
        .rows
        .iter()
        .chain(&second.rows)
        .map(|row| row.number.clone())
        .collect();
    assert!(first.rows[0].at >= first.rows[1].at && first.rows[1].at >= second.rows[0].at);
    numbers.sort();
    numbers.dedup();
    assert_eq!(numbers.len(), 3);
    assert!(receipts(&api).iter().all(|row| row.state == ErasureState::Alone));
    // Nothing but erasures stands there.
    add(&api, "Г");
    api.undo(Nothing).unwrap();
    assert_eq!(receipts(&api).len(), 3);
}
