//! What the YAML parser stumbled over, in words that say what to do.

use super::words::quote;
use crate::scenario::diagnostic::Diagnostic;

/// Part of what the parser says, what we say, and what to do.
type Case = (&'static str, &'static str, &'static str);

/// The first that fits counts.
const CASES: &[Case] = &[
    ("directive", "a line that begins with `%` is a directive", "put a value that begins with `%` in quotes"),
    (
        "line in block scalar",
        "this line is indented less than the text that it belongs to",
        "indent it as the first",
    ),
    ("tab", "a tab where only spaces may stand", "indent with spaces"),
    ("valid YAML whitespace", "a tab after a `:`", "put a space there"),
    (
        "block scalar",
        "a text block that begins wrongly",
        "write `|` or `>` alone, and the text indented below it",
    ),
    (
        "mapping values are not allowed",
        "a `:` that does not fit here",
        "check the indentation; a value that holds `: ` needs quotes",
    ),
    ("illegal placement of ':'", "a `:` that does not fit here", "a value that holds `: ` needs quotes"),
    (
        "did not find expected key",
        "this line does not fit the mapping above",
        "the keys of one mapping begin in one column, and so do the `- ` of one list",
    ),
    (
        "simple key",
        "this is not a `key: value`",
        "write a `:` and a space after the key, and check the indentation",
    ),
    ("expected ',' or '}'", "a `{` that is not closed, or a comma that is missing", "close it with `}`"),
    ("expected ',' or ']'", "a `[` that is not closed, or a comma that is missing", "close it with `]`"),
    ("misplaced bracket", "a closing bracket that was not opened", "remove it, or open it before"),
    ("unexpected end of stream", "a quote that is not closed", "close it with the same sign"),
    ("unexpected document indicator", "a quote that is not closed", "close it with the same sign"),
    ("trailing content", "text after a closing quote", "put all of the value between the quotes"),
    (
        "unknown escape",
        "a `\\` that begins no escape",
        "write `\\\\` for a backslash, or put the value in single quotes",
    ),
    ("hexadecimal number", "an escape with too few digits", "write \\xNN, \\uNNNN or \\UNNNNNNNN"),
    ("Unicode character escape", "an escape that is no Unicode character", "write another one"),
    ("unknown anchor", "an alias for an anchor that is not above", "set it first, as in `&name value`"),
    (
        "anchor or alias",
        "an anchor or alias without a name",
        "put a value that begins with `&` or `*` in quotes",
    ),
    (
        "'-' indicator",
        "this line does not fit the list above",
        "align it with the keys of its entry, or begin an entry with `- ` in the list's column",
    ),
    (
        "block sequence entries",
        "a `-` that does not fit here",
        "put the list on lines of its own, below its key",
    ),
    ("starts with '-'", "a value that begins with `-`", "put it in quotes"),
    ("cannot start with '-'", "a value that begins with `-`", "put it in quotes"),
    (
        "in quoted scalar",
        "a quote that is not closed, or a line in quotes that is not indented",
        "close it with the same sign",
    ),
    (
        "invalid indentation",
        "this line is indented in a way that fits nothing above",
        "align it with its siblings",
    ),
    (
        "node content",
        "a value is missing here, or a bracket or comma too many",
        "remove it, or write the value",
    ),
    ("unprintable", "a control character", "remove it, or write it as an escape in double quotes"),
    ("recursion limit", "brackets are nested too deep", "move inner steps into `fragments`"),
    ("byte order mark", "a byte order mark inside the file", "remove this invisible character"),
    ("comment", "a comment in the middle of a value", "put a space before the `#`, or the value in quotes"),
    ("handle wasn't declared", "a tag that is not known", "leave it out: values need no tag"),
    ("tag", "a tag that is not well-formed", "put a value that begins with `!` in quotes"),
    ("document end marker", "text after the end of the document", "remove it"),
    ("unexpected eof", "the file ends too early", "write what is missing"),
    ("document start", "text after the end of the document", "remove it; a file holds one document"),
];

/// A diagnostic for what the parser says about a place.
pub(super) fn explain(text: &str, place: usize, info: &str, opener: Option<usize>) -> Diagnostic {
    // A line that fits nothing above and begins with a tab fits nothing because of it.
    let tabbed = info.contains("expected key") && tab(text, place).is_some_and(|tab| tab < place);
    let info = if tabbed { "tab" } else { info };
    let place = match info {
        _ if info.contains("expect ':'") => line_before(text, place),
        _ if info.contains("tab") || info.contains("valid YAML whitespace") => {
            tab(text, place).unwrap_or(place)
        }
        _ => place,
    };
    let (place, shown) = visible(text, place);
    if let Some(c) = info.strip_prefix("unexpected character: `").and_then(|rest| rest.chars().next()) {
        return Diagnostic::error(format!("a value cannot begin with {}", quote(&c.to_string())), place, "")
            .help(match c {
                '%' => "a percentage is written `15%`; any other value goes in quotes",
                _ => "put the value in quotes",
            });
    }
    let case = CASES.iter().find(|(part, _, _)| info.contains(part));
    let (message, help) =
        case.map_or(("this is not YAML", "check indentation, quotes and brackets"), |c| (c.1, c.2));
    let mut diagnostic =
        Diagnostic::error(message, place.clone(), if shown { "" } else { "the file ends here" });
    // Where a bracket was opened matters to what is missing.
    let missing = info.contains("expected ','");
    let bracket = opener.filter(|&at| missing && at < place.start && text[at..].starts_with(['{', '[']));
    if let Some(at) = bracket {
        diagnostic = diagnostic.also(at..at + 1, "opened here");
    }
    diagnostic.help(help)
}

/// The begin of the last line with something on it that ends before a place: that a key has no `:` shows only on the
/// line after it.
fn line_before(text: &str, place: usize) -> usize {
    let mut start = 0;
    let mut found = place;
    for line in text[..place].split_inclusive('\n') {
        let bare = line.trim();
        if line.ends_with('\n') && !bare.is_empty() && !bare.starts_with('#') {
            found = start + (line.len() - line.trim_start().len());
        }
        start += line.len();
    }
    found
}

/// The tab that is meant: the parser may stop behind it, or where the value ends that stands on a line before it.
fn tab(text: &str, place: usize) -> Option<usize> {
    if text[..place].ends_with('\t') {
        return Some(text[..place].trim_end_matches('\t').len());
    }
    let mut start = text[..place].rfind('\n').map_or(0, |end| end + 1);
    for line in text[start..].split_inclusive('\n') {
        let blanks = &line[..line.len() - line.trim_start().len()];
        if let Some(at) = blanks.find('\t').filter(|_| !line.trim().is_empty()) {
            return Some(start + at);
        }
        start += line.len();
    }
    None
}

/// The character at a place, or the last one where the file ends.
fn visible(text: &str, place: usize) -> (std::ops::Range<usize>, bool) {
    if let Some(c) = text[place..].chars().next() {
        return (place..place + c.len_utf8(), true);
    }
    let text = text.trim_end();
    let start = text.char_indices().next_back().map_or(0, |(start, _)| start);
    (start..text.len(), false)
}
