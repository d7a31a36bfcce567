//! Import: the people of a foreign file into the book, in one step that can be undone as one.
//!
//! A [`Plan`] says beforehand what each record will do; nothing is written before [`run`]. A record whose
//! phone or e-mail is in the book already, with a name that agrees, completes that card and overwrites
//! nothing on it. All that is said of one client is brought together in memory and written once.

pub mod everything;
#[cfg(test)]
mod everything_tests;
pub mod history;
mod lost;
mod mappings;
mod matching;
mod mending;
#[cfg(test)]
mod own_tests;
#[cfg(test)]
mod rule_tests;
mod rules;
mod store;
#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ops::ControlFlow;

use clientele_formats::{Parsed, Record, Refused};
use clientele_model::text::fold;
use clientele_model::{ClientDraft, ClientId, ErrorCode, Refusal, RowId, StepId, Value};
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::clients::{self, CLIENTS, NameWords, draft};
use crate::custom_fields::{New, NewField};
use crate::workspace::table::DELETED_AT;
use crate::workspace::{Actor, NewStep, StepLabel, Workspace, Write, Written};
use crate::{Result, custom_fields, search, settings};

pub use lost::{LostValue, LostValues};
pub use mappings::Mapping;
use matching::Matcher;
use mending::mendable;
pub use rules::{RowRule, Rule, Rules};

/// What a record of the file will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It becomes a client.
    Create,
    /// It completes the card of this client.
    Complete(ClientId),
    /// It says again what an earlier record of the file says (its index).
    Repeat(usize),
    /// It is left out: it means somebody who is there already, and that is the rule.
    Skip,
}

/// What an import will do, record by record.
#[derive(Debug, Default)]
pub struct Plan {
    /// The records that can be taken, with what each will do.
    pub records: Vec<(Record, Fate)>,
    /// Those that cannot, with their lines and reasons.
    pub refused: Vec<Refused>,
    /// Values that are not taken, because the card of whom they are about has another.
    pub lost: LostValues,
    /// What the user said of the columns, to be kept for the next file like this one.
    pub mapping: Option<Mapping>,
    /// The owner's fields that the file brings with it.
    new_fields: Vec<NewField>,
    /// Whom a record means who was there before it, by its index; whatever the rule makes of that.
    meant: BTreeMap<usize, Fate>,
    /// What becomes of a record that creates, with all its repeats; only where they add something.
    grown: HashMap<usize, ClientDraft>,
    /// What becomes of the cards of the book; only of those to which something is added.
    completions: HashMap<ClientId, Completion>,
}

/// A card of the book with what the records add to it.
#[derive(Debug)]
struct Completion {
    before: ClientDraft,
    after: ClientDraft,
}

/// What an import did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ImportResult {
    /// Clients that came to be.
    pub created: u32,
    /// Records that belong to a client who was there already.
    pub matched: u32,
    /// Records that were left out, by the rule for those who are there already.
    pub skipped: u32,
    /// Records that were refused; the first of very many.
    pub refused: Vec<Refused>,
    /// How many were refused.
    pub refused_total: u32,
    /// Values that were not taken, because the card of whom they are about has another.
    pub lost: LostValues,
    /// The step, to undo the whole import.
    pub step: Option<StepId>,
}

/// Refused records named one by one; more than these are only counted.
pub const REFUSED_NAMED_MAX: usize = 100_000;

/// Of so many records at once the book is asked who has their phones and e-mails.
const ASKED_AT_ONCE: usize = 1_000;

/// So many clients are added at once.
const ADDED_AT_ONCE: usize = 1_000;

/// A record as a card that fits into the book, its numbers read; or why it does not.
fn readable(record: Record, country: &str) -> Result<Record, Refused> {
    let line = record.line;
    match draft::check(mendable(record.draft)) {
        Ok(mut draft) => {
            clients::read_numbers(&mut draft, country);
            Ok(Record { line, draft })
        }
        Err(error) => Err(Refused {
            line,
            refusal: error.into(),
        }),
    }
}

