//! Printing times.

use std::fmt::Write as _;

use chrono::{DateTime, Datelike, FixedOffset, Timelike};

/// Appends `yyyy-MM-ddTHH:mm:ss.SSS` and the offset, which is `Z` where it is zero.
pub(crate) fn write(time: &DateTime<FixedOffset>, out: &mut String) {
    let year = time.year();
    if (0..=9999).contains(&year) {
        let year = year.unsigned_abs();
        pair(year / 100, out);
        pair(year, out);
    } else {
        let sign = if year < 0 { "-" } else { "" };
        let _ = write!(out, "{sign}{:04}", year.unsigned_abs());
    }
    for (before, number) in [
        ('-', time.month()),
        ('-', time.day()),
        ('T', time.hour()),
        (':', time.minute()),
        (':', time.second()),
    ] {
        out.push(before);
        pair(number, out);
    }
    out.push('.');
    let millis = time.timestamp_subsec_millis().min(999);
    out.push(char::from(b'0' + u8::try_from(millis / 100).unwrap_or(9)));
    pair(millis, out);
    offset(time.offset().local_minus_utc(), out);
}

fn offset(seconds: i32, out: &mut String) {
    if seconds == 0 {
        out.push('Z');
        return;
    }
    out.push(if seconds < 0 { '-' } else { '+' });
    let seconds = seconds.unsigned_abs();
    pair(seconds / 3600, out);
    out.push(':');
    pair(seconds / 60 % 60, out);
    if !seconds.is_multiple_of(60) {
        out.push(':');
        pair(seconds % 60, out);
    }
}

/// The last two digits.
fn pair(number: u32, out: &mut String) {
    out.push(char::from(b'0' + u8::try_from(number / 10 % 10).unwrap_or(0)));
    out.push(char::from(b'0' + u8::try_from(number % 10).unwrap_or(0)));
}
