//! Times as PIO keeps them: the instant in UTC, and beside it the name of the zone in which it was given.

use chrono::{DateTime, FixedOffset, NaiveDateTime, Offset as _, TimeZone as _, Timelike as _, Utc};
use chrono_tz::Tz;

/// An instant, cut to the milliseconds that PIO knows.
#[must_use]
pub fn in_milliseconds(time: DateTime<FixedOffset>) -> DateTime<FixedOffset> {
    let millis = time.nanosecond() / 1_000_000;
    time.with_nanosecond(millis * 1_000_000).unwrap_or(time)
}

/// The name of the time's zone: `UTC`, or `+09:00`.
#[must_use]
pub fn name(time: &DateTime<FixedOffset>) -> String {
    let seconds = time.offset().local_minus_utc();
    if seconds == 0 {
        return "UTC".to_owned();
    }
    let (sign, ahead) = if seconds < 0 { ('-', -seconds) } else { ('+', seconds) };
    let (hours, minutes, rest) = (ahead / 3600, ahead / 60 % 60, ahead % 60);
    match rest {
        0 => format!("{sign}{hours:02}:{minutes:02}"),
        _ => format!("{sign}{hours:02}:{minutes:02}:{rest:02}"),
    }
}

/// The time of an instant in the zone of this name: an offset, or a region as servers in other zones than UTC wrote it.
/// The instant counts; a zone that nobody knows is taken for UTC.
#[must_use]
pub fn restore(instant: NaiveDateTime, zone: &str) -> DateTime<FixedOffset> {
    let offset = match offset(zone) {
        Some(offset) => offset,
        None => zone.parse::<Tz>().map_or(Utc.fix(), |zone| zone.offset_from_utc_datetime(&instant).fix()),
    };
    offset.from_utc_datetime(&instant)
}

/// The offset that a name such as `+09:00` or `-03:30:15` means.
fn offset(name: &str) -> Option<FixedOffset> {
    let (sign, digits) = match name.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let mut seconds = 0;
    for (part, unit) in digits.splitn(3, ':').zip([3600, 60, 1]) {
        // Fractions of seconds, which Joda's zones may have, are beyond what anybody uses.
        seconds += part.split('.').next()?.parse::<u16>().ok().map(i32::from)? * unit;
    }
    FixedOffset::east_opt(sign * seconds)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, NaiveDate};

    use super::{in_milliseconds, name, restore};

    #[test]
    fn a_time_survives_as_instant_and_zone() {
        for text in
            ["2014-11-22T10:00:00.000+09:00", "2014-11-21T01:04:14.716Z", "1969-12-31T23:59:59.999-03:30"]
        {
            let time = DateTime::parse_from_rfc3339(text).unwrap();
            let restored = restore(time.naive_utc(), &name(&time));
            assert_eq!((restored, restored.offset()), (time, time.offset()), "{text}");
        }
    }

    #[test]
    fn regions_are_understood_with_their_summer_time() {
        let noon = |month| NaiveDate::from_ymd_opt(2015, month, 1).unwrap().and_hms_opt(12, 0, 0).unwrap();
        assert_eq!(restore(noon(1), "America/Los_Angeles").to_rfc3339(), "2015-01-01T04:00:00-08:00");
        assert_eq!(restore(noon(7), "America/Los_Angeles").to_rfc3339(), "2015-07-01T05:00:00-07:00");
        assert_eq!(restore(noon(7), "Etc/UTC").to_rfc3339(), "2015-07-01T12:00:00+00:00");
        assert_eq!(restore(noon(7), "nowhere").to_rfc3339(), "2015-07-01T12:00:00+00:00");
    }

    #[test]
    fn microseconds_are_cut_off_before_1970_too() {
        let time = DateTime::parse_from_rfc3339("1969-12-31T23:59:59.999999Z").unwrap();
        assert_eq!(in_milliseconds(time).to_rfc3339(), "1969-12-31T23:59:59.999+00:00");
    }
}
