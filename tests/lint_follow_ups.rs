//! What could not be read of a file is told, and nothing that only follows from it: whoever mends it finds no other error
//! gone.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::Path;

use wms_sim::scenario::compile::Options;
use wms_sim::scenario::file::{self, Source};
use wms_sim::scenario::library;

/// Words of what is said about order and bounds.
const FOLLOW_UPS: &[&str] = &[
    "cannot happen",
    "has not happened on every way",
    "does not happen in this scenario",
    "window never opens",
    "is the limit",
    "has no event",
];

/// The words of a text: where each begins, and how long it is.
fn words(text: &str) -> Vec<(usize, usize)> {
    let is_word = |c: char| c.is_ascii_alphanumeric() || "_-.%".contains(c);
    let mut words = Vec::new();
    let mut begin = None;
    for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
        match (begin, is_word(c)) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                words.push((start, at - start));
                begin = None;
            }
            _ => {}
        }
    }
    words
}

/// A good scenario with one word that cannot be read. Says how often it could not.
fn check(name: &str, text: &str) -> usize {
    let stem = Some(name.to_owned());
    let mut count = 0;
    for (begin, length) in words(text) {
        let word = &text[begin..begin + length];
        let slip = format!("{word}{}", &word[word.len() - 1..]);
        for wrong in ["BANANA", "banana", slip.as_str(), "[]", "{ banana: 1 }", ""] {
            let broken = [&text[..begin], wrong, &text[begin + length..]].concat();
            let source = Source::new("broken.yaml", broken.clone(), stem.clone());
            let Err(found) = library::load(&source, &Options::default()) else { continue };
            // What reads well and breaks the rules is another matter.
            if reads(&source) {
                continue;
            }
            count += 1;
            for diagnostic in &found {
                let follows = FOLLOW_UPS.iter().any(|text| diagnostic.message.contains(text));
                assert!(!follows, "{name}: '{word}' as '{wrong}': {}\n{broken}", diagnostic.message);
            }
        }
    }
    count
}

fn reads(source: &Source) -> bool {
    file::read(source).1.is_empty()
}

#[test]
fn a_word_that_cannot_be_read_makes_no_other_error() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut count = 0;
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "yaml") {
            count += check(path.file_stem().unwrap().to_str().unwrap(), &fs::read_to_string(&path).unwrap());
        }
    }
    assert!(count > 5000, "{count}");
}
