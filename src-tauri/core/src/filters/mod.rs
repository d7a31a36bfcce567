//! Saved filters: conditions over any field of a client, kept by a name, and what is done to all whom one finds.
//!
//! A filter is data: JSON in its record. One that a newer version made may hold conditions of which this one knows
//! nothing; it is kept as it is and shown as such, and finds nobody here rather than the wrong people.

mod bulk;
mod conditions;
mod store;
#[cfg(test)]
mod tests;

use clientele_model::record;
use clientele_model::text::fold;
use clientele_model::{BranchId, ClientId, ErrorCode, Refusal, RowId, Timestamp, Value};
use clientele_protocol::Hash;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::Result;
use crate::clients::Sight;
use crate::custom_fields::{checked_name, put_in_order};
use crate::keys::hex;
use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Write, Written};

pub use bulk::{tag, trash};
pub use conditions::{Condition, Conditions, CustomTest, Join, When};
pub(crate) use store::clause;

/// The most filters that are saved.
pub const FILTERS_MAX: usize = 100;

/// The most conditions of one filter.
pub const CONDITIONS_MAX: usize = 20;

/// The table of saved filters: the same for all who work in the company.
pub const FILTERS: Table = Table {
    record: record::FILTERS,
    card: Card::None,
    topics: &[Topic::Filters, Topic::History],
    worked_out: WorkedOut::NOTHING,
};

/// A saved filter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SavedFilter {
    /// Which.
    pub id: RowId,
    /// Its name.
    pub name: String,
    /// Whom it finds; none where a newer version made it.
    pub conditions: Option<Conditions>,
    /// How many clients it finds now; none where a newer version made it.
    pub count: Option<u32>,
}

/// A filter as somebody puts it together.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct FilterDraft {
    /// Its name.
    pub name: String,
    /// Whom it finds.
    pub conditions: Conditions,
}

/// Whom a filter finds at one moment: what somebody is asked about, and says yes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Whom {
    /// How many.
    pub count: u32,
    /// A mark of who they are: with one of them another, it is another.
    pub mark: String,
}

/// Every saved filter in its order, with the number of those whom it finds now.
///
/// # Errors
/// What SQLite says.
pub fn list(conn: &Connection, sight: Sight, now: Timestamp) -> Result<Vec<SavedFilter>> {
    let saved = store::saved(conn)?.into_iter().map(|(id, name, text)| {
        let conditions = Conditions::from_book(&text);
        let count = conditions
            .as_ref()
            .map(|conditions| count(conn, conditions, sight, now));
        Ok(SavedFilter {
            id,
            name,
            count: count.transpose()?,
            conditions,
        })
    });
    saved.collect()
}

/// The conditions of a saved filter.
///
/// # Errors
/// `not_found`; `filter.newer`; what SQLite says.
pub fn conditions(conn: &Connection, id: RowId) -> Result<Conditions> {
    let saved = store::saved(conn)?.into_iter().find(|(known, ..)| *known == id);
    let not_found = || Refusal::new(ErrorCode::NotFound).with("id", id);
    let (.., text) = saved.ok_or_else(not_found)?;
    Ok(Conditions::from_book(&text).ok_or(ErrorCode::FilterNewer)?)
}

/// How many cards outside the trash fulfil these conditions.
///
/// # Errors
/// What SQLite says.
pub fn count(conn: &Connection, conditions: &Conditions, sight: Sight, now: Timestamp) -> Result<u32> {
    store::count(conn, conditions, sight.branch(), now)
}

/// Whose they are, by name.
///
/// # Errors
/// What SQLite says.
pub fn ids(
    conn: &Connection,
    conditions: &Conditions,
    sight: Sight,
    now: Timestamp,
) -> Result<Vec<ClientId>> {
    store::ids(conn, conditions, sight.branch(), now)
}

/// Whom a saved filter finds now, as one thing to be confirmed.
///
/// # Errors
/// `not_found`; `filter.newer`; what SQLite says.
pub fn whom(conn: &Connection, id: RowId, sight: Sight, now: Timestamp) -> Result<Whom> {
    Ok(whom_of(&ids(conn, &conditions(conn, id)?, sight, now)?))
}

