//! The plain tables, in which head office reads.

use clientele_model::change::SEEN;
use clientele_model::record::DELETED_AT;
use clientele_model::{BranchId, ChangeKind, FieldChange, Hlc, RowId, Stamp, StepId, Value};
use clientele_protocol::Link;
use clientele_server::store::project::rows::{Plain, PlainRows};
use clientele_server::store::{Cell, Storage};

use crate::device::{Device, body};
use crate::dice::Dice;
use crate::house::{House, NOW};

const ROWS: usize = 6;

/// Rows that all devices write to.
struct Rows {
    clients: Vec<RowId>,
    phones: Vec<RowId>,
}

impl Rows {
    fn new() -> Self {
        Self {
            clients: (0..ROWS).map(|_| RowId::new()).collect(),
            phones: (0..ROWS).map(|_| RowId::new()).collect(),
        }
    }
}

/// Some change that some version might write, or nearly.
fn some_change(dice: &mut Dice, device: &mut Device, rows: &Rows, branches: &[Option<BranchId>]) -> Link {
    use ChangeKind::{Add, Del, Erase, Inc, Set};
    let far = u64::try_from(dice.of(20_000)).unwrap();
    device.clock = Hlc((u64::try_from(NOW).unwrap() - 10_000 + far) << 16);
    let is_client = dice.once_in(2);
    let ids = if is_client { &rows.clients } else { &rows.phones };
    let row = ids[dice.of(ROWS)];
    let client = rows.clients[dice.of(ROWS)];
    let kind = match dice.of(40) {
        0..12 => Add,
        12..29 => Set,
        29..33 => Inc,
        33..39 => Del,
        _ => Erase,
    };
    let text = format!("№ {}", dice.of(5));
    let mut fields: Vec<(&str, Value)> = Vec::new();
    for _ in 0..1 + dice.of(3) {
        fields.push(match (is_client, dice.of(9)) {
            (true, 0..3) => ("notes", text.as_str().into()),
            (true, 3) => ("created_at", 7.into()),
            (true, 4) => ("given_name", "a\0b".into()),
            (true, 5) => ("notes", 5.into()),
            (false, 0..3) => ("client_id", client.into()),
            (false, 3) => ("client_id", "nobody".into()),
            (false, 4..6) => ("position", i64::try_from(dice.of(9)).unwrap().into()),
            (false, 6) => ("typed", text.as_str().into()),
            (_, 7) => ("deleted_at", None::<i64>.into()),
            _ => ("new_field", 1.into()),
        });
    }
    if kind == Inc {
        fields = vec![(if is_client { "created_at" } else { "position" }, 3.into())];
    }
    let mut body = body(&fields);
    if kind == Del {
        body.0.retain(|field| field.field != DELETED_AT);
        body.0.push(FieldChange {
            field: DELETED_AT.into(),
            value: 99.into(),
            base: None,
        });
        let seen = Stamp {
            device: device.id,
            seq: device.head.seq,
        };
        body.0.push(FieldChange::stamps(SEEN, &[seen]));
    }
    let entity = match (is_client, dice.once_in(20)) {
        (_, true) => "things_to_come",
        (true, _) => "clients",
        (false, _) => "phones",
    };
    let scope = branches[dice.of(branches.len())];
    device.change(scope, entity, row, kind, &body)
}

fn of_step(link: Link, step: StepId) -> Link {
    match link {
        Link::Change(mut change) => {
            change.step = step;
            Link::Change(change)
        }
        hidden @ Link::Hidden(_) => hidden,
    }
}

/// The end of a step.
fn end(device: &mut Device, step: StepId) -> Link {
    let body = body(&[("label", "client_added".into()), ("changes", 1.into())]);
    let link = device.change(None, "steps", step.into(), ChangeKind::Add, &body);
    of_step(link, step)
}

pub async fn the_tables_are_what_the_log_adds_up_to<S: Storage>(mut house: House<S>) {
    for seed in 0..8 {
        let mut dice = Dice::new(seed);
        house.begin_anew().await;
        let branches = [None, Some(house.east), Some(house.west)];
        let rows = Rows::new();
        let first = u8::try_from(seed * 3).unwrap();
        let mut devices = Vec::new();
        for n in 0..3 {
            devices.push(house.device(first + n, None).await);
        }
        for _ in 0..40 {
            let device = &mut devices[dice.of(3)];
            let mut links = Vec::new();
            for _ in 0..1 + dice.of(3) {
                let step = StepId::new();
                for _ in 0..1 + dice.of(4) {
                    let link = some_change(&mut dice, device, &rows, &branches);
                    links.push(of_step(link, step));
                }
                if !dice.once_in(4) {
                    links.push(end(device, step));
                }
            }
            // A batch ends where it likes, not where a step does.
            while !links.is_empty() {
                let rest = links.split_off(1 + dice.of(links.len()));
                device.write(&house, &links).await;
                links = rest;
            }
            if dice.once_in(4) {
                house.check().await;
            }
        }
        for device in &mut devices {
            let step = StepId::new();
            let last = end(device, step);
            device.write(&house, &[last]).await;
        }
        let checked = house.check().await;
        assert!(checked.rows > 0 && checked.changes > 100, "{checked:?}");
        let mut reader = house.device(200, None).await;
        reader.pull(&house).await;
    }
}

