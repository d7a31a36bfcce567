//! Head office: the pairing, contacts with it, and what came of them.

use clientele_api::types::{BookState, DeviceRef, DeviceRow, HeadOffice, HeadOfficePair, Nothing};
use clientele_api::{ErrorCode, Refusal};

use super::{conflicts, erasures};
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
        Office::Conflicts => conflicts::list(api),
        Office::Settle { id, keep } => conflicts::settle(api, id, &keep),
        Office::Refused => refused(api),
        Office::Devices => devices(api),
        Office::Revoke { device } => revoke(api, &device),
        Office::Erasures { before, limit } => erasures::list(api, before, limit),
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
    // Of a device that was shut out nothing waits for anything.
    let waiting = if paired.revoked { "not taken" } else { "waiting" };
    page.field(waiting, &office.waiting.to_string());
    page.field("conflicts", &office.conflicts.to_string());
    page.field("refused", &office.refused.to_string());
    // Known is how it was when head office was reached last.
    let is_cut = paired.revoked || office.problem.is_some();
    match (office.in_agreement, reached) {
        (Some(true), _) if !is_cut && office.waiting == 0 => page.line("Both books hold the same."),
        (Some(true), Some(at)) => page.line(format!(
            "When it was last reached, {at}, both books held the same."
        )),
        (Some(false), _) if !is_cut => page.line("The books differ; the next contact compares them anew."),
        (Some(false), Some(at)) => page.line(format!("When it was last reached, {at}, the books differed.")),
        _ => {}
    }
    if paired.revoked {
        page.line(sentences::reason(&ErrorCode::HeadOfficeRevoked.into()));
    } else if let Some(problem) = &office.problem {
        page.line(format!("The last contact failed: {}", sentences::reason(problem)));
    }
    Answer::new(office, page)
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

/// Shuts out the device of this name, or with this identifier.
fn revoke(api: &Terminal, asked: &str) -> Result<Answer, Refusal> {
    let devices = api.devices_list(Nothing)?;
    let is_meant = |row: &&DeviceRow| row.id.to_string() == asked.to_lowercase();
    let mut named = devices
        .iter()
        .filter(|row| row.name == asked && row.revoked_at.is_none());
    let device = match (devices.iter().find(is_meant), named.next(), named.next()) {
        (Some(device), ..) | (None, Some(device), None) => device,
        (None, Some(_), Some(_)) => {
            let detail = "several devices have this name: take the identifier";
            return Err(Refusal::new(ErrorCode::Usage).with("detail", detail));
        }
        // A book that works alone says so first.
        (None, None, _) if !devices.is_empty() => {
            return Err(Refusal::new(ErrorCode::NotFound).with("device", asked));
        }
        (None, None, _) => return Err(ErrorCode::HeadOfficeOff.into()),
    };
    Ok(shown(&api.device_revoke(DeviceRef { id: device.id })?))
}

fn devices(api: &Terminal) -> Result<Answer, Refusal> {
    Ok(shown(&api.devices_list(Nothing)?))
}

fn shown(devices: &[DeviceRow]) -> Answer {
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
    Answer::new(&devices, page)
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
