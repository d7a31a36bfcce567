//! What a paired device asks.

use clientele_model::{CompanyId, DeviceId, RowId};
use clientele_protocol::bytes::decode;
use clientele_protocol::message::{Hello, Mark, No, PairAsk, Push, Welcome};
use clientele_protocol::{Envelope, PublicKey, Request, Response, VERSION};

use super::pair::device_name;
use super::{Service, random};
use crate::offer::Offer;
use crate::store::Storage;
use crate::store::contents::{ASKED_MAX, GetPiece, HowMuch, PutPiece};
use crate::store::devices::{AddDevice, Added, DeviceRow, Heard, OneDevice, Revoke};
use crate::store::hello::{Greet, VisibleHeads};
use crate::store::page::{ReadPage, Viewer};
use crate::store::quarantine::{Quarantine, Refused};
use crate::store::streams::OwnStream;
use crate::{Error, Result};

/// Marks that a device may tell at most.
const MARKS_MAX: usize = 256;

/// How long a device may be heard without that being written down anew.
const HEARD_MILLIS: i64 = 60_000;

/// Who asks, and for which branch.
fn viewer(me: &DeviceRow) -> Viewer {
    Viewer {
        device: me.device.id,
        branch: me.device.branch,
    }
}

impl<S: Storage> Service<S> {
    /// Believes a message or does not, and answers it.
    pub(super) async fn call(&self, envelope: Envelope, now_millis: i64) -> Result<Response> {
        let Some(me) = self.believe(&envelope, now_millis).await? else {
            self.stats.disbelieved.add(1);
            return Ok(Response::No(No::Session));
        };
        self.stats.calls.add(1);
        if !self.rates.allow(me.device.id, now_millis) {
            return Ok(Response::No(No::Busy));
        }
        let company = envelope.company;
        let Ok(request) = decode::<Request>(&envelope.message) else {
            return Ok(Response::No(No::Unreadable));
        };
        if me.device.revoked_at.is_some() {
            if let Request::Push(push) = request
                && !self.put_aside(company, &me, push, now_millis).await?
            {
                return Ok(Response::No(No::Busy));
            }
            return Ok(Response::No(No::Revoked));
        }
        match request {
            Request::Hello(hello) => self.hello(company, &me, hello, now_millis).await,
            Request::Push(push) => self.push(company, &me, push, now_millis).await,
            Request::Pull { from } => self.pull(company, &me, (from, from.n), now_millis).await,
            Request::PullAhead { from, taken_in } => {
                let taken_in = taken_in.min(from.n);
                self.pull(company, &me, (from, taken_in), now_millis).await
            }
            Request::Stream { after_seq } => {
                let device = me.device.id;
                let (entries, head) = self
                    .storage
                    .read(company, OwnStream { device, after_seq })
                    .await?;
                Ok(Response::Stream { entries, head })
            }
            Request::Heads => {
                let heads = VisibleHeads {
                    device: me.device.id,
                    branch: me.device.branch,
                };
                Ok(Response::Heads(self.storage.read(company, heads).await?))
            }
            Request::Rename {
                device,
                key,
                proof,
                name,
            } => {
                let copy = (device, key, name);
                let is_proved = {
                    let signed = PairAsk::signed(&[0; 16], device, &copy.2);
                    key.verify(&signed, &proof).is_ok()
                };
                if !is_proved {
                    return Ok(Response::No(No::Unreadable));
                }
                self.rename(company, &me, copy, now_millis).await
            }
            Request::Revoke { device } => self.revoke(company, &me, device, now_millis).await,
            Request::Contents(ids) => self.how_much(company, &me, ids).await,
            Request::PutPiece { attachment, n, bytes } => {
                let put = PutPiece {
                    viewer: viewer(&me),
                    id: attachment,
                    n,
                    bytes,
                    token: random()?,
                };
                let is_taken = self.storage.write(company, put).await?;
                Ok(if is_taken {
                    Response::Done
                } else {
                    Response::NoPiece
                })
            }
            Request::GetPiece { attachment, n } => {
                let viewer = viewer(&me);
                let get = GetPiece {
                    viewer,
                    id: attachment,
                    n,
                };
                let piece = self.storage.read(company, get).await?;
                Ok(piece.map_or(Response::NoPiece, Response::Piece))
            }
        }
    }

