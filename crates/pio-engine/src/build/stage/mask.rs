//! Masks comments and string contents in Scala text, so that a plain search finds only code.

/// Replaces every character of comments with a space and of strings with a quote. Offsets and lines are
/// unchanged.
#[must_use]
pub fn mask(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(character) = rest.chars().next() {
        let (length, filler) = token(rest, character);
        let (token, after) = rest.split_at(length);
        match filler {
            Some(filler) => hide(token, filler, &mut masked),
            None => masked.push_str(token),
        }
        rest = after;
    }
    masked
}

/// Returns the length of the first token, and its replacement if it is not code.
fn token(rest: &str, character: char) -> (usize, Option<char>) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), Some(' '));
    }
    if rest.starts_with("/*") {
        return (comment_end(rest), Some(' '));
    }
    if let Some(inner) = rest.strip_prefix("\"\"\"") {
        return (3 + inner.find("\"\"\"").map_or(inner.len(), |at| at + 3), Some('"'));
    }
    match character {
        '"' => (1 + string_end(&rest[1..]), Some('"')),
        '\'' => (1 + char_end(&rest[1..]), Some('"')),
        _ => (character.len_utf8(), None),
    }
}

/// Finds the end of a comment. Scala's comments nest.
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

/// The length of a string's content with the closing quote. A line break also ends it.
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

/// The length of a character literal's content such as `'{'`, with the closing quote; `None` for a symbol
/// such as `'name`.
fn char_end(inside: &str) -> usize {
    let mut characters = inside.char_indices();
    match (characters.next(), characters.next(), characters.next()) {
        (Some((_, '\\')), Some(_), Some((at, '\''))) => at + 1,
        (Some((_, first)), Some((at, '\'')), _) if first != '\\' => at + 1,
        _ => 0,
    }
}

fn hide(text: &str, filler: char, masked: &mut String) {
    for character in text.chars() {
        if character == '\n' {
            masked.push('\n');
        } else {
            (0..character.len_utf8()).for_each(|_| masked.push(filler));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::mask;

    #[test]
    fn comments_and_strings_are_blanked() {
        assert_eq!(mask("a // b\nc"), "a     \nc");
        assert_eq!(mask("a /* b /* c */ d */ e"), "a                   e");
        assert_eq!(mask(r#"x := "a \" b" + y"#), r#"x := """""""" + y"#);
        assert_eq!(mask("\"\"\"a\n\"b\"\"\" c"), "\"\"\"\"\n\"\"\"\"\" c");
        assert_eq!(mask("'{' 'sym '\\'' }"), "\"\"\" \"sym \"\"\"\" }");
    }

    #[test]
    fn offsets_stay() {
        let text = "\"é\" + x";
        assert_eq!(mask(text).len(), text.len());
    }
}
