//! Conflicts: what two devices wrote without knowing of each other. One value stands, the other is kept aside
//! until somebody chooses. Nobody has to: the book goes on working.

#[cfg(test)]
mod tests;

use clientele_model::change::SEEN;
use clientele_model::fold::fold;
use clientele_model::record::{CLIENT_ID, DELETED_AT};
use clientele_model::{
    ChangeKind, ClientId, ErrorCode, FieldChange, Refusal, RowId, Stamp, Timestamp, Value, phone,
};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::PHONES;
use crate::head_office::store::called;
use crate::history::{called_by_owner, is_shown, shown_of};
use crate::schema::SCHEMA;
use crate::workspace::store::conflicts::{self, LostValue};
use crate::workspace::store::log::{self, Logged};
use crate::workspace::store::{steps, values_of_row};
use crate::workspace::table::Card;
use crate::workspace::{Actor, NewStep, StepLabel, Table, Workspace, Write, Written, settle as settling};
use crate::{Result, clients, settings};

/// Conflicts that are shown at once.
const SHOWN_MAX: usize = 500;

/// What sort of conflict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ConflictKind {
    /// Two devices wrote to one field, neither knowing of the other.
    Field,
    /// One threw the record away while another, not knowing, wrote to it. It is kept.
    Trashed,
}

/// Two values of one field, of which one stands and the other is kept aside.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// To speak of it.
    pub id: String,
    /// What sort.
    pub kind: ConflictKind,
    /// On whose card; none where the record belongs to no client.
    pub client_id: Option<ClientId>,
    /// That client's name as shown.
    pub client_name: String,
    /// The table.
    pub entity: String,
    /// The row.
    pub row: RowId,
    /// The field.
    pub field: String,
    /// What the owner calls it, where it is one of the owner's own.
    pub called: Option<String>,
    /// What stands in the book now.
    pub standing: ConflictSide,
    /// What does not.
    pub losing: ConflictSide,
}

/// One side of a conflict.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ConflictSide {
    /// The value; none for an empty field.
    pub value: Option<String>,
    /// When it was written.
    pub at: Timestamp,
    /// By whom.
    pub staff: String,
    /// The name of the device on which it was written.
    pub device: String,
}

/// Which side of a conflict is to stay.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Keep {
    /// What stands in the book already.
    Standing,
    /// What was kept aside.
    Losing,
}

/// The conflicts that nobody has settled yet; the first of very many.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection) -> Result<Vec<Conflict>> {
    let mut found = Vec::new();
    for lost in conflicts::list(conn, SHOWN_MAX)? {
        found.extend(conflict(conn, &lost)?);
    }
    found.sort_by_key(|conflict| std::cmp::Reverse(conflict.losing.at.0.max(conflict.standing.at.0)));
    Ok(found)
}

/// A conflict as it is shown; `None` where what lost is not there any more.
fn conflict(conn: &Connection, lost: &LostValue) -> Result<Option<Conflict>> {
    let (Some(table), Some(losing)) = (SCHEMA.table(&lost.entity), log::of_stamp(conn, lost.stamp)?) else {
        return Ok(None);
    };
    let is_trashed = lost.field == DELETED_AT;
    let client = client_of(conn, table, lost.row)?;
    let name = client
        .map(|id| clients::display_name(conn, id))
        .transpose()?
        .flatten();
    let (field, standing, losing) = if is_trashed {
        let (field, standing) = kept_for(conn, table, lost.row, &losing)?;
        (field, standing, side(conn, &losing, None)?)
    } else {
        let standing = standing(conn, table, lost)?;
        let losing = side(conn, &losing, told(&losing, &lost.field).as_ref())?;
        (lost.field.clone(), standing, losing)
    };
    let Some(standing) = standing else { return Ok(None) };
    Ok(Some(Conflict {
        id: id_of(lost),
        kind: if is_trashed {
            ConflictKind::Trashed
        } else {
            ConflictKind::Field
        },
        client_id: client,
        client_name: name.unwrap_or_default(),
        entity: lost.entity.clone(),
        row: lost.row,
        called: called_by_owner(conn, &lost.entity, lost.row)?,
        field,
        standing,
        losing,
    }))
}

fn client_of(conn: &Connection, table: &'static Table, row: RowId) -> Result<Option<ClientId>> {
    Ok(match table.card {
        Card::None => None,
        Card::Itself => Some(row.into()),
        Card::ByClientId => {
            let values = values_of_row(conn, table, row)?;
            let client = values.iter().find(|(field, _)| field.name == CLIENT_ID);
            client.and_then(|(_, value)| value.as_row()).map(Into::into)
        }
    })
}

fn value_of(change: &Logged, field: &str) -> Option<Value> {
    let mut fields = change.body.iter().flat_map(|body| &body.0);
    let found = fields.find(|change| change.field == field);
    found.map(|change| change.value.clone())
}

/// A field of a change with its value.
fn told(change: &Logged, field: &str) -> Option<(String, Value)> {
    value_of(change, field).map(|value| (field.to_owned(), value))
}

fn side(conn: &Connection, change: &Logged, value: Option<&(String, Value)>) -> Result<ConflictSide> {
    let step = steps::get(conn, change.step)?;
    // Of a step that is not here whole, the order of the changes still says about when.
    let about = Timestamp((change.eff_hlc.0 >> 16).cast_signed());
    Ok(ConflictSide {
        value: match value {
            Some((field, value)) => shown_of(conn, &change.entity, field, value)?,
            None => None,
        },
        at: step.as_ref().map_or(about, |step| step.at),
        staff: step.map(|step| step.staff).unwrap_or_default(),
        device: called(conn, change.stamp.device)?,
    })
}