impl Plan {
    /// Works out what a file would do to this book, where every record that means somebody who is there already
    /// completes that card, and the owner imports it. Writes nothing.
    ///
    /// # Errors
    /// As [`Plan::by_rules`].
    pub fn new(
        conn: &Connection,
        parsed: Parsed,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Self> {
        Self::by_rules(conn, &Actor::owner(), parsed, &Rules::default(), progress)
    }

    /// Works out what a file would do to this book by the user's own rules. Writes nothing. Whoever may not say what
    /// fields a card has (`by`) gets none made: what would stand in them goes to the notes.
    ///
    /// # Errors
    /// `import.cancelled` when `progress` says so; what SQLite says.
    pub fn by_rules(
        conn: &Connection,
        by: &Actor,
        parsed: Parsed,
        rules: &Rules,
        progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
    ) -> Result<Self> {
        let by_line = rules.by_line();
        let country = settings::load(conn)?.country;
        let mut matcher = Matcher::new(conn);
        let mut new = New::load(conn, by)?;
        let mut plan = Self {
            records: Vec::with_capacity(parsed.records.len()),
            refused: parsed.refused,
            ..Self::default()
        };
        let total = parsed.records.len() as u64;
        let mut done = 0;
        let mut records = parsed.records.into_iter();
        loop {
            let portion: Vec<_> = (&mut records).take(ASKED_AT_ONCE).collect();
            if portion.is_empty() {
                break;
            }
            let portion = portion
                .into_iter()
                .map(|mut record| {
                    custom_fields::fit(conn, &mut new, &mut record.draft)?;
                    Ok(readable(record, &country))
                })
                .collect::<Result<Vec<_>>>()?;
            matcher.ask(portion.iter().filter_map(|read| Some(&read.as_ref().ok()?.draft)))?;
            for read in portion {
                go_on(progress(done, total))?;
                done += 1;
                let taken = match read {
                    Ok(record) => {
                        let line = record.line;
                        let rule = *by_line.get(&line).unwrap_or(&rules.rule);
                        let taken = plan.take(conn, &mut matcher, rule, record)?;
                        taken.map_err(|refusal| Refused { line, refusal })
                    }
                    Err(refused) => Err(refused),
                };
                plan.refused.extend(taken.err());
            }
        }
        plan.new_fields = new.into_fields();
        plan.drop_unused_fields();
        plan.refused.sort_by_key(|refused| refused.line);
        Ok(plan)
    }

    /// A field that only records which are left out brought with them is not made.
    fn drop_unused_fields(&mut self) {
        let taken = self.records.iter().filter(|(_, fate)| *fate != Fate::Skip);
        let used: HashSet<String> = taken
            .flat_map(|(record, _)| &record.draft.custom)
            .filter(|value| value.field.is_none())
            .map(|value| fold(&value.name))
            .collect();
        self.new_fields.retain(|field| used.contains(&fold(field.name())));
    }

    /// The next record: taken, or why not.
    fn take(
        &mut self,
        conn: &Connection,
        matcher: &mut Matcher<'_>,
        rule: Rule,
        record: Record,
    ) -> Result<Result<(), Refusal>> {
        let Record { line, draft } = record;
        let index = self.records.len();
        let found = matcher.find(&draft);
        if let Some((_, fate)) = found {
            self.meant.insert(index, fate);
            if rule == Rule::Skip {
                self.records.push((Record { line, draft }, Fate::Skip));
                return Ok(Ok(()));
            }
        }
        let Some((at, fate)) = found.filter(|_| rule != Rule::Create) else {
            matcher.meet(index, &draft);
            self.records.push((Record { line, draft }, Fate::Create));
            return Ok(Ok(()));
        };
        let before = self.standing(conn, fate)?;
        let after = match clients::completed(&before, &draft) {
            Ok(after) => after,
            Err(error) => {
                self.meant.remove(&index);
                return Ok(Err(error.into()));
            }
        };
        matcher.grow(at, &draft, &after);
        let adds = after != *before;
        let lost = clients::outweighed(&before, &draft);
        let loaded = match before {
            Cow::Owned(before) => Some(before),
            Cow::Borrowed(_) => None,
        };
        self.lost.note(line, lost);
        match (fate, loaded) {
            _ if !adds => {}
            (Fate::Complete(id), Some(before)) => {
                self.completions.insert(id, Completion { before, after });
            }
            (Fate::Complete(id), None) => {
                if let Some(completion) = self.completions.get_mut(&id) {
                    completion.after = after;
                }
            }
            (Fate::Repeat(index), _) => {
                self.grown.insert(index, after);
            }
            (Fate::Create | Fate::Skip, _) => {}
        }
        self.records.push((Record { line, draft }, fate));
        Ok(Ok(()))
    }

    /// The card of somebody who was found, as it stands after the records so far.
    fn standing(&self, conn: &Connection, fate: Fate) -> Result<Cow<'_, ClientDraft>> {
        Ok(match fate {
            Fate::Complete(id) => match self.completions.get(&id) {
                Some(completion) => Cow::Borrowed(&completion.after),
                None => Cow::Owned(clients::load(conn, id)?),
            },
            Fate::Repeat(index) => Cow::Borrowed(self.becomes(index)),
            Fate::Create | Fate::Skip => Cow::default(),
        })
    }