    /// The device that wrote a message, if it is proved that it did, now, and in this session.
    async fn believe(&self, envelope: &Envelope, now_millis: i64) -> Result<Option<DeviceRow>> {
        let session = self.sessions.get(envelope.session, now_millis);
        let Some(session) = session.filter(|session| session.company == envelope.company) else {
            return Ok(None);
        };
        let me = match self
            .storage
            .read(session.company, OneDevice(session.device))
            .await
        {
            Ok(me) => me,
            // Sessions are opened for strangers too.
            Err(Error::NoCompany(_)) => None,
            Err(error) => return Err(error),
        };
        let me = me.filter(|me| envelope.verify(&me.device.key).is_ok());
        Ok(me.filter(|_| self.sessions.advance(envelope.session, envelope.number)))
    }

    async fn hello(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        hello: Hello,
        now_millis: i64,
    ) -> Result<Response> {
        if hello.protocol != VERSION {
            return Ok(Response::No(No::Protocol { server: VERSION }));
        }
        if hello.marks.len() > MARKS_MAX {
            return Ok(Response::No(No::Unreadable));
        }
        let heard = Heard {
            device: Some(me.device.id),
            now_millis,
            cursor_n: None,
            program: Some((hello.program.chars().take(100).collect(), hello.schema)),
        };
        self.storage.note(company, heard).await?;
        let mut marks = hello.marks;
        marks.push(hello.cursor);
        let greet = Greet {
            device: me.device.id,
            marks,
            contents: hello.contents,
        };
        let greeting = self.storage.read(company, greet).await?;
        Ok(Response::Welcome(Welcome {
            protocol: VERSION,
            now: now_millis,
            company_name: self.company_name(company).await?,
            head: greeting.head,
            common: greeting.common,
            branch: me.device.branch,
            branches: greeting.branches,
            devices: greeting.devices,
            erasures: greeting.erasures.told,
            erasures_left_out: greeting.erasures.left_out,
            has_contents: greeting.has_contents,
        }))
    }

    async fn push(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        push: Push,
        now_millis: i64,
    ) -> Result<Response> {
        self.stats.pushes.add(1);
        let author = push.batch.device;
        let key = if author == me.device.id {
            me.device.key
        } else {
            match self.storage.read(company, OneDevice(author)).await? {
                Some(author) => author.device.key,
                // Nobody here can tell whether it is theirs.
                None => return Ok(Response::No(No::NotAllowed)),
            }
        };
        let offer = match Offer::prove(push, &key) {
            Ok(offer) => offer,
            Err(error) => {
                tracing::warn!(device = %me.device.id, %author, %error, "a push that cannot be believed");
                return Ok(Response::No(No::Unreadable));
            }
        };
        let bytes = offer.batch.packed.len() as u64;
        let sequencer = self.sequencer(company);
        let appended = sequencer.append(&self.storage, company, offer, now_millis, &self.settings);
        let (appended, appends) = appended.await?;
        self.stats.appends.add(appends);
        self.stats.refused.add(appended.refused as u64);
        if appended.changes > 0 {
            if self.settings.settles_at_once {
                // The push is in the log, whatever comes of this.
                if let Err(error) = self.settle(company).await {
                    tracing::error!(%error, "the plain tables could not be brought up to date");
                }
            }
            self.stats.batches.add(1);
            self.stats.changes.add(appended.changes as u64);
            self.stats.bytes.add(bytes);
        }
        if appended.unkept > 0 {
            self.stats.quarantine_full.add(appended.unkept as u64);
            tracing::warn!(device = %me.device.id, %author, "what was refused is not kept: quarantine is full");
        }
        if let Response::Fork { .. } = appended.answer {
            self.stats.forks.add(1);
            tracing::warn!(device = %me.device.id, %author, "other changes under the same numbers");
        }
        Ok(appended.answer)
    }

