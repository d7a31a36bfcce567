//! Head office: the pairing, contacts with it, and what came of them.

use clientele_api::Refusal;
use clientele_api::types::{
    BookState, ConflictSettle, ConflictSide, DeviceRow, HeadOffice, HeadOfficePair, Nothing,
};
use serde_json::json;

use super::from_json;
use crate::Terminal;
use crate::answer::Answer;
use crate::arguments::Office;
use crate::page::Page;
use crate::{moments, sentences};

/// Does what was asked about head office.
pub fn run(api: &Terminal, ask: Office) -> Result<Answer, Refusal> {
    match ask {
        Office::Pair { code, name } => pair(api, code, name),
        Office::Status => Ok(standing(&api.head_office(Nothing)?)),
        Office::Sync => Ok(standing(&api.visit_now()?)),
        Office::Leave => Ok(standing(&api.head_office_leave(Nothing)?)),
        Office::Conflicts => conflicts(api),
        Office::Settle { id, keep } => settle(api, id, &keep),
        Office::Refused => refused(api),
        Office::Devices => devices(api),
        Office::Branches => branches(api),
    }
}

/// Pairs, and makes the first contact at once. Where that fails, the book is paired all the same.
fn pair(api: &Terminal, code: Vec<String>, device_name: String) -> Result<Answer, Refusal> {
    let code = code.join(" ");
    api.head_office_pair(HeadOfficePair { code, device_name })?;
    let problem = api.visit_now().err();
    let answer = standing(&api.head_office(Nothing)?);
    Ok(answer.but(problem.is_none()))
}

fn standing(office: &HeadOffice) -> Answer {
    let mut page = Page::default();
    let Some(paired) = &office.paired else {
        page.line("This book works alone.");
        return Answer::new(office, page);
    };
    page.line(format!("Paired with {} at {}.", paired.company, paired.address));
    let branch = paired
        .branch
        .as_ref()
        .map_or("head office, which sees every branch", |b| &b.name);
    page.field("device", &paired.device_name);
    page.field("branch", branch);
    page.field("since", &moments::shown(paired.since.0));
    let reached = office.last_reached.map(|at| moments::shown(at.0));
    page.field("last reached", reached.as_deref().unwrap_or("never"));
    page.field("waiting", &office.waiting.to_string());
    page.field("conflicts", &office.conflicts.to_string());
    page.field("refused", &office.refused.to_string());
    match office.in_agreement {
        Some(true) => page.line("Both books held the same at the last contact."),
        Some(false) => page.line("The books differ; the next contact compares them anew."),
        None => {}
    }
    if let Some(problem) = &office.problem {
        page.line(format!("The last contact failed: {}", sentences::reason(problem)));
    }
    Answer::new(office, page)
}

fn conflicts(api: &Terminal) -> Result<Answer, Refusal> {
    let conflicts = api.conflicts_list(Nothing)?;
    let mut page = Page::default();
    for conflict in &conflicts {
        let name = &conflict.client_name;
        page.line(format!("{name}  {}.{}", conflict.entity, conflict.field));
        page.field("standing", &side(&conflict.standing));
        page.field("losing", &side(&conflict.losing));
        page.field("id", &conflict.id);
    }
    page.line(format!("Conflicts: {}.", conflicts.len()));
    Ok(Answer::new(&conflicts, page))
}

fn side(side: &ConflictSide) -> String {
    let value = side.value.as_deref().unwrap_or("—");
    format!(
        "{value}  ({}, {}, {})",
        side.staff,
        side.device,
        moments::shown(side.at.0)
    )
}

fn settle(api: &Terminal, id: String, keep: &str) -> Result<Answer, Refusal> {
    let keep = from_json(json!(keep));
    let settled = api.conflict_settle(ConflictSettle { id, keep })?;
    let step = settled.step.map(|step| step.id.to_string());
    Ok(Answer::new(
        &json!({ "row": settled.value, "step": step }),
        Page::of("Settled."),
    ))
}

fn refused(api: &Terminal) -> Result<Answer, Refusal> {
    let refused = api.refused_list(Nothing)?;
    let mut page = Page::default();
    for change in &refused {
        let about = [
            moments::shown(change.at.0),
            change.entity.clone(),
            change.client_name.clone(),
        ];
        page.table(&[about]);
        for field in &change.fields {
            page.field(&field.field, field.value.as_deref().unwrap_or("—"));
        }
        page.field("why", &sentences::reason(&change.why));
    }
    page.line(format!("Refused: {}.", refused.len()));
    Ok(Answer::new(&refused, page))
}

fn devices(api: &Terminal) -> Result<Answer, Refusal> {
    let devices = api.devices_list(Nothing)?;
    let row = |device: &DeviceRow| {
        let seen = device
            .last_seen
            .map(|at| moments::shown(at.0))
            .unwrap_or_default();
        let branch = device
            .branch
            .as_ref()
            .map_or("head office", |branch| &branch.name);
        let remark = match (device.is_this, device.revoked_at) {
            (_, Some(at)) => format!("revoked {}", moments::shown(at.0)),
            (true, None) => "this one".to_owned(),
            (false, None) => String::new(),
        };
        [
            device.id.to_string(),
            branch.to_owned(),
            seen,
            device.name.clone(),
            remark,
        ]
    };
    let rows: Vec<[String; 5]> = devices.iter().map(row).collect();
    let mut page = Page::default();
    page.table(&rows);
    Ok(Answer::new(&devices, page))
}

fn branches(api: &Terminal) -> Result<Answer, Refusal> {
    let view = match api.app_state(Nothing)?.book {
        BookState::Open { branches, .. } => branches,
        BookState::Locked { refusal, .. } => return Err(refusal),
        BookState::None => return Err(clientele_api::ErrorCode::BookNotOpen.into()),
    };
    let rows = view.branches.iter();
    let rows: Vec<[String; 2]> = rows
        .map(|branch| [branch.id.to_string(), branch.name.clone()])
        .collect();
    let mut page = Page::default();
    page.table(&rows);
    if !view.can_choose {
        page.line("Only a device of head office sees several branches.");
    }
    Ok(Answer::new(&view, page))
}
