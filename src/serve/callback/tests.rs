//! Callback URLs that lead where they should, and those that would not.

use super::*;
use crate::protocol::code::Code;

fn come_to(events: &[Code]) -> Callback {
    let mut callback = Callback::default();
    for code in events {
        callback.note(*code, None);
    }
    callback
}

#[test]
fn what_a_session_came_to_is_added() {
    let dialect = Dialect::current();
    let results = r#"{"a":1}"#;
    let success = come_to(&[Code::MeasurementStarted, Code::ScanCompleted, Code::ResultsReceived]);
    let canceled = come_to(&[Code::MeasurementStarted, Code::MeasurementCanceled]);
    let canceled_query = "error=MEASUREMENT_CANCELED";
    for (url, end, expected) in [
        ("https://app.example/done", &success, "https://app.example/done?results=eyJhIjoxfQ"),
        ("https://app.example", &success, "https://app.example/?results=eyJhIjoxfQ"),
        ("http://h:3000/a?", &canceled, "http://h:3000/a?error=MEASUREMENT_CANCELED"),
        ("http://h/a?x=1&y=%2F", &canceled, "http://h/a?x=1&y=%2F&error=MEASUREMENT_CANCELED"),
        ("http://h/a#/done", &canceled, "http://h/a?error=MEASUREMENT_CANCELED#/done"),
        ("http://h/a?x#y?z", &canceled, "http://h/a?x&error=MEASUREMENT_CANCELED#y?z"),
    ] {
        let url = CallbackUrl::parse(url).unwrap();
        assert_eq!(url.with(end, results, &dialect), expected);
        assert!(expected.contains(canceled_query) != (end == &success));
    }
}

#[test]
fn results_in_every_encoding_come_back() {
    let document = r#"{"note":"ä'&=+#%?\"<","simulated":true}"#;
    let success = come_to(&[Code::ResultsReceived]);
    for (encoding, text) in [
        ("json", document.to_owned()),
        ("base64", {
            use base64::Engine as _;
            base64::prelude::BASE64_STANDARD.encode(document)
        }),
    ] {
        let mut dialect = Dialect::current();
        dialect.set("callback.results", encoding).unwrap();
        let full = CallbackUrl::parse("http://h/a?x=1#top").unwrap().with(&success, document, &dialect);
        let read = Url::parse(&full).unwrap();
        let found: Vec<_> = read.query_pairs().filter(|(name, _)| name == "results").collect();
        assert_eq!(found.len(), 1, "{full}");
        assert_eq!(found[0].1, text, "{full}");
        assert_eq!(read.fragment(), Some("top"));
    }
}

#[test]
fn what_cannot_be_a_callback_is_refused() {
    let scheme = |name: &str| CallbackError::Scheme(name.to_owned());
    for (text, error) in [
        ("javascript:alert(1)", scheme("javascript")),
        (" JaVaScRiPt:alert(1)", scheme("javascript")),
        ("java\nscript:alert(1)", scheme("javascript")),
        ("data:text/html,<script>alert(1)</script>", scheme("data")),
        ("file:///etc/passwd", scheme("file")),
        ("blob:http://h/1", scheme("blob")),
        ("myapp://done", scheme("myapp")),
        ("http://user@h/", CallbackError::UserInformation),
        ("http://:pw@h/", CallbackError::UserInformation),
        ("http://h/?error=1", CallbackError::Taken("error")),
        ("http://h/?a=1&r%65sults=2", CallbackError::Taken("results")),
    ] {
        assert_eq!(CallbackUrl::parse(text), Err(error), "{text}");
    }
    for text in ["", "/done", "//evil.com/", "app.example/done", "http://", "http://a b/", "http://h:99999/"]
    {
        assert!(matches!(CallbackUrl::parse(text), Err(CallbackError::Unreadable(_))), "{text}");
    }
}

