//! The words that messages are made of.

/// The most characters of a file that a message repeats.
const LONGEST_QUOTE: usize = 40;

/// A piece of the file as a message shows it: in quotes, on one line, not too long.
pub(super) fn quote(text: &str) -> String {
    let mut shown: String = text.chars().take(LONGEST_QUOTE).flat_map(shown_char).collect();
    if text.chars().nth(LONGEST_QUOTE).is_some() {
        shown.push('…');
    }
    format!("`{shown}`")
}

/// Line ends and other invisible characters are written as escapes.
fn shown_char(c: char) -> impl Iterator<Item = char> {
    let escaped = c.is_control().then(|| c.escape_default());
    let plain = escaped.is_none().then_some(c);
    escaped.into_iter().flatten().chain(plain)
}

/// "`a`, `b` or `c`". For words of ours only: they are not shortened.
pub(super) fn one_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    list(words, "or")
}

/// "`a`, `b` and `c`", likewise.
pub(super) fn all_of<'a>(words: impl IntoIterator<Item = &'a str>) -> String {
    list(words, "and")
}

fn list<'a>(words: impl IntoIterator<Item = &'a str>, last: &str) -> String {
    let mut words: Vec<String> = words.into_iter().map(|word| format!("`{word}`")).collect();
    match words.pop() {
        Some(end) if words.is_empty() => end,
        Some(end) => format!("{} {last} {end}", words.join(", ")),
        None => String::new(),
    }
}

/// The known word that looks most like `text`, if any is near enough to be meant.
pub(super) fn nearest<'k>(text: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    // The measure takes time in proportion to the product of both lengths; no slip is that long.
    if text.len() > 64 {
        return None;
    }
    let text = text.to_lowercase();
    known
        .into_iter()
        .map(|word| (strsim::jaro_winkler(&text, word), word))
        .filter(|(likeness, _)| *likeness > 0.78)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, word)| word)
}

/// `Some Name` as `some-name`.
pub(super) fn kebab(text: &str) -> String {
    let mut kebab = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            kebab.push(c.to_ascii_lowercase());
        } else if !kebab.is_empty() && !kebab.ends_with('-') {
            kebab.push('-');
        }
    }
    kebab.trim_end_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_are_one_short_line() {
        assert_eq!(quote("a\n\u{1b}b"), "`a\\n\\u{1b}b`");
        assert_eq!(quote(&"x".repeat(100)).chars().count(), 43);
    }

    #[test]
    fn nearest_finds_slips_only() {
        assert_eq!(nearest("titel", ["title", "name"]), Some("title"));
        assert_eq!(nearest("Steps", ["title", "steps"]), Some("steps"));
        assert_eq!(nearest("color", ["title", "name", "steps"]), None);
    }

    #[test]
    fn kebab_joins_words() {
        assert_eq!(kebab("  My Own_scenario! "), "my-own-scenario");
    }
}
