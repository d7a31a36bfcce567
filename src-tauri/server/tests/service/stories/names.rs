//! What people do at the server's command line, by the names that they gave.

use std::time::Duration;

use clientele_model::{BranchId, CompanyId, DeviceId};
use clientele_protocol::message::{No, Why};
use clientele_protocol::{Request, Response};
use clientele_server::store::Storage;
use clientele_server::store::branches::{Branches, Size};
use clientele_server::store::control::Companies;
use clientele_server::store::quarantine::Quarantined;
use clientele_server::{Error, Path, Result, register};

use crate::device::Device;
use crate::house::{House, NOW};

/// What was refused, in words.
fn told<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(Error::Refused(what)) => what,
        other => panic!("not refused: {other:?}"),
    }
}

async fn branch_names<S: Storage>(house: &House<S>) -> Vec<String> {
    let branches = house.service.storage().read(house.company, Branches).await;
    let branches = branches.unwrap().into_iter();
    branches.map(|branch| branch.name).collect()
}

async fn company_names<S: Storage>(storage: &S) -> Vec<String> {
    let companies = storage.control(Companies).await.unwrap().into_iter();
    companies.map(|company| company.name).collect()
}

pub async fn the_first_company_is_made_and_a_slip_makes_none<S: Storage>(house: House<S>) {
    let storage = house.service.storage();
    // Begin as the first user does: with nothing. The house of the tests has one already.
    let named = house.company.to_string();
    register::remove_company(storage, &named).await.unwrap();
    let none = "there is no company yet: `pair` makes the first one";
    assert_eq!(told(register::company(storage, None).await), none);
    assert_eq!(told(register::company(storage, Some("Salon Anna")).await), none);

    let to_pair =
        async |named: Option<&str>, is_new| register::company_to_pair(storage, named, is_new, NOW).await;
    let (first, made) = to_pair(None, false).await.unwrap();
    assert_eq!(made.as_deref(), Some(register::COMPANY));
    assert_eq!(to_pair(None, false).await.unwrap(), (first, None));
    assert_eq!(
        to_pair(Some(register::COMPANY), false).await.unwrap(),
        (first, None)
    );
    assert_eq!(
        to_pair(Some(&first.to_string()), false).await.unwrap(),
        (first, None)
    );
    register::rename_company(storage, register::COMPANY, " Салон Анна ")
        .await
        .unwrap();
    let slip = told(to_pair(Some("Салон Ана"), false).await);
    assert!(
        slip.contains("\"Салон Ана\"") && slip.contains("\"Салон Анна\"") && slip.contains("--new-company"),
        "{slip}"
    );
    assert_eq!(company_names(storage).await, ["Салон Анна"], "nothing was made");
    let twice = told(to_pair(Some("Салон Анна"), true).await);
    assert!(
        twice.contains("already") && twice.contains("--new-company"),
        "{twice}"
    );

    let (second, made) = to_pair(Some("Ателие"), true).await.unwrap();
    assert_eq!(made.as_deref(), Some("Ателие"));
    assert_ne!(first, second);
    for several in [
        told(to_pair(None, false).await),
        told(register::company(storage, None).await),
    ] {
        assert!(
            several.contains("--company")
                && several.contains("\"Салон Анна\"")
                && several.contains("\"Ателие\""),
            "{several}"
        );
    }
    assert_eq!(register::company(storage, Some("Ателие")).await.unwrap(), second);
    let slip = told(register::company(storage, Some("Ательe")).await);
    assert!(
        slip.contains("\"Ателие\"") && !slip.contains("--new-company"),
        "{slip}"
    );
    let stranger = CompanyId::new().to_string();
    assert!(told(register::company(storage, Some(&stranger)).await).contains("there is no company"));
    for (bad, why) in [
        (" ", "one letter"),
        ("a\tb", "one line"),
        (&"я".repeat(101), "100"),
    ] {
        let told = told(to_pair(Some(bad), true).await);
        assert!(told.contains(why), "{told}");
    }
    // Two of one name, as an older version may have made them.
    house.service.add_company("Ателие", NOW).await.unwrap();
    let several = told(register::company(storage, Some("Ателие")).await);
    assert!(several.contains(&second.to_string()), "{several}");
}

