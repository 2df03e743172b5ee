//! The vectors, computed without the code under test.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

use super::Vector;

const SECRET: &str = "0b7d1c1e-MAC secret";
const EVENT: &str = r#"{"timestamp":1689684577,"sessionId":"ryueiwoqfh910fu3rpqruvfiu","sequence":7,"event":"INTERMEDIATE_RESULTS","severity":"INFO","payload":{"measurementId":"f0c8ca8d-111d-4dcf-a69d-46ed39a2db06","snr":4.37,"sequence":1}}"#;
const WIDE: &str = "{\"timestamp\":1689684577,\"sessionId\":\"Zo\u{eb} \u{20ac} \u{1f642}\",\"sequence\":0,\"event\":\"WMS_LOADED\",\"severity\":\"INFO\"}";

fn mac<M: Mac + KeyInit>(key: &[u8], message: &[u8]) -> Vec<u8> {
    <M as KeyInit>::new_from_slice(key).unwrap().chain_update(message).finalize().into_bytes().to_vec()
}

/// The header's value, computed without the code under test.
fn header(key: impl AsRef<[u8]>, message: impl AsRef<[u8]>) -> String {
    format!("hmac-sha256={}", hex::encode(mac::<Hmac<Sha256>>(key.as_ref(), message.as_ref())))
}

pub(super) fn as_node_ascii(body: &[u8]) -> Vec<u8> {
    String::from_utf8_lossy(body).encode_utf16().map(|unit| unit.to_le_bytes()[0]).collect()
}

#[derive(Default)]
struct Table(Vec<Vector>);

impl Table {
    fn add(&mut self, name: &str, body: &[u8], secret: &str, header: Option<String>, reasons: &[&str]) {
        let alike = self.0.iter().filter(|vector| vector.name.split(" (").next() == Some(name)).count();
        let name = if alike == 0 { name.to_owned() } else { format!("{name} ({})", alike + 1) };
        let text = String::from_utf8(body.to_vec()).ok();
        self.0.push(Vector {
            name,
            body_base64: text.is_none().then(|| STANDARD.encode(body)),
            body: text,
            secret: secret.to_owned(),
            mac_input: "bytes".to_owned(),
            header,
            verdict: if reasons == ["valid"] { "valid" } else { "invalid" }.to_owned(),
            reason: reasons[0].to_owned(),
            reasons: reasons
                .iter()
                .skip(usize::from(reasons.len() < 2))
                .map(|&code| code.to_owned())
                .collect(),
        });
    }

    /// A body, another one that was signed, and what that is called.
    fn signed(&mut self, body: &[u8], signed: &[u8], reasons: &[&str]) {
        let name = reasons.join(", ");
        self.add(&name, body, SECRET, Some(header(SECRET, signed)), reasons);
    }

    fn latin1(&mut self, name: &str, body: &[u8], header: String, reasons: &[&str]) {
        self.add(name, body, SECRET, Some(header), reasons);
        "latin1".clone_into(&mut self.0.last_mut().unwrap().mac_input);
    }
}

fn valid(table: &mut Table) {
    let every_byte: Vec<u8> = (0..=255).collect();
    for (name, body) in [
        ("an event", EVENT.as_bytes()),
        ("characters beyond ASCII", WIDE.as_bytes()),
        ("a line break at the end", b"{\"sequence\":1}\n"),
        ("CR LF", b"{\r\n\"sequence\":1\r\n}\r\n"),
        ("a byte order mark", b"\xef\xbb\xbf{}"),
        ("every byte", &every_byte),
        ("an empty body", b""),
    ] {
        table.add(name, body, SECRET, Some(header(SECRET, body)), &["valid"]);
    }
    for (name, secret) in [
        ("a secret beyond ASCII", "schl\u{fc}ssel \u{1f511}"),
        ("a secret longer than a block", &"0123456789abcdef".repeat(9)[..]),
        ("a secret of one letter", "s"),
    ] {
        table.add(name, EVENT.as_bytes(), secret, Some(header(secret, EVENT)), &["valid"]);
    }
    table.latin1("ASCII, hashed as latin1", EVENT.as_bytes(), header(SECRET, EVENT), &["valid"]);
    let wide = header(SECRET, as_node_ascii(WIDE.as_bytes()));
    table.latin1("beyond ASCII, hashed as latin1", WIDE.as_bytes(), wide, &["valid"]);
    let body = b"{\"a\":\"\xff\xfe\"}";
    table.latin1("not UTF-8, hashed as latin1", body, header(SECRET, as_node_ascii(body)), &["valid"]);
    table.latin1(
        "hashed as bytes, checked as latin1",
        WIDE.as_bytes(),
        header(SECRET, WIDE),
        &["signed-bytes"],
    );
    let other = header("other", as_node_ascii(WIDE.as_bytes()));
    table.latin1("another secret, latin1", WIDE.as_bytes(), other, &["wrong-secret"]);
}

