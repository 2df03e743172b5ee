//! Lines of a terminal: at most 100 columns wide, but for what is there to be copied.

use std::fmt::Write as _;

use anstyle::Style;
use textwrap::core::display_width;
use unicode_truncate::UnicodeTruncateStr as _;

use super::super::safe::line;
use crate::report::style::{FAINT, STRONG, paint};

/// The widest line.
const WIDTH: usize = 100;
/// The width of a bar.
const BAR: usize = 20;
/// How wide the name of a fact is.
const NAME: usize = 8;
/// What stands under the text of a fact.
pub(super) const UNDER_FACT: &str = "            ";

/// The columns of a text.
pub(super) fn width(text: &str) -> usize {
    display_width(text)
}

/// The text, cut so that it is at most so wide, with a sign that it was cut.
pub(super) fn cut(text: &str, most: usize) -> String {
    if width(text) <= most {
        return text.to_owned();
    }
    let (kept, _) = text.unicode_truncate(most.saturating_sub(3));
    format!("{kept}...")
}

/// The text, filled with blanks or cut, so that it is exactly so wide.
pub(super) fn padded(text: &str, exactly: usize) -> String {
    let text = cut(text, exactly);
    let blanks = exactly.saturating_sub(width(&text));
    text + &" ".repeat(blanks)
}

/// A bar that is full only where all is there.
pub(super) fn bar(done: usize, of: usize) -> String {
    let full = (done * BAR).checked_div(of).unwrap_or(0);
    format!("[{}{}]", "#".repeat(full), ".".repeat(BAR - full))
}

/// A text that grows line by line.
#[derive(Default)]
pub(super) struct Page(String);

impl Page {
    pub fn into_text(self) -> String {
        self.0
    }

    pub fn blank(&mut self) {
        self.0.push('\n');
    }

    /// Text that ends its own lines.
    pub fn text(&mut self, text: &str) {
        self.0.push_str(text);
    }

    /// A text behind its beginning, wrapped; what does not fit stands under the beginning's end.
    pub fn wrapped(&mut self, begin: &str, text: &str) {
        let indent = " ".repeat(width(begin));
        let style = if begin.trim().is_empty() { Style::new() } else { STRONG };
        self.put(begin, style, &indent, text);
    }

    /// The same with an indent that does not depend on how long the beginning is.
    pub fn wrapped_under(&mut self, begin: &str, text: &str) {
        let indent = " ".repeat(width(begin).min(UNDER_FACT.len()));
        self.put(begin, Style::new(), &indent, text);
    }

    /// A section's row: its name, a bar, how many passed, and which did not.
    pub fn row(&mut self, name: &str, style: Style, passed: usize, of: usize, named: &str) {
        // Where nothing could pass there is nothing to draw.
        let score = if of == 0 { "-".to_owned() } else { format!("{passed} of {of}") };
        let bar = if of == 0 { " ".repeat(BAR + 2) } else { bar(passed, of) };
        let begin = format!("  {name}  {bar}  {score:<8}  ");
        let rest = cut(&line(named), WIDTH.saturating_sub(width(&begin)));
        let _ = writeln!(self.0, "  {}  {}  {score:<8}  {rest}", paint(STRONG, name), paint(style, bar));
        self.trim_end();
    }

    /// What comes now, in a line of its own.
    pub fn title(&mut self, text: &str) {
        let _ = writeln!(self.0, "\n{}", paint(STRONG, text));
    }

    /// A case in full.
    pub fn heading(&mut self, style: Style, word: &str, id: &str, about: &str) {
        self.blank();
        self.named(style, word, id, about);
    }

    /// A case, or a bug, among others.
    pub fn item(&mut self, style: Style, id: &str, about: &str) {
        self.named(style, "", id, about);
    }

    fn named(&mut self, style: Style, word: &str, id: &str, about: &str) {
        let id = cut(&line(id), 60);
        let space = if word.is_empty() { "" } else { " " };
        let begin = width(word) + width(space) + width(&id) + 2;
        let (word_style, id_style) =
            if word.is_empty() { (Style::new(), style) } else { (style.bold(), STRONG) };
        let _ = write!(self.0, "{}{space}{}  ", paint(word_style, word), paint(id_style, id));
        let blank = " ".repeat(begin);
        for (place, piece) in wrap(about, &blank, UNDER_FACT).into_iter().enumerate() {
            let piece = if place == 0 { piece.get(begin..).unwrap_or_default() } else { &piece };
            let _ = writeln!(self.0, "{piece}");
        }
    }

    /// A name and what there is to say; nothing where there is nothing.
    pub fn fact(&mut self, name: &str, text: &str) {
        if !text.trim().is_empty() {
            self.put(&format!("  {name:<NAME$}  "), FAINT, UNDER_FACT, text);
        }
    }

    /// A command to copy: its lines are not wrapped.
    pub fn command(&mut self, name: &str, text: &str) {
        for (place, line) in text.lines().enumerate() {
            let name =
                if place == 0 { paint(FAINT, format!("  {name:<NAME$}  ")) } else { UNDER_FACT.to_owned() };
            let _ = writeln!(self.0, "{name}{line}");
        }
    }

    /// Lines to copy.
    pub fn verbatim(&mut self, indent: &str, text: &str) {
        for line in text.lines() {
            let _ = writeln!(self.0, "{indent}{line}");
            self.trim_end();
        }
    }

    fn put(&mut self, begin: &str, style: Style, indent: &str, text: &str) {
        let lines = wrap(text, &" ".repeat(width(begin)), indent);
        for (place, line) in lines.into_iter().enumerate() {
            let _ = match (place, line.get(width(begin)..)) {
                (0, Some(rest)) => writeln!(self.0, "{}{rest}", paint(style, begin)),
                _ => writeln!(self.0, "{line}"),
            };
        }
    }

    fn trim_end(&mut self) {
        let length = self.0.trim_end().len();
        self.0.truncate(length);
        self.0.push('\n');
    }
}

/// The lines of a text, the first behind `first` and the others behind `rest`.
fn wrap(text: &str, first: &str, rest: &str) -> Vec<String> {
    let options = textwrap::Options::new(WIDTH)
        .initial_indent(first)
        .subsequent_indent(rest)
        .wrap_algorithm(textwrap::WrapAlgorithm::FirstFit);
    textwrap::wrap(&line(text), options).into_iter().map(std::borrow::Cow::into_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wide_is_cut_between_characters() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abc...");
        assert_eq!(cut("日本語日本語", 8), "日本...");
        assert_eq!(padded("日本", 6), "日本  ");
        let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}".repeat(4);
        assert_eq!(cut(&family, 6), "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}...");
    }

    #[test]
    fn a_bar_is_full_only_where_all_is_there() {
        assert_eq!(bar(3, 3), "[####################]");
        assert_eq!(bar(99, 100), "[###################.]");
        assert_eq!(bar(0, 0), "[....................]");
    }

    proptest::proptest! {
        #[test]
        fn no_line_is_wider_than_a_terminal(text: String, begin in "[a-z]{0,20}") {
            let mut page = Page::default();
            let text = super::super::super::safe::visible(&text);
            page.wrapped(&begin, &text);
            page.fact("hint", &text);
            page.item(STRONG, &text, &text);
            for line in anstream::adapter::strip_str(&page.into_text()).to_string().lines() {
                proptest::prop_assert!(width(line) <= WIDTH, "{line:?}");
            }
        }
    }
}