pub async fn a_company_is_renamed_and_removed_while_nothing_was_written<S: Storage>(house: House<S>) {
    let storage = house.service.storage();
    let other = house.service.add_company("Typo", NOW).await.unwrap();
    let shop = house.service.add_branch(other, "Shop").await.unwrap();
    let until = house.now() + 1000;
    let secret = house.service.add_pairing(other, Some(shop), until).await.unwrap();
    let unused = house.service.add_pairing(other, None, until).await.unwrap();
    let mut stray = Device::new(40, other);
    let paired = house.ask(Path::Pair, &stray.pair_ask(secret)).await;
    assert!(matches!(paired, Response::Paired { .. }), "{paired:?}");

    let mut desk = house.device(1, Some(house.east)).await;
    let links = [desk.client(Some(house.east), "Анна"), desk.client(None, "Мария")];
    desk.write(&house, &links).await;
    let sizes = register::companies(storage).await.unwrap();
    let size = |name: &str| sizes.iter().find(|(company, _)| company.name == name).unwrap().1;
    let newest = desk.clock.millis().cast_signed();
    let expected = Size {
        branches: 2,
        devices: 1,
        changes: 2,
        newest: Some(newest),
    };
    assert_eq!(size("Salon Anna"), expected);
    let expected = Size {
        branches: 1,
        devices: 1,
        changes: 0,
        newest: None,
    };
    assert_eq!(size("Typo"), expected);

    let written = told(register::remove_company(storage, "Salon Anna").await);
    assert!(
        written.contains("have written") && written.contains("renamed"),
        "{written}"
    );
    assert_eq!(house.check().await.changes, 2);
    assert!(told(register::remove_company(storage, "Salon Ann").await).contains("\"Salon Anna\""));
    let taken = told(register::rename_company(storage, "Typo", "Salon Anna").await);
    assert!(taken.contains("already"), "{taken}");
    register::rename_company(storage, "Salon Anna", "Салон Анна")
        .await
        .unwrap();
    assert_eq!(desk.welcome(&house).await.company_name, "Салон Анна");

    stray.open(&house).await;
    register::remove_company(storage, "Typo").await.unwrap();
    assert_eq!(company_names(storage).await, ["Салон Анна"]);
    // Over SQLite not even its tables are there.
    match storage.read(other, Branches).await {
        Ok(left) => assert_eq!(left, []),
        Err(error) => assert!(matches!(error, Error::NoCompany(_)), "{error}"),
    }
    // Neither its code nor its device leads anywhere now, and the desk works on.
    let late = Device::new(41, other);
    assert_eq!(
        house.ask(Path::Pair, &late.pair_ask(unused)).await,
        Response::No(No::Code)
    );
    let hello = Request::Hello(stray.hello());
    assert_eq!(stray.call(&house, &hello).await, Response::No(No::Session));
    let link = desk.client(None, "Елена");
    desk.write(&house, &[link]).await;
    house.check().await;
}

pub async fn what_a_shut_out_device_pushed_keeps_a_company<S: Storage>(mut house: House<S>) {
    house.begin_anew().await;
    let mut lost = house.device(1, Some(house.east)).await;
    let storage = house.service.storage();
    let revoke = clientele_server::store::devices::Revoke {
        device: lost.id,
        now_millis: NOW,
    };
    storage.write(house.company, revoke).await.unwrap();
    let link = lost.client(None, "Анна");
    let batch = lost.seal(&[link]);
    lost.push(&house, &batch).await;
    let kept = told(register::remove_company(storage, "Salon Maria").await);
    assert!(kept.contains("have written"), "{kept}");
    assert_eq!(company_names(storage).await.len(), 2);
}

pub async fn a_branch_is_made_once_renamed_and_removed_while_nothing_is_its<S: Storage>(house: House<S>) {
    let (storage, company) = (house.service.storage(), house.company);
    let to_pair = async |named: &str, is_new| register::branch_to_pair(storage, company, named, is_new).await;
    assert_eq!(to_pair("East", false).await.unwrap(), (house.east, None));
    let slip = told(to_pair("Esat", false).await);
    assert!(
        slip.contains("\"East\"") && slip.contains("\"West\"") && slip.contains("--new-branch"),
        "{slip}"
    );
    assert!(told(to_pair("East", true).await).contains("already"));
    assert_eq!(branch_names(&house).await, ["East", "West"], "nothing was made");
    let (north, made) = to_pair("Север", true).await.unwrap();
    assert_eq!(made.as_deref(), Some("Север"));
    assert!(told(register::new_branch(storage, company, "Север").await).contains("already"));
    let south = register::new_branch(storage, company, "South").await.unwrap();
    for (old, new, why) in [
        ("South", "East", "already"),
        ("Suoth", "x", "there is no branch"),
        ("South", "\n", "one letter"),
    ] {
        let told = told(register::rename_branch(storage, company, old, new).await);
        assert!(told.contains(why), "{told}");
    }
    register::rename_branch(storage, company, "South", "South")
        .await
        .unwrap();
    register::rename_branch(storage, company, &south.to_string(), "Юг")
        .await
        .unwrap();
    assert_eq!(branch_names(&house).await, ["East", "West", "Север", "Юг"]);

    // One that has a device, one for which somebody wrote, one that has neither.
    let mut office = house.device(1, None).await;
    house.device(2, Some(house.west)).await;
    let link = office.client(Some(north), "Анна");
    office.write(&house, &[link]).await;
    let with_device = told(register::remove_branch(storage, company, "West").await);
    assert!(with_device.contains("has devices (1)"), "{with_device}");
    let with_client = told(register::remove_branch(storage, company, "Север").await);
    assert!(with_client.contains("were written"), "{with_client}");
    assert!(told(register::remove_branch(storage, company, "Nowhere").await).contains("there is no branch"));
    let until = house.now() + 1000;
    let secret = house
        .service
        .add_pairing(company, Some(south), until)
        .await
        .unwrap();
    register::remove_branch(storage, company, "Юг").await.unwrap();
    assert_eq!(branch_names(&house).await, ["East", "West", "Север"]);
    let late = Device::new(3, company);
    assert_eq!(
        house.ask(Path::Pair, &late.pair_ask(secret)).await,
        Response::No(No::Code)
    );
    // What head office's device still writes for it is refused, as for any branch that there is not.
    let link = office.client(Some(south), "Мария");
    office.write(&house, &[link]).await;
    let refused = storage.read(company, Quarantined).await.unwrap();
    let why: Vec<_> = refused.iter().map(|refused| refused.why).collect();
    assert_eq!(why, [Some(Why::NotYours)]);
    house.check().await;

    // The first of a company is made without a word more.
    let other = house.service.add_company("Друга", NOW).await.unwrap();
    assert_eq!(
        told(register::branch(storage, other, "East").await),
        "there is no branch yet"
    );
    let (first, made) = register::branch_to_pair(storage, other, "East", false)
        .await
        .unwrap();
    assert_eq!(made.as_deref(), Some("East"));
    assert_ne!(first, house.east);
    assert_ne!(first, BranchId(uuid::Uuid::nil()));
}