fn headers(table: &mut Table) {
    let right = header(SECRET, EVENT);
    let digits = &right[12..];
    let bytes = hex::decode(digits).unwrap();
    let pre = |digits: String| format!("hmac-sha256={digits}");
    let wide = pre(String::from("\u{eb}").repeat(64));
    for (header, reasons) in [
        (None, &["header-missing"][..]),
        (Some(String::new()), &["header-empty"]),
        (Some(format!("{right}, {right}")), &["header-several"]),
        (Some(digits.to_owned()), &["header-prefix-missing"]),
        (Some(format!("sha256={digits}")), &["header-prefix-wrong"]),
        (Some(format!("hmac-sha1={digits}")), &["header-prefix-wrong"]),
        (Some(format!("HMAC-SHA256={digits}")), &["header-prefix-case"]),
        (Some(pre(right.clone())), &["header-prefix-twice"]),
        (Some(format!(" {right}")), &["header-blanks"]),
        (Some(format!("{right}\n")), &["header-blanks"]),
        (Some(format!("\"{right}\"")), &["header-quoted"]),
        (Some(format!("X-WMS-Content-MAC: {right}")), &["header-name"]),
        (Some(pre(digits.to_uppercase())), &["header-hex-upper-case"]),
        (Some(right.to_uppercase()), &["header-hex-upper-case", "header-prefix-case"]),
        (Some(pre(STANDARD.encode(&bytes))), &["header-base64"]),
        (Some(STANDARD.encode(&bytes)), &["header-base64", "header-prefix-missing"]),
        (Some(pre(URL_SAFE_NO_PAD.encode(&bytes))), &["header-base64url"]),
        (Some(pre(hex::encode(digits))), &["header-hex-of-hex"]),
        (Some(pre(STANDARD.encode(digits))), &["header-base64-of-hex"]),
        (Some(right[..right.len() - 2].to_owned()), &["header-truncated"]),
        (Some(pre(String::new())), &["header-truncated"]),
        (Some(format!("{right}0")), &["header-extended"]),
        (Some(wide), &["header-not-hex"]),
        (Some(pre("0".repeat(64))), &["wrong-secret"]),
        (Some(header("another secret", EVENT)), &["wrong-secret"]),
        (
            Some(format!(
                "sha1={}",
                hex::encode(mac::<Hmac<sha1::Sha1>>(SECRET.as_bytes(), EVENT.as_bytes()))
            )),
            &["hash-sha1", "header-prefix-wrong"],
        ),
        (
            Some(pre(hex::encode(mac::<Hmac<sha2::Sha512>>(SECRET.as_bytes(), EVENT.as_bytes())))),
            &["hash-sha512"],
        ),
        (Some(pre(hex::encode(Sha256::digest(EVENT)))), &["hash-without-key"]),
        (Some(pre(hex::encode(Sha256::digest(format!("{SECRET}{EVENT}"))))), &["hash-of-secret-and-body"]),
        (Some(header(EVENT, SECRET)), &["key-message-swapped"]),
    ] {
        table.add(&reasons.join(", "), EVENT.as_bytes(), SECRET, header, reasons);
    }
}

fn secrets(table: &mut Table) {
    for (secret, key, reason) in [
        (SECRET, String::new(), "secret-empty"),
        (SECRET, "undefined".to_owned(), "secret-undefined"),
        (SECRET, format!("{SECRET}\n"), "secret-with-newline"),
        ("a secret\n", "a secret".to_owned(), "secret-trimmed"),
        (SECRET, format!("\"{SECRET}\""), "secret-quoted"),
        ("YSBzZWNyZXQ=", "a secret".to_owned(), "secret-base64-decoded"),
        ("6120736563726574", "a secret".to_owned(), "secret-hex-decoded"),
        ("a%20secret", "a secret".to_owned(), "secret-url-decoded"),
    ] {
        table.add(reason, EVENT.as_bytes(), secret, Some(header(key, EVENT)), &[reason]);
    }
}

