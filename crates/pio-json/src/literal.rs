//! Numbers in the form in which PIO stored them: integers of any length as they are, all others as Java prints a double.

use std::fmt::Write as _;

use crate::number::{self, NumberError};

use crate::Syntax;

/// Whether a number that was appended can be stored. Whoever knows its field refuses it.
pub type Checked = Result<(), NumberError>;

/// Appends an integer without its plus sign and leading zeros.
///
/// # Errors
/// It is no number.
pub fn integer(literal: &str, out: &mut String) -> Result<Checked, Syntax> {
    let (sign, digits) = match literal.as_bytes().first() {
        Some(b'-') => ("-", &literal[1..]),
        Some(b'+') => ("", &literal[1..]),
        _ => ("", literal),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Syntax::Number);
    }
    let significant = digits.trim_start_matches('0');
    if significant.is_empty() {
        out.push('0');
    } else {
        out.push_str(sign);
        out.push_str(significant);
    }
    Ok(number::check(literal))
}

/// Appends a number that has a point or an exponent, as `Double.toString` prints it; one beyond a double as `null`.
///
/// # Errors
/// It is no number.
pub fn double(literal: &str, out: &mut String) -> Result<Checked, Syntax> {
    let value: f64 = literal.parse().map_err(|_| Syntax::Number)?;
    if value.is_finite() {
        write_double(value, out);
    } else {
        out.push_str("null");
    }
    Ok(number::check(literal))
}

fn write_double(value: f64, out: &mut String) {
    let size = value.abs();
    if size == 0.0 {
        out.push_str("0.0");
        return;
    }
    let start = out.len();
    if (1e-3..1e7).contains(&size) {
        let _ = write!(out, "{value}");
        if !out[start..].contains('.') {
            out.push_str(".0");
        }
        return;
    }
    let _ = write!(out, "{value:e}");
    let exponent = out[start..].find('e').map_or(out.len(), |at| start + at);
    let has_point = out[start..exponent].contains('.');
    out.replace_range(exponent..=exponent, if has_point { "E" } else { ".0E" });
}
