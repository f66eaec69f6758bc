//! The offset at the end of a time.

use chrono::FixedOffset;

use crate::time::scan::Scan;

/// Takes `Z`, `+hh`, `+hhmm`, `+hh:mm` and the forms with seconds; thousandths of a second are read and dropped.
pub(crate) fn take(scan: &mut Scan<'_>) -> Option<FixedOffset> {
    let sign = match scan.any_of(b"Z+-")? {
        b'Z' => return FixedOffset::east_opt(0),
        b'-' => -1,
        _ => 1,
    };
    let seconds = two_digits(scan, 23)? * 3600 + minutes_and_seconds(scan)?;
    FixedOffset::east_opt(sign * seconds)
}

/// What may follow the hours; nothing is zero.
fn minutes_and_seconds(scan: &mut Scan<'_>) -> Option<i32> {
    let separated = scan.literal(b':').is_some();
    if !separated && scan.digit_count(1) == 0 {
        return Some(0);
    }
    let minutes = two_digits(scan, 59)? * 60;
    if separated && scan.literal(b':').is_none() || !separated && scan.digit_count(1) == 0 {
        return Some(minutes);
    }
    let seconds = two_digits(scan, 59)?;
    if !separated && scan.digit_count(1) > 0 || separated && scan.any_of(b".,").is_some() {
        scan.digits(3)?;
    }
    Some(minutes + seconds)
}

fn two_digits(scan: &mut Scan<'_>, most: i32) -> Option<i32> {
    if scan.digit_count(2) < 2 {
        return None;
    }
    scan.number(2, 0..=most)
}
