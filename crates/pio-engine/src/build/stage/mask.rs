//! Scala text in which comments and the insides of strings are blanked, so that plain searching finds only code.

/// The text with every character of comments and strings replaced by a space; offsets and lines stay what
/// they are. Of the quotes only the opening ones stay.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (kept, hidden) = token(rest, character);
        let (shown, after) = rest.split_at(kept);
        let (blank, after) = after.split_at(hidden);
        masked.push_str(shown);
        hide(blank, &mut masked);
        rest = after;
    }
    masked
}

/// How many bytes of code come first, and how many after them are to be hidden.
fn token(rest: &str, character: char) -> (usize, usize) {
    if rest.starts_with("//") {
        return (0, rest.find('\n').unwrap_or(rest.len()));
    }
    if rest.starts_with("/*") {
        return (0, comment_end(rest));
    }
    if let Some(inner) = rest.strip_prefix("\"\"\"") {
        return (3, inner.find("\"\"\"").map_or(inner.len(), |at| at + 3));
    }
    match character {
        '"' => (1, string_end(&rest[1..])),
        '\'' => (1, char_end(&rest[1..])),
        _ => (character.len_utf8(), 0),
    }
}

/// Scala's comments nest.
fn comment_end(rest: &str) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at < rest.len() {
        if rest[at..].starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest[at..].starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            at += rest[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    rest.len()
}

/// The length of a string's inside with its closing quote; a line's end ends it too.
fn string_end(inside: &str) -> usize {
    let mut escaped = false;
    for (at, character) in inside.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return at + 1,
            '\n' => return at,
            _ => {}
        }
    }
    inside.len()
}

/// The inside of a character literal such as `'{'`, with its closing quote; nothing for a symbol such as `'name`.
fn char_end(inside: &str) -> usize {
    let mut characters = inside.char_indices();
    match (characters.next(), characters.next(), characters.next()) {
        (Some((_, '\\')), Some(_), Some((at, '\''))) => at + 1,
        (Some((_, first)), Some((at, '\'')), _) if first != '\\' => at + 1,
        _ => 0,
    }
}

fn hide(text: &str, masked: &mut String) {
    for character in text.chars() {
        if character == '\n' {
            masked.push('\n');
        } else {
            (0..character.len_utf8()).for_each(|_| masked.push(' '));
        }
    }
}