    /// What a device pushes that was shut out. Says whether there was room for it.
    async fn put_aside(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        push: Push,
        now_millis: i64,
    ) -> Result<bool> {
        if push.batch.device != me.device.id || push.batch.open(&me.device.key).is_err() {
            return Ok(true);
        }
        let put = Quarantine {
            refused: Refused::batch(push.batch, now_millis),
            bounds: self.settings.quarantine,
        };
        let lies_there = self.storage.write(company, put).await?;
        if lies_there {
            self.stats.quarantined.add(1);
            tracing::warn!(device = %me.device.id, "a device that was shut out pushed: put into quarantine");
        } else {
            self.stats.quarantine_full.add(1);
            tracing::warn!(device = %me.device.id, "a device that was shut out pushed: quarantine is full");
        }
        Ok(lies_there)
    }

    async fn how_much(&self, company: CompanyId, me: &DeviceRow, ids: Vec<RowId>) -> Result<Response> {
        if ids.len() > ASKED_MAX {
            return Ok(Response::No(No::Unreadable));
        }
        let viewer = viewer(me);
        let (pieces, mark) = self.storage.read(company, HowMuch { viewer, ids }).await?;
        Ok(Response::Contents { pieces, mark })
    }

    async fn pull(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        (from, taken_in): (Mark, u64),
        now_millis: i64,
    ) -> Result<Response> {
        self.stats.pulls.add(1);
        let viewer = viewer(me);
        let Some(page) = self.storage.read(company, ReadPage { viewer, from }).await? else {
            return Ok(Response::NoSuchMark);
        };
        let was_heard = me.device.seen_at.unwrap_or(i64::MIN);
        if me.cursor_n != taken_in || now_millis.saturating_sub(was_heard) > HEARD_MILLIS {
            let heard = Heard {
                device: Some(me.device.id),
                now_millis,
                cursor_n: Some(taken_in),
                program: None,
            };
            self.storage.note(company, heard).await?;
        }
        let page = page.view(viewer, from)?;
        self.stats.entries.add(page.entries.len() as u64);
        Ok(Response::Page(page))
    }

    async fn rename(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        (id, key, name): (DeviceId, PublicKey, String),
        now_millis: i64,
    ) -> Result<Response> {
        let Some(name) = device_name(&name) else {
            return Ok(Response::No(No::Unreadable));
        };
        let mut device = DeviceRow::new(id, &name, key, me.device.branch, now_millis);
        device.cursor_n = me.cursor_n;
        let added = AddDevice {
            device,
            copy_of: Some(me.device.id),
        };
        Ok(match self.storage.write(company, added).await? {
            Added::Yes => {
                tracing::info!(of = %me.device.id, device = %id, "a copied book goes on under its own name");
                Response::Done
            }
            Added::Full => Response::No(No::Busy),
            Added::OtherKey | Added::OtherBranch | Added::ShutOut | Added::NoBranch => {
                Response::No(No::NotAllowed)
            }
        })
    }

    async fn revoke(
        &self,
        company: CompanyId,
        me: &DeviceRow,
        device: DeviceId,
        now_millis: i64,
    ) -> Result<Response> {
        if me.device.branch.is_some() {
            return Ok(Response::No(No::NotAllowed));
        }
        if !self.storage.write(company, Revoke { device, now_millis }).await? {
            return Ok(Response::No(No::Unreadable));
        }
        tracing::info!(by = %me.device.id, %device, "a device was shut out");
        Ok(Response::Done)
    }
}