pub async fn a_device_is_named_as_people_call_it<S: Storage>(house: House<S>) {
    let (storage, company) = (house.service.storage(), house.company);
    // All devices of these tests are called "Desk".
    let first = house.device(1, Some(house.east)).await.id;
    let device = async |named: &str| register::device(storage, company, named).await;
    assert_eq!(device("Desk").await.unwrap(), first);
    assert_eq!(device(&first.to_string()).await.unwrap(), first);
    let second = house.device(2, None).await.id;
    let several = told(device("Desk").await);
    for part in [&first.to_string(), &second.to_string(), "East", "head office"] {
        assert!(several.contains(part), "{part} in {several}");
    }
    assert_eq!(device(&second.to_string()).await.unwrap(), second);
    let revoke = clientele_server::store::devices::Revoke {
        device: first,
        now_millis: NOW,
    };
    storage.write(company, revoke).await.unwrap();
    let several = told(device("Desk").await);
    assert!(several.contains("East, shut out"), "{several}");
    assert!(told(device("desk 7").await).contains("there is no device \"desk 7\""));
    assert!(told(device(&DeviceId::new().to_string()).await).contains("there is no device"));
}

pub async fn a_branch_goes_or_a_device_comes_never_both<S: Storage>(house: House<S>) {
    let (storage, company) = (house.service.storage(), house.company);
    let until = house.now() + 1000;
    let (mut gone, mut came) = (0, 0);
    for round in 0..24 {
        let name = format!("Shop {round}");
        let shop = register::new_branch(storage, company, &name).await.unwrap();
        let secret = house
            .service
            .add_pairing(company, Some(shop), until)
            .await
            .unwrap();
        let device = Device::new(round, company);
        let ask = device.pair_ask(secret);
        // A little later each time: it falls into another place between the device's own steps.
        let late = Duration::from_micros(u64::from(round) * 500);
        let remove = async {
            tokio::time::sleep(late).await;
            register::remove_branch(storage, company, &name).await
        };
        let (answer, removed) = tokio::join!(house.ask(Path::Pair, &ask), remove);
        let known = register::branch(storage, company, &name).await;
        if removed.is_ok() {
            assert_eq!(answer, Response::No(No::Code), "round {round}");
            assert!(known.is_err());
            gone += 1;
        } else {
            assert!(told(removed).contains("has devices (1)"), "round {round}");
            assert!(
                matches!(answer, Response::Paired { .. }),
                "round {round}: {answer:?}"
            );
            assert_eq!(known.unwrap(), shop);
            came += 1;
        }
    }
    println!("{gone} branches went, {came} devices came");
    house.check().await;
}

pub async fn two_who_come_with_one_code_at_once_are_told_apart<S: Storage>(house: House<S>) {
    let until = house.now() + 1000;
    for round in 0..6 {
        let secret = house
            .service
            .add_pairing(house.company, None, until)
            .await
            .unwrap();
        let (a, b) = (
            Device::new(2 * round, house.company),
            Device::new(2 * round + 1, house.company),
        );
        let (first, second) = (a.pair_ask(secret), b.pair_ask(secret));
        let (first, second) = tokio::join!(house.ask(Path::Pair, &first), house.ask(Path::Pair, &second));
        let in_order = [(&first, &second), (&second, &first)];
        let is_told = |(one, other): &(&Response, &Response)| {
            matches!(one, Response::Paired { .. }) && **other == Response::No(No::Code)
        };
        assert!(in_order.iter().any(is_told), "{first:?} {second:?}");
    }
}
