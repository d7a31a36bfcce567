//! The readable form of an access export, before it is a web page or a PDF: headings, facts, events, changes.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate};
use clientele_model::RowId;
use clientele_model::text::ellipsis;

use super::types::{AccessChange, AccessClient, AccessExport, Kept, Moment};
use super::words::{Words, named, words};

/// The longest name that a heading or the foot of a page carries, in characters; the card below has all of it.
const NAME_CHARS_MAX: usize = 120;

/// The longest value by which a changed row is told from its neighbours.
const CAPTION_CHARS_MAX: usize = 40;

/// A document to be read.
pub(super) struct Sheet {
    pub words: &'static Words,
    /// The language, by its code.
    pub language: &'static str,
    pub title: String,
    /// What it is, sentence by sentence.
    pub lead: Vec<String>,
    /// Stands at the foot of every page.
    pub foot: String,
    pub sections: Vec<Section>,
}

/// A part of it with a heading.
pub(super) struct Section {
    pub title: &'static str,
    pub lead: Option<&'static str>,
    pub blocks: Vec<Block>,
}

/// One thing in a part.
pub(super) enum Block {
    /// A name with its value.
    Fact {
        name: String,
        value: String,
        note: String,
    },
    /// Something that happened, and what was said.
    Event {
        when: String,
        head: String,
        text: String,
    },
    /// Something that was done to the card, field by field.
    Step {
        when: String,
        head: String,
        changes: Vec<Change>,
    },
}

/// What happened to one field; none for nothing.
pub(super) struct Change {
    pub field: String,
    pub was: Option<String>,
    pub is: Option<String>,
}

/// Draws up the document.
pub(super) fn sheet(export: &AccessExport) -> Sheet {
    let writer = Writer {
        words: words(export.language),
        export,
    };
    writer.sheet()
}

struct Writer<'a> {
    words: &'static Words,
    export: &'a AccessExport,
}

