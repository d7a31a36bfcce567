//! What is done to all whom a filter finds: one step, however many they are.

use clientele_model::text::{FIELD_BYTES_MAX, fold, tidy};
use clientele_model::{ClientId, ErrorCode, Refusal, RowId, Value, bounds};

use super::{Whom, store, whom_of};
use crate::Result;
use crate::clients::{self, CLIENT_TAGS, Sight};
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Write, Written};

/// Gives a tag to all whom a saved filter finds, or takes it off them. Returns how many cards were changed.
///
/// # Errors
/// `filter.changed` where the filter finds others than were confirmed; `not_found`; `filter.newer`; `name.empty` without
/// a tag; `text.too_long`; what SQLite says.
pub fn tag(
    workspace: &Workspace,
    by: &Actor,
    filter: RowId,
    sight: Sight,
    confirmed: &Whom,
    tag: &str,
    add: bool,
) -> Result<Written<u32>> {
    let tag = tidy(tag);
    if tag.is_empty() {
        return Err(ErrorCode::NameEmpty.into());
    }
    if tag.len() > FIELD_BYTES_MAX {
        return Err(bounds::too_long("tag").into());
    }
    let label = if add {
        StepLabel::ClientsTagged
    } else {
        StepLabel::ClientsUntagged
    };
    let mut step = NewStep::new(by, label);
    step.set("tag", &tag);
    workspace.write(step, |w| {
        let found = found(w, filter, sight, confirmed)?;
        let mut changed = 0;
        for client in found {
            let done = if add {
                put_on(w, client, &tag)?
            } else {
                take_off(w, client, &tag)?
            };
            changed += u32::from(done);
        }
        w.step.set("count", changed);
        Ok(changed)
    })
}

/// Puts all whom a saved filter finds into the trash. Returns how many cards that were.
///
/// # Errors
/// `filter.changed` where the filter finds others than were confirmed; `not_found`; `filter.newer`; what SQLite says.
pub fn trash(
    workspace: &Workspace,
    by: &Actor,
    filter: RowId,
    sight: Sight,
    confirmed: &Whom,
) -> Result<Written<u32>> {
    let step = NewStep::new(by, StepLabel::ClientsTrashed);
    workspace.write(step, |w| {
        let found = found(w, filter, sight, confirmed)?;
        w.step = w.step.clone().clients(&found);
        clients::trash_all(w, &found)
    })
}

/// Asked within the step: whom the filter finds at the moment in which something is done to them. They are those about
/// whom somebody said yes, or nothing is done.
fn found(w: &Write<'_>, filter: RowId, sight: Sight, confirmed: &Whom) -> Result<Vec<ClientId>> {
    let conditions = super::conditions(w.conn(), filter)?;
    let found = store::ids(w.conn(), &conditions, sight.branch(), w.now())?;
    let now = whom_of(&found);
    if now != *confirmed {
        return Err(Refusal::new(ErrorCode::FilterChanged)
            .with("count", now.count)
            .into());
    }
    Ok(found)
}

fn put_on(w: &mut Write<'_>, client: ClientId, tag: &str) -> Result<bool> {
    let folded = fold(tag);
    if clients::load(w.conn(), client)?
        .tags
        .iter()
        .any(|known| fold(known) == folded)
    {
        return Ok(false);
    }
    let row = RowId::derived(client.into(), tag);
    if w.field(&CLIENT_TAGS, row, "tag").is_ok() {
        return w.restore(&CLIENT_TAGS, row);
    }
    let fields = vec![
        ("client_id", RowId::from(client).into()),
        ("tag", Value::from(tag)),
    ];
    w.add(&CLIENT_TAGS, row, fields)?;
    Ok(true)
}

fn take_off(w: &mut Write<'_>, client: ClientId, tag: &str) -> Result<bool> {
    let folded = fold(tag);
    let mut any = false;
    for of_card in clients::on_card(w.conn(), client)? {
        for known in clients::load_own(w.conn(), of_card)?.tags {
            if fold(&known) == folded {
                any |= w.trash(&CLIENT_TAGS, RowId::derived(of_card.into(), &known))?;
            }
        }
    }
    Ok(any)
}
