//! The ways in which the same string is written in JSON.

use std::fmt::Write as _;

use smallvec::SmallVec;

use super::reason::Reason;
use super::tree::{Node, Text};

/// Characters beyond ASCII.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wide {
    /// As UTF-8.
    Raw,
    /// `\u00e9`
    Lower,
    /// `\u00E9`
    Upper,
}

/// How strings are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Escapes {
    wide: Wide,
    /// `/` as `\/`
    slash: bool,
    /// `<`, `>`, `&` and the line separators of Unicode as `\u003c` and so on.
    html: bool,
}

/// What occurs in the strings of a body, and so which ways of writing them differ.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Facts {
    wide_raw: bool,
    wide_escaped: bool,
    lower: bool,
    upper: bool,
    slash_raw: bool,
    slash_escaped: bool,
    html_raw: bool,
    html_escaped: bool,
}

impl Facts {
    /// Looks at every string.
    pub(super) fn of(node: &Node<'_>) -> Self {
        let mut facts = Self::default();
        node.visit(&mut |text| facts.look_at(text.raw), &mut |_| {});
        facts
    }

    fn look_at(&mut self, raw: &str) {
        let mut characters = raw.chars();
        while let Some(character) = characters.next() {
            match character {
                '\\' => match characters.next() {
                    Some('/') => self.slash_escaped = true,
                    Some('u') => {
                        let digits: String = characters.by_ref().take(4).collect();
                        self.look_at_escape(&digits);
                    }
                    _ => {}
                },
                '/' => self.slash_raw = true,
                '<' | '>' | '&' => self.html_raw = true,
                _ if !character.is_ascii() => self.wide_raw = true,
                _ => {}
            }
        }
    }

    fn look_at_escape(&mut self, digits: &str) {
        let code = u32::from_str_radix(digits, 16).unwrap_or(0);
        self.wide_escaped |= code >= 0x7f;
        self.html_escaped |= matches!(code, 0x3c | 0x3e | 0x26);
        self.lower |= digits.bytes().any(|digit| digit.is_ascii_lowercase());
        self.upper |= digits.bytes().any(|digit| digit.is_ascii_uppercase());
    }

    /// The ways of writing that can differ here.
    pub(super) fn ways(&self) -> Vec<Escapes> {
        let wides: &[Wide] = if self.wide_raw || self.wide_escaped {
            &[Wide::Raw, Wide::Lower, Wide::Upper]
        } else {
            &[Wide::Raw]
        };
        let either = |matters| if matters { &[false, true][..] } else { &[false][..] };
        let mut ways = Vec::new();
        for wide in wides {
            for slash in either(self.slash_raw || self.slash_escaped) {
                for html in either(self.html_raw || self.html_escaped) {
                    ways.push(Escapes { wide: *wide, slash: *slash, html: *html });
                }
            }
        }
        ways
    }

    /// What a way of writing changes.
    pub(super) fn reasons(&self, way: Escapes) -> SmallVec<[Reason; 4]> {
        let mut reasons = SmallVec::new();
        let case = self.wide_escaped || self.html_escaped;
        for (applies, reason) in [
            (way.wide == Wide::Raw && self.wide_escaped, Reason::SignedUtf8),
            (way.wide != Wide::Raw && self.wide_raw, Reason::SignedAscii),
            (way.wide == Wide::Upper && (self.lower || !case), Reason::SignedUpperCaseEscapes),
            (way.wide == Wide::Lower && self.upper, Reason::SignedLowerCaseEscapes),
            (way.slash && self.slash_raw, Reason::SignedWithSlashEscapes),
            (!way.slash && self.slash_escaped, Reason::SignedWithoutSlashEscapes),
            (way.html && self.html_raw, Reason::SignedWithHtmlEscapes),
            (!way.html && self.html_escaped, Reason::SignedWithoutHtmlEscapes),
        ] {
            if applies {
                reasons.push(reason);
            }
        }
        if reasons.is_empty() {
            reasons.push(Reason::SignedUsualEscapes);
        }
        reasons
    }
}

impl Escapes {
    /// Only what JSON demands.
    pub(super) const RAW: Self = Self { wide: Wide::Raw, slash: false, html: false };
    /// Everything beyond ASCII too.
    pub(super) const ASCII: Self = Self { wide: Wide::Lower, slash: false, html: false };

    /// Appends the string, with its quotes.
    pub(super) fn write(self, out: &mut String, text: &Text<'_>) {
        let Some(says) = &text.says else {
            out.push_str(text.raw);
            return;
        };
        out.push('"');
        for character in says.chars() {
            match character {
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                '\r' => out.push_str("\\r"),
                '\t' => out.push_str("\\t"),
                '\u{8}' => out.push_str("\\b"),
                '\u{c}' => out.push_str("\\f"),
                '/' if self.slash => out.push_str("\\/"),
                '<' | '>' | '&' | '\u{2028}' | '\u{2029}' if self.html => self.escape(out, character),
                '\0'..'\u{20}' => self.escape(out, character),
                '\u{7f}'.. if self.wide != Wide::Raw => self.escape(out, character),
                plain => out.push(plain),
            }
        }
        out.push('"');
    }

    fn escape(self, out: &mut String, character: char) {
        for unit in character.encode_utf16(&mut [0; 2]) {
            // Writing to a String cannot fail.
            let _ = match self.wide {
                Wide::Upper => write!(out, "\\u{unit:04X}"),
                _ => write!(out, "\\u{unit:04x}"),
            };
        }
    }
}
