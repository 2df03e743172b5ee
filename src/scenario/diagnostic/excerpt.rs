//! The lines of a file that a diagnostic shows, made safe for a terminal.

use std::ops::Range;

/// A line longer than this is shown in part.
const LONGEST_LINE: usize = 100;
/// How much of a long line is shown ahead of the place.
const LEAD: usize = 40;

/// A message or help that repeats more of the file than this is cut.
const LONGEST_TEXT: usize = 400;

/// The places at which a text's lines begin.
pub(super) struct Lines<'t> {
    text: &'t str,
    starts: Vec<usize>,
}

/// A place as people count: both from 1, columns in characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Position {
    pub(super) line: usize,
    pub(super) column: usize,
}

/// Neighbouring lines, and where in them the labels stand.
pub(super) struct Excerpt {
    /// The number of the first line.
    pub(super) first_line: usize,
    /// The lines, without control characters.
    pub(super) text: String,
    /// Byte ranges of `text`, one for each place that was asked for.
    pub(super) places: Vec<Range<usize>>,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(place, _)| place + 1);
        Self { text, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The line, counted from 0, on which a byte stands.
    pub(super) fn line_of(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start <= place).saturating_sub(1)
    }

    pub(super) fn position(&self, place: usize) -> Position {
        let line = self.line_of(place);
        let before = self.text.get(self.start_of(line)..place).unwrap_or_default();
        Position { line: line + 1, column: before.chars().count() + 1 }
    }

    /// The byte at which a line's visible text begins: a byte order mark is not shown.
    fn start_of(&self, line: usize) -> usize {
        let start = self.starts.get(line).copied().unwrap_or(self.text.len());
        let mark = self.text[start..].starts_with('\u{feff}') && start == 0;
        if mark { '\u{feff}'.len_utf8() } else { start }
    }

    /// The bytes of a line, without its end.
    fn bytes_of(&self, line: usize) -> Range<usize> {
        let start = self.start_of(line);
        let end = self.starts.get(line + 1).copied().unwrap_or(self.text.len()).max(start);
        let shown = self.text[start..end].trim_end_matches(['\n', '\r']).len();
        start..start + shown
    }

    /// The lines from one to another, both counted from 0, and the given places in them. A place that goes on over
    /// several lines is shown on its first.
    pub(super) fn excerpt(&self, lines: std::ops::RangeInclusive<usize>, places: &[Range<usize>]) -> Excerpt {
        let first_line = lines.start() + 1;
        let mut excerpt = Excerpt { first_line, text: String::new(), places: vec![0..0; places.len()] };
        for line in lines {
            let bytes = self.bytes_of(line);
            let here: Vec<(usize, Range<usize>)> = places
                .iter()
                .enumerate()
                .filter(|(_, place)| self.line_of(place.start) == line)
                .map(|(number, place)| {
                    let start = place.start.clamp(bytes.start, bytes.end);
                    (number, start..place.end.clamp(start, bytes.end))
                })
                .collect();
            let wanted = here.iter().map(|(_, place)| place.start).min().unwrap_or(bytes.start);
            let window = self.window(bytes, wanted);
            self.append(&mut excerpt, &window, &here);
        }
        excerpt
    }

    /// The part of a line that is shown: all of it, or what is around a place.
    fn window(&self, line: Range<usize>, place: usize) -> Range<usize> {
        let text = &self.text[line.clone()];
        if text.chars().nth(LONGEST_LINE).is_none() {
            return line;
        }
        let before = &self.text[line.start..place];
        let start = before.char_indices().rev().nth(LEAD).map_or(line.start, |(byte, _)| line.start + byte);
        let length = self.text[start..line.end]
            .char_indices()
            .nth(LONGEST_LINE)
            .map_or(line.end - start, |(byte, _)| byte);
        start..start + length
    }

    fn append(&self, excerpt: &mut Excerpt, window: &Range<usize>, here: &[(usize, Range<usize>)]) {
        let whole = self.bytes_of(self.line_of(window.start));
        if window.start > whole.start {
            excerpt.text.push('…');
        }
        for (offset, c) in self.text[window.clone()].char_indices() {
            let byte = window.start + offset;
            let before = excerpt.text.len();
            push_visible(&mut excerpt.text, c);
            for (number, place) in here {
                if place.start == byte {
                    excerpt.places[*number] = before..before;
                }
                if (place.start..place.end.max(place.start + 1)).contains(&byte) {
                    excerpt.places[*number].end = excerpt.text.len();
                }
            }
        }
        for (number, place) in here {
            if place.start >= window.end {
                excerpt.places[*number] = excerpt.text.len()..excerpt.text.len();
            }
        }
        if window.end < whole.end {
            excerpt.text.push('…');
        }
        excerpt.text.push('\n');
    }
}

/// A text on one line, without anything that a terminal would act on, and not endless.
pub(super) fn visible(text: &str) -> String {
    let mut shown = String::new();
    for c in text.chars().take(LONGEST_TEXT) {
        match c {
            '\t' => shown.push(' '),
            _ => push_visible(&mut shown, c),
        }
    }
    if text.chars().nth(LONGEST_TEXT).is_some() {
        shown.push('…');
    }
    shown
}

fn push_visible(shown: &mut String, c: char) {
    let harmful = c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    if harmful && c != '\t' {
        shown.extend(c.escape_default());
    } else {
        shown.push(c);
    }
}
