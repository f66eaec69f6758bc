//! Strings: from their quoted form and back.

use std::borrow::Cow;

use crate::Syntax;

/// Reads the string whose opening quote ends at `start`; gives it and the place behind its closing quote.
pub(crate) fn unquote(text: &str, start: usize) -> Result<(Cow<'_, str>, usize), Syntax> {
    let bytes = &text.as_bytes()[start..];
    let plain = bytes.iter().position(|byte| matches!(byte, b'"' | b'\\')).ok_or(Syntax::String)?;
    if bytes[plain] == b'"' {
        return Ok((Cow::Borrowed(&text[start..start + plain]), start + plain + 1));
    }
    let mut value = String::from(&text[start..start + plain]);
    let end = unescape(text, start + plain, &mut value)?;
    Ok((Cow::Owned(value), end))
}

/// Goes on at a backslash; gives the place behind the closing quote.
fn unescape(text: &str, mut at: usize, value: &mut String) -> Result<usize, Syntax> {
    loop {
        let rest = &text[at..];
        let plain = rest.find(['"', '\\']).ok_or(Syntax::String)?;
        value.push_str(&rest[..plain]);
        at += plain + 1;
        if rest.as_bytes()[plain] == b'"' {
            return Ok(at);
        }
        let escaped = text[at..].chars().next().ok_or(Syntax::String)?;
        at += escaped.len_utf8();
        match escaped {
            '"' | '\\' | '/' => value.push(escaped),
            'b' => value.push('\u{8}'),
            'f' => value.push('\u{c}'),
            'n' => value.push('\n'),
            'r' => value.push('\r'),
            't' => value.push('\t'),
            'u' => at = unicode(text, at, value)?,
            // json4s keeps the backslash of an unknown escape and drops the character.
            _ => value.push('\\'),
        }
    }
}

/// Reads the four digits at `at`, and the second half of a surrogate pair with them; half a pair alone becomes U+FFFD.
fn unicode(text: &str, at: usize, value: &mut String) -> Result<usize, Syntax> {
    let first = four_digits(text, at)?;
    if !(0xd800..0xdc00).contains(&first) {
        value.push(char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER));
        return Ok(at + 4);
    }
    if text[at + 4..].starts_with("\\u") {
        let second = four_digits(text, at + 6)?;
        if (0xdc00..0xe000).contains(&second) {
            let code = 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
            value.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
            return Ok(at + 10);
        }
    }
    value.push(char::REPLACEMENT_CHARACTER);
    Ok(at + 4)
}

fn four_digits(text: &str, at: usize) -> Result<u32, Syntax> {
    let digits = text.get(at..at + 4).ok_or(Syntax::String)?;
    if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Err(Syntax::String);
    }
    u32::from_str_radix(digits, 16).map_err(|_| Syntax::String)
}

/// Appends `value` as a JSON string.
pub fn quote(value: &str, out: &mut String) {
    out.push('"');
    let mut from = 0;
    for (at, byte) in value.bytes().enumerate() {
        if byte >= b' ' && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.push_str(&value[from..at]);
        from = at + 1;
        escape(byte, out);
    }
    out.push_str(&value[from..]);
    out.push('"');
}

fn escape(byte: u8, out: &mut String) {
    let short = match byte {
        b'"' => '"',
        b'\\' => '\\',
        0x8 => 'b',
        0xc => 'f',
        b'\n' => 'n',
        b'\r' => 'r',
        b'\t' => 't',
        _ => {
            const DIGITS: &[u8; 16] = b"0123456789abcdef";
            out.push_str("\\u00");
            out.push(char::from(DIGITS[usize::from(byte >> 4)]));
            out.push(char::from(DIGITS[usize::from(byte & 0xf)]));
            return;
        }
    };
    out.push('\\');
    out.push(short);
}