#[test]
fn allowed_is_what_begins_alike_part_by_part() {
    for (prefix, url, allowed) in [
        ("http://good.example", "http://good.example", true),
        ("http://good.example", "http://good.example/any/where?x=1#y", true),
        ("http://good.example/", "HTTP://GOOD.example:80/a", true),
        ("http://good.example", "http://good.example.evil.com/", false),
        ("http://good.example", "http://good.examples/", false),
        ("http://good.example", "http://good.example:81/", false),
        ("http://good.example:81", "http://good.example:8181/", false),
        ("http://good.example", "https://good.example/", false),
        ("http://good.example", "http://good.example./", false),
        ("http://good.example", "http://evil.com/http://good.example/", false),
        ("http://good.example", "http://evil.com?http://good.example", false),
        ("http://good.example", "http://evil.com#http://good.example", false),
        ("http://good.example", "http://evil.com\\.good.example/", false),
        ("http://good.example", "http:evil.com", false),
        ("http://good.example", "http:good.example/a", true),
        ("http://good.example", "http://sub.good.example/", false),
        ("http://good.example", "http://good\u{2024}example/", false),
        ("http://[::1]:3000", "http://[0:0::1]:3000/a", true),
        ("http://127.0.0.1", "http://2130706433/", true),
        ("https://h/app", "https://h/app", true),
        ("https://h/app", "https://h/app?x", true),
        ("https://h/app", "https://h/app/done", true),
        ("https://h/app/", "https://h/app/done", true),
        ("https://h/app/", "https://h/app", true),
        ("https://h/app", "https://h/apple", false),
        ("https://h/app", "https://h/", false),
        ("https://h/app", "https://h/app/../admin", false),
        ("https://h/app", "https://h/app/%2e%2e/admin", false),
        ("https://h/app", "https://h/app\\..\\admin", false),
        ("https://h/app", "https://h/app/..%2Fadmin", false),
        ("https://h/app", "https://h/app/..%5cadmin", false),
        ("https://h/app", "https://h/App", false),
    ] {
        let list = Allowed::new(vec![
            Prefix::parse("https://other.example").unwrap(),
            Prefix::parse(prefix).unwrap(),
        ]);
        // What cannot be read as a URL at all is refused before the list is asked.
        let covered = CallbackUrl::parse(url).is_ok_and(|url| list.covers(&url));
        assert_eq!(covered, allowed, "{prefix} {url}");
    }
    // What the list is asked about cannot hide its host behind a user.
    assert!(CallbackUrl::parse("http://good.example@evil.com/").is_err());
}

#[test]
fn prefixes_are_whole() {
    for text in ["https://h", "https://h/", "https://h/app", "http://localhost:3000/a/"] {
        assert!(Prefix::parse(text).is_ok(), "{text}");
    }
    for text in ["https://h/?", "https://h/app?x=1", "https://h#a"] {
        assert_eq!(Prefix::parse(text), Err(PrefixError::Rest), "{text}");
    }
    assert_eq!(Prefix::parse("https://*.example/app"), Err(PrefixError::Wildcard));
    for text in ["", "*", "h", "javascript:", "https://u@h/"] {
        assert!(matches!(Prefix::parse(text), Err(PrefixError::Callback(_))), "{text}");
    }
}

#[test]
fn the_configured_callback_needs_no_permission_and_another_does() {
    let configured = CallbackUrl::parse("https://app.example/done").unwrap();
    let nothing = Allowed::default();
    let some = Allowed::new(vec![Prefix::parse("https://preview.example/").unwrap()]).and(&nothing);
    let asked =
        |asked, allowed| choose(Some(&configured), asked, allowed).map(|url| url.unwrap().to_string());
    assert_eq!(asked(None, &nothing).as_deref(), Ok("https://app.example/done"));
    assert_eq!(asked(Some("https://app.example/done"), &nothing).as_deref(), Ok("https://app.example/done"));
    assert_eq!(asked(Some("https://preview.example/x"), &some).as_deref(), Ok("https://preview.example/x"));
    assert_eq!(choose(None, None, &some), Ok(None));
    let error = asked(Some("https://evil.example/?token=s3cret"), &some).unwrap_err();
    assert_eq!(error.code(), "callback-not-allowed");
    let words = error.to_string();
    assert!(words.contains("https://evil.example") && words.contains("--allow-callback"), "{words}");
    assert!(!words.contains("s3cret"), "{words}");
    // Another page of the configured host is another page.
    assert!(asked(Some("https://app.example/logout"), &nothing).is_err());
    assert!(asked(Some("javascript:alert(1)"), &some).is_err());
}