impl Writer<'_> {
    fn sheet(&self) -> Sheet {
        let (words, export) = (self.words, self.export);
        let name = match export.client.name.as_str() {
            "" => words.no_name.to_owned(),
            name => ellipsis(name, NAME_CHARS_MAX),
        };
        let business = ellipsis(&export.business_name, NAME_CHARS_MAX);
        let made_at = format!(
            "{}: {}.",
            words.made_at,
            self.moment(export.made_at).trim_end_matches('.')
        );
        let contacts = self.contacts();
        Sheet {
            words,
            language: export.language.code(),
            title: words.title.replacen("{}", &isolated(&name), 1),
            lead: vec![
                words.lead.replacen("{}", &isolated(&business), 1),
                format!("{made_at} {}", words.times),
            ],
            foot: format!("{business} · {name}"),
            sections: vec![
                Section {
                    title: words.card,
                    lead: None,
                    blocks: self.card(),
                },
                Section {
                    title: words.merged,
                    lead: Some(words.merged_lead),
                    blocks: self.merged(),
                },
                Section {
                    title: words.contacts,
                    lead: contacts.is_empty().then_some(words.no_contacts),
                    blocks: contacts,
                },
                Section {
                    title: words.history,
                    lead: Some(words.history_lead),
                    blocks: self.history(),
                },
            ]
            .into_iter()
            .filter(|section| section.title != words.merged || !section.blocks.is_empty())
            .collect(),
        }
    }

    // ---- the card

    fn card(&self) -> Vec<Block> {
        let mut facts = Facts(Vec::new());
        self.own(&mut facts, &self.export.client, true);
        facts.0
    }

    /// What the cards said of themselves that were merged into this one.
    fn merged(&self) -> Vec<Block> {
        let mut facts = Facts(Vec::new());
        for client in &self.export.merged {
            self.own(&mut facts, client, false);
        }
        facts.0
    }

    /// What a client's own row says; with the entries of the card's lists, where it is the card's.
    fn own(&self, facts: &mut Facts, client: &AccessClient, with_parts: bool) {
        // What warns stands first, as on the card.
        for (field, value) in [("never", &client.never), ("expects", &client.expects)] {
            facts.add(self.field("clients", field), value, "");
        }
        for (field, value) in [
            ("kind", &client.kind),
            ("given_name", &client.given_name),
            ("patronymic", &client.patronymic),
            ("family_name", &client.family_name),
            ("company_name", &client.company_name),
        ] {
            facts.add(
                self.field("clients", field),
                &self.value("clients", field, value),
                "",
            );
        }
        if with_parts {
            self.parts(facts);
        }
        for (field, value) in [
            ("birthday", &client.birthday),
            ("language", &client.language),
            ("source", &client.source),
            ("card_number", &client.card_number),
        ] {
            facts.add(
                self.field("clients", field),
                &self.value("clients", field, value),
                "",
            );
        }
        for tag in self.export.tags.iter().filter(|_| with_parts) {
            facts.add(self.field("client_tags", "tag"), &tag.part.tag, &self.off(tag));
        }
        facts.add(self.field("clients", "notes"), &client.notes, "");
        facts.add(
            self.field("clients", "created_at"),
            &self.moment(client.created_at),
            "",
        );
        if let Some(since) = client.trashed_at {
            facts.add(self.field("clients", "deleted_at"), &self.moment(since), "");
        }
    }

    /// The entries of the card's lists.
    fn parts(&self, facts: &mut Facts) {
        let export = self.export;
        for name in &export.other_names {
            let note = joined(" · ", &[&name.part.label, &self.off(name)]);
            facts.add(self.field("client_names", "name"), &name.part.name, &note);
        }
        for phone in &export.phones {
            let read_as = match phone.part.e164.as_str() {
                "" => String::new(),
                e164 if e164 == phone.part.typed => String::new(),
                e164 => self.words.read_as.replacen("{}", e164, 1),
            };
            let note = joined(" · ", &[&phone.part.label, &read_as, &self.off(phone)]);
            facts.add(self.field("phones", "typed"), &phone.part.typed, &note);
        }
        for email in &export.emails {
            let note = joined(" · ", &[&email.part.label, &self.off(email)]);
            facts.add(self.field("emails", "address"), &email.part.address, &note);
        }
        for messenger in &export.messengers {
            let name = match messenger.part.service.as_str() {
                "" => self.field("messengers", "service"),
                service => format!("{}: {service}", self.field("messengers", "service")),
            };
            facts.add(name, &messenger.part.handle, &self.off(messenger));
        }
        for address in &export.addresses {
            let part = &address.part;
            let town = joined(" ", &[&part.postal_code, &part.city]);
            let whole = joined(", ", &[&part.street, &town, &part.region, &part.country]);
            let note = joined(" · ", &[&part.label, &self.off(address)]);
            facts.add(self.field("addresses", "postal"), &whole, &note);
        }
        for person in &export.contact_persons {
            let part = &person.part;
            let reach = joined(", ", &[&part.name, &part.role, &part.phone, &part.email]);
            let whole = joined("\n", &[&reach, &part.note]);
            facts.add(self.field("contact_persons", "name"), &whole, &self.off(person));
        }
        for entry in &export.person_of {
            let part = &entry.part;
            let reach = joined(", ", &[&part.of, &part.role, &part.phone, &part.email]);
            let whole = joined("\n", &[&reach, &part.note]);
            facts.add(self.field("contact_persons", "of"), &whole, &self.off(entry));
        }
        for custom in &export.custom {
            let part = &custom.part;
            let value = self.own_value(&part.kind, &part.value);
            facts.add(part.name.clone(), &value, &self.off(custom));
        }
        for file in &export.attachments {
            let part = &file.part;
            let size = format!("{} B", part.size_bytes);
            let (added, sha256) = (self.moment(part.added_at), format!("SHA-256 {}", part.sha256));
            let photo = part.photo_since.map(|_| self.field("attachments", "photo_since"));
            let photo = photo.unwrap_or_default();
            let missing = match part.missing.as_deref() {
                Some("elsewhere") => self.words.file_elsewhere,
                Some(_) => self.words.file_damaged,
                None => "",
            };
            let place = part.file.as_deref().unwrap_or(missing);
            let note = joined(
                " · ",
                &[
                    place,
                    &photo,
                    &part.media_type,
                    &size,
                    &added,
                    &sha256,
                    &self.off(file),
                ],
            );
            facts.add(self.field("attachments", "name"), &part.name, &note);
        }
    }

    /// Since when something has been off the card; empty where it stands.
    fn off<T>(&self, kept: &Kept<T>) -> String {
        let since = kept.trashed_at.map(|since| self.moment(since));
        since
            .map(|since| self.words.taken_off.replacen("{}", &since, 1))
            .unwrap_or_default()
    }

    // ---- what happened

    fn contacts(&self) -> Vec<Block> {
        let events = self.export.contacts.iter().map(|contact| {
            let part = &contact.part;
            let trash = contact.trashed_at.map(|since| self.moment(since));
            let trash = trash.map(|since| self.words.in_trash.replacen("{}", &since, 1));
            Block::Event {
                when: self.moment(part.at),
                head: joined(
                    " · ",
                    &[
                        named(self.words.contact_kinds, &part.kind),
                        named(self.words.directions, &part.direction),
                        named(self.words.channels, &part.channel),
                        named(self.words.staff, &part.staff),
                        &trash.unwrap_or_default(),
                    ],
                ),
                text: part.text.clone(),
            }
        });
        events.collect()
    }

    fn history(&self) -> Vec<Block> {
        let captions = self.captions();
        let steps = self.export.history.chunk_by(|a, b| a.step == b.step);
        steps.map(|changes| self.step(changes, &captions)).collect()
    }

    fn step(&self, changes: &[AccessChange], captions: &HashMap<RowId, String>) -> Block {
        let first = &changes[0];
        let file = first
            .file
            .as_ref()
            .map(|file| self.words.from_file.replacen("{}", file, 1));
        let head = joined(
            " · ",
            &[
                named(self.words.steps, &first.label),
                named(self.words.staff, &first.staff),
                &file.unwrap_or_default(),
            ],
        );
        // The log is read backwards, a step forwards: the name before the phone, as it was typed.
        let rows: Vec<&[AccessChange]> = changes.chunk_by(|a, b| a.row == b.row).collect();
        let told = rows.into_iter().rev().flatten().filter(|change| is_told(change));
        let changes = told.map(|change| {
            let value = |value: &Option<String>| {
                let value = value.as_ref()?;
                Some(self.value(&change.entity, &change.field, value))
            };
            let (was, is) = (value(&change.was), value(&change.is));
            // "Taken off" says nothing without what: the row's own words stand beside the field.
            let caption = captions.get(&change.row);
            let caption = caption.filter(|c| was.as_ref() != Some(c) && is.as_ref() != Some(c));
            let field = match (&change.called, change.field.as_str()) {
                (Some(called), field) if field != "deleted_at" => called.clone(),
                _ => self.field(&change.entity, &change.field),
            };
            Change {
                field: match caption {
                    Some(caption) => format!("{field} ({caption})"),
                    None => field,
                },
                was,
                is,
            }
        });
        Block::Step {
            when: self.moment(first.at),
            head,
            changes: changes.collect(),
        }
    }

    /// By which words the rows of the card's lists, and the contacts, are told from each other.
    fn captions(&self) -> HashMap<RowId, String> {
        let export = self.export;
        let rows = (export.other_names.iter().map(|k| (k.part.id, &k.part.name)))
            .chain(export.phones.iter().map(|k| (k.part.id, &k.part.typed)))
            .chain(export.emails.iter().map(|k| (k.part.id, &k.part.address)))
            .chain(export.addresses.iter().map(|k| (k.part.id, &k.part.street)))
            .chain(export.messengers.iter().map(|k| (k.part.id, &k.part.handle)))
            .chain(export.contact_persons.iter().map(|k| (k.part.id, &k.part.name)))
            .chain(export.person_of.iter().map(|k| (k.part.id, &k.part.of)))
            .chain(export.tags.iter().map(|k| (k.part.id, &k.part.tag)))
            .chain(export.custom.iter().map(|k| (k.part.id, &k.part.name)))
            .filter_map(|(id, words)| Some((id?, ellipsis(words, CAPTION_CHARS_MAX))));
        let contacts = export
            .contacts
            .iter()
            .map(|kept| (RowId::from(kept.part.id), self.moment(kept.part.at)));
        rows.chain(contacts)
            .filter(|(_, words)| !words.is_empty())
            .collect()
    }

    // ---- words and values

    fn field(&self, entity: &str, field: &str) -> String {
        self.words.field_of(entity, field)
    }

    /// A value of the book as people read it.
    fn value(&self, entity: &str, field: &str, value: &str) -> String {
        let words = self.words;
        match field {
            "at" | "deleted_at" => match DateTime::parse_from_rfc3339(value) {
                Ok(moment) => self.moment(moment),
                Err(_) => value.to_owned(),
            },
            "birthday" => self.birthday(value).unwrap_or_else(|| value.to_owned()),
            "number" if entity == "custom_values" => self.own_value("number", value),
            "day" if entity == "custom_values" => self.own_value("date", value),
            "kind" if entity == "contacts" => named(words.contact_kinds, value).to_owned(),
            "kind" => named(words.kinds, value).to_owned(),
            "direction" => named(words.directions, value).to_owned(),
            "channel" => named(words.channels, value).to_owned(),
            "language" => named(words.languages, value).to_owned(),
            "staff" => named(words.staff, value).to_owned(),
            _ => value.to_owned(),
        }
    }

    /// What stands in a field of the owner's own, as people read it.
    fn own_value(&self, kind: &str, value: &str) -> String {
        match kind {
            "date" => self.birthday(value).unwrap_or_else(|| value.to_owned()),
            "number" => value.replace('.', self.words.decimal),
            _ => value.to_owned(),
        }
    }

    fn moment(&self, moment: Moment) -> String {
        self.dated(self.words.moment, moment.date_naive(), |form| {
            moment.format(form).to_string()
        })
    }

    fn birthday(&self, text: &str) -> Option<String> {
        // 29 February is a birthday in every year that is not known.
        let (form, text) = match text.strip_prefix("--") {
            Some(rest) => (self.words.day_without_year, format!("2000-{rest}")),
            None => (self.words.day, text.to_owned()),
        };
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").ok()?;
        Some(self.dated(form, day, |form| day.format(form).to_string()))
    }

    /// The month in a word: `07.03` is a different day in different countries.
    fn dated(&self, form: &str, day: NaiveDate, format: impl Fn(&str) -> String) -> String {
        let month = chrono::Datelike::month0(&day) as usize;
        format(&form.replacen("{}", self.words.months[month], 1))
    }
}

/// Is there something to be read that does not stand elsewhere? What a contact said when it was logged stands
/// among the contacts, or as what was changed later: when it was is enough to know it by.
fn is_told(change: &AccessChange) -> bool {
    let is_logged = change.entity == "contacts" && change.kind == "add" && change.field != "at";
    (change.was.is_some() || change.is.is_some()) && !is_logged
}

/// Facts on their way into a section; one without a value is none.
struct Facts(Vec<Block>);

impl Facts {
    fn add(&mut self, name: String, value: &str, note: &str) {
        if !value.is_empty() {
            self.0.push(Block::Fact {
                name,
                value: value.to_owned(),
                note: note.to_owned(),
            });
        }
    }
}

/// A name from the right-to-left world does not turn its sentence round.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}

fn joined(between: &str, parts: &[&str]) -> String {
    let parts: Vec<&str> = parts.iter().copied().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}
