//! One value of a field, as JSON and back.

use std::fmt;

use chrono::{DateTime, SecondsFormat};
use clientele_model::record::{Field, Sort};
use clientele_model::text::FIELD_BYTES_MAX;
use clientele_model::{RowId, Value};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// The one name of the object in which bytes stand that are no identifier.
const HEX: &str = "hex";

/// A value as it stands in the document.
#[derive(Debug)]
pub(super) enum Json {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
    Bytes(Vec<u8>),
}

/// Is it a moment, written as a date? `at` and `..._at` are the names that the records give to moments.
fn is_moment(field: Field) -> bool {
    matches!(field.sort, Sort::Int | Sort::MaybeInt) && (field.name == "at" || field.name.ends_with("_at"))
}

/// The value as it is written.
pub(super) fn written(field: Field, value: &Value) -> serde_json::Value {
    match value {
        Value::Null => serde_json::Value::Null,
        Value::Int(n) => match DateTime::from_timestamp_millis(*n).filter(|_| is_moment(field)) {
            // Before the year 0 and after 9999 a date is no date to others: the milliseconds stand there.
            Some(moment) if (0..=9999).contains(&chrono::Datelike::year(&moment)) => {
                moment.to_rfc3339_opts(SecondsFormat::Millis, true).into()
            }
            _ => (*n).into(),
        },
        Value::Real(x) => (*x).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Blob(bytes) => match value.as_row() {
            Some(id) if field.sort == Sort::Id => id.to_string().into(),
            _ => serde_json::json!({ HEX: hex(bytes) }),
        },
    }
}

/// The value that a field has by the document, where it fits.
pub(super) fn read(field: Field, json: Json) -> Option<Value> {
    let value = match json {
        Json::Null => Value::Null,
        Json::Int(n) => Value::Int(n),
        Json::Real(x) => Value::Real(x),
        Json::Text(text) if field.sort == Sort::Id => text.parse::<RowId>().ok()?.into(),
        Json::Text(text) if is_moment(field) => {
            Value::Int(DateTime::parse_from_rfc3339(&text).ok()?.timestamp_millis())
        }
        Json::Text(text) => Value::Text(text),
        Json::Bytes(bytes) => Value::Blob(bytes),
    };
    field.takes(&value).then_some(value)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let digits = digits.as_bytes();
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => {
            let digit = |byte: &u8| char::from(*byte).to_digit(16).and_then(|n| u8::try_from(n).ok());
            Some(digit(high)? * 16 + digit(low)?)
        }
        _ => None,
    });
    pairs.collect()
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Any)
    }
}

struct Any;

impl<'de> Visitor<'de> for Any {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, a number or null")
    }
    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }
    fn visit_i64<E>(self, n: i64) -> Result<Json, E> {
        Ok(Json::Int(n))
    }
    fn visit_u64<E: de::Error>(self, n: u64) -> Result<Json, E> {
        let n = i64::try_from(n).map_err(|_| E::custom("a number beyond 64 bits"))?;
        Ok(Json::Int(n))
    }
    fn visit_f64<E>(self, x: f64) -> Result<Json, E> {
        Ok(Json::Real(x))
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Json, E> {
        self.visit_string(text.to_owned())
    }
    fn visit_string<E: de::Error>(self, text: String) -> Result<Json, E> {
        if text.len() > FIELD_BYTES_MAX {
            return Err(E::custom(format_args!(
                "a text of more than {FIELD_BYTES_MAX} bytes"
            )));
        }
        Ok(Json::Text(text))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Json, A::Error> {
        let other = || de::Error::custom(format_args!("an object other than {{\"{HEX}\": ...}}"));
        match map.next_key::<String>()? {
            Some(name) if name == HEX => {}
            _ => return Err(other()),
        }
        let bytes =
            unhex(&map.next_value::<String>()?).ok_or_else(|| de::Error::custom("not hexadecimal digits"))?;
        match map.next_key::<String>()? {
            None => Ok(Json::Bytes(bytes)),
            Some(_) => Err(other()),
        }
    }
}
