//! The time of an event: `yyyy-MM-ddTHH:mm:ss`, a fraction of a second or none, and an offset.

use chrono::{DateTime, FixedOffset, NaiveDate};

use crate::time::offset;
use crate::time::scan::{Scan, moment};

/// Reads the time of an event. The offset is kept.
pub(crate) fn parse(text: &str) -> Option<DateTime<FixedOffset>> {
    let mut scan = Scan::new(text);
    let year = scan.year()?;
    scan.literal(b'-')?;
    let month = scan.number(2, 1..=12)?;
    scan.literal(b'-')?;
    let day = scan.number(2, 1..=31)?;
    let date = NaiveDate::from_ymd_opt(year, u32::try_from(month).ok()?, u32::try_from(day).ok()?)?;
    scan.literal(b'T')?;
    let hour = scan.number(2, 0..=23)?;
    scan.literal(b':')?;
    let minute = scan.number(2, 0..=59)?;
    scan.literal(b':')?;
    let second = scan.number(2, 0..=59)?;
    let fraction = if scan.literal(b'.').is_some() { scan.fraction(1000)? } else { 0 };
    let offset = offset::take(&mut scan)?;
    if !scan.rest.is_empty() {
        return None;
    }
    moment(date, i64::from((hour * 60 + minute) * 60 + second) * 1000 + fraction, offset)
}
