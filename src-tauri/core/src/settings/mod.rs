//! What holds for the whole book: the business, its country, currency and language.

mod store;

use std::collections::BTreeSet;

use clientele_model::{ErrorCode, Hlc, Language, Refusal, RowId, Value, phone, record, text};
use serde::{Deserialize, Serialize};
use ts_rs::TS;
use uuid::Uuid;

use crate::workspace::store::log;
use crate::workspace::{Actor, Card, NewStep, StepLabel, Table, Topic, WorkedOut, Workspace, Written};
use crate::{Result, clients};

pub use store::load;

/// The table of settings, of one row.
pub const SETTINGS: Table = Table {
    record: record::SETTINGS,
    card: Card::None,
    topics: &[Topic::Settings],
    worked_out: WorkedOut::NOTHING,
};

/// The one row: the same on every device, so that two never have two.
pub(crate) const ROW: RowId = RowId(Uuid::from_u128(1));

/// What holds for the whole book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// The name of the business.
    pub business_name: String,
    /// Its country, ISO 3166-1 alpha-2: how a phone number without a country is read.
    pub country: String,
    /// Its currency, ISO 4217.
    pub currency: String,
    /// The language of the book.
    pub language: Language,
}

impl Settings {
    /// The same, tidied.
    ///
    /// # Errors
    /// `business.name_empty`, `text.too_long`, `country.unknown`, `currency.unknown`.
    pub fn checked(self) -> Result<Self> {
        let business_name = text::tidy(&self.business_name);
        let country = self.country.trim().to_uppercase();
        let currency = self.currency.trim().to_uppercase();
        if business_name.is_empty() {
            return Err(ErrorCode::BusinessNameEmpty.into());
        }
        if business_name.len() > text::FIELD_BYTES_MAX {
            let refusal = Refusal::new(ErrorCode::TextTooLong).with("field", "business_name");
            return Err(refusal.with("max", text::FIELD_BYTES_MAX).into());
        }
        if !phone::known_country(&country) {
            return Err(Refusal::new(ErrorCode::CountryUnknown)
                .with("value", self.country)
                .into());
        }
        if currency.len() != 3 || !currency.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Refusal::new(ErrorCode::CurrencyUnknown)
                .with("value", self.currency)
                .into());
        }
        Ok(Self {
            business_name,
            country,
            currency,
            language: self.language,
        })
    }

    /// From the fields of a row; a language that nobody speaks here is the first one.
    pub(crate) fn of_fields(fields: &[(&'static str, Value)]) -> Self {
        let text = |name: &str| {
            let field = fields.iter().find(|(field, _)| *field == name);
            let text = field.and_then(|(_, value)| value.as_text());
            text.unwrap_or_default().to_owned()
        };
        Self {
            business_name: text("business_name"),
            country: text("country"),
            currency: text("currency"),
            language: Language::from_code(&text("language")).unwrap_or_default(),
        }
    }

    fn fields(&self) -> Vec<(&'static str, Value)> {
        vec![
            ("business_name", self.business_name.as_str().into()),
            ("country", self.country.as_str().into()),
            ("currency", self.currency.as_str().into()),
            ("language", self.language.code().into()),
        ]
    }
}

/// The first settings of a new book.
///
/// # Errors
/// What SQLite says.
pub fn found(workspace: &Workspace, by: &Actor, settings: Settings) -> Result<()> {
    workspace.write(NewStep::new(by, StepLabel::BookCreated), |w| {
        w.add(&SETTINGS, ROW, settings.fields())
    })?;
    Ok(())
}

/// Says once more what holds, as far as all that was said of it gives way. Returns whether there was anything to say.
///
/// # Errors
/// What SQLite says.
pub(crate) fn say_for_company(workspace: &Workspace, by: &Actor) -> Result<bool> {
    // The book's own beginning: no undo takes it back.
    let written = workspace.write(NewStep::new(by, StepLabel::BookCreated), |w| {
        let said = log::of_row(w.conn(), ROW)?;
        let firmly = said.iter().filter(|change| change.eff_hlc != Hlc::GIVES_WAY);
        let firmly = firmly.flat_map(|change| change.body.iter().flat_map(|body| &body.0));
        let firmly: BTreeSet<&str> = firmly.map(|field| field.field.as_str()).collect();
        let mut fields = load(w.conn())?.fields();
        fields.retain(|(field, _)| !firmly.contains(field));
        if !said.is_empty() && !fields.is_empty() {
            w.say_again(&SETTINGS, ROW, fields)?;
        }
        Ok(())
    })?;
    Ok(written.step.is_some())
}

/// Changes the settings. Where the country changes, every phone number is read anew, within the same step.
///
/// # Errors
/// Those of [`Settings::checked`]; what SQLite says.
pub fn save(workspace: &Workspace, by: &Actor, settings: Settings) -> Result<Written<Settings>> {
    let settings = settings.checked()?;
    let step = NewStep::new(by, StepLabel::SettingsChanged);
    let written = workspace.write(step, |w| {
        let country = load(w.conn())?.country;
        w.set(&SETTINGS, ROW, settings.fields())?;
        if country != settings.country {
            clients::read_phones_anew(w, &settings.country)
        } else {
            Ok(())
        }
    })?;
    Ok(written.map(|()| settings))
}