fn bodies(table: &mut Table) {
    let event = EVENT.as_bytes();
    let spaced = EVENT.replace(':', ": ").replace(',', ", ");
    let value: serde_json::Value = serde_json::from_str(EVENT).unwrap();
    let pretty = serde_json::to_string_pretty(&value).unwrap();
    let mut sorted = value;
    sorted.sort_all_objects();
    let sorted = sorted.to_string();
    let ascii = WIDE
        .replace('\u{eb}', "\\u00eb")
        .replace('\u{20ac}', "\\u20ac")
        .replace('\u{1f642}', "\\ud83d\\ude42");
    let floats =
        EVENT.replace("\":1689684577,", "\":1.689684577E9,").replace(":7,", ":7.0,").replace(":1}", ":1.0}");
    for (body, signed, reasons) in [
        (event, &b""[..], &["signed-empty-body"][..]),
        (event, format!("{EVENT}\n").as_bytes(), &["signed-with-newline"]),
        (format!("{EVENT}\n").as_bytes(), event, &["signed-without-newline"]),
        (format!(" {EVENT} ").as_bytes(), event, &["signed-trimmed"]),
        (pretty.as_bytes(), pretty.replace('\n', "\r\n").as_bytes(), &["signed-with-crlf"]),
        (pretty.replace('\n', "\r\n").as_bytes(), pretty.as_bytes(), &["signed-with-lf"]),
        (event, format!("\u{feff}{EVENT}").as_bytes(), &["signed-with-bom"]),
        (format!("\u{feff}{EVENT}").as_bytes(), event, &["signed-without-bom"]),
        (WIDE.as_bytes(), &as_node_ascii(WIDE.as_bytes()), &["signed-latin1"]),
        (b"\"Zo\xc3\x83\xc2\xab\"", "\"Zo\u{eb}\"".as_bytes(), &["signed-before-double-encoding"]),
        ("\"Zo\u{eb}\"".as_bytes(), b"\"Zo\xc3\x83\xc2\xab\"", &["signed-double-encoded"]),
        ("\"Zo\u{eb}\"".as_bytes(), b"\"Zo?\"", &["signed-question-marks"]),
        (b"\"Zo\xeb\"", "\"Zo\u{fffd}\"".as_bytes(), &["signed-replacement-marks"]),
        (&utf16(EVENT), event, &["signed-before-utf16"]),
        (&utf16(EVENT), b"another", &["wrong-secret", "body-utf16"]),
        (STANDARD.encode(EVENT).as_bytes(), event, &["signed-before-base64"]),
        (format!("b'{EVENT}'").as_bytes(), event, &["signed-before-repr"]),
        (event, format!("b'{EVENT}'").as_bytes(), &["signed-as-repr"]),
        (format!("'{EVENT}'").as_bytes(), event, &["signed-inside-quotes"]),
        (b"", event, &["wrong-secret", "body-empty"]),
        (&event[..EVENT.len() / 2], event, &["wrong-secret", "body-cut-short"]),
        (b"[object Object]", event, &["wrong-secret", "body-not-json"]),
        (event, spaced.as_bytes(), &["signed-with-spaces"]),
        (spaced.as_bytes(), event, &["signed-compact"]),
        (event, pretty.as_bytes(), &["signed-indented-2"]),
        (event, pretty.replace("  ", "    ").as_bytes(), &["signed-indented-4"]),
        (event, sorted.as_bytes(), &["signed-sorted"]),
        (sorted.as_bytes(), event, &["signed-in-documented-order"]),
        (WIDE.as_bytes(), ascii.as_bytes(), &["signed-ascii"]),
        (ascii.as_bytes(), WIDE.as_bytes(), &["signed-utf8"]),
        (br#"{"a":"b/c"}"#, br#"{"a":"b\/c"}"#, &["signed-with-slash-escapes"]),
        (br#"{"a":"<b>"}"#, br#"{"a":"\u003cb\u003e"}"#, &["signed-with-html-escapes"]),
        (floats.as_bytes(), event, &["signed-numbers-as-javascript"]),
        (event, floats.as_bytes(), &["signed-numbers-as-java"]),
        (
            WIDE.as_bytes(),
            ascii.replace("\":", "\": ").replace(",\"", ", \"").as_bytes(),
            &["signed-with-spaces", "signed-ascii"],
        ),
    ] {
        table.signed(body, signed, reasons);
    }
}

/// As PowerShell's `>` writes it.
fn utf16(text: &str) -> Vec<u8> {
    "\u{feff}".encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

/// All of them.
pub(super) fn vectors() -> Vec<Vector> {
    let mut table = Table::default();
    valid(&mut table);
    headers(&mut table);
    secrets(&mut table);
    bodies(&mut table);
    table.0
}
