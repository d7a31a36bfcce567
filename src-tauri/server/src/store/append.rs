//! Pushes go into the log: all that wait, in one transaction.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use clientele_model::{BranchId, ChangeKind, DeviceId, Hlc};
use clientele_protocol::message::{Mark, Response, Why};
use clientele_protocol::{Batch, Chain, Digest, Link, Payload};

use super::branches::branch_ids;
use super::devices::{DeviceRow, devices_of};
use super::entry::{RowMarks, Scope, Share, Stored, chain_at, chain_inside, log_leaf, scope_cell};
use super::erased::{Suppressed, suppressed_mark};
use super::quarantine::{Bounds, Refused, Room, refuse};
use super::streams::{Stream, digests, greatest, held, save_streams, streams};
use super::{Cell, Job, Tx};
use crate::Result;
use crate::offer::Offer;
use crate::sabotage::Sabotage;

/// How far ahead of the server's clock a device's may be believed.
pub const AHEAD_MILLIS: i64 = 5 * 60 * 1000;

/// What is kept of a refused change beside its body, about.
const HELD_BYTES: usize = 100;

/// Takes pushes into the log.
pub struct Append {
    /// The pushes, in the order in which they came.
    pub offers: Vec<Offer>,
    /// The server's clock.
    pub now_millis: i64,
    /// How much of what is refused is kept.
    pub quarantine: Bounds,
    /// How it is to be broken, for the suite's negative controls.
    pub sabotage: Sabotage,
}

/// What came of one push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// The answer.
    pub answer: Response,
    /// How many changes were refused.
    pub refused: usize,
    /// How many of them found no room in quarantine.
    pub unkept: usize,
    /// How many changes the log has more.
    pub changes: usize,
}

/// The log as it stands, and what is to be added.
struct State {
    /// The number that a sequence gave out before the head was held: sabotage.
    drawn: Option<u64>,
    mark: Mark,
    devices: HashMap<DeviceId, DeviceRow>,
    branches: Vec<BranchId>,
    streams: BTreeMap<DeviceId, Stream>,
    last_short: u64,
    /// No change in the log has a later effective clock.
    clock: Hlc,
    digests: HashMap<Scope, Digest>,
    held: HashMap<DeviceId, Vec<Batch>>,
    erased: Suppressed,
    secret: [u8; 32],
    added: Vec<Stored>,
    refused: Vec<Refused>,
    room: Room,
    erasing: Vec<Vec<Cell>>,
    suppress: Vec<Vec<Cell>>,
    receipts: Vec<Vec<Cell>>,
}

impl Job for Append {
    type Out = Vec<Appended>;

    async fn run<T: Tx>(&self, tx: &mut T) -> Result<Vec<Appended>> {
        let mut state = self.load(tx).await?;
        let answers = self.offers.iter().map(|offer| self.take(&mut state, offer));
        let answers = answers.collect::<Result<Vec<_>>>()?;
        save(tx, state).await?;
        Ok(answers)
    }
}

impl Append {
    /// All that the answers depend on. The head is held from here to the commit.
    async fn load<T: Tx>(&self, tx: &mut T) -> Result<State> {
        let drawn = if self.sabotage.is_serial_cursor() {
            let row = tx.one("select nextval('serial_cursor')", &[]).await?;
            row.map(|row| row.count(0)).transpose()?
        } else {
            None
        };
        let mark = super::page::head(tx, "{lock}").await?;
        let authors: HashSet<DeviceId> = self.offers.iter().map(|offer| offer.batch.device).collect();
        let authors: Vec<DeviceId> = authors.into_iter().collect();
        let (last_short, clock) = greatest(tx).await?;
        let mut state = State {
            drawn,
            mark,
            devices: devices_of(tx, &authors).await?,
            branches: branch_ids(tx).await?,
            streams: streams(tx, &authors).await?,
            last_short,
            clock,
            digests: digests(tx).await?.into_iter().collect(),
            held: HashMap::new(),
            secret: super::control::secret(tx).await?,
            erased: Suppressed::default(),
            added: Vec::new(),
            refused: Vec::new(),
            room: Room::default(),
            erasing: Vec::new(),
            suppress: Vec::new(),
            receipts: Vec::new(),
        };
        for offer in &self.offers {
            let batch = &offer.batch;
            let ends_at = state
                .streams
                .get(&batch.device)
                .map_or(0, |stream| stream.head.seq);
            if batch.first_seq <= ends_at {
                let batches = held(tx, batch.device, batch.first_seq - 1, batch.last_seq).await?;
                state.held.entry(batch.device).or_default().extend(batches);
            }
        }
        let refusing: BTreeSet<DeviceId> = self
            .offers
            .iter()
            .filter(|offer| state.refusing(offer).0 > 0)
            .map(|offer| offer.batch.device)
            .collect();
        if !refusing.is_empty() {
            state.room = Room::of(tx, self.quarantine, refusing).await?;
        }
        state.erased = Suppressed::load(tx, &state.secret, &self.offers).await?;
        Ok(state)
    }

