//! The SQL of filters. Cards are judged, not clients: what anybody has who was merged with a client counts.
//!
//! SQLite folds case in ASCII only. So a text that is asked for becomes the list of all texts of the book that are the
//! same, and SQL compares with those.

use chrono::{Local, NaiveDate, TimeZone};
use clientele_model::custom::millionths;
use clientele_model::text::fold;
use clientele_model::{BranchId, ClientId, ClientKind, CustomKind, RowId, Timestamp};
use rusqlite::types::Value;
use rusqlite::{Connection, params_from_iter};

use super::branch_bytes;
use super::conditions::{Condition, Conditions, CustomTest, Join, When};
use crate::workspace::store::row_id;
use crate::{Result, custom_fields};

const DAY_MILLIS: i64 = 24 * 60 * 60 * 1000;

/// What nobody fulfils.
const NOBODY: &str = "0";

/// Every saved filter in its order: which, its name, its conditions as they stand in the book.
pub(super) fn saved(conn: &Connection) -> Result<Vec<(RowId, String, String)>> {
    let mut statement = conn.prepare_cached(
        "select id, name, conditions from filters where deleted_at is null order by position, id",
    )?;
    let all = statement.query_map([], |row| Ok((row_id(row, 0)?, row.get(1)?, row.get(2)?)))?;
    Ok(all.collect::<rusqlite::Result<_>>()?)
}