/// What stands in the field, and who put it there.
fn standing(conn: &Connection, table: &'static Table, lost: &LostValue) -> Result<Option<ConflictSide>> {
    let changes = log::of_row(conn, lost.row)?;
    let folded = fold(
        changes
            .iter()
            .map(|change| (change.stamp, change.kind, change.body.as_ref())),
    );
    let Some(by) = folded
        .fields
        .get(lost.field.as_str())
        .map(|standing| standing.stamp)
    else {
        return Ok(None);
    };
    let change = changes.iter().find(|change| change.stamp == by);
    let values = values_of_row(conn, table, lost.row)?;
    let value = values.into_iter().find(|(field, _)| field.name == lost.field);
    let value = value.map(|(field, value)| (field.name.to_owned(), value));
    change
        .map(|change| side(conn, change, value.as_ref()))
        .transpose()
}

/// For the sake of what a row was kept that somebody had thrown away: the newest of what others wrote to it,
/// or to its card, unknown to that one.
fn kept_for(
    conn: &Connection,
    table: &'static Table,
    row: RowId,
    thrown: &Logged,
) -> Result<(String, Option<ConflictSide>)> {
    let seen = thrown
        .body
        .as_ref()
        .map(|body| body.stamps(SEEN))
        .unwrap_or_default();
    let is_unseen = |change: &Logged| {
        let known = seen.iter().find(|known| known.device == change.stamp.device);
        change.stamp.device != thrown.stamp.device && known.is_none_or(|known| known.seq < change.stamp.seq)
    };
    let mut unseen: Vec<Logged> = Vec::new();
    for row in settling::card_rows(conn, &SCHEMA, table, row)? {
        let changes = log::of_row(conn, row)?.into_iter();
        let writes = changes
            .filter(|change| matches!(change.kind, ChangeKind::Add | ChangeKind::Set | ChangeKind::Inc));
        unseen.extend(writes.filter(is_unseen));
    }
    unseen.sort_by_key(|change| change.eff_hlc);
    // What was typed tells more than what was chosen from a list.
    let written = |change: &Logged| {
        let length = |field: &FieldChange| field.value.as_text().map_or(0, str::len);
        let fields = change.body.clone().unwrap_or_default().0.into_iter();
        let fields = fields.filter(|field| is_shown(&field.field) && length(field) > 0);
        fields.max_by_key(length)
    };
    let told = unseen
        .iter()
        .rev()
        .find_map(|change| Some((change, written(change)?)));
    match (told, unseen.last()) {
        (Some((change, field)), _) => {
            let said = (field.field, field.value);
            let side = side(conn, change, Some(&said))?;
            Ok((said.0, Some(side)))
        }
        (None, Some(change)) => Ok((DELETED_AT.to_owned(), Some(side(conn, change, None)?))),
        (None, None) => Ok((DELETED_AT.to_owned(), Some(side(conn, thrown, None)?))),
    }
}

fn id_of(lost: &LostValue) -> String {
    let Stamp { device, seq } = lost.stamp;
    format!("{}/{}/{}/{device}/{seq}", lost.entity, lost.row, lost.field)
}

fn row_of(id: &str) -> Option<RowId> {
    id.split('/').nth(1)?.parse().ok()
}

/// Settles a conflict. The other value stays readable in the history.
///
/// # Errors
/// `not_found` for one that is not there, or that somebody settled meanwhile; what SQLite says.
pub fn settle(workspace: &Workspace, by: &Actor, id: &str, keep: Keep) -> Result<Written<RowId>> {
    let not_found = || Refusal::new(ErrorCode::NotFound).with("id", id);
    let row = row_of(id).ok_or_else(not_found)?;
    workspace.write(NewStep::new(by, StepLabel::ConflictSettled), |w| {
        let lost = conflicts::of_row(w.conn(), row)?;
        let lost = lost
            .into_iter()
            .find(|lost| id_of(lost) == id)
            .ok_or_else(not_found)?;
        let table = SCHEMA.table(&lost.entity).ok_or_else(not_found)?;
        if let Some(client) = client_of(w.conn(), table, row)? {
            w.step.set("client", client);
        }
        let passed_over = [(lost.field.clone(), lost.stamp)];
        match (lost.field.as_str(), keep) {
            // Knowing what was written: now it goes.
            (DELETED_AT, Keep::Losing) => w.trash(table, row).map(|_| ())?,
            (DELETED_AT, Keep::Standing) => {
                w.settle(table, row, vec![(DELETED_AT, Value::Null)], &passed_over)?
            }
            (_, Keep::Standing) => w.settle(table, row, Vec::new(), &passed_over)?,
            (field, Keep::Losing) => {
                let losing = log::of_stamp(w.conn(), lost.stamp)?.ok_or_else(not_found)?;
                let value = value_of(&losing, field).ok_or_else(not_found)?;
                let fields = with_what_follows(w, table, field, value)?;
                w.settle(table, row, fields, &passed_over)?;
            }
        }
        Ok(row)
    })
}

/// A value for a field, and what is worked out from it.
fn with_what_follows(
    w: &Write<'_>,
    table: &'static Table,
    field: &str,
    value: Value,
) -> Result<Vec<(&'static str, Value)>> {
    let known = table.field(field).filter(|known| known.takes(&value));
    let known = known.ok_or(ErrorCode::NotFound)?;
    let mut fields = Vec::new();
    if table.name == PHONES.name && known.name == "typed" {
        let country = settings::load(w.conn())?.country;
        let e164 = phone::to_e164(value.as_text().unwrap_or_default(), &country);
        fields.push(("e164", e164.unwrap_or_default().into()));
    }
    fields.push((known.name, value));
    Ok(fields)
}
