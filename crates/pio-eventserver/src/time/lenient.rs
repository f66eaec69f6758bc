//! The time in a filter: any ISO 8601 form that Joda-Time's `dateTimeParser` takes. What is missing is zero, and UTC.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc, Weekday};

use crate::time::offset;
use crate::time::scan::{Scan, moment};

/// Reads a time of a filter.
pub(crate) fn parse(text: &str) -> Option<DateTime<Utc>> {
    let mut scan = Scan::new(text);
    let mut millis = 0;
    let mut zone = FixedOffset::east_opt(0)?;
    let date = if scan.literal(b'T').is_some() {
        millis = time(&mut scan)?;
        zone = optional_offset(&mut scan)?;
        NaiveDate::from_ymd_opt(1970, 1, 1)?
    } else {
        let date = date(&mut scan)?;
        if scan.literal(b'T').is_some() {
            millis = if scan.digit_count(1) > 0 { time(&mut scan)? } else { 0 };
            zone = optional_offset(&mut scan)?;
        }
        date
    };
    if !scan.rest.is_empty() {
        return None;
    }
    moment(date, millis, zone).map(|moment| moment.to_utc())
}

fn optional_offset(scan: &mut Scan<'_>) -> Option<FixedOffset> {
    if scan.rest.is_empty() { FixedOffset::east_opt(0) } else { offset::take(scan) }
}

/// The form that takes most of the text wins.
fn date(scan: &mut Scan<'_>) -> Option<NaiveDate> {
    let forms = [calendar_date(*scan), week_date(*scan), ordinal_date(*scan)];
    let (rest, date) = forms.into_iter().flatten().min_by_key(|(rest, _)| rest.rest.len())?;
    *scan = rest;
    date
}

/// `yyyy`, `yyyy-MM` or `yyyy-MM-dd`. The date inside is `None` where it does not exist.
fn calendar_date(mut scan: Scan<'_>) -> Option<(Scan<'_>, Option<NaiveDate>)> {
    let year = scan.year()?;
    let month = part(&mut scan, 2).unwrap_or(1);
    let day = if scan.rest.is_empty() { 1 } else { part(&mut scan, 2).unwrap_or(1) };
    Some((scan, NaiveDate::from_ymd_opt(year, month, day)))
}

/// `xxxx-Www` or `xxxx-Www-e`.
fn week_date(mut scan: Scan<'_>) -> Option<(Scan<'_>, Option<NaiveDate>)> {
    let year = scan.year()?;
    scan.literal(b'-')?;
    scan.literal(b'W')?;
    let week = u32::try_from(scan.digits(2)?).ok()?;
    let day = part(&mut scan, 1).map_or(Some(Weekday::Mon), weekday);
    Some((scan, day.and_then(|day| NaiveDate::from_isoywd_opt(year, week, day))))
}

fn weekday(number: u32) -> Option<Weekday> {
    Weekday::try_from(u8::try_from(number.checked_sub(1)?).ok()?).ok()
}

/// `yyyy-DDD`.
fn ordinal_date(mut scan: Scan<'_>) -> Option<(Scan<'_>, Option<NaiveDate>)> {
    let year = scan.year()?;
    let day = part(&mut scan, 3)?;
    Some((scan, NaiveDate::from_yo_opt(year, day)))
}

/// A hyphen and one to `limit` digits; takes nothing where they are not there.
fn part(scan: &mut Scan<'_>, limit: usize) -> Option<u32> {
    let mut ahead = *scan;
    ahead.literal(b'-')?;
    let number = ahead.digits(limit)?;
    *scan = ahead;
    u32::try_from(number).ok()
}

/// `HH`, `HH:mm` or `HH:mm:ss`, the last with a fraction or none; as milliseconds of the day.
fn time(scan: &mut Scan<'_>) -> Option<i64> {
    let mut millis = 0;
    let mut unit = 3_600_000;
    let mut most = 23;
    loop {
        millis += i64::from(scan.number(2, 0..=most)?) * unit;
        let mut ahead = *scan;
        if ahead.any_of(b".,").is_some() {
            if let Some(fraction) = ahead.fraction(unit) {
                *scan = ahead;
                millis += fraction;
            }
            return Some(millis);
        }
        if unit == 1000 || ahead.literal(b':').is_none() || ahead.digit_count(1) == 0 {
            return Some(millis);
        }
        *scan = ahead;
        unit /= 60;
        most = 59;
    }
}
