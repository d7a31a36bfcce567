//! A device as the server meets it: a key, a stream, a session. It takes in what it pulls and adds it up.

use std::collections::BTreeMap;

use clientele_model::{
    Body, BranchId, ChangeKind, CompanyId, DeviceId, FieldChange, Hlc, RowId, StepId, Value,
};
use clientele_protocol::bytes::encode;
use clientele_protocol::envelope::SessionId;
use clientele_protocol::message::{
    ContentsMark, Entry, Hello, Mark, OpenAsk, PairAsk, Push, ScopeDigest, Welcome,
};
use clientele_protocol::{
    Batch, DeviceKey, Digest, Envelope, Head, Link, Payload, Request, Response, Sealed, VERSION,
};
use clientele_server::Path;
use clientele_server::store::Storage;

use crate::house::{House, NOW};

pub struct Device {
    pub id: DeviceId,
    pub key: DeviceKey,
    pub company: CompanyId,
    pub head: Head,
    pub clock: Hlc,
    session: Option<SessionId>,
    number: u64,
    pub cursor: Mark,
    pub digests: BTreeMap<Option<BranchId>, Digest>,
    pub entries: Vec<Entry>,
    pub told: Vec<ScopeDigest>,
}

pub fn body(fields: &[(&str, Value)]) -> Body {
    let field = |(field, value): &(&str, Value)| FieldChange {
        field: (*field).to_owned(),
        value: value.clone(),
        base: None,
    };
    Body(fields.iter().map(field).collect())
}

impl Device {
    pub fn new(seed: u8, company: CompanyId) -> Self {
        let id = DeviceId::new();
        Self {
            id,
            key: DeviceKey::from_seed([seed; 32]),
            company,
            head: Head::start(id),
            clock: Hlc(u64::try_from(NOW).unwrap() << 16),
            session: None,
            number: 0,
            cursor: Mark::start(),
            digests: BTreeMap::new(),
            entries: Vec::new(),
            told: Vec::new(),
        }
    }

    pub fn pair_ask(&self, secret: [u8; 16]) -> PairAsk {
        let name = "Desk".to_owned();
        PairAsk {
            secret,
            device: self.id,
            key: self.key.public(),
            proof: self.key.sign(&PairAsk::signed(&secret, self.id, &name)),
            name,
        }
    }

    /// One change, some milliseconds after the last.
    pub fn change(
        &mut self,
        scope: Option<BranchId>,
        entity: &str,
        row: RowId,
        kind: ChangeKind,
        body: &Body,
    ) -> Link {
        self.clock = Hlc(self.clock.0 + (3 << 16) + 1);
        Link::Change(Sealed {
            hlc: self.clock,
            schema: 1,
            step: StepId::new(),
            scope,
            entity: entity.to_owned(),
            row,
            kind,
            payload: Payload::Whole {
                salt: self.clock.0.to_be_bytes().to_vec(),
                body: body.encode(),
            },
        })
    }

    /// A new client.
    pub fn client(&mut self, scope: Option<BranchId>, name: &str) -> Link {
        let body = body(&[("given_name", name.into()), ("notes", "знае ни от Ана".into())]);
        self.change(scope, "clients", RowId::new(), ChangeKind::Add, &body)
    }

    /// The next batch of the stream.
    pub fn seal(&mut self, links: &[Link]) -> Batch {
        let batch = Batch::seal(self.id, &self.key, self.head, links);
        self.head = batch.head();
        batch
    }

    pub fn envelope(&mut self, request: &Request) -> Envelope {
        self.envelope_around(encode(request))
    }

    pub fn envelope_around(&mut self, message: Vec<u8>) -> Envelope {
        self.number += 1;
        let session = self.session.expect("a session");
        Envelope::seal(self.company, session, self.number, &self.key, message)
    }

    pub async fn open<S: Storage>(&mut self, house: &House<S>) {
        let ask = OpenAsk {
            company: self.company,
            device: self.id,
        };
        match house.ask(Path::Open, &ask).await {
            Response::Opened { session } => self.session = Some(session),
            other => panic!("{other:?}"),
        }
    }

    pub async fn call<S: Storage>(&mut self, house: &House<S>, request: &Request) -> Response {
        if self.session.is_none() {
            self.open(house).await;
        }
        let envelope = self.envelope(request);
        house.ask(Path::Call, &envelope).await
    }

    pub async fn push<S: Storage>(&mut self, house: &House<S>, batch: &Batch) -> Response {
        let push = Push {
            batch: batch.clone(),
            assigned: Vec::new(),
            too_large: Vec::new(),
        };
        self.call(house, &Request::Push(push)).await
    }

    /// Seals and pushes, and sees it taken.
    pub async fn write<S: Storage>(&mut self, house: &House<S>, links: &[Link]) -> Batch {
        let batch = self.seal(links);
        let head = batch.head();
        assert_eq!(self.push(house, &batch).await, Response::Pushed { head });
        batch
    }

    pub fn hello(&self) -> Hello {
        Hello {
            protocol: VERSION,
            schema: 1,
            program: "a test".into(),
            acknowledged: Head::start(self.id),
            cursor: self.cursor,
            marks: Vec::new(),
            contents: ContentsMark::start(),
        }
    }

    pub async fn welcome<S: Storage>(&mut self, house: &House<S>) -> Welcome {
        let hello = self.hello();
        match self.call(house, &Request::Hello(hello)).await {
            Response::Welcome(welcome) => welcome,
            other => panic!("{other:?}"),
        }
    }

    /// Takes in all that is new, page by page, and checks that nothing is missing.
    pub async fn pull<S: Storage>(&mut self, house: &House<S>) -> usize {
        let known = self.welcome(house).await.devices;
        let mut count = 0;
        loop {
            let from = self.cursor;
            let page = match self.call(house, &Request::Pull { from }).await {
                Response::Page(page) => page,
                other => panic!("{other:?}"),
            };
            assert_eq!(page.from, from);
            for entry in page.entries {
                let author = known.iter().find(|device| device.id == entry.batch.device);
                let links = entry.batch.open(&author.expect("a known author").key).unwrap();
                self.add_up(&entry, &links);
                self.entries.push(entry);
                count += 1;
            }
            self.cursor = page.to;
            if page.at_end {
                self.told = page.digests;
                for told in &self.told {
                    let ours = self.digests.get(&told.scope).copied().unwrap_or_default();
                    assert_eq!(ours, told.digest, "{:?}", told.scope);
                }
                return count;
            }
        }
    }

    fn add_up(&mut self, entry: &Entry, links: &[Link]) {
        for (at, link) in links.iter().enumerate() {
            let Some(change) = link.change() else { continue };
            let seq = entry.batch.first_seq + at as u64;
            let assigned = entry.assigned.iter().find(|(place, _)| *place as usize == at);
            let eff = assigned.map_or(change.hlc, |(_, eff)| *eff);
            let leaf = link.leaf(entry.batch.device, seq);
            self.digests.entry(change.scope).or_default().add(leaf, eff);
        }
    }

    /// Every change that it has taken in, as far as it is shown.
    pub fn seen(&self) -> Vec<Sealed> {
        let links = self
            .entries
            .iter()
            .flat_map(|entry| entry.batch.open_own().unwrap());
        links.filter_map(|link| link.change().cloned()).collect()
    }
}
