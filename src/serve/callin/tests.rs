//! Call-in URLs as apps build them, and as they should not.

use percent_encoding::utf8_percent_encode;
use proptest::prelude::*;

use super::*;
use crate::delivery::policy::Pace;
use crate::protocol::uri::COMPONENT;
use crate::serve::choice::Choice;

fn encode(text: &str) -> String {
    utf8_percent_encode(text, COMPONENT).to_string()
}

#[test]
fn paths_are_taken_apart() {
    // (path, config, profile, token, refresh token, session)
    let table = [
        ("c/p/t/r/s", "c", "p", "t", "r", Some("s")),
        ("c/p/t/r", "c", "p", "t", "r", None),
        ("c/p/t/r/", "c", "p", "t", "r", None),
        ("c/a%2Fb%2B%3D/t/r/s", "c", "a/b+=", "t", "r", Some("s")),
        ("c/a+b/t/r/s%20s", "c", "a+b", "t", "r", Some("s s")),
        ("c/p/t/r/..%2F..%2Fetc", "c", "p", "t", "r", Some("../../etc")),
        ("c/../t/./s", "c", "..", "t", ".", Some("s")),
        ("c/p/t/r/%F0%9F%99%82", "c", "p", "t", "r", Some("🙂")),
        ("c/p/t/r/🙂", "c", "p", "t", "r", Some("🙂")),
        ("%3Cscript%3E/p/t/r/%22%3E", "<script>", "p", "t", "r", Some("\">")),
        ("c/%25/%2525/r/%00", "c", "%", "%25", "r", Some("\0")),
        ("c/p/t/r/undefined", "c", "p", "t", "r", Some("undefined")),
    ];
    for (path, config, profile, token, refresh, session) in table {
        let call = CallIn::parse(path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(call.config, config, "{path}");
        assert_eq!(call.profile.expose(), profile, "{path}");
        assert_eq!(call.token.expose(), token, "{path}");
        assert_eq!(call.refresh_token.expose(), refresh, "{path}");
        assert_eq!(call.session.as_deref(), session, "{path}");
    }
}

#[test]
fn slips_are_noted_and_taken() {
    let notes = |path: &str| CallIn::parse(path).unwrap().notes;
    assert_eq!(notes("c/p/t/r/s"), []);
    assert_eq!(notes("c/p/t/r"), [Note::NoSession]);
    assert_eq!(notes("c/p/t/r/undefined"), [Note::Undefined(Part::Session)]);
    assert_eq!(
        notes("c/undefined/t/undefined/a%0Ab"),
        [
            Note::Undefined(Part::Profile),
            Note::Undefined(Part::RefreshToken),
            Note::ControlCharacters(Part::Session)
        ]
    );
}

#[test]
fn a_session_without_an_id_gets_one() {
    let drawn = || "drawn".to_owned();
    assert_eq!(CallIn::parse("c/p/t/r").unwrap().session_id(drawn), "drawn");
    assert_eq!(CallIn::parse("c/p/t/r/s").unwrap().session_id(drawn), "s");
    assert_eq!(CallIn::parse("c/p/t/r/undefined").unwrap().session_id(drawn), "undefined");
}

#[test]
fn refusals_say_which_part_and_what_to_do() {
    let table = [
        ("", CallInError::TooFew(0)),
        ("c", CallInError::TooFew(1)),
        ("c/p/t", CallInError::TooFew(3)),
        ("c/p/t/r/s/x", CallInError::TooMany(6)),
        ("c/pro/file/t/r/s", CallInError::TooMany(6)),
        ("/p/t/r/s", CallInError::Empty(Part::Config)),
        ("c//t/r/s", CallInError::Empty(Part::Profile)),
        ("c/p//r", CallInError::Empty(Part::Token)),
        ("c/p/t//s", CallInError::Empty(Part::RefreshToken)),
        ("c/100%/t/r/s", CallInError::Percent(Part::Profile)),
        ("c/p/%4/r/s", CallInError::Percent(Part::Token)),
        ("c/p/t/r/%zz", CallInError::Percent(Part::Session)),
        ("c/p/t/r/%+1", CallInError::Percent(Part::Session)),
        ("c/%FF/t/r/s", CallInError::NotUtf8(Part::Profile)),
        ("c/p/t/r/%F0%9F", CallInError::NotUtf8(Part::Session)),
        ("../p/t/r/s", CallInError::Dots(Part::Config)),
        ("c/p/t/r/%2E%2e", CallInError::Dots(Part::Session)),
    ];
    for (path, error) in table {
        assert_eq!(CallIn::parse(path), Err(error.clone()), "{path}");
        assert_eq!(error.status(), 400);
    }
    let words = CallIn::parse("c/pro/file/t/r/s").unwrap_err().to_string();
    assert!(words.contains("encodeURIComponent") && words.contains("%2F"), "{words}");
}

#[test]
fn long_tokens_fit_and_there_is_a_bound() {
    let token = "A".repeat(6 << 10);
    let path = format!("c/{token}/{token}/{token}/s");
    assert_eq!(CallIn::parse(&path).unwrap().token.len(), 6 << 10);
    let long = format!("c/p/{}/r/s", "A".repeat(MOST_BYTES));
    let error = CallIn::parse(&long).unwrap_err();
    assert_eq!((error.status(), error.code()), (414, "call-in-too-long"));
}

#[test]
fn profile_and_tokens_are_not_shown() {
    let call = CallIn::parse("c/PROF/TOKEN/REFRESH/s").unwrap();
    let shown = format!("{call:?} {call:#?}");
    for secret in ["PROF", "TOKEN", "REFRESH"] {
        assert!(!shown.contains(secret), "{shown}");
    }
}

#[test]
fn options_are_read() {
    let scenario = |name: &str| Some(Choice::Scenario(name.to_owned()));
    let read = Options::parse("scenario=low-snr&pace=20x&auto=1").unwrap();
    assert_eq!(
        read,
        Options {
            choice: scenario("low-snr"),
            pace: Some(Pace::Times(20.0)),
            auto: Some(true),
            ..Options::default()
        }
    );
    for (query, expected) in [
        ("", Options::default()),
        ("&&", Options::default()),
        ("auto", Options { auto: Some(true), ..Options::default() }),
        ("auto=false", Options { auto: Some(false), ..Options::default() }),
        ("mix=production&pace=max", {
            let choice = Some(Choice::Mix("production".to_owned()));
            Options { choice, pace: Some(Pace::Max), ..Options::default() }
        }),
        ("scenario=a%20b+c", Options { choice: scenario("a b c"), ..Options::default() }),
        ("callback=http%3A%2F%2Fh%2F", Options { callback: Some("http://h/".into()), ..Options::default() }),
        ("utm_source=x&%zz=1&%3Cb%3E", {
            Options { ignored: vec!["utm_source".into(), "<b>".into()], ..Options::default() }
        }),
    ] {
        assert_eq!(Options::parse(query).as_ref(), Ok(&expected), "{query}");
    }
}

#[test]
fn wrong_options_are_refused() {
    for (query, error) in [
        ("scenario=a&mix=b", CallInError::ScenarioAndMix),
        ("scenario=a&scenario=a", CallInError::Twice("scenario")),
        ("scenario=", CallInError::Value("scenario")),
        ("scenario", CallInError::Value("scenario")),
        ("auto=yes", CallInError::Auto),
        ("mix=%", CallInError::Percent(Part::Query)),
        ("mix=%FF", CallInError::NotUtf8(Part::Query)),
    ] {
        assert_eq!(Options::parse(query), Err(error), "{query}");
    }
    assert!(matches!(Options::parse("pace=fast"), Err(CallInError::Pace(_))));
    assert!(matches!(Options::parse(&format!("mix={}", "m".repeat(9999))), Err(CallInError::Value("mix"))));
}

#[test]
fn starts_are_read() {
    assert_eq!(Start::parse(b""), Ok(Start::default()));
    assert_eq!(Start::parse(b"{}"), Ok(Start::default()));
    assert_eq!(
        Start::parse(br#"{"scenario":"low-snr","pace":"0.5x"}"#),
        Ok(Start { choice: Some(Choice::Scenario("low-snr".into())), pace: Some(Pace::Times(0.5)) })
    );
    assert_eq!(
        Start::parse(br#"{"mix":"all","scenario":null}"#),
        Ok(Start { choice: Some(Choice::Mix("all".into())), pace: None })
    );
    for wrong in [
        &b"{"[..],
        b"[]",
        br#"{"scenarios":"x"}"#,
        br#"{"pace":1}"#,
        br#"{"pace":"1"}"#,
        br#"{"scenario":"a","mix":"b"}"#,
        br#"{"scenario":""}"#,
        b"\xff",
    ] {
        assert!(Start::parse(wrong).is_err(), "{}", String::from_utf8_lossy(wrong));
    }
}

/// A terminal would obey them.
#[test]
fn control_characters_are_not_repeated() {
    let found = [
        Options::parse("pace=%1b%5b31m").unwrap_err(),
        Start::parse(br#"{"pace":"\u001b[31mx"}"#).unwrap_err(),
        Start::parse(br#"{"\u001b[31m":1}"#).unwrap_err(),
    ];
    for error in found {
        assert!(!error.to_string().contains(char::is_control), "{error:?}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(path in any::<String>(), query in any::<String>(), body in any::<Vec<u8>>()) {
        let _ = (CallIn::parse(&path), Options::parse(&query), Start::parse(&body));
    }

    #[test]
    fn nothing_that_looks_like_a_call_in_panics(path in "([a-z%/.+]|%[0-9A-Fa-f]{2}|é){0,80}") {
        if let Ok(call) = CallIn::parse(&path) {
            prop_assert!(!call.config.is_empty() && !call.token.is_empty());
        }
        let _ = Options::parse(&path.replace('/', "&auto="));
    }

    #[test]
    fn what_encode_uri_component_writes_comes_back(segments in prop::array::uniform5(any::<String>())) {
        prop_assume!(segments[..4].iter().all(|text| !text.is_empty()));
        prop_assume!([&segments[0], &segments[4]].iter().all(|text| !matches!(text.as_str(), "." | "..")));
        let path = segments.iter().map(|text| encode(text)).collect::<Vec<_>>().join("/");
        let call = CallIn::parse(&path).unwrap();
        prop_assert_eq!(&call.config, &segments[0]);
        prop_assert_eq!(call.profile.expose(), &segments[1]);
        prop_assert_eq!(call.token.expose(), &segments[2]);
        prop_assert_eq!(call.refresh_token.expose(), &segments[3]);
        prop_assert_eq!(call.session.unwrap_or_default(), segments[4].clone());
    }

    #[test]
    fn options_come_back(name in ".{1,60}") {
        let read = Options::parse(&format!("scenario={}", encode(&name))).unwrap();
        prop_assert_eq!(read.choice, Some(Choice::Scenario(name)));
    }
}
