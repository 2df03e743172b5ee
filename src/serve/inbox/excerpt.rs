//! Repeating a little of what was received.

/// The longest text of a request that a finding repeats, in bytes.
const EXCERPT: usize = 80;

/// The text, cut where it is too long to repeat. What a terminal would obey is shown as an escape.
pub(super) fn excerpt(text: &str) -> String {
    let mut end = text.len().min(EXCERPT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let mut out = String::with_capacity(end + 3);
    for character in text[..end].chars() {
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    if end < text.len() {
        out.push('…');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn excerpts_are_short_and_harmless() {
        assert_eq!(excerpt("a\u{1b}[31m"), "a\\u{1b}[31m");
        let long = excerpt(&"é".repeat(1000));
        assert!(long.len() <= EXCERPT + '…'.len_utf8() && long.ends_with('…'));
    }
}
