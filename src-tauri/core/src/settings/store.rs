//! The SQL of the settings.

use clientele_model::Language;
use rusqlite::{Connection, OptionalExtension};

use super::{ROW, Settings};
use crate::Result;

/// What holds for the book; empty as long as the settings have not arrived.
///
/// # Errors
/// What SQLite says.
pub fn load(conn: &Connection) -> Result<Settings> {
    let mut statement =
        conn.prepare_cached("select business_name, country, currency, language from settings where id = ?1")?;
    let settings = statement.query_row([ROW.as_bytes()], |row| {
        Ok(Settings {
            business_name: row.get(0)?,
            country: row.get(1)?,
            currency: row.get(2)?,
            language: Language::from_code(&row.get::<_, String>(3)?).unwrap_or_default(),
        })
    });
    Ok(settings.optional()?.unwrap_or_default())
}