    /// Answers one push, and notes what it adds.
    fn take(&self, state: &mut State, offer: &Offer) -> Result<Appended> {
        let batch = &offer.batch;
        let Some(author) = state.devices.get(&batch.device).cloned() else {
            // It was known when the push was proved; devices are never forgotten.
            return Err(crate::Error::damaged("a device is gone"));
        };
        let stream = state.streams.entry(batch.device).or_insert_with(|| {
            state.last_short += 1;
            Stream::new(batch.device, state.last_short)
        });
        let head = stream.head;
        let only = |answer| Appended {
            answer,
            refused: 0,
            unkept: 0,
            changes: 0,
        };
        if batch.first_seq <= head.seq && self.sabotage.is_conflict_do_nothing() {
            return Ok(only(Response::Pushed { head: batch.head() }));
        }
        if batch.first_seq > head.seq + 1 {
            return Ok(only(Response::Gap { head }));
        }
        // Is what both have the same? The chain where the shorter one ends says so of all before it.
        let common = batch.last_seq.min(head.seq);
        let held = state.held.get(&batch.device).map_or(&[][..], Vec::as_slice);
        let ours = if common == head.seq {
            head.chain
        } else {
            chain_at(batch.device, held, common)?
        };
        let is_same = chain_inside(batch, common) == Some(ours);
        if !is_same {
            return Ok(only(Response::Fork { head }));
        }
        if batch.first_seq <= head.seq {
            let is_held = batch.last_seq <= head.seq;
            return Ok(only(if is_held {
                Response::Pushed { head }
            } else {
                Response::Gap { head }
            }));
        }
        // Its device has what is refused, and shows it; here it is kept where there is room.
        let (count, bytes) = state.refusing(offer);
        let has_room = count == 0 || state.room.take(batch.device, count, bytes);
        let (refused, changes) = state.add(offer, &author, self.now_millis, has_room);
        let head = batch.head();
        Ok(Appended {
            answer: Response::Pushed { head },
            refused,
            unkept: if has_room { 0 } else { count },
            changes,
        })
    }
}

impl State {
    /// How many changes of an offer are refused and kept, and how many bytes these are about.
    fn refusing(&self, offer: &Offer) -> (usize, usize) {
        let Some(author) = self.devices.get(&offer.batch.device) else {
            return (0, 0);
        };
        let refused = offer.links.iter().zip(&offer.facts).filter_map(|(link, fact)| {
            let change = link.change()?;
            fact.refused(link, author.device.branch, &self.branches)?;
            if fact.gives_way {
                return None;
            }
            Some(match &change.payload {
                Payload::Whole { salt, body } => salt.len() + body.len() + HELD_BYTES,
                Payload::Gone { .. } => HELD_BYTES,
            })
        });
        refused.fold((0, 0), |(count, all), bytes| (count + 1, all + bytes))
    }

