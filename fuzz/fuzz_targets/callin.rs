//! The first line is the path of a call-in URL behind /c/, the second its query, the rest the body with which the page
//! starts a session. What is understood can be written as a URL again, what a stranger wrote stays text on the page, and
//! no browser is sent to where nobody allowed it.
#![no_main]

use libfuzzer_sys::fuzz_target;
use percent_encoding::utf8_percent_encode;
use wms_sim::protocol::uri::COMPONENT;
use wms_sim::serve::callback::{Allowed, Prefix, choose};
use wms_sim::serve::callin::page::{Data, html};
use wms_sim::serve::callin::{CallIn, CallInError, MOST_BYTES, Options, Start};

fuzz_target!(|bytes: &[u8]| {
    let mut parts = bytes.splitn(3, |byte| *byte == b'\n');
    let mut part = || parts.next().unwrap_or_default();
    let (path, query, body) = (part(), part(), part());
    let (path, query) = (String::from_utf8_lossy(path), String::from_utf8_lossy(query));
    let called = CallIn::parse(&path).map_err(|error| refused(&error, &path)).ok();
    let options = Options::parse(&query).map_err(|error| refused(&error, &query)).ok();
    if let Err(error) = Start::parse(body) {
        refused(&error, "");
    }
    if let Some(options) = &options {
        leads_nowhere_else(options);
    }
    if let Some(called) = called {
        can_be_written_again(&called);
        stays_text(called, options.unwrap_or_default());
    }
});

fn refused(error: &CallInError, text: &str) {
    assert!(error.status() == if text.len() > MOST_BYTES { 414 } else { 400 });
    assert!(!error.code().is_empty() && !error.to_string().is_empty());
    // A terminal may show it.
    assert!(!error.to_string().contains(char::is_control), "{error:?}");
}

fn can_be_written_again(called: &CallIn) {
    let session = called.session.clone().unwrap_or_default();
    let secret = [&called.profile, &called.token, &called.refresh_token].map(|hidden| hidden.expose());
    let segments = [&*called.config, secret[0], secret[1], secret[2], &*session];
    assert!(segments[..4].iter().all(|segment| !segment.is_empty()));
    for text in [&*called.config, &*session] {
        assert!(text != "." && text != "..");
    }
    let path = segments.map(|segment| utf8_percent_encode(segment, COMPONENT).to_string()).join("/");
    // A character can become three times as long.
    if path.len() <= MOST_BYTES {
        assert_eq!(CallIn::parse(&path).as_ref(), Ok(called));
    }
}

fn stays_text(called: CallIn, options: Options) {
    let mut notes: Vec<String> = called.notes.iter().map(|note| note.message()).collect();
    notes.extend(options.ignored);
    let data = Data {
        config: called.config,
        session_id: called.session,
        scenario: options.choice.as_ref().and_then(|choice| choice.scenario()).map(str::to_owned),
        mix: options.choice.as_ref().and_then(|choice| choice.mix()).map(str::to_owned),
        pace: options.pace.map(|pace| pace.to_string()),
        callback: options.callback,
        notes,
        ..Data::default()
    };
    let (page, plain) = (html(&data), html(&Data::default()));
    for mark in ['<', '>', '&'] {
        assert_eq!(page.matches(mark).count(), plain.matches(mark).count(), "{mark} in {data:?}");
    }
    let json = page.split_once("id=\"data\">").and_then(|(_, rest)| rest.split_once("</script>")).expect("data").0;
    let read: serde_json::Value = serde_json::from_str(json).expect("the data is JSON");
    assert_eq!(read, serde_json::to_value(&data).expect("as it was given"));
}

fn leads_nowhere_else(options: &Options) {
    let wanted = options.callback.as_deref();
    let prefix = Prefix::parse("https://app.example/back/").expect("a prefix");
    match choose(None, wanted, &Allowed::default()) {
        Ok(chosen) => assert!(chosen.is_none()),
        Err(error) => assert!(!error.to_string().contains(char::is_control), "{error:?}"),
    }
    if let Ok(Some(chosen)) = choose(None, wanted, &Allowed::new(vec![prefix])) {
        let rest = chosen.as_str().strip_prefix("https://app.example/back").expect("the same folder");
        assert!(rest.is_empty() || rest.starts_with(['/', '?', '#']), "{chosen:?}");
    }
}