async fn plain<S: Storage>(house: &House<S>, entity: &str) -> Vec<Plain> {
    let rows = PlainRows {
        entity: entity.into(),
    };
    house.service.storage().read(house.company, rows).await.unwrap()
}

pub async fn a_step_is_seen_as_a_whole<S: Storage>(house: House<S>) {
    let mut a = house.device(1, Some(house.east)).await;
    let mut b = house.device(2, None).await;
    let step = StepId::new();
    let row = RowId::new();
    let name = body(&[("given_name", "Анна".into())]);
    let client = a.change(Some(house.east), "clients", row, ChangeKind::Add, &name);
    let phone = body(&[("client_id", row.into()), ("typed", "0888".into())]);
    let phone = a.change(Some(house.east), "phones", RowId::new(), ChangeKind::Add, &phone);
    a.write(&house, &[of_step(client, step)]).await;
    assert!(plain(&house, "clients").await.is_empty());
    a.write(&house, &[of_step(phone, step)]).await;
    // Another device's step is whole, and does not wait for this one.
    let other = StepId::new();
    let link = b.client(None, "Мария");
    let last = end(&mut b, other);
    b.write(&house, &[of_step(link, other), last]).await;
    assert_eq!(plain(&house, "clients").await.len(), 1);
    assert!(plain(&house, "phones").await.is_empty());
    house.check().await;
    let last = end(&mut a, step);
    a.write(&house, &[last]).await;
    let clients = plain(&house, "clients").await;
    assert_eq!(clients.len(), 2);
    let anna = clients.iter().find(|client| client.id == row).unwrap();
    assert_eq!(anna.branch, Some(house.east));
    assert_eq!(anna.fields["given_name"], Cell::Text("Анна".into()));
    assert_eq!(anna.fields["deleted_at"], Cell::Null);
    let phones = plain(&house, "phones").await;
    assert_eq!(phones[0].fields["client_id"], row.into());
    assert_eq!(plain(&house, "steps").await.len(), 2);
    // A step without its own row ends where the next begins.
    let (first, second) = (StepId::new(), StepId::new());
    let one = a.client(None, "Елена");
    let two = a.client(None, "Ирина");
    a.write(&house, &[of_step(one, first), of_step(two, second)])
        .await;
    assert_eq!(plain(&house, "clients").await.len(), 3);
    house.check().await;
}

pub async fn who_writes_on_a_card_keeps_it_out_of_the_trash<S: Storage>(house: House<S>) {
    let mut a = house.device(1, None).await;
    let mut b = house.device(2, None).await;
    let row = RowId::new();
    let deleted_at = async |house: &House<S>| {
        let clients = plain(house, "clients").await;
        let client = clients.into_iter().find(|client| client.id == row).unwrap();
        client.fields["deleted_at"].clone()
    };
    let step = async |device: &mut Device, house: &House<S>, link: Link| {
        let step = StepId::new();
        let last = end(device, step);
        device.write(house, &[of_step(link, step), last]).await;
        house.check().await;
    };
    let name = body(&[("given_name", "Анна".into())]);
    let link = a.change(None, "clients", row, ChangeKind::Add, &name);
    step(&mut a, &house, link).await;
    let throw = |device: &mut Device, seen: &[Stamp]| {
        let mut fields = body(&[(DELETED_AT, 77.into())]);
        fields.0.push(FieldChange::stamps(SEEN, seen));
        device.change(None, "clients", row, ChangeKind::Del, &fields)
    };
    let seen_a = Stamp {
        device: a.id,
        seq: a.head.seq,
    };
    let link = throw(&mut b, &[seen_a]);
    step(&mut b, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Int(77));
    // Written before that, and unknown to the one who threw it away: a call on the card.
    let call = body(&[("client_id", row.into()), ("text", "Обади се".into())]);
    let contact = RowId::new();
    let link = a.change(None, "contacts", contact, ChangeKind::Add, &call);
    step(&mut a, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Null);
    // It moves to another card: nobody writes on this one any more.
    let moved = body(&[("client_id", RowId::new().into())]);
    let link = a.change(None, "contacts", contact, ChangeKind::Set, &moved);
    step(&mut a, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Int(77));
    let back = body(&[("client_id", row.into())]);
    let link = a.change(None, "contacts", contact, ChangeKind::Set, &back);
    step(&mut a, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Null);
    // Thrown away again, knowing all that.
    let seen_a = Stamp {
        device: a.id,
        seq: a.head.seq,
    };
    b.clock = a.clock;
    let link = throw(&mut b, &[seen_a]);
    step(&mut b, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Int(77));
    // And brought back.
    a.clock = b.clock;
    let restored = body(&[(DELETED_AT, None::<i64>.into())]);
    let link = a.change(None, "clients", row, ChangeKind::Set, &restored);
    step(&mut a, &house, link).await;
    assert_eq!(deleted_at(&house).await, Cell::Null);
}