fn whom_of(found: &[ClientId]) -> Whom {
    // In an order that no change of a name turns round.
    let mut found = found.to_vec();
    found.sort_unstable();
    let parts: Vec<&[u8]> = found.iter().map(|id| id.as_bytes().as_slice()).collect();
    Whom {
        count: u32::try_from(found.len()).unwrap_or(u32::MAX),
        mark: hex(&Hash::of(&parts).0[..16]),
    }
}

fn checked(draft: FilterDraft) -> Result<FilterDraft> {
    let name = checked_name(&draft.name, "filter")?;
    if draft.conditions.list.len() > CONDITIONS_MAX {
        return Err(too_many("conditions", CONDITIONS_MAX));
    }
    let conditions = draft.conditions.checked()?;
    Ok(FilterDraft { name, conditions })
}

fn too_many(field: &str, max: usize) -> crate::Error {
    let refusal = Refusal::new(ErrorCode::TooMany).with("field", field);
    refusal.with("max", max).into()
}

/// Saves a filter, or changes one.
///
/// # Errors
/// `name.empty`, `name.taken`, `text.too_long`, `text.too_many`, `date.invalid`, `number.invalid`; `filter.newer` for one
/// that a newer version made; `not_found`; what SQLite says.
pub fn save(
    workspace: &Workspace,
    by: &Actor,
    id: Option<RowId>,
    draft: FilterDraft,
) -> Result<Written<RowId>> {
    let draft = checked(draft)?;
    let label = match id {
        None => StepLabel::FilterAdded,
        Some(_) => StepLabel::FilterChanged,
    };
    let mut step = NewStep::new(by, label);
    step.set("filter", &draft.name);
    workspace.write(step, |w| {
        is_free(w, &draft.name, id)?;
        match id {
            Some(id) => {
                conditions(w.conn(), id)?;
                w.set(&FILTERS, id, fields(&draft))?;
                Ok(id)
            }
            None => add(w, &draft),
        }
    })
}

fn fields(draft: &FilterDraft) -> Vec<(&'static str, Value)> {
    vec![
        ("name", draft.name.as_str().into()),
        ("conditions", draft.conditions.to_book().into()),
    ]
}

/// Saves a checked filter within a step.
///
/// # Errors
/// `text.too_many`; what SQLite says.
pub(crate) fn add(w: &mut Write<'_>, draft: &FilterDraft) -> Result<RowId> {
    if store::saved(w.conn())?.len() >= FILTERS_MAX {
        return Err(too_many("filters", FILTERS_MAX));
    }
    let id = RowId::new();
    let mut fields = fields(draft);
    fields.push(("position", Value::Int(store::next_position(w.conn())?)));
    w.add(&FILTERS, id, fields)?;
    Ok(id)
}

fn is_free(w: &Write<'_>, name: &str, except: Option<RowId>) -> Result<()> {
    let folded = fold(name);
    let mut all = store::saved(w.conn())?.into_iter();
    if all.any(|(id, known, _)| Some(id) != except && fold(&known) == folded) {
        return Err(Refusal::new(ErrorCode::NameTaken).with("value", name).into());
    }
    Ok(())
}

/// Throws a filter away, whoever made it. The clients stay as they are.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn remove(workspace: &Workspace, by: &Actor, id: RowId) -> Result<Written<()>> {
    workspace.write(NewStep::new(by, StepLabel::FilterRemoved), |w| {
        let name = w.field(&FILTERS, id, "name")?;
        w.step.set("filter", name.as_text().unwrap_or_default());
        w.trash(&FILTERS, id).map(|_| ())
    })
}

/// Puts filters into another order. Those that are not named follow behind.
///
/// # Errors
/// `not_found`; what SQLite says.
pub fn order(workspace: &Workspace, by: &Actor, ids: &[RowId]) -> Result<Written<()>> {
    workspace.write(NewStep::new(by, StepLabel::FiltersOrdered), |w| {
        let standing = store::saved(w.conn())?;
        put_in_order(w, &FILTERS, ids, standing.iter().map(|(id, ..)| *id))
    })
}

/// The branch alone whose clients are looked at, as SQL wants it.
fn branch_bytes(branch: Option<BranchId>) -> rusqlite::types::Value {
    match branch {
        Some(branch) => rusqlite::types::Value::Blob(branch.as_bytes().to_vec()),
        None => rusqlite::types::Value::Null,
    }
}