/// Behind all that stand.
pub(super) fn next_position(conn: &Connection) -> Result<i64> {
    let sql = "select coalesce(max(position) + 1, 0) from filters where deleted_at is null";
    Ok(conn.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// How many cards fulfil the conditions.
pub(super) fn count(
    conn: &Connection,
    conditions: &Conditions,
    branch: Option<BranchId>,
    now: Timestamp,
) -> Result<u32> {
    let (filter, values) = whole(conn, conditions, branch, now)?;
    let mut statement = conn.prepare(&format!("select count(*) from clients c where {filter}"))?;
    Ok(statement.query_row(params_from_iter(values), |row| row.get(0))?)
}

/// Whose they are, by name.
pub(super) fn ids(
    conn: &Connection,
    conditions: &Conditions,
    branch: Option<BranchId>,
    now: Timestamp,
) -> Result<Vec<ClientId>> {
    let (filter, values) = whole(conn, conditions, branch, now)?;
    let sql = format!("select c.id from clients c where {filter} order by c.sort_name, c.id");
    let mut statement = conn.prepare(&sql)?;
    let ids = statement.query_map(params_from_iter(values), |row| Ok(row_id(row, 0)?.into()))?;
    Ok(ids.collect::<rusqlite::Result<_>>()?)
}

/// A whole `where` over the clients as `c`, the branch as its first value.
fn whole(
    conn: &Connection,
    conditions: &Conditions,
    branch: Option<BranchId>,
    now: Timestamp,
) -> Result<(String, Vec<Value>)> {
    let mut values = vec![branch_bytes(branch)];
    let asked = clause(conn, conditions, now, &mut values)?;
    let filter =
        format!("c.deleted_at is null and c.shown_on is null and (?1 is null or c.branch = ?1) and {asked}");
    Ok((filter, values))
}

/// The conditions as SQL over the clients as `c`. What is compared with comes behind the values that stand already.
///
/// # Errors
/// What SQLite says.
pub(crate) fn clause(
    conn: &Connection,
    conditions: &Conditions,
    now: Timestamp,
    values: &mut Vec<Value>,
) -> Result<String> {
    let mut writer = Writer { conn, now, values };
    let mut parts = Vec::new();
    for condition in &conditions.list {
        parts.push(format!("({})", writer.condition(condition)?));
    }
    Ok(match (parts.is_empty(), conditions.join) {
        (true, _) => "1".to_owned(),
        (false, Join::All) => parts.join(" and "),
        (false, Join::Any) => format!("({})", parts.join(" or ")),
    })
}

struct Writer<'a> {
    conn: &'a Connection,
    now: Timestamp,
    values: &'a mut Vec<Value>,
}

impl Writer<'_> {
    fn bind(&mut self, value: impl Into<Value>) -> String {
        self.values.push(value.into());
        format!("?{}", self.values.len())
    }

    fn condition(&mut self, condition: &Condition) -> Result<String> {
        Ok(match condition {
            Condition::Kind {
                is: ClientKind::Company,
            } => "c.kind = 'company'".to_owned(),
            Condition::Kind {
                is: ClientKind::Person,
            } => "c.kind <> 'company'".to_owned(),
            Condition::Tag { tag, has } => {
                let tags = self.same(
                    "select distinct tag from client_tags where deleted_at is null",
                    tag,
                )?;
                on_card("client_tags", &format!("t.tag in {tags}"), *has)
            }
            Condition::Source { is } if is.is_empty() => "c.source = ''".to_owned(),
            Condition::Source { is } => {
                let sources = self.same("select distinct source from clients where source <> ''", is)?;
                format!("c.source in {sources}")
            }
            Condition::Language { is } => {
                let code = self.bind(is.map_or("", |language| language.code()).to_owned());
                format!("c.language = {code}")
            }
            Condition::City { is } if is.is_empty() => on_card("addresses", "t.city <> ''", false),
            Condition::City { is } => {
                let sql = "select distinct city from addresses where deleted_at is null and city <> ''";
                let cities = self.same(sql, is)?;
                on_card("addresses", &format!("t.city in {cities}"), true)
            }
            Condition::BirthdayMonth { month } => {
                let month = self.bind(format!("{month:02}"));
                format!("c.birthday <> '' and substr(c.birthday, -5, 2) = {month}")
            }
            Condition::Created { when } => self.when("c.created_at", when),
            Condition::LastContact { when } => self.when("c.last_contact_at", when),
            Condition::Phone { has } => on_card("phones", "1", *has),
            Condition::Email { has } => on_card("emails", "1", *has),
            Condition::Never { has } => {
                let is = if *has { "<>" } else { "=" };
                format!("c.never {is} ''")
            }
            Condition::Custom { field, test } => self.custom(*field, test)?,
        })
    }

    fn when(&mut self, column: &str, when: &When) -> String {
        let days = |days: u16| i64::from(days) * DAY_MILLIS;
        match when {
            When::Never => format!("{column} is null"),
            When::Before { day } => match midnight(day) {
                Some(at) => format!("{column} < {}", self.bind(at)),
                None => NOBODY.to_owned(),
            },
            When::Since { day } => match midnight(day) {
                Some(at) => format!("{column} >= {}", self.bind(at)),
                None => NOBODY.to_owned(),
            },
            When::Within { days: n } => {
                let (from, to) = (self.bind(self.now.0 - days(*n)), self.bind(self.now.0));
                format!("{column} between {from} and {to}")
            }
            When::OlderThan { days: n } => format!("{column} < {}", self.bind(self.now.0 - days(*n))),
        }
    }

    fn custom(&mut self, field: RowId, test: &CustomTest) -> Result<String> {
        let Some(kind) = custom_fields::kind_of(self.conn, field)? else {
            return Ok(NOBODY.to_owned());
        };
        let of_field = self.bind(field.as_bytes().to_vec());
        let filled = match kind {
            CustomKind::Text => "t.text <> ''",
            CustomKind::Number => "t.number is not null",
            CustomKind::Date => "t.day <> ''",
            CustomKind::Choice => "t.choice is not null",
        };
        let has = *test != CustomTest::Empty;
        let test = match test {
            CustomTest::Filled | CustomTest::Empty => filled.to_owned(),
            CustomTest::Same { value } => {
                let asked = fold(value);
                match kind {
                    CustomKind::Number | CustomKind::Date => self.measured(kind, "=", value),
                    _ => self.told(field, kind, &|text| fold(text) == asked)?,
                }
            }
            CustomTest::Contains { value } => {
                let asked = fold(value);
                self.told(field, kind, &|text| fold(text).contains(&asked))?
            }
            CustomTest::AtLeast { value } => self.measured(kind, ">=", value),
            CustomTest::AtMost { value } => self.measured(kind, "<=", value),
        };
        // Of a merged card that value counts which is seen: the client's own, or else that of the first who has one.
        let shown = format!(
            "t.field_id = {of_field} and {filled} and {test} and (m.shown_on is null or not exists (
             select 1 from custom_values o join clients k on k.id = o.client_id
             where o.field_id = t.field_id and o.deleted_at is null and {} and k.deleted_at is null
             and (k.id = m.shown_on or k.shown_on = m.shown_on and k.n < m.n)))",
            filled.replace("t.", "o.")
        );
        Ok(on_card("custom_values", &shown, has))
    }

    /// A number or a day compared with another.
    fn measured(&mut self, kind: CustomKind, how: &str, value: &str) -> String {
        match kind {
            CustomKind::Number => match millionths(value) {
                Some(number) => format!("t.number {how} {}", self.bind(number)),
                None => NOBODY.to_owned(),
            },
            CustomKind::Date => match clientele_formats::day(value) {
                Some(day) => format!("t.day {how} {}", self.bind(day)),
                None => NOBODY.to_owned(),
            },
            CustomKind::Text | CustomKind::Choice => NOBODY.to_owned(),
        }
    }

    /// A text or a choice that is as it is asked.
    fn told(&mut self, field: RowId, kind: CustomKind, is: &dyn Fn(&str) -> bool) -> Result<String> {
        match kind {
            CustomKind::Text => {
                let sql = "select distinct text from custom_values where field_id = ?1 and text <> ''";
                let mut statement = self.conn.prepare_cached(sql)?;
                let texts = statement.query_map([field.as_bytes()], |row| row.get(0))?;
                let texts: Vec<String> = texts.collect::<rusqlite::Result<_>>()?;
                Ok(format!("t.text in {}", self.those(&texts, is)))
            }
            CustomKind::Choice => {
                let choices = custom_fields::choices_named(self.conn, field, is)?;
                let places: Vec<String> = choices
                    .iter()
                    .map(|choice| self.bind(choice.as_bytes().to_vec()))
                    .collect();
                Ok(format!("t.choice in ({})", places.join(", ")))
            }
            CustomKind::Number | CustomKind::Date => Ok(NOBODY.to_owned()),
        }
    }

    /// The texts of the book that are the same as one that is asked for.
    fn same(&mut self, all: &str, asked: &str) -> Result<String> {
        let mut statement = self.conn.prepare_cached(all)?;
        let texts = statement.query_map([], |row| row.get(0))?;
        let texts: Vec<String> = texts.collect::<rusqlite::Result<_>>()?;
        let asked = fold(asked);
        Ok(self.those(&texts, &|text| fold(text) == asked))
    }

    fn those(&mut self, texts: &[String], is: &dyn Fn(&str) -> bool) -> String {
        let those: Vec<&String> = texts.iter().filter(|text| is(text)).collect();
        let list = self.bind(serde_json::json!(those).to_string());
        format!("(select value from json_each({list}))")
    }
}

/// Has anybody on the card such a row, as `t`, or has nobody?
fn on_card(table: &str, test: &str, has: bool) -> String {
    let not = if has { "" } else { "not " };
    format!(
        "c.id {not}in (select coalesce(m.shown_on, m.id) from {table} t join clients m on m.id = t.client_id
         where t.deleted_at is null and m.deleted_at is null and {test})"
    )
}

/// When a day begins, by the clock on the wall of this machine.
fn midnight(day: &str) -> Option<i64> {
    let day = NaiveDate::parse_from_str(day, "%Y-%m-%d").ok()?;
    let begins = Local.from_local_datetime(&day.and_hms_opt(0, 0, 0)?);
    // Where the clock is put forward at midnight, the day begins an hour later.
    let later = || Local.from_local_datetime(&day.and_hms_opt(1, 0, 0)?).earliest();
    Some(begins.earliest().or_else(later)?.timestamp_millis())
}