    /// The client that the record with this index becomes, its repeats included.
    fn becomes(&self, index: usize) -> &ClientDraft {
        self.grown.get(&index).unwrap_or(&self.records[index].0.draft)
    }

    /// Clients that would come to be.
    #[must_use]
    pub fn created(&self) -> u32 {
        self.count(|fate| fate == Fate::Create)
    }

    /// Records that belong to somebody who is there already.
    #[must_use]
    pub fn matched(&self) -> u32 {
        self.count(|fate| matches!(fate, Fate::Complete(_) | Fate::Repeat(_)))
    }

    /// Records that are left out.
    #[must_use]
    pub fn skipped(&self) -> u32 {
        self.count(|fate| fate == Fate::Skip)
    }

    /// Whom a record (its index) means who was there before it, whatever the rule makes of that.
    pub fn meant(&self) -> impl Iterator<Item = (usize, Fate)> {
        self.meant.iter().map(|(index, fate)| (*index, *fate))
    }

    fn count(&self, which: impl Fn(Fate) -> bool) -> u32 {
        u32::try_from(self.records.iter().filter(|(_, fate)| which(*fate)).count()).unwrap_or(u32::MAX)
    }
}

/// Imports what was planned, all of it or nothing.
///
/// The book may have changed since the plan was made: who is gone by now becomes a client anew, from the
/// file alone, and what was written on a card meanwhile stays.
///
/// # Errors
/// `import.cancelled` when `progress` says so: then nothing was written. `role.not_allowed` where the file brings fields
/// with it that this one may not make. What SQLite says.
pub fn run(
    workspace: &Workspace,
    by: &Actor,
    file_name: &str,
    plan: &Plan,
    progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>,
) -> Result<Written<ImportResult>> {
    let mut step = NewStep::new(by, StepLabel::Imported);
    if plan.tells_nobody(file_name) {
        step.set("file", file_name);
    }
    let total = plan.records.len() as u64;
    let written = workspace.write_much(step, |w| {
        let country = settings::load(w.conn())?.country;
        let mut created = 0;
        let mut new = Vec::new();
        let mut completed = HashSet::new();
        custom_fields::make(w, &plan.new_fields)?;
        for (index, (_, fate)) in plan.records.iter().enumerate() {
            go_on(progress(index as u64, total))?;
            match fate {
                Fate::Create => {
                    new.push(plan.becomes(index));
                    if new.len() == ADDED_AT_ONCE {
                        created += create(w, std::mem::take(&mut new))?;
                    }
                }
                Fate::Complete(id) if completed.insert(*id) => created += plan.complete(w, *id, &country)?,
                Fate::Complete(_) | Fate::Repeat(_) | Fate::Skip => {}
            }
        }
        created += create(w, new)?;
        if let Some(mapping) = &plan.mapping {
            mapping.keep(w.conn())?;
        }
        w.step.set("count", created);
        Ok(created)
    })?;
    let step = written.step.as_ref().map(|step| step.id);
    Ok(written.map(|created| ImportResult {
        created,
        matched: (plan.created() + plan.matched()).saturating_sub(created),
        skipped: plan.skipped(),
        refused: plan.refused.iter().take(REFUSED_NAMED_MAX).cloned().collect(),
        refused_total: u32::try_from(plan.refused.len()).unwrap_or(u32::MAX),
        lost: plan.lost.clone(),
        step,
    }))
}