    /// A batch that goes on where the stream ends.
    fn add(&mut self, offer: &Offer, author: &DeviceRow, now_millis: i64, has_room: bool) -> (usize, usize) {
        let batch = &offer.batch;
        // A server whose clock was set back goes on from where it was: else what was typed over a value would
        // come before it.
        let latest = latest(now_millis).max(self.clock);
        let hints: HashMap<u32, Hlc> = offer.assigned.iter().copied().collect();
        let mut links = None;
        let mut shares: Vec<Share> = Vec::new();
        let (mut assigned, mut refused) = (Vec::new(), Vec::new());
        let Some(stream) = self.streams.get_mut(&batch.device) else {
            return (0, 0);
        };
        for (at, (link, fact)) in offer.links.iter().zip(&offer.facts).enumerate() {
            let place = u32::try_from(at).unwrap_or(u32::MAX);
            let branch = author.device.branch;
            let change = match (fact.refused(link, branch, &self.branches), link) {
                (None, Link::Change(change)) => change,
                (why, _) => {
                    let why = why.unwrap_or(Why::TooLarge);
                    refused.push((place, why));
                    if has_room
                        && !fact.gives_way
                        && let Link::Change(change) = link
                    {
                        let seq = batch.first_seq + at as u64;
                        self.refused.push(Refused::change(
                            batch.device,
                            seq,
                            fact.leaf,
                            why,
                            change,
                            now_millis,
                        ));
                    }
                    links.get_or_insert_with(|| offer.links.clone())[at] = Link::Hidden(fact.leaf);
                    continue;
                }
            };
            let eff = change.hlc.min(latest).min(*hints.get(&place).unwrap_or(&latest));
            // What gives way stands before all else; the rest of a stream never goes back.
            let eff = if fact.gives_way {
                Hlc::GIVES_WAY
            } else {
                eff.max(stream.clock)
            };
            stream.clock = stream.clock.max(eff);
            if eff != change.hlc {
                assigned.push((place, eff));
            }
            match shares.iter_mut().find(|share| share.scope == change.scope) {
                Some(share) => share.digest.add(fact.leaf, eff),
                None => {
                    let mut digest = Digest::default();
                    digest.add(fact.leaf, eff);
                    shares.push(Share {
                        scope: change.scope,
                        digest,
                    });
                }
            }
            if self.erased.is_empty() && change.kind != ChangeKind::Erase {
                continue;
            }
            let mark = suppressed_mark(&self.secret, change.row);
            let client = fact.client.map(|client| suppressed_mark(&self.secret, client));
            let by_client = client.and_then(|client| self.erased.covering(client, change.scope));
            if self.erased.covering(mark, change.scope).is_some() || by_client.is_some() {
                if let (Payload::Whole { .. }, Link::Change(gone)) = (
                    &change.payload,
                    &mut links.get_or_insert_with(|| offer.links.clone())[at],
                ) {
                    gone.payload = Payload::Gone {
                        commitment: change.payload.commitment(),
                    };
                }
                // A row that comes to be on an erased card: what else is written there belongs to it, too.
                if let Some(branch) = by_client
                    && change.kind == ChangeKind::Add
                    && self.erased.insert(mark, branch)
                {
                    self.suppress.push(vec![mark.as_slice().into(), branch.into()]);
                    let n = self.mark.n + 1;
                    self.erasing
                        .push(vec![change.row.into(), 0_i64.into(), branch.into(), n.into()]);
                }
            }
            if change.kind == ChangeKind::Erase && self.erased.insert(mark, branch) {
                self.suppress.push(vec![mark.as_slice().into(), branch.into()]);
            }
        }
        let mark = match self.drawn {
            None => Mark {
                n: self.mark.n + 1,
                chain: self.mark.chain.then(log_leaf(batch)),
            },
            Some(n) => Mark {
                n,
                chain: Chain::log().then(log_leaf(batch)),
            },
        };
        let taken = |at: usize| !refused.iter().any(|(place, _)| *place as usize == at);
        for erasing in offer.erasing().filter(|erasing| taken(erasing.at)) {
            self.erasing.push(vec![
                erasing.row.into(),
                i64::from(erasing.is_client).into(),
                author.device.branch.into(),
                mark.n.into(),
            ]);
            self.receipts.push(vec![
                erasing.step.into(),
                scope_cell(erasing.scope),
                now_millis.into(),
                mark.n.into(),
            ]);
        }
        for share in &shares {
            let digest = self.digests.entry(share.scope).or_default();
            *digest = digest.plus(share.digest);
            if !stream.scopes.contains(&share.scope) {
                stream.scopes.push(share.scope);
            }
        }
        self.clock = self.clock.max(stream.clock);
        stream.head = batch.head();
        stream.is_touched = true;
        let kept = links
            .as_ref()
            .map_or_else(|| batch.clone(), |links| batch.with_links(links));
        let links = links.as_ref().unwrap_or(&offer.links);
        let rows = links
            .iter()
            .filter_map(|link| link.change().map(|change| change.row));
        self.held.entry(batch.device).or_default().push(kept.clone());
        if mark.n > self.mark.n {
            self.mark = mark;
        }
        let counts = (refused.len(), links.len());
        self.added.push(Stored {
            n: mark.n,
            chain: mark.chain,
            shares,
            row_marks: RowMarks::of(rows),
            batch: kept,
            assigned,
            refused,
        });
        counts
    }
}

/// The latest effective clock at this moment.
fn latest(now_millis: i64) -> Hlc {
    let millis = u64::try_from(now_millis.saturating_add(AHEAD_MILLIS)).unwrap_or(0);
    Hlc(millis.min((1 << 48) - 1) << 16)
}

/// Writes down what was added.
async fn save<T: Tx>(tx: &mut T, state: State) -> Result<()> {
    refuse(tx, &state.refused).await?;
    if state.added.is_empty() {
        return Ok(());
    }
    let entries: Vec<_> = state.added.iter().map(Stored::cells).collect();
    tx.execute_many(super::entry::INSERT, &entries).await?;
    save_streams(tx, &state.streams).await?;
    let shares = state.added.iter().flat_map(|entry| &entry.shares);
    let scopes: HashSet<Scope> = shares.map(|share| share.scope).collect();
    let digests = state.digests.iter().filter(|(scope, _)| scopes.contains(scope));
    let digests = digests.map(|(scope, digest)| vec![scope_cell(*scope), (*digest).into()]);
    tx.execute_many(
        "insert into digests (scope, digest) values ($1, $2)
         on conflict ({company}scope) do update set digest = excluded.digest",
        &digests.collect::<Vec<_>>(),
    )
    .await?;
    tx.execute(
        "update heads set n = $1, chain = $2",
        &[state.mark.n.into(), state.mark.chain.into()],
    )
    .await?;
    super::erased::save(tx, &state.suppress, &state.erasing, &state.receipts).await
}
