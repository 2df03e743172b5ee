//! Whatever a file holds, the reader comes back with places that are in it, and the renderer with safe text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

#[path = "common/cases.rs"]
mod cases;

use std::fs;
use std::path::Path;

use cases::cases;
use proptest::prelude::*;
use proptest::sample::Index;
use wms_sim::scenario::diagnostic::{Diagnostic, render};
use wms_sim::scenario::file::types::{ScenarioFile, Span, Spanned, Step};
use wms_sim::scenario::file::yaml::{self, Kind, Node};
use wms_sim::scenario::file::{self, Source, mix};

fn check(text: &str) {
    let (root, diagnostics) = yaml::parse(text);
    if let Some(root) = &root {
        check_node(root, text);
    }
    check_diagnostics(&diagnostics, text);
    let source = Source::new("arbitrary.yaml", text, Some("arbitrary".to_owned()));
    let (read, diagnostics) = file::read(&source);
    check_diagnostics(&diagnostics, text);
    if let Some(read) = read {
        check_file(&read, text);
    }
    for color in [false, true] {
        check_rendered(&render(&source, &diagnostics, color), color);
    }
    let (_, diagnostics) = mix::read(&source);
    check_diagnostics(&diagnostics, text);
}

fn check_span(span: &Span, text: &str) {
    assert!(text.get(span.clone()).is_some(), "{span:?} is not within the text of {} bytes", text.len());
}

fn check_node(node: &Node, text: &str) {
    check_span(&node.span, text);
    match &node.kind {
        Kind::Scalar(_) => {}
        Kind::List(items) => {
            for item in items {
                check_node(item, text);
            }
        }
        Kind::Map(pairs) => {
            for node in pairs.iter().flat_map(|(key, value)| [key, value]) {
                check_node(node, text);
            }
        }
    }
}

fn check_file(file: &ScenarioFile, text: &str) {
    check_span(&file.name.span, text);
    check_span(&file.title.span, text);
    check_span(&file.outcome.span, text);
    file.steps.iter().for_each(|step| check_step(step, text));
    for (name, steps) in &file.fragments {
        check_span(&name.span, text);
        for step in steps {
            check_step(step, text);
        }
    }
}

fn check_step(step: &Spanned<Step>, text: &str) {
    check_span(&step.span, text);
    match &step.value {
        Step::Event(event) => check_span(&event.code.span, text),
        Step::Use(name) => check_span(&name.span, text),
        Step::Choose(branches) => {
            branches.iter().flat_map(|branch| &branch.steps).for_each(|step| check_step(step, text));
        }
        Step::Maybe { steps, .. } | Step::Lost(steps) => steps.iter().for_each(|step| check_step(step, text)),
        Step::Wait(gap) => check_span(&gap.span, text),
        Step::Reload => {}
    }
}

fn check_diagnostics(diagnostics: &[Diagnostic], text: &str) {
    for diagnostic in diagnostics {
        assert!(!diagnostic.message.is_empty());
        for label in &diagnostic.labels {
            check_span(&label.span, text);
        }
    }
}

/// Nothing in it moves the cursor, clears the screen or reverses the line.
fn check_rendered(rendered: &str, color: bool) {
    let harmful = |c: char| {
        (c.is_control() && c != '\n' && !(color && c == '\u{1b}')) || ('\u{202a}'..='\u{202e}').contains(&c)
    };
    assert!(!rendered.contains(harmful), "{rendered:?}");
}

fn valid_texts() -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests");
    [
        "valid/every-feature.yaml",
        "valid/anchors-and-tags.yaml",
        "valid/json.json",
        "broken/everything-at-once.yaml",
    ]
    .map(|name| fs::read_to_string(folder.join(name)).unwrap())
    .to_vec()
}

/// Pieces that mean something to YAML, to the format, or to a terminal.
const PIECES: &[&str] = &[
    "\n",
    "\r\n",
    "\r",
    " ",
    "  ",
    "\t",
    "- ",
    ": ",
    ":",
    "? ",
    "{",
    "}",
    "[",
    "]",
    ",",
    "\"",
    "'",
    "|\n",
    ">-\n",
    "#",
    " #",
    "&a ",
    "*a",
    "!!str ",
    "!x ",
    "%",
    "@",
    "`",
    "---\n",
    "...\n",
    "\u{feff}",
    "\0",
    "\u{1b}[2J",
    "\u{9b}",
    "\u{202e}",
    "±",
    "測",
    "🙂",
    "\u{85}",
    "\u{2028}",
    "<<: ",
    "steps:",
    "name: a",
    "event: ",
    "after: ",
    "5s",
    "5s ±4",
    "normal(5s, ",
    "4s..",
    "..",
    "15%",
    "WMS_LOADED",
    "1e999",
    ".inf",
    "99999999999999999999",
    "\\x",
    "\\u12",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(400), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_text(text in any::<String>()) {
        check(&text);
    }

    #[test]
    fn text_of_meaningful_pieces(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..40)) {
        check(&pieces.concat());
    }

    #[test]
    fn valid_files_with_a_few_changes(
        file in prop::sample::select(valid_texts()),
        changes in prop::collection::vec((any::<Index>(), 0..12_usize, prop::sample::select(PIECES)), 1..6),
    ) {
        let mut text = file;
        for (place, removed, piece) in changes {
            let places: Vec<usize> = text.char_indices().map(|(place, _)| place).collect();
            let number = place.index(places.len().max(1));
            let start = places.get(number).copied().unwrap_or(0);
            let end = places.get(number + removed).copied().unwrap_or(text.len());
            text.replace_range(start..end, piece);
        }
        check(&text);
    }

    #[test]
    fn arbitrary_bytes(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let (source, _, diagnostics) = file::read_bytes("arbitrary", &bytes, None);
        check_diagnostics(&diagnostics, &source.text);
        check_rendered(&render(&source, &diagnostics, false), false);
    }
}