/// Creates a client of each card. Returns how many there are.
fn create<'a>(w: &mut Write<'_>, cards: impl IntoIterator<Item = &'a ClientDraft>) -> Result<u32> {
    let new: Vec<_> = cards.into_iter().map(|card| (ClientId::new(), card)).collect();
    clients::add_all(w, &new, w.now())?;
    // Whoever has no name is known by a phone, an address, ...: that is worked out as for a card that is typed.
    // So it is with the owner's own fields, which the book tells in its own order and spelling.
    let named = new
        .iter()
        .filter(|(_, card)| card.has_name() && card.custom.is_empty());
    let named: Vec<_> = named.map(|(id, card)| (RowId::from(*id), *card)).collect();
    search::index_new(w.conn(), &named)?;
    w.are_whole(named.into_iter().map(|(id, _)| id));
    Ok(u32::try_from(new.len()).unwrap_or(u32::MAX))
}

impl Plan {
    /// Writes what the records add to a client of the book; returns how many clients came to be after all.
    fn complete(&self, w: &mut Write<'_>, id: ClientId, country: &str) -> Result<u32> {
        let records = self
            .records
            .iter()
            .filter(|(_, fate)| *fate == Fate::Complete(id));
        let records = records.map(|(record, _)| &record.draft);
        let there = match w.field(&CLIENTS, id.into(), DELETED_AT) {
            Ok(deleted_at) => deleted_at == Value::Null,
            Err(error) if error.code() == ErrorCode::NotFound => false,
            Err(error) => return Err(error),
        };
        if !there {
            return create_merged(w, records);
        }
        let Some(planned) = self.completions.get(&id) else {
            return Ok(0);
        };
        let before = clients::load(w.conn(), id)?;
        if before == planned.before {
            clients::complete(w, id, &before, &planned.after, country)?;
            return Ok(0);
        }
        // Somebody wrote on the card meanwhile.
        let (mut after, mut left) = (before.clone(), Vec::new());
        for record in records {
            match clients::completed(&after, record) {
                Ok(more) => after = more,
                Err(_) => left.push(record),
            }
        }
        clients::complete(w, id, &before, &after, country)?;
        create_merged(w, left)
    }

    /// May the name of the file stay in the history for good? An erased client's name must not: a file of
    /// one person bears that person's name as a rule, and a file of two may.
    fn tells_nobody(&self, file_name: &str) -> bool {
        let mut clients = HashSet::new();
        clients.extend(
            self.records
                .iter()
                .enumerate()
                .filter(|(_, (_, fate))| *fate != Fate::Skip)
                .map(|(index, (_, fate))| match fate {
                    Fate::Create => Fate::Repeat(index),
                    known => *known,
                }),
        );
        let folded = fold(file_name);
        let words: BTreeSet<&str> = folded.split(|c: char| !c.is_alphanumeric()).collect();
        clients.len() > 1
            && !self.records.iter().any(|(record, _)| {
                let name = NameWords::of(&record.draft);
                let mut parts = name
                    .own()
                    .iter()
                    .flat_map(|word| word.split(|c: char| !c.is_alphanumeric()));
                !name.own().is_empty() && parts.all(|part| words.contains(part))
            })
    }
}

/// Creates the client of whom all these records speak; what does not fit onto one card, on a further one.
fn create_merged<'a>(w: &mut Write<'_>, records: impl IntoIterator<Item = &'a ClientDraft>) -> Result<u32> {
    let mut created = 0;
    let mut card: Option<ClientDraft> = None;
    for record in records {
        card = Some(match card {
            None => record.clone(),
            Some(card) => match clients::completed(&card, record) {
                Ok(more) => more,
                Err(_) => {
                    created += create(w, [&card])?;
                    record.clone()
                }
            },
        });
    }
    if let Some(card) = card {
        created += create(w, [&card])?;
    }
    Ok(created)
}

fn go_on(flow: ControlFlow<()>) -> Result<()> {
    match flow {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(ErrorCode::ImportCancelled.into()),
    }
}
