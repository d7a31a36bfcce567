//! A device as the wire meets it: a key, a stream, a session, and nothing of the program. It can write what no
//! version of the program would.

use std::collections::HashMap;

use clientele_model::record::STEPS;
use clientele_model::{
    Body, BranchId, ChangeKind, CompanyId, DeviceId, FieldChange, Hlc, RowId, StepId, Value,
};
use clientele_protocol::bytes::{decode, encode};
use clientele_protocol::envelope::SessionId;
use clientele_protocol::message::{ContentsMark, Entry, Hello, Mark, OpenAsk, PairAsk, Push, Welcome};
use clientele_protocol::pairing::PairingCode;
use clientele_protocol::{
    Batch, DeviceKey, Envelope, Head, Link, Payload, PublicKey, Request, Response, Sealed, VERSION,
};
use clientele_server::Path;

use super::{Office, World};

/// A change to be written: the table, the row, what happens to it, and the fields.
pub type Deed<'a> = (&'a str, RowId, ChangeKind, Vec<(&'a str, Value)>);

/// The device.
pub struct Wire {
    /// Who it is.
    pub device: DeviceId,
    /// Its key.
    pub key: DeviceKey,
    /// Whose book it is about.
    pub company: CompanyId,
    /// Where its stream ends.
    pub head: Head,
    /// How far it has taken the log in.
    pub cursor: Mark,
    /// What it has taken in.
    pub entries: Vec<Entry>,
    clock: u64,
    session: Option<SessionId>,
    number: u64,
}

/// The fields of a change.
#[must_use]
pub fn body(fields: &[(&str, Value)]) -> Body {
    let field = |(field, value): &(&str, Value)| FieldChange {
        field: (*field).to_owned(),
        value: value.clone(),
        base: None,
    };
    Body(fields.iter().map(field).collect())
}

impl Wire {
    /// One that belongs to nobody yet.
    #[must_use]
    pub fn stranger(company: CompanyId, seed: u8) -> Self {
        let device = DeviceId::new();
        Self {
            device,
            key: DeviceKey::from_seed([seed; 32]),
            company,
            head: Head::start(device),
            cursor: Mark::start(),
            entries: Vec::new(),
            clock: 0,
            session: None,
            number: 0,
        }
    }

    /// One that is paired.
    ///
    /// # Panics
    /// Where the server does not take it.
    #[must_use]
    pub fn pair(world: &World, seed: u8, branch: Option<BranchId>) -> Self {
        let wire = Self::stranger(world.office.company(), seed);
        let code = world.office.code(branch, world.time.now());
        let secret = PairingCode::from_text(&code).expect("a code").secret;
        let answer = world
            .office
            .handle(Path::Pair, &wire.pair_ask(secret), world.time.now());
        let answer = decode::<Response>(&answer);
        assert!(matches!(answer, Ok(Response::Paired { .. })), "{answer:?}");
        wire
    }

    /// What it says to be paired.
    #[must_use]
    pub fn pair_ask(&self, secret: [u8; 16]) -> Vec<u8> {
        let name = "Wire".to_owned();
        encode(&PairAsk {
            secret,
            device: self.device,
            key: self.key.public(),
            proof: self.key.sign(&PairAsk::signed(&secret, self.device, &name)),
            name,
        })
    }

    /// Opens a session.
    ///
    /// # Panics
    /// Where the server opens none.
    pub fn open(&mut self, office: &Office, now: i64) {
        let ask = OpenAsk {
            company: self.company,
            device: self.device,
        };
        match decode(&office.handle(Path::Open, &encode(&ask), now)) {
            Ok(Response::Opened { session }) => self.enter(session),
            other => panic!("{other:?}"),
        }
    }

    /// Speaks in a session from now on.
    pub fn enter(&mut self, session: SessionId) {
        (self.session, self.number) = (Some(session), 0);
    }

    /// A message in its envelope, under the next number of the session.
    ///
    /// # Panics
    /// Without a session.
    #[must_use]
    pub fn envelope(&mut self, request: &Request) -> Envelope {
        self.number += 1;
        let session = self.session.expect("a session");
        Envelope::seal(self.company, session, self.number, &self.key, encode(request))
    }

    /// Asks.
    ///
    /// # Panics
    /// Where the answer cannot be read.
    pub fn call(&mut self, world: &World, request: &Request) -> Response {
        let now = world.time.now();
        self.open(&world.office, now);
        let message = encode(&self.envelope(request));
        decode(&world.office.handle(Path::Call, &message, now)).expect("an answer")
    }

    /// A step: some changes, and at its end the row that says that it is whole.
    pub fn step(&mut self, now: i64, scope: Option<BranchId>, deeds: Vec<Deed<'_>>) -> Vec<Link> {
        let step = StepId::new();
        let end = vec![
            ("device", RowId(self.device.0).into()),
            ("at", Value::Int(now)),
            ("label", "a label of tomorrow".into()),
            ("params", "{}".into()),
            ("act", "do".into()),
            ("changes", Value::Int(deeds.len() as i64)),
        ];
        let mut links: Vec<Link> = Vec::new();
        for (entity, row, kind, fields) in deeds {
            links.push(self.link(now, scope, step, (entity, row, kind, fields)));
        }
        links.push(self.link(now, scope, step, (STEPS.name, step.into(), ChangeKind::Add, end)));
        links
    }

    fn link(&mut self, now: i64, scope: Option<BranchId>, step: StepId, deed: Deed<'_>) -> Link {
        let (entity, row, kind, fields) = deed;
        let now = u64::try_from(now).unwrap_or_default() << 16;
        self.clock = now.max(self.clock + 1);
        Link::Change(Sealed {
            hlc: Hlc(self.clock),
            schema: 99,
            step,
            scope,
            entity: entity.to_owned(),
            row,
            kind,
            payload: Payload::Whole {
                salt: self.clock.to_be_bytes().to_vec(),
                body: body(&fields).encode(),
            },
        })
    }

    /// The next batch of its stream.
    pub fn seal(&mut self, links: &[Link]) -> Batch {
        let batch = Batch::seal(self.device, &self.key, self.head, links);
        self.head = batch.head();
        batch
    }

    /// Seals and pushes.
    pub fn push(&mut self, world: &World, links: &[Link]) -> Response {
        let push = Push {
            batch: self.seal(links),
            assigned: Vec::new(),
            too_large: Vec::new(),
        };
        self.call(world, &Request::Push(push))
    }

    /// Asks where both stand.
    ///
    /// # Panics
    /// Where the server does not say.
    pub fn welcome(&mut self, world: &World) -> Welcome {
        let hello = Hello {
            protocol: VERSION,
            schema: 99,
            program: "a wire".into(),
            acknowledged: Head::start(self.device),
            cursor: self.cursor,
            marks: Vec::new(),
            contents: ContentsMark::start(),
        };
        match self.call(world, &Request::Hello(hello)) {
            Response::Welcome(welcome) => welcome,
            other => panic!("{other:?}"),
        }
    }

    /// Takes in all that is new; every batch is proved.
    ///
    /// # Panics
    /// Where something is missing or does not prove itself.
    pub fn pull(&mut self, world: &World) {
        let known: HashMap<DeviceId, PublicKey> = self
            .welcome(world)
            .devices
            .iter()
            .map(|device| (device.id, device.key))
            .collect();
        loop {
            let from = self.cursor;
            let page = match self.call(world, &Request::Pull { from }) {
                Response::Page(page) => page,
                other => panic!("{other:?}"),
            };
            assert_eq!(page.from, from);
            for entry in &page.entries {
                let key = known.get(&entry.batch.device).expect("a known author");
                entry.batch.open(key).expect("a batch that proves itself");
            }
            self.entries.extend(page.entries);
            self.cursor = page.to;
            if page.at_end {
                return;
            }
        }
    }

    /// Every change that it has taken in and may see, with its place in its device's stream.
    ///
    /// # Panics
    /// Where a batch does not open.
    #[must_use]
    pub fn seen(&self) -> Vec<(DeviceId, u64, Sealed)> {
        let mut seen = Vec::new();
        for entry in &self.entries {
            let links = entry.batch.open_own().expect("a batch");
            for (seq, link) in (entry.batch.first_seq..).zip(links) {
                if let Link::Change(change) = link {
                    seen.push((entry.batch.device, seq, change));
                }
            }
        }
        seen
    }
}
