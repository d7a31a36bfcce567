//! Pushes cards to a server over TLS, as fast as it takes them, and tells how fast that was.
//!
//! `cargo run --release -p clientele-server --example load -- CODE [DEVICES [PAGES]]`, each device with a code of
//! its own, separated by commas.

#[path = "../tests/program/wire.rs"]
mod wire;

use std::time::Instant;

use clientele_model::{Body, ChangeKind, DeviceId, FieldChange, Hlc, RowId, StepId, Timestamp};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::message::{Mark, OpenAsk, PairAsk, Push};
use clientele_protocol::pairing::PairingCode;
use clientele_protocol::{
    BATCH_CHANGES_MAX, Batch, DeviceKey, Envelope, Head, Link, Payload, Request, Response, Sealed,
};
use wire::Wire;

fn card(n: u64, clock: u64, step: StepId) -> Link {
    let fields = [
        ("kind", "person".to_owned()),
        ("given_name", format!("Анна {}", n % 977)),
        ("family_name", format!("Иванова {}", n % 1511)),
        ("birthday", format!("19{:02}-0{}-1{}", n % 100, n % 9 + 1, n % 10)),
        ("source", "препоръка".to_owned()),
        ("card_number", format!("{n:08}")),
        ("notes", format!("идва в {} часа, кафе без захар", n % 24)),
    ];
    let fields = fields.into_iter().map(|(field, value)| FieldChange {
        field: field.to_owned(),
        value: value.into(),
        base: None,
    });
    Link::Change(Sealed {
        hlc: Hlc(clock),
        schema: 1,
        step,
        scope: None,
        entity: "clients".into(),
        row: RowId::new(),
        kind: ChangeKind::Add,
        payload: Payload::Whole {
            salt: RowId::new().as_bytes()[4..].to_vec(),
            body: Body(fields.collect()).encode(),
        },
    })
}

/// Sealed before the clock runs: what a device has ready when the line comes back.
struct Loaded {
    wire: Wire,
    envelopes: Vec<Vec<u8>>,
    pull: Box<dyn Fn(u64, Mark) -> Vec<u8> + Send>,
    changes: u64,
}

async fn load(code: PairingCode, pages: u64, seed: u8) -> Loaded {
    let mut wire = Wire::connect(&code.address, code.pin)
        .await
        .expect("a connection");
    let (id, key) = (DeviceId::new(), DeviceKey::from_seed([seed; 32]));
    let ask = PairAsk {
        secret: code.secret,
        device: id,
        key: key.public(),
        name: "load".into(),
        proof: key.sign(&PairAsk::signed(&code.secret, id, "load")),
    };
    let (_, answer) = wire
        .ask("POST", "/v1/pair", encode(&ask))
        .await
        .expect("an answer");
    let Ok(Response::Paired { company, .. }) = decode(&answer) else {
        panic!("not paired");
    };
    let (_, answer) = wire
        .ask("POST", "/v1/open", encode(&OpenAsk { company, device: id }))
        .await
        .expect("an answer");
    let Ok(Response::Opened { session }) = decode(&answer) else {
        panic!("no session");
    };
    let mut head = Head::start(id);
    let mut clock = Timestamp::now().0.cast_unsigned() << 16;
    let count = BATCH_CHANGES_MAX as u64;
    let envelope = |page: u64| {
        let step = StepId::new();
        let links = (1..=count).map(|n| {
            clock += 1 << 16;
            card(page * count + n, clock, step)
        });
        let batch = Batch::seal(id, &key, head, &links.collect::<Vec<_>>());
        head = batch.head();
        let push = Push {
            batch,
            assigned: vec![],
            too_large: vec![],
        };
        let message = encode(&Request::Push(push));
        encode(&Envelope::seal(company, session, page + 1, &key, message))
    };
    let envelopes = (0..pages).map(envelope).collect();
    let pull = move |number, from| {
        let message = encode(&Request::Pull { from });
        encode(&Envelope::seal(company, session, number, &key, message))
    };
    Loaded {
        wire,
        envelopes,
        pull: Box::new(pull),
        changes: pages * count,
    }
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let codes: Vec<PairingCode> = arguments[1]
        .split(',')
        .map(|code| PairingCode::from_text(code).expect("a pairing code"))
        .collect();
    let pages = arguments
        .get(2)
        .map_or(50, |pages| pages.parse().expect("a number"));
    let mut devices = Vec::new();
    for (seed, code) in (0..).zip(codes) {
        devices.push(load(code, pages, seed).await);
    }
    let changes: u64 = devices.iter().map(|device| device.changes).sum();
    let bytes: usize = devices
        .iter()
        .flat_map(|device| &device.envelopes)
        .map(Vec::len)
        .sum();
    let began = Instant::now();
    let pushing: Vec<_> = devices
        .into_iter()
        .map(|mut device| {
            tokio::spawn(async move {
                for envelope in std::mem::take(&mut device.envelopes) {
                    let (_, answer) = device
                        .wire
                        .ask("POST", "/v1/call", envelope)
                        .await
                        .expect("an answer");
                    assert!(matches!(decode(&answer), Ok(Response::Pushed { .. })));
                }
                device
            })
        })
        .collect();
    let mut devices = Vec::new();
    for device in pushing {
        devices.push(device.await.expect("a device"));
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "pushed {changes} cards in {seconds:.2} s: {:.0}/s, {:.0} bytes a card on the wire",
        changes as f64 / seconds,
        bytes as f64 / changes as f64,
    );
    let Some(device) = devices.first_mut() else { return };
    let (mut from, mut pulled, mut number) = (Mark::start(), 0, pages);
    let began = Instant::now();
    loop {
        number += 1;
        let call = (device.pull)(number, from);
        let (_, answer) = device
            .wire
            .ask("POST", "/v1/call", call)
            .await
            .expect("an answer");
        let Ok(Response::Page(page)) = decode(&answer) else {
            panic!("no page");
        };
        pulled += page.entries.iter().map(|entry| entry.batch.count()).sum::<u64>();
        from = page.to;
        if page.at_end {
            break;
        }
    }
    let seconds = began.elapsed().as_secs_f64();
    println!(
        "pulled {pulled} cards in {seconds:.2} s: {:.0}/s",
        pulled as f64 / seconds
    );
}
