//! Every report of a check, word for word, and what no text from elsewhere may do to it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test that cannot go on fails")]

mod fixture;

use fixture::{HOSTILE, all, check};
use wms_sim::outcome::check::journal::{self, Recorded};
use wms_sim::report::check::{Format, json, text};

fn seen(name: &str, report: &str) {
    let mut settings = insta::Settings::clone_current();
    settings.set_prepend_module_to_snapshot(false);
    settings.set_omit_expression(true);
    settings.set_snapshot_path("../snapshots/check_reports");
    settings.bind(|| insta::assert_snapshot!(name, report));
}

fn plain(text: &str) -> String {
    anstream::adapter::strip_str(text).to_string()
}

#[test]
fn reports() {
    for (name, check) in all() {
        seen(&format!("{name}-text"), &plain(&text::human(&check)));
        for format in Format::ALL {
            let report = format.render(&check).unwrap();
            assert!(report.starts_with(format.begin()), "{format}");
            assert!(report.ends_with('\n'), "{format}");
            // A page is looked at; one of them is enough to see what changes.
            if format != Format::Html || name == "good" {
                seen(&format!("{name}-{format}"), &report);
            }
        }
    }
}

#[test]
fn a_terminal_obeys_nothing_that_came_from_elsewhere() {
    for (_, check) in all() {
        let text = plain(&text::human(&check));
        // What is left after the styles of our own are gone.
        assert!(!text.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{text:?}");
        assert!(!text.contains('\u{202e}') && !text.contains('\u{200f}'));
        for line in text.lines().filter(|line| !line.contains("wms-sim check '") && !line.contains("curl")) {
            let hostile = line.contains("alert(1)");
            assert!(hostile || textwrap::core::display_width(line) <= 100, "{line}");
        }
    }
}

#[test]
fn nothing_is_said_by_colour_alone() {
    let text = plain(&text::human(&check()));
    for word in ["FAIL ", "FLAKY ", "STALE ", "ERROR ", "FAILED"] {
        assert!(text.contains(word), "{word}");
    }
}

#[test]
fn json_is_as_the_schema_says_and_hides_nothing() {
    let schema = json::schema();
    jsonschema::draft202012::meta::validate(&schema).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    for (name, check) in all() {
        let value: serde_json::Value = serde_json::from_str(&json::report(&check).unwrap()).unwrap();
        let errors: Vec<String> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
        assert!(errors.is_empty(), "{name}: {errors:?}");
        assert_eq!(serde_json::from_value::<wms_sim::outcome::check::Check>(value).unwrap(), check);
    }
    let mut value: serde_json::Value = serde_json::from_str(&json::report(&check()).unwrap()).unwrap();
    assert_eq!(value["cases"][9]["actual"], HOSTILE);
    for (key, wrong) in [("verdict", "passed"), ("level", "must")] {
        let right = std::mem::replace(&mut value["cases"][0][key], wrong.into());
        assert!(!validator.is_valid(&value), "{key}: {wrong}");
        value["cases"][0][key] = right;
    }
    assert!(validator.is_valid(&value));
    value["cases"][0].as_object_mut().unwrap().remove("hint");
    assert!(!validator.is_valid(&value));
}

#[test]
fn a_journal_gives_the_same_reports() {
    for (name, check) in all() {
        let mut recorded = Recorded::default();
        let cases = check.cases.iter().enumerate().map(|(place, case)| journal::case_line(place, case));
        let end = journal::end_line(&check.diagnosis, &check.ending);
        for line in std::iter::once(journal::setup_line(&check.setup)).chain(cases).chain([end]) {
            recorded.take(journal::entry(line.to_string().as_bytes()).unwrap());
        }
        let again = recorded.check().unwrap();
        assert_eq!(again, check, "{name}");
    }
}

/// The pages, to be looked at: `WMS_SIM_LOOK=1 cargo test --test check_reports look` leaves them in the target folder.
#[test]
fn look() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"));
    for (name, check) in all() {
        std::fs::write(folder.join(format!("check-{name}.html")), Format::Html.render(&check).unwrap()).unwrap();
    }
}
