//! Helpers for Scala text.

/// Whether a character may be part of an identifier.
#[must_use]
pub fn is_name(character: char) -> bool {
    character.is_alphanumeric() || character == '_' || character == '$'
}

/// The positions of a whole word in a text.
pub fn words<'a>(text: &'a str, word: &'a str) -> impl Iterator<Item = usize> + 'a {
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(move |at| !text[..*at].ends_with(is_name) && !text[at + word.len()..].starts_with(is_name))
}

/// Whether a text contains a whole word.
#[must_use]
pub fn has_word(text: &str, word: &str) -> bool {
    words(text, word).next().is_some()
}

/// Replaces everything except line breaks with spaces, so that line numbers stay unchanged.
#[must_use]
pub fn blank(text: &str) -> String {
    text.chars().map(|character| if character == '\n' { '\n' } else { ' ' }).collect()
}

/// The end of the bracketed group at the start of the text; `None` if it is not closed. The text must be
/// masked.
#[must_use]
pub fn group_end(masked: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, character) in masked.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Splits a text at commas outside of brackets. `masked` is the same text, masked.
#[must_use]
pub fn by_commas<'a>(text: &'a str, masked: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut depth = 0_i32;
    let mut begin = 0;
    for (at, character) in masked.char_indices() {
        match character {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    parts.push(text[begin..].trim());
    parts
}
