//! The text of a cell: numbers without a tail, dates in one form for every country.

use std::borrow::Cow;

use calamine::{Data, DataRef, ExcelDateTime};

/// A sheet counts days up to the end of the year 9999.
const DAYS_MAX: f64 = 2_958_466.0;

/// What a cell says.
pub(super) fn shown<'c>(value: &DataRef<'c>) -> Cow<'c, str> {
    match value {
        DataRef::SharedString(text) => Cow::Borrowed(text),
        DataRef::String(text) | DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => {
            Cow::Owned(text.clone())
        }
        DataRef::Int(number) => Cow::Owned(number.to_string()),
        DataRef::Float(number) => Cow::Owned(self::number(*number)),
        DataRef::Bool(yes) => Cow::Borrowed(truth(*yes)),
        DataRef::DateTime(moment) => Cow::Owned(self::moment(moment)),
        DataRef::Error(_) | DataRef::Empty => Cow::Borrowed(""),
    }
}

/// What a cell says that somebody keeps.
pub(super) fn shown_owned(value: &Data) -> Cow<'_, str> {
    match value {
        Data::String(text) | Data::DateTimeIso(text) | Data::DurationIso(text) => Cow::Borrowed(text),
        Data::Int(number) => Cow::Owned(number.to_string()),
        Data::Float(number) => Cow::Owned(self::number(*number)),
        Data::Bool(yes) => Cow::Borrowed(truth(*yes)),
        Data::DateTime(moment) => Cow::Owned(self::moment(moment)),
        _ => Cow::Borrowed(""),
    }
}

fn truth(yes: bool) -> &'static str {
    if yes { "TRUE" } else { "FALSE" }
}

/// A phone number that somebody typed as a number must stay one: no point, no exponent.
fn number(number: f64) -> String {
    const EXACT_MAX: f64 = 9_007_199_254_740_992.0;
    if !number.is_finite() {
        return String::new();
    }
    if number.fract() == 0.0 && number.abs() < EXACT_MAX {
        return format!("{number:.0}");
    }
    // Fifteen digits are what a sheet keeps; the rest is the noise of binary fractions (0.30000000000000004).
    let rounded: f64 = format!("{number:.14e}").parse().unwrap_or(number);
    rounded.to_string()
}

fn moment(moment: &ExcelDateTime) -> String {
    let days = moment.as_f64();
    if !(0.0..DAYS_MAX).contains(&days) {
        return number(days);
    }
    let (year, month, day, hour, minute, second, _) = moment.to_ymd_hms_milli();
    let time = format!("{hour:02}:{minute:02}:{second:02}");
    if moment.is_duration() || days < 1.0 {
        time
    } else if days.fract() == 0.0 {
        format!("{year:04}-{month:02}-{day:02}")
    } else {
        format!("{year:04}-{month:02}-{day:02} {time}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use calamine::ExcelDateTimeType;

    #[test]
    fn numbers_are_written_as_people_write_them() {
        for (value, text) in [
            (888_123_456.0, "888123456"),
            (359_888_123_456.0, "359888123456"),
            (-5.0, "-5"),
            (0.1 + 0.2, "0.3"),
            (12.5, "12.5"),
            (f64::NAN, ""),
            (f64::INFINITY, ""),
        ] {
            assert_eq!(shown(&DataRef::Float(value)), text);
            assert_eq!(shown_owned(&Data::Float(value)), text);
        }
        assert_eq!(shown(&DataRef::Int(-7)), "-7");
        assert_eq!(shown(&DataRef::Bool(true)), "TRUE");
    }

    #[test]
    fn days_and_hours_are_written_in_one_form() {
        let read = |days, kind| shown(&DataRef::DateTime(ExcelDateTime::new(days, kind, false))).into_owned();
        assert_eq!(read(29_301.0, ExcelDateTimeType::DateTime), "1980-03-21");
        assert_eq!(read(29_301.5, ExcelDateTimeType::DateTime), "1980-03-21 12:00:00");
        assert_eq!(read(0.25, ExcelDateTimeType::DateTime), "06:00:00");
        assert_eq!(read(0.25, ExcelDateTimeType::TimeDelta), "06:00:00");
        // What no calendar has stays the number that it is.
        assert_eq!(read(1e300, ExcelDateTimeType::DateTime), number(1e300));
        assert_eq!(read(-1.0, ExcelDateTimeType::DateTime), "-1");
    }
}
