//! Diagnostics as text for people: file, line, column, the line itself, a caret, and what to do.

use std::fmt::Write as _;

use annotate_snippets::{Annotation, AnnotationKind, Group, Level as Title, Origin, Renderer, Snippet};

use super::excerpt::{Excerpt, Lines, Position, visible};
use super::{Diagnostic, Label, Level};
use crate::scenario::file::source::Source;

/// The most diagnostics that are written out; beyond them only the count helps.
const MOST: usize = 200;
/// Lines between two labels that are shown along with them; beyond that the labels get an excerpt each.
const NEAR: usize = 3;
/// Lines of the file are cut to this width.
const WIDTH: usize = 120;

/// Renders the diagnostics of a file in the order of their places, and a last line that counts them. No diagnostics
/// are an empty text.
pub fn render(source: &Source, diagnostics: &[Diagnostic], color: bool) -> String {
    if diagnostics.is_empty() {
        return String::new();
    }
    let renderer = if color { Renderer::styled() } else { Renderer::plain() }.term_width(WIDTH);
    let lines = Lines::new(&source.text);
    let name = visible(&source.name);
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort_by_key(|diagnostic| diagnostic.labels.first().map(|label| label.span.start));
    let mut text = String::new();
    for diagnostic in sorted.iter().take(MOST) {
        text.push_str(&one(diagnostic, &name, &lines, &renderer));
        text.push_str("\n\n");
    }
    if let Some(more) = sorted.len().checked_sub(MOST).filter(|more| *more > 0) {
        let _ = writeln!(text, "... and {more} more, not shown here");
    }
    text.push_str(&summary(diagnostics));
    text.push('\n');
    text
}

/// `2 errors, 1 warning`.
fn summary(diagnostics: &[Diagnostic]) -> String {
    let count = |level: Level, word: &str| {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.level == level).count();
        let plural = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{count} {word}{plural}"))
    };
    let counts: Vec<String> =
        [count(Level::Error, "error"), count(Level::Warning, "warning")].into_iter().flatten().collect();
    counts.join(", ")
}

fn one(diagnostic: &Diagnostic, name: &str, lines: &Lines<'_>, renderer: &Renderer) -> String {
    let title = match diagnostic.level {
        Level::Error => Title::ERROR,
        Level::Warning => Title::WARNING,
    };
    let mut group = Group::with_title(title.primary_title(visible(&diagnostic.message)));
    if diagnostic.labels.is_empty() {
        group = group.element(Origin::path(name));
    }
    let mut columns = Vec::new();
    for (number, labels) in neighbours(&diagnostic.labels, lines).into_iter().enumerate() {
        let (snippet, excerpt_place) = snippet(&labels, number == 0, lines);
        columns.push((excerpt_place, lines.position(labels[0].span.start)));
        group = group.element(snippet.path(name));
    }
    for help in diagnostic.help.iter().flat_map(|help| help.lines()) {
        group = group.element(Title::HELP.message(visible(help)));
    }
    // The renderer counts columns in the excerpt; where that is only a part of the line, or holds escapes, the
    // file's own column is another one.
    columns.into_iter().filter(|(shown, real)| shown != real).fold(
        renderer.render(&[group]),
        |text, (shown, real)| {
            let place = |at: Position| format!("{name}:{}:{}", at.line, at.column);
            text.replacen(&place(shown), &place(real), 1)
        },
    )
}

/// The labels, those that stand near each other together. The first of the first is the place itself.
fn neighbours<'d>(labels: &'d [Label], lines: &Lines<'_>) -> Vec<Vec<&'d Label>> {
    let mut groups: Vec<Vec<&Label>> = Vec::new();
    for label in labels {
        let line = lines.line_of(label.span.start);
        let near = |other: &&Label| lines.line_of(other.span.start).abs_diff(line) <= NEAR;
        match groups.iter_mut().find(|group| group.iter().any(near)) {
            Some(group) => group.push(label),
            None => groups.push(vec![label]),
        }
    }
    groups
}

/// The lines of some labels, and where the first of the labels is in what is shown of its line.
fn snippet<'a>(
    labels: &[&Label],
    primary: bool,
    lines: &Lines<'_>,
) -> (Snippet<'a, Annotation<'a>>, Position) {
    let on = || labels.iter().map(|label| lines.line_of(label.span.start));
    let (first, last) = (on().min().unwrap_or_default(), on().max().unwrap_or_default());
    let spans: Vec<_> = labels.iter().map(|label| label.span.clone()).collect();
    let Excerpt { first_line, text, places } = lines.excerpt(first..=last, &spans);
    let line_start = text[..places[0].start].rfind('\n').map_or(0, |end| end + 1);
    let column = text[line_start..places[0].start].chars().count() + 1;
    let position = Position { line: lines.line_of(spans[0].start) + 1, column };
    let annotations = labels.iter().zip(places).enumerate().map(|(number, (label, place))| {
        let kind = if primary && number == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        let words = Some(visible(&label.text)).filter(|words| !words.is_empty());
        kind.span(place).label(words)
    });
    let annotations: Vec<_> = annotations.collect();
    (Snippet::source(text).line_start(first_line).annotations(annotations), position)
}
