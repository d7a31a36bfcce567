//! What head office did not take: it stays readable until somebody has seen it.

use clientele_model::record::CLIENT_ID;
use clientele_model::{ClientId, DeviceId, ErrorCode, Refusal, RowId, Stamp, Timestamp, Value};
use clientele_protocol::BODY_BYTES_MAX;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::incoming::refusal;
use super::store;
use crate::history::{called_by_owner, is_shown, shown_of};
use crate::schema::SCHEMA;
use crate::workspace::Workspace;
use crate::workspace::store::log::{self, Logged};
use crate::workspace::store::{steps, values_of_row};
use crate::workspace::table::Card;
use crate::{Result, clients};

/// A change of this device that head office refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedChange {
    /// To speak of it.
    pub id: String,
    /// When it was written.
    pub at: Timestamp,
    /// Why it was refused.
    pub why: Refusal,
    /// The table.
    pub entity: String,
    /// The client whose card it is on, as shown; empty for none.
    pub client_name: String,
    /// What the owner calls the field, where it is one of the owner's own.
    pub called: Option<String>,
    /// What it was to write.
    pub fields: Vec<RefusedField>,
}

/// One field of a refused change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RefusedField {
    /// The field.
    pub field: String,
    /// What was written; none for an emptied field.
    pub value: Option<String>,
}

/// What was refused and not taken off the list, the last first.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection) -> Result<Vec<RefusedChange>> {
    let mut rows = Vec::new();
    for refused in store::refusals(conn)? {
        let (device, seq) = (refused.device, refused.seq);
        let Some(change) = log::of_stamp(conn, Stamp { device, seq })? else {
            continue;
        };
        let code = refusal(&refused.why);
        let why = match code {
            ErrorCode::ChangeTooLarge => Refusal::new(code).with("max", BODY_BYTES_MAX),
            code => code.into(),
        };
        let written = steps::get(conn, change.step)?.map(|step| step.at);
        let client = client_of(conn, &change)?;
        let name = client
            .map(|id| clients::display_name(conn, id))
            .transpose()?
            .flatten();
        let fields = change.body.iter().flat_map(|body| &body.0);
        let fields = fields.filter(|field| is_shown(&field.field)).map(|field| {
            Ok(RefusedField {
                field: field.field.clone(),
                value: shown_of(conn, &change.entity, &field.field, &field.value)?,
            })
        });
        let fields = fields.collect::<Result<_>>()?;
        rows.push(RefusedChange {
            id: format!("{device}/{seq}"),
            at: written.unwrap_or(refused.at),
            why,
            called: called_by_owner(conn, &change.entity, change.row)?,
            fields,
            entity: change.entity,
            client_name: name.unwrap_or_default(),
        });
    }
    Ok(rows)
}

/// On whose card it was to be: by what it says itself, or by the row, where that stands.
fn client_of(conn: &Connection, change: &Logged) -> Result<Option<ClientId>> {
    let Some(table) = SCHEMA.table(&change.entity) else {
        return Ok(None);
    };
    let said = change.body.iter().flat_map(|body| &body.0);
    let mut said = said.filter(|field| field.field == CLIENT_ID);
    let client = match table.card {
        Card::None => None,
        Card::Itself => Some(change.row),
        Card::ByClientId => match said.next() {
            Some(field) => field.value.as_row(),
            None => match values_of_row(conn, table, change.row) {
                Ok(values) => {
                    let client = values.iter().find(|(field, _)| field.name == CLIENT_ID);
                    client.and_then(|(_, value): &(_, Value)| value.as_row())
                }
                Err(error) if error.code() == ErrorCode::NotFound => None,
                Err(error) => return Err(error),
            },
        },
    };
    Ok(client.map(|row: RowId| row.into()))
}

/// Takes one off the list.
///
/// # Errors
/// `not_found` for one that is not there, or not any more; what SQLite says.
pub fn discard(workspace: &Workspace, id: &str) -> Result<()> {
    let not_found = || Refusal::new(ErrorCode::NotFound).with("id", id);
    let (device, seq) = id.split_once('/').ok_or_else(not_found)?;
    let device: DeviceId = device.parse().map_err(|_| not_found())?;
    let seq: u64 = seq.parse().map_err(|_| not_found())?;
    if super::see_refusal(workspace, device, seq)? {
        Ok(())
    } else {
        Err(not_found().into())
    }
}
