use std::time::Duration;

use super::*;
use crate::conformance::kit::tests::setup;
use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::MacLine;
use crate::protocol::code::Code;

const PAUSE: Duration = Duration::from_millis(200);

fn base(url: &str, headers: &[&str]) -> Base {
    let mut options = TransportOptions::new(Target::parse(url).unwrap());
    options.user_agent = "UA".into();
    options.headers = headers.iter().map(|text| Header::parse(text).unwrap()).collect();
    Base::new(&options).unwrap()
}

#[test]
fn what_was_sent_is_hidden_where_it_was_cut_too() {
    let base = base(
        "http://localhost/webhook?token=abcdefghijklmnopqrstuvwxyz",
        &["X-Key: 0123456789-0123456789-0123456789"],
    );
    for (told, hidden) in [
        ("abcdefghijklmnopqrstuvwxyz", "***"),
        (r#"the answer begins with "0123456789-0123456789-01""#, r#"the answer begins with "***""#),
        ("/webhook?token=abcdefghij", "/webhook?token=***"),
        ("abc 0123", "abc 0123"),
    ] {
        assert_eq!(base.redact(told), hidden);
    }
}

/// An event with a body and a MAC that are easy to read.
fn shot(body: &[u8]) -> Shot {
    let setup = setup();
    let mut kit = Kit::new(&setup, "body/any", 1, crate::clock::Epoch::from_unix_nanos(0));
    let mut session = kit.session();
    let event = kit.event(&mut session, Code::WmsLoaded);
    let event = Event { body: Bytes::copy_from_slice(body), ..event };
    Shot::test(&event).with_macs(vec![MacLine::new("hmac-sha256=0")])
}

/// The pieces of a request: bytes as text, pauses and waits in words.
fn wire(form: Form, body: &[u8]) -> Vec<String> {
    let request = base("http://h:81/hook?a=1", &[]).request(&shot(body).written(form));
    let told = |piece: &Piece| match piece {
        Piece::Bytes(bytes) => String::from_utf8(bytes.to_vec()).unwrap(),
        Piece::Pause(time) => format!("pause {}", time.as_millis()),
        Piece::AwaitInterim(time) => format!("await {}", time.as_millis()),
    };
    request.pieces.iter().map(told).collect()
}

fn head(line: &str, more: &str) -> String {
    format!(
        "{line}\r\nHost: h:81\r\nContent-Type: application/json\r\nUser-Agent: UA\r\nAccept: */*\r\nX-WMS-Content-MAC: hmac-sha256=0\r\n{more}\r\n"
    )
}

const LINE: &str = "POST /hook?a=1 HTTP/1.1";
const LENGTH: &str = "Content-Length: 7\r\n";
const BODY: &[u8] = b"{\"a\":1}";

#[test]
fn each_form_is_written_byte_for_byte() {
    let usual = Form::default;
    let (front, text) = (head(LINE, LENGTH), "{\"a\":1}");
    let whole = format!("{front}{text}");
    assert_eq!(wire(usual(), BODY).concat(), whole);
    assert_eq!(wire(Form::fresh(), BODY), wire(usual(), BODY));
    let http10 = wire(Form { http10: true, ..usual() }, BODY);
    assert_eq!(http10, [whole.replace("HTTP/1.1", "HTTP/1.0")]);
    let absolute = wire(Form { absolute: true, ..usual() }, BODY);
    assert_eq!(absolute, [whole.replace("POST /", "POST http://h:81/")]);
    let typed =
        |content_type: &'static str| wire(Form { content_type: Some(content_type.into()), ..usual() }, BODY);
    assert_eq!(
        typed("text/plain; charset=utf-8"),
        [whole.replace("application/json", "text/plain; charset=utf-8")]
    );
    assert_eq!(typed(""), [whole.replace("Content-Type: application/json\r\n", "")]);
    let chunked = |size| wire(Form { chunks: Some(size), ..usual() }, BODY);
    let front_of_chunks = head(LINE, "Transfer-Encoding: chunked\r\n");
    assert_eq!(chunked(3), [format!("{front_of_chunks}3\r\n{{\"a\r\n3\r\n\":1\r\n1\r\n}}\r\n0\r\n\r\n")]);
    assert_eq!(chunked(100), [format!("{front_of_chunks}7\r\n{text}\r\n0\r\n\r\n")]);
    assert_eq!(chunked(0), chunked(1));
    let expecting = head(LINE, "Expect: 100-continue\r\nContent-Length: 7\r\n");
    assert_eq!(wire(Form { expect: true, ..usual() }, BODY), [expecting, "await 1000".into(), text.into()]);
    let names = |names| wire(Form { names, ..usual() }, BODY).concat();
    let spelled = |spell: fn(&str) -> String| {
        let lines = front.split_inclusive("\r\n").map(|line| match line.split_once(": ") {
            Some((name, value)) => format!("{}: {value}", spell(name)),
            None => line.to_owned(),
        });
        lines.collect::<String>() + text
    };
    assert_eq!(names(Names::Lower), spelled(str::to_ascii_lowercase));
    assert_eq!(names(Names::Upper), spelled(str::to_ascii_uppercase));
}

#[test]
fn each_pace_has_the_same_bytes() {
    let usual = Form::default;
    let (front, text) = (head(LINE, LENGTH), "{\"a\":1}");
    let paced = |pacing| wire(Form { pacing, ..usual() }, BODY);
    let pause = || "pause 200".to_owned();
    assert_eq!(paced(Pacing::HeadThenBody(PAUSE)), [front.clone(), pause(), text.into()]);
    let parts = paced(Pacing::Parts(3, PAUSE));
    assert_eq!(parts, [front.clone(), pause(), "{\"a".into(), pause(), "\":1".into(), pause(), "}".into()]);
    assert_eq!(paced(Pacing::Parts(0, PAUSE)), [front.clone(), pause(), text.into()]);
    assert_eq!(paced(Pacing::Parts(100, PAUSE)).len(), 1 + 2 * BODY.len());
    assert_eq!(paced(Pacing::CutCharacters(PAUSE)), [front.clone(), pause(), text.into()]);
    let split = paced(Pacing::SplitHead(PAUSE));
    assert_eq!(split.len(), 3);
    assert!(!split[0].contains("\r\n\r\n") && split[2].ends_with(text));
    assert_eq!(format!("{}{}", split[0], split[2]), format!("{front}{text}"));
    let large = wire(usual(), &vec![b'x'; JOINED]);
    assert_eq!(large.iter().map(String::len).collect::<Vec<_>>(), [front.len() + 4, JOINED]);
}

#[test]
fn a_body_is_cut_behind_the_first_byte_of_each_long_character() {
    let form = Form { pacing: Pacing::CutCharacters(Duration::from_millis(1)), ..Form::default() };
    let pieces = base("http://h/", &[]).request(&shot("a\u{eb}\u{1f600}b".as_bytes()).written(form)).pieces;
    let parts: Vec<&[u8]> = pieces[1..]
        .iter()
        .filter_map(|piece| if let Piece::Bytes(bytes) = piece { Some(&bytes[..]) } else { None })
        .collect();
    assert_eq!(parts, [&b"a\xc3"[..], b"\xab\xf0", b"\x9f\x98\x80b"]);
}

#[test]
fn other_methods_and_macs() {
    let base = base("http://h/", &[]);
    let bytes = |shot: &Shot| {
        let request = base.request(shot);
        let all = request.pieces.iter().map(|piece| match piece {
            Piece::Bytes(bytes) => bytes.to_vec(),
            _ => Vec::new(),
        });
        (request.is_head, String::from_utf8_lossy(&all.collect::<Vec<_>>().concat()).into_owned())
    };
    let (is_head, text) = bytes(&shot(b"").written(Form { method: "HEAD", ..Form::default() }));
    assert!(is_head && text.starts_with("HEAD / HTTP/1.1\r\n") && !text.contains("Content-Length"));
    let (is_head, text) = bytes(&shot(b""));
    assert!(!is_head && text.contains("Content-Length: 0\r\n") && text.ends_with("\r\n\r\n"));
    let (_, text) = bytes(&shot(b"x").with_macs(Vec::new()));
    assert!(!text.contains("MAC"));
    let other = MacLine { name: "x-wms-content-mac".into(), value: b" \t1 ".as_slice().into() };
    let (_, text) = bytes(&shot(b"x").with_macs(vec![MacLine::new(""), other]));
    assert!(text.contains("X-WMS-Content-MAC: \r\nx-wms-content-mac:  \t1 \r\n"), "{text}");
}

#[test]
fn what_people_see_holds_no_credentials() {
    let url = "http://me:s3cret@h/hook?token=s3cret&s3cret";
    let base = base(url, &["X-Key: s3cret", "Cookie: s3cret", "Accept: s3cret", "Host: s3cret"]);
    let forms = [
        Form::default(),
        Form { absolute: true, ..Form::default() },
        Form { names: Names::Lower, ..Form::default() },
        Form { pacing: Pacing::HeadThenBody(PAUSE), ..Form::default() },
    ];
    for form in forms {
        for body in [BODY, b"\0", &[b'x'; 5000]] {
            let shot = shot(body).written(form.clone());
            let (shown, command) = (base.shown(&shot), base.command(&shot).unwrap());
            assert!(!shown.contains("s3cret") && !command.contains("s3cret"), "{shown}\n{command}");
            assert!(!shown.contains("bWU6") && !command.contains("bWU6"), "{shown}\n{command}");
            let sent = base.request(&shot);
            let Some(Piece::Bytes(first)) = sent.pieces.first() else { panic!("nothing is sent") };
            let sent = String::from_utf8_lossy(first).to_ascii_lowercase();
            assert!(
                sent.contains("token=s3cret&s3cret http/1.1") && sent.contains("x-key: s3cret"),
                "{sent}"
            );
            assert!(sent.contains("authorization: basic bwu6"), "{sent}");
            assert!(
                shown.to_ascii_lowercase().contains("x-key: ***")
                    && command.to_ascii_lowercase().contains("x-key: ***")
            );
        }
    }
    let with_token = super::tests::base("http://h/", &["Authorization: Bearer s3cret"]);
    let command = with_token.command(&shot(BODY)).unwrap();
    assert!(command.contains("'Authorization: ***'") && !command.contains("s3cret"), "{command}");
}

#[test]
fn people_see_the_beginning_of_a_body() {
    let base = base("http://h/", &[]);
    let shown = base.shown(&shot(BODY));
    assert!(shown.starts_with("POST / HTTP/1.1\nHost: h\n") && shown.ends_with("\n\n{\"a\":1}"), "{shown}");
    let shown = base.shown(&shot(&vec![b'x'; 3000]));
    assert!(shown.ends_with("x ... (3000 bytes in all)") && shown.len() < 2500);
    assert!(base.shown(&shot(b"\xff\0")).ends_with("\n\n\u{fffd}\0"));
    assert!(base.command(&shot(&vec![b'x'; COMMAND_BODY])).is_some());
    assert!(base.command(&shot(&vec![b'x'; COMMAND_BODY + 1])).is_none());
}

#[test]
fn commands_are_to_be_copied() {
    let base = base("http://127.0.0.1:81/hook", &[]);
    let usual = base.command(&shot(b"{\"it's\":1}")).unwrap();
    assert_eq!(
        usual,
        "curl -sS -i \\\n  -X POST \\\n  -H 'Content-Type: application/json' \\\n  -H 'User-Agent: UA' \\\n  \
         -H 'X-WMS-Content-MAC: hmac-sha256=0' \\\n  --data-raw '{\"it'\\''s\":1}' \\\n  http://127.0.0.1:81/hook"
    );
    let with = |form: Form, wanted: &str| {
        let command = base.command(&shot(BODY).written(form)).unwrap();
        assert!(command.contains(wanted), "{command}");
    };
    with(Form { http10: true, ..Form::default() }, "--http1.0");
    with(Form { absolute: true, ..Form::default() }, "--request-target http://127.0.0.1:81/hook");
    with(Form { expect: true, ..Form::default() }, "-H 'Expect: 100-continue'");
    with(Form { chunks: Some(3), ..Form::default() }, "-H 'Transfer-Encoding: chunked'");
    with(Form { content_type: Some("".into()), ..Form::default() }, "-H Content-Type: ");
    with(Form { names: Names::Upper, ..Form::default() }, "\\r\\nX-WMS-CONTENT-MAC: ");
    with(Form { names: Names::Upper, ..Form::default() }, " | nc -w 5 127.0.0.1 81");
    with(
        Form { pacing: Pacing::HeadThenBody(PAUSE), ..Form::default() },
        "; sleep 0.2; printf %b '{\"a\":1}'; } | nc",
    );
    let many = Form { pacing: Pacing::Parts(400, Duration::from_millis(10)), ..Form::default() };
    assert_eq!(base.command(&shot(BODY).written(many)).unwrap().matches("sleep 1;").count(), 4);
    let https = super::tests::base("https://[::1]/", &[]);
    let command = https.command(&shot(BODY)).unwrap();
    assert!(command.contains("--http1.1") && command.contains("--globoff"), "{command}");
    let command =
        https.command(&shot(BODY).written(Form { names: Names::Lower, ..Form::default() })).unwrap();
    assert!(command.ends_with(" | openssl s_client -quiet -connect [::1]:443"), "{command}");
    let large = base.command(&shot(&[b'x'; 1025])).unwrap();
    assert!(large.contains("-H Expect: "), "{large}");
}

#[test]
fn words_of_a_shell_show_what_they_hold() {
    let table: [(&[u8], &str); 7] = [
        (b"plain", "plain"),
        ("\u{eb} \u{1f600}".as_bytes(), "'\u{eb} \u{1f600}'"),
        (b"a\nb'c\\", "$'a\\nb\\'c\\\\'"),
        ("\u{2028}1".as_bytes(), "$'\\342\\200\\2501'"),
        (b"\xff7", "$'\\3777'"),
        (b"\t", "$'\\011'"),
        (b"", "''"),
    ];
    for (bytes, word) in table {
        assert_eq!(shell_bytes(bytes), word);
    }
    assert_eq!(printf(b"%s\\\0\r\n\x7f"), "printf %b '%s\\\\\\0000\\r\\n\\0177'");
}
