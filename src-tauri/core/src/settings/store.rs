//! The SQL of the settings.

use clientele_model::{Body, Language, Value};
use rusqlite::{Connection, OptionalExtension};

use super::{ROW, SETTINGS, Settings};
use crate::Result;

/// What holds for the book.
///
/// As long as head office's settings have not arrived, what the book said of itself when it was made: a phone
/// must be read somehow. Empty where nobody ever said anything.
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
    settings.optional()?.map_or_else(|| said_at_first(conn), Ok)
}

/// What the log says of the settings, whether it counts or not.
fn said_at_first(conn: &Connection) -> Result<Settings> {
    let mut statement = conn.prepare_cached(
        "select body from changes where entity = ?1 and row_id = ?2 and body is not null
         order by eff_hlc, device, seq",
    )?;
    let mut rows = statement.query((SETTINGS.name, ROW.as_bytes()))?;
    let mut settings = Settings::default();
    while let Some(row) = rows.next()? {
        let body = Body::decode(row.get_ref(0)?.as_blob().map_err(rusqlite::Error::from)?);
        for field in body.unwrap_or_default().0 {
            let Value::Text(text) = field.value else { continue };
            match field.field.as_str() {
                "business_name" => settings.business_name = text,
                "country" => settings.country = text,
                "currency" => settings.currency = text,
                "language" => settings.language = Language::from_code(&text).unwrap_or_default(),
                _ => {}
            }
        }
    }
    Ok(settings)
}
