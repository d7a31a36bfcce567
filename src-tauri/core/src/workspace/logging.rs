//! What holds of every row that is written, one by one or many at once: what it touches, and how it stands in the log.

use clientele_model::change::SCHEMA;
use clientele_model::{Body, BranchId, ChangeKind, Hlc, RowId, StepId};
use clientele_protocol::Hash;
use clientele_protocol::chain::commitment;

use super::gate::{Write, fits};
use super::store::log::{self, Content, NewLogged, State};
use super::table::Table;
use crate::Result;

/// A change on its way into the log.
pub(super) struct NextChange {
    device_n: i64,
    seq: u64,
    hlc: Hlc,
    step: StepId,
    scope: Option<BranchId>,
    table: &'static Table,
    row: RowId,
    kind: ChangeKind,
    body: Vec<u8>,
    salt: [u8; 12],
    commitment: Hash,
}

impl Write<'_> {
    /// Notes what a change touches. Whoever was known to be whole is no more: more is written of them.
    pub(super) fn note(
        &mut self,
        scope: Option<BranchId>,
        client: Option<RowId>,
        table: &'static Table,
        row: RowId,
        body: &Body,
    ) -> Result<()> {
        fits(table, body)?;
        self.touched.note(table, client);
        if let Some(client) = client {
            self.whole.remove(&client);
        }
        let fields = body.0.iter().map(|field| field.field.as_str());
        self.touched.defined(table, row, fields);
        self.scopes.insert(scope);
        Ok(())
    }

    /// The next change of this device. Its place is taken: it has to be appended to the log.
    pub(super) fn next_change(
        &mut self,
        scope: Option<BranchId>,
        table: &'static Table,
        row: RowId,
        kind: ChangeKind,
        body: &Body,
    ) -> NextChange {
        let pen = &mut self.pen;
        pen.clock = pen.clock.tick(pen.time.for_order());
        pen.seq += 1;
        self.changes += 1;
        let (body, salt) = (body.encode(), log::salt());
        // Of what is erased, nothing is said.
        let said: &[u8] = if kind == ChangeKind::Erase { &[] } else { &body };
        NextChange {
            device_n: pen.device_n,
            seq: pen.seq,
            hlc: pen.clock,
            step: self.id,
            scope,
            table,
            row,
            kind,
            commitment: commitment(&salt, said),
            body,
            salt,
        }
    }
}

impl NextChange {
    /// As it stands in the log.
    pub fn logged(&self) -> NewLogged<'_> {
        let content = match self.kind {
            ChangeKind::Erase => Content::Gone(self.commitment),
            _ => Content::Whole(&self.body, &self.salt, self.commitment),
        };
        NewLogged {
            device_n: self.device_n,
            seq: self.seq,
            hlc: self.hlc,
            eff_hlc: self.hlc,
            schema: SCHEMA,
            step: self.step,
            scope: self.scope,
            entity: self.table.name,
            row: self.row,
            kind: self.kind,
            content,
            state: State::Counts,
        }
    }
}
