//! Moments as people write them on a command line, and as they read them.

use chrono::{DateTime, Local, NaiveDate, NaiveDateTime, NaiveTime, TimeZone};

/// A moment from the command line, in milliseconds since 1970: `2026-11-22T14:30+02:00`, or without an
/// offset the time on the wall, with or without seconds, or a day alone.
pub fn parse(text: &str) -> Result<i64, String> {
    if let Ok(moment) = DateTime::parse_from_rfc3339(text) {
        return Ok(moment.timestamp_millis());
    }
    if let Ok(moment) = DateTime::parse_from_str(text, "%Y-%m-%dT%H:%M%:z") {
        return Ok(moment.timestamp_millis());
    }
    let on_the_wall = ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
        .iter()
        .find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let day = || {
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .map(|day| day.and_time(NaiveTime::MIN))
    };
    on_the_wall
        .or_else(day)
        .and_then(|moment| Local.from_local_datetime(&moment).earliest())
        .map(|moment| moment.timestamp_millis())
        .ok_or_else(|| "a moment is written 2026-11-22T14:30, with an offset behind it or without".to_owned())
}

/// Date and time on the wall here, to the minute.
pub fn shown(millis: i64) -> String {
    DateTime::from_timestamp_millis(millis)
        .map(|moment| moment.with_timezone(&Local).format("%Y-%m-%d %H:%M").to_string())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_people_write() {
        for (text, millis) in [
            ("2026-11-22T14:30:00Z", 1_795_357_800_000),
            ("2026-11-22T14:30:00.5+02:00", 1_795_350_600_500),
            ("2026-11-22T14:30+02:00", 1_795_350_600_000),
        ] {
            assert_eq!(parse(text), Ok(millis), "{text}");
        }
        let on_the_wall = parse("2026-11-22T14:30").unwrap();
        assert_eq!(shown(on_the_wall), "2026-11-22 14:30");
        assert_eq!(parse("2026-11-22 14:30"), Ok(on_the_wall));
        assert_eq!(parse("2026-11-22T14:30:00"), Ok(on_the_wall));
        assert_eq!(shown(parse("2026-11-22").unwrap()), "2026-11-22 00:00");
    }

    #[test]
    fn says_what_is_no_moment() {
        for text in ["", "yesterday", "2026-02-30", "22.11.2026", "2026-11-22T25:00"] {
            assert!(parse(text).is_err(), "{text}");
        }
        assert_eq!(shown(i64::MAX), "");
    }
}
