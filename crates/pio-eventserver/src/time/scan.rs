//! Reading the parts of a time from left to right, the way Joda-Time does.

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, TimeDelta};

/// A place in a text.
#[derive(Clone, Copy)]
pub(crate) struct Scan<'a> {
    pub(crate) rest: &'a [u8],
}

impl<'a> Scan<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text.as_bytes() }
    }

    /// Takes one of `expected`, whose letters are upper case; the text's may be either.
    pub(crate) fn any_of(&mut self, expected: &[u8]) -> Option<u8> {
        let byte = self.rest.first()?.to_ascii_uppercase();
        if !expected.contains(&byte) {
            return None;
        }
        self.rest = &self.rest[1..];
        Some(byte)
    }

    /// Takes one character.
    pub(crate) fn literal(&mut self, expected: u8) -> Option<()> {
        self.any_of(&[expected]).map(|_| ())
    }

    /// How many digits follow, at most `limit`.
    pub(crate) fn digit_count(&self, limit: usize) -> usize {
        self.rest.iter().take(limit).take_while(|byte| byte.is_ascii_digit()).count()
    }

    /// Takes one to `limit` digits; `limit` is at most 9.
    pub(crate) fn digits(&mut self, limit: usize) -> Option<i32> {
        let count = self.digit_count(limit);
        if count == 0 {
            return None;
        }
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        Some(digits.iter().fold(0, |value, digit| value * 10 + i32::from(digit - b'0')))
    }

    /// Takes one to `limit` digits that make a number in `range`.
    pub(crate) fn number(&mut self, limit: usize, range: std::ops::RangeInclusive<i32>) -> Option<i32> {
        self.digits(limit).filter(|value| range.contains(value))
    }

    /// Takes a year: a sign may stand before it.
    pub(crate) fn year(&mut self) -> Option<i32> {
        let sign = self.any_of(b"+-");
        self.digits(9).map(|year| if sign == Some(b'-') { -year } else { year })
    }

    /// Takes one to nine digits of a fraction of `unit` milliseconds.
    pub(crate) fn fraction(&mut self, unit: i64) -> Option<i64> {
        let count = self.digit_count(9);
        let value = i64::from(self.digits(9)?);
        Some(value * unit / 10_i64.pow(u32::try_from(count).ok()?))
    }
}

/// Puts date, milliseconds of the day and offset together; `None` where the date is out of what PostgreSQL can store.
pub(crate) fn moment(
    date: NaiveDate,
    millis_of_day: i64,
    offset: FixedOffset,
) -> Option<DateTime<FixedOffset>> {
    let local = NaiveDateTime::from(date).checked_add_signed(TimeDelta::milliseconds(millis_of_day))?;
    let moment = local.and_local_timezone(offset).single()?;
    let year = chrono::Datelike::year(&moment.to_utc());
    (-4712..=294_275).contains(&year).then_some(moment)
}
