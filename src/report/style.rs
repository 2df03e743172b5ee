//! The few styles that texts use. Nothing is said by style alone.

use std::fmt::Display;

use anstyle::{AnsiColor, Style};

use crate::protocol::code::Severity;

/// Something that went well.
pub const GOOD: Style = AnsiColor::Green.on_default();
/// Something that needs a look.
pub const WARN: Style = AnsiColor::Yellow.on_default();
/// Something that went wrong.
pub const BAD: Style = AnsiColor::Red.on_default();
/// Something less important.
pub const FAINT: Style = Style::new().dimmed();
/// Something to find again.
pub const STRONG: Style = Style::new().bold();

/// The text in a style.
pub fn paint(style: Style, text: impl Display) -> String {
    format!("{style}{text}{style:#}")
}

/// The style of an event's severity.
pub const fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Info => Style::new(),
        Severity::Warn => WARN,
        Severity::Error => BAD,
    }
}

/// Text from elsewhere, on one line, with nothing in it that a terminal would obey, and at most `most` characters.
pub fn harmless(text: &str, most: usize) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == most {
            out.push_str("...");
            break;
        }
        match character {
            '\n' | '\r' | '\t' => out.push(' '),
            // Marks that change the direction of text can hide what stands there.
            '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
                out.push('?')
            }
            control if control.is_control() => out.push('?'),
            plain => out.push(plain),
        }
    }
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_elsewhere_is_harmless() {
        assert_eq!(harmless("a\u{1b}[31mb\r\nc\u{202e}d\0 ", 100), "a?[31mb  c?d?");
        assert_eq!(harmless("abcdef", 3), "abc...");
    }
}
