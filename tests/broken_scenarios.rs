//! Every broken file of `tests/broken`, and what is said about it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on fails")]

use std::fs;
use std::path::{Path, PathBuf};

use wms_sim::scenario::compile::Options;
use wms_sim::scenario::diagnostic::render;
use wms_sim::scenario::file::{Source, mix};
use wms_sim::scenario::library;

/// What is said about a file: the rendered diagnostics.
fn diagnose(path: &Path) -> String {
    let bytes = fs::read(path).unwrap();
    let shown = format!("tests/broken/{}", path.file_name().unwrap().to_str().unwrap());
    diagnose_bytes(&shown, &stem(path), &bytes)
}

fn diagnose_bytes(shown: &str, stem: &str, bytes: &[u8]) -> String {
    let stem_of_file = Some(stem.to_owned());
    let (source, diagnostics) = if stem.starts_with("mix-") {
        let (source, _, diagnostics) = mix::read_bytes(shown, bytes, stem_of_file);
        (source, diagnostics)
    } else {
        let (source, undecoded) = Source::from_bytes(shown, bytes, stem_of_file);
        if undecoded.is_empty() {
            let found = match library::load(&source, &Options::default()) {
                Ok((_, found)) | Err(found) => found,
            };
            (source, found)
        } else {
            (source, undecoded)
        }
    };
    render(&source, &diagnostics, false)
}

fn stem(path: &Path) -> String {
    path.file_stem().unwrap().to_str().unwrap().to_owned()
}

fn broken_files() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/broken");
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

#[test]
fn every_broken_file_is_explained() {
    let mut count = 0;
    let mut failures = Vec::new();
    for path in broken_files() {
        let said = diagnose(&path);
        let name = stem(&path);
        if said.is_empty() {
            failures.push(format!("{name}: nothing is said"));
            continue;
        }
        count += 1;
        let snapshot = std::panic::catch_unwind(|| {
            insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
                insta::assert_snapshot!(name.clone(), said);
            });
        });
        if snapshot.is_err() {
            failures.push(format!("{name}: the snapshot differs"));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(count > 100);
}

#[test]
fn a_file_beyond_the_limit_is_refused_by_size() {
    let text = format!("# {}\n", "x".repeat(1 << 20));
    let said = diagnose_bytes("large.yaml", "large", text.as_bytes());
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!("generated-too-large", said);
    });
}

#[test]
fn deep_nesting_is_refused_and_harms_no_stack() {
    let brackets = format!("steps: {}", "[".repeat(500_000));
    let dashes = format!("steps:\n  {}", "- ".repeat(300_000));
    let level = |level: usize| {
        let indent = " ".repeat(level * 4);
        format!("{indent}- maybe: 50%\n{indent}  steps:\n")
    };
    let levels: String = (0..40).map(level).collect();
    let lists =
        format!("name: n\ntitle: t\noutcome: completed\nsteps:\n{levels}{}- LOW_SNR\n", " ".repeat(160));
    for (name, text) in [("brackets", brackets), ("dashes", dashes), ("step-lists", lists)] {
        let said = diagnose_bytes("deep.yaml", "n", text.as_bytes());
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(format!("generated-deep-{name}"), said);
        });
    }
}
