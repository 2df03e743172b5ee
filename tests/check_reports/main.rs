//! Every report of a check, word for word, and what no text from elsewhere may do to it.

#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::panic, clippy::expect_used, reason = "a test that cannot go on fails")]

#[path = "../common/mod.rs"]
mod common;
mod fixture;
mod verb;

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
fn what_too_many_have_in_common_is_told_once_in_a_terminal() {
    let broken = fixture::nothing_is_taken();
    let text = plain(&text::human(&broken));
    assert_eq!(text.matches("\nFAIL ").count(), 20, "each failure is told");
    assert_eq!(text.matches("  again  ").count(), 21, "and how to run it again");
    assert_eq!(text.matches("  curl  ").count(), 2, "the first failure and the first error in full");
    assert_eq!(text.matches("\nERROR ").count(), 1);
    assert!(text.contains("mac/error-0, mac/error-1, mac/error-2, mac/error-3 and 26 more"), "{text}");
    // Reports that are files keep it all.
    assert_eq!(json::report(&broken).unwrap().matches("curl -sS").count(), 50);
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

/// Attribute values and texts of a page, as they stand there.
fn tags(page: &str) -> Vec<&str> {
    page.split('<').skip(1).map(|rest| rest.split('>').next().unwrap()).collect()
}

#[test]
fn everything_from_elsewhere_is_text_on_the_page() {
    use base64::Engine as _;
    use sha2::Digest as _;
    let known = [
        "!doctype", "!--", "html", "head", "meta", "title", "style", "body", "header", "p", "h1", "h2", "h3",
        "h4", "span", "svg", "rect", "dl", "div", "dt", "dd", "main", "section", "article", "code", "a",
        "pre", "strong", "table", "thead", "tbody", "tr", "th", "td", "ol", "li", "details", "summary",
        "footer",
    ];
    for (name, check) in all() {
        let page = Format::Html.render(&check).unwrap();
        for tag in tags(&page) {
            let element = tag.trim_start_matches('/').split([' ', '\n']).next().unwrap();
            assert!(known.contains(&element), "{name}: <{tag}>");
            for attribute in ["on", "src", "style=", "srcdoc", "action"] {
                let found = tag.split_whitespace().skip(1).any(|word| word.starts_with(attribute));
                assert!(!found, "{name}: <{tag}>");
            }
            if let Some((_, link)) = tag.split_once("href=") {
                assert!(link.starts_with("\"#case-"), "{name}: <{tag}>");
            }
        }
        assert!(!page.chars().any(|c| c.is_control() && c != '\n' && c != '\t'), "{name}");
        assert!(!page.contains(['\u{202e}', '\u{200f}', '\u{2028}']), "{name}");
        let style = page.split_once("<style>").unwrap().1.split_once("</style>").unwrap().0;
        let hash = base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(style));
        assert!(page.contains(&format!("style-src 'sha256-{hash}'")), "{name}");
        assert!(page.contains("default-src 'none'"), "{name}");
        // Where a link leads to is there.
        for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            assert_eq!(page.matches(&format!("id=\"{link}\"")).count(), 1, "{name}: {link}");
        }
    }
}

#[test]
fn junit_is_xml_with_each_case_once_and_the_right_numbers() {
    use quick_junit::{NonSuccessKind, Report, TestCaseStatus};
    for (name, check) in all() {
        let text = Format::Junit.render(&check).unwrap();
        let report = Report::deserialize_from_str(&text).unwrap();
        let cases: Vec<_> = report.test_suites.iter().flat_map(|suite| &suite.test_cases).collect();
        let of = |wanted: NonSuccessKind| {
            let is = |status: &TestCaseStatus| matches!(status, TestCaseStatus::NonSuccess { kind, .. } if *kind == wanted);
            cases.iter().filter(|case| is(&case.status)).count()
        };
        let incomplete = usize::from(check.ending.interrupted || check.ending.cut.is_some());
        assert_eq!(cases.len(), check.cases.len() + incomplete, "{name}");
        assert_eq!(of(NonSuccessKind::Failure), check.summary.counted, "{name}");
        assert_eq!(of(NonSuccessKind::Error), check.summary.error + incomplete, "{name}");
        assert_eq!(report.failures, check.summary.counted, "{name}");
        assert!(!text.contains(['\u{1b}', '\0', '\u{7}', '\u{ffff}']), "{name}");
    }
}

/// The YAML blocks of a TAP report, without their indents.
fn blocks(tap: &str) -> Vec<String> {
    let mut blocks: Vec<Option<String>> = Vec::new();
    for line in tap.lines() {
        match (line, blocks.last_mut()) {
            ("  ---", _) => blocks.push(Some(String::new())),
            ("  ...", _) => blocks.push(None),
            (line, Some(Some(block))) => {
                block.push_str(line.strip_prefix("  ").unwrap());
                block.push('\n');
            }
            _ => {}
        }
    }
    blocks.into_iter().flatten().collect()
}

#[test]
fn tap_has_a_line_a_case_and_its_blocks_are_yaml() {
    use saphyr_parser::{Event, Parser};
    for (name, check) in all() {
        let tap = Format::Tap.render(&check).unwrap();
        let points: Vec<&str> =
            tap.lines().filter(|line| line.starts_with("ok ") || line.starts_with("not ok ")).collect();
        assert_eq!(points.len(), check.cases.len(), "{name}");
        assert!(tap.contains(&format!("\n1..{}\n", check.setup.cases)), "{name}");
        let failing =
            points.iter().filter(|line| line.starts_with("not ok ") && !line.contains(" # TODO ")).count();
        assert_eq!(failing, check.summary.counted + check.summary.error, "{name}");
        for block in blocks(&tap) {
            let mut texts = Vec::new();
            for event in Parser::new_from_str(&block) {
                if let (Event::Scalar(text, ..), _) = event.unwrap_or_else(|error| panic!("{error}: {block}"))
                {
                    texts.push(text.into_owned());
                }
            }
            assert!(texts.len() >= 6 && texts.len() % 2 == 0, "{texts:?}");
            assert!(["measured", "message"].contains(&texts[0].as_str()), "{texts:?}");
        }
    }
    let tap = Format::Tap.render(&check()).unwrap();
    let hostile = blocks(&tap).into_iter().find(|block| block.contains("alert(1)")).unwrap();
    let first = Parser::new_from_str(&hostile).filter_map(Result::ok).find_map(|(event, _)| match event {
        Event::Scalar(text, ..) if text.contains("alert(1)") => Some(text.into_owned()),
        _ => None,
    });
    assert!(first.unwrap().starts_with("</pre><script>alert(1)</script>"));
}
