//! Each reason by an example.

use std::collections::BTreeSet;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Digest;

use super::*;

const BODY: &str = concat!(
    r#"{"timestamp":1689684577,"sessionId":"s-1","sequence":7,"event":"INTERMEDIATE_RESULTS","#,
    r#""severity":"INFO","payload":{"measurementId":"m","snr":4.37,"sequence":1}}"#
);

/// Secret, body, header, and the reasons.
type Example = (&'static str, String, String, &'static [Reason]);

fn mac<M: Mac + KeyInit>(key: &str, body: &str) -> String {
    hex::encode(
        <M as KeyInit>::new_from_slice(key.as_bytes()).unwrap().chain_update(body).finalize().into_bytes(),
    )
}

fn of_headers() -> Vec<Example> {
    use Reason::*;
    let right = header(b"s", BODY.as_bytes());
    let digits = &right[12..];
    let bytes = hex::decode(digits).unwrap();
    let base64 = |bytes: &[u8]| base64::Engine::encode(&base64::engine::general_purpose::STANDARD, bytes);
    let url = base64::Engine::encode(&base64::engine::general_purpose::URL_SAFE_NO_PAD, &bytes);
    let pairs: Vec<&str> =
        digits.as_bytes().chunks(2).map(|pair| std::str::from_utf8(pair).unwrap()).collect();
    let pre = |digits: &str| format!("hmac-sha256={digits}");
    [
        (right.clone(), &[Valid][..]),
        (String::new(), &[HeaderEmpty]),
        (format!("{right},{right}"), &[HeaderSeveral]),
        (digits.to_owned(), &[HeaderPrefixMissing]),
        (format!("sha256={digits}"), &[HeaderPrefixWrong]),
        (format!("HMAC-SHA256={digits}"), &[HeaderPrefixCase]),
        (format!("hmac-sha256={right}"), &[HeaderPrefixTwice]),
        (format!("{right}\r\n"), &[HeaderBlanks]),
        (format!("'{right}'"), &[HeaderQuoted]),
        (format!("X-WMS-Content-MAC: {right}"), &[HeaderName]),
        (pre(&digits.to_uppercase()), &[HeaderHexUpperCase]),
        (pre(&base64(&bytes)), &[HeaderBase64]),
        (base64(&bytes), &[HeaderBase64, HeaderPrefixMissing]),
        (pre(&url), &[HeaderBase64Url]),
        (pre(&hex::encode(digits)), &[HeaderHexOfHex]),
        (pre(&base64(digits.as_bytes())), &[HeaderBase64OfHex]),
        (pre(&pairs.join(":")), &[HeaderHexSeparated]),
        (pre(&digits[..40]), &[HeaderTruncated]),
        (pre(&digits[1..]), &[HeaderTruncated]),
        // Too few digits are not judged, right or not.
        (pre(&digits[..30]), &[HeaderTruncated]),
        (pre("00"), &[HeaderTruncated]),
        (pre(&"0".repeat(40)), &[HeaderTruncated, WrongSecret]),
        (pre(&format!("{digits}00")), &[HeaderExtended]),
        (pre(&"0".repeat(70)), &[HeaderExtended, WrongSecret]),
        (pre("not a digest"), &[HeaderNotHex]),
        (pre(&"0".repeat(64)), &[WrongSecret]),
        (format!("sha1={}", mac::<Hmac<sha1::Sha1>>("s", BODY)), &[HashSha1, HeaderPrefixWrong]),
        (pre(&mac::<Hmac<sha2::Sha384>>("s", BODY)), &[HashSha384]),
        (pre(&mac::<Hmac<sha2::Sha512>>("s", BODY)), &[HashSha512]),
        (pre(&mac::<Hmac<md5::Md5>>("s", BODY)), &[HashMd5]),
        (pre(&hex::encode(sha2::Sha256::digest(BODY))), &[HashWithoutKey]),
        (pre(&hex::encode(sha1::Sha1::digest(BODY))), &[HashWithoutKey]),
        (pre(&hex::encode(sha2::Sha256::digest(format!("s{BODY}")))), &[HashOfSecretAndBody]),
        (pre(&hex::encode(sha2::Sha256::digest(format!("{BODY}s")))), &[HashOfSecretAndBody]),
        (header(BODY.as_bytes(), b"s"), &[KeyMessageSwapped]),
    ]
    .into_iter()
    .map(|(header, reasons)| ("s", BODY.to_owned(), header, reasons))
    .collect()
}

fn of_secrets() -> Vec<Example> {
    use Reason::*;
    [
        ("s", &b""[..], &[SecretEmpty][..]),
        ("s", b"undefined", &[SecretUndefined]),
        ("s", b"s\n", &[SecretWithNewline]),
        ("s\n", b"s", &[SecretTrimmed]),
        ("s", b"\"s\"", &[SecretQuoted]),
        ("\"s\"", b"s", &[SecretUnquoted]),
        ("c2VjcmV0", b"secret", &[SecretBase64Decoded]),
        ("secret", b"c2VjcmV0", &[SecretBase64Encoded]),
        ("0aff", b"\x0a\xff", &[SecretHexDecoded]),
        ("a%20b", b"a b", &[SecretUrlDecoded]),
        ("a b", b"a%20b", &[SecretUrlEncoded]),
        ("s", b"\xef\xbb\xbfs", &[SecretBom]),
        ("\u{e9}", b"\xe9", &[SecretLatin1]),
        ("st", b"s\0t\0", &[SecretUtf16]),
    ]
    .into_iter()
    .map(|(secret, key, reasons)| (secret, BODY.to_owned(), header(key, BODY.as_bytes()), reasons))
    .collect()
}

fn of_bodies() -> Vec<Example> {
    use Reason::*;
    let indented = "{\n  \"a\": [\n    1,\n    {}\n  ]\n}";
    [
        ("{}", &b""[..], &[SignedEmptyBody][..]),
        ("\u{e9}", b"\xe9", &[SignedLatin1]),
        ("\u{c3}\u{a9}", b"\xc3\xa9", &[SignedBeforeDoubleEncoding]),
        ("\u{e9}", b"\xc3\x83\xc2\xa9", &[SignedDoubleEncoded]),
        ("a", b"a\0", &[SignedUtf16]),
        ("\u{e9}", b"?", &[SignedQuestionMarks]),
        ("e30=", b"{}", &[SignedBeforeBase64]),
        (r#""{\"a\":1}""#, br#"{"a":1}"#, &[SignedInsideString]),
        (r#"{"a":1}"#, br#""{\"a\":1}""#, &[SignedAsString]),
        (r#"b'{"a":1}'"#, br#"{"a":1}"#, &[SignedBeforeRepr]),
        (r#"b"{\"a\":'\\'}""#, br#"{"a":'\'}"#, &[SignedBeforeRepr]),
        (r#"{"a":1}"#, br#"b'{"a":1}'"#, &[SignedAsRepr]),
        ("{'a':1}\n", br#"b"{'a':1}\n""#, &[SignedAsRepr]),
        ("'{\"a\":1}'", br#"{"a":1}"#, &[SignedInsideQuotes]),
        ("\"{\"a\":1}\"", br#"{"a":1}"#, &[SignedInsideQuotes]),
        ("{}", b"{}\n", &[SignedWithNewline]),
        ("{}\r\n", b"{}", &[SignedWithoutNewline]),
        (" {} ", b"{}", &[SignedTrimmed]),
        ("{\n}", b"{\r\n}", &[SignedWithCrlf]),
        ("{\r\n}", b"{\n}", &[SignedWithLf]),
        ("{\r\n}", b"{\n}\n", &[SignedWithNewline, SignedWithLf]),
        ("{}", b"\xef\xbb\xbf{}", &[SignedWithBom]),
        ("\u{feff}{}", b"{}", &[SignedWithoutBom]),
        (r#"{"b":1,"a":{"d":2,"c":3}}"#, br#"{"a":{"c":3,"d":2},"b":1}"#, &[SignedSorted]),
        (
            r#"{"event":"E","sequence":0,"sessionId":"s","severity":"INFO","timestamp":1}"#,
            br#"{"timestamp":1,"sessionId":"s","sequence":0,"event":"E","severity":"INFO"}"#,
            &[SignedInDocumentedOrder],
        ),
        (r#"{"a": [1, {}]}"#, br#"{"a":[1,{}]}"#, &[SignedCompact]),
        (r#"{"a":[1,{}]}"#, br#"{"a": [1, {}]}"#, &[SignedWithSpaces]),
        (r#"{"a":[1,{}]}"#, indented.as_bytes(), &[SignedIndented2]),
        (indented, b"{\n    \"a\": [\n        1,\n        {}\n    ]\n}", &[SignedIndented4]),
        ("{ \"a\":1}", b"{\n\t\"a\": 1\n}", &[SignedIndentedTab]),
        (indented, b"{\"a\":[1,{}]}\n", &[SignedWithNewline, SignedCompact]),
        ("{\"a\":1}\n", b"{\"a\": 1}\n", &[SignedWithSpaces]),
        ("{\"a\":1}\n", b"{\"a\": 1}", &[SignedWithoutNewline, SignedWithSpaces]),
        ("{\"\u{e9}\":\"\u{1f642}\"}", br#"{"\u00e9":"\ud83d\ude42"}"#, &[SignedAscii]),
        ("{ \"\u{e9}\":1 }", br#"{ "\u00e9":1 }"#, &[SignedAscii]),
        ("{\"a\":\"\u{e9}\"}", br#"{"a":"\u00E9"}"#, &[SignedAscii, SignedUpperCaseEscapes]),
        (r#"{"a":"\u00e9"}"#, "{\"a\":\"\u{e9}\"}".as_bytes(), &[SignedUtf8]),
        (r#"{"a":"\u00e9"}"#, br#"{"a":"\u00E9"}"#, &[SignedUpperCaseEscapes]),
        (r#"{"a":"\u00E9"}"#, br#"{"a":"\u00e9"}"#, &[SignedLowerCaseEscapes]),
        (r#"{"a":"/"}"#, br#"{"a":"\/"}"#, &[SignedWithSlashEscapes]),
        (r#"{"a":"\/"}"#, br#"{"a":"/"}"#, &[SignedWithoutSlashEscapes]),
        (r#"{"a":"<&>"}"#, br#"{"a":"\u003c\u0026\u003e"}"#, &[SignedWithHtmlEscapes]),
        (r#"{"a":"\u003C"}"#, br#"{"a":"<"}"#, &[SignedWithoutHtmlEscapes]),
        (r#"{"a":"\u0041"}"#, br#"{"a":"A"}"#, &[SignedUsualEscapes]),
        (r#"{"a":1.50,"b":1E3}"#, br#"{"a":1.5,"b":1000}"#, &[SignedNumbersAsJavascript]),
        (r#"{"a":1,"b":1E3}"#, br#"{"a":1,"b":1000.0}"#, &[SignedNumbersAsPython]),
        (r#"{"a":10000000}"#, br#"{"a":10000000.0}"#, &[SignedNumbersAsFloats]),
        (r#"{"a":10000000}"#, br#"{"a":1.0E7}"#, &[SignedNumbersAsJava]),
        // What printing a body anew usually does at once.
        (
            "{\"b\":\"\u{e9}\",\"a\":1}",
            br#"{"a": 1, "b": "\u00e9"}"#,
            &[SignedSorted, SignedWithSpaces, SignedAscii],
        ),
        ("{\"a\":\"\u{e9}/\"}", br#"{"a":"\u00e9\/"}"#, &[SignedAscii, SignedWithSlashEscapes]),
        (
            r#"{"sequence":1.0,"event":"E","timestamp":2.0E9}"#,
            br#"{"timestamp":2000000000,"sequence":1,"event":"E"}"#,
            &[SignedInDocumentedOrder, SignedNumbersAsJavascript],
        ),
    ]
    .into_iter()
    .map(|(body, signed, reasons)| ("s", body.to_owned(), header(b"s", signed), reasons))
    .collect()
}

#[test]
fn every_reason_has_an_example() {
    use Reason::*;
    let mut seen = BTreeSet::new();
    for (secret, body, header, expected) in [of_headers(), of_secrets(), of_bodies()].concat() {
        let explanation = explained(secret.as_bytes(), body.as_bytes(), &header);
        assert_eq!(explanation.reasons(), expected, "{secret:?} {body} {header}\n{explanation}");
        let found = !expected.contains(&WrongSecret) && explanation.tried > 0;
        assert_eq!(explanation.secret, found.then_some(0), "{header}");
        assert!(!explanation.cut && !explanation.too_large);
        seen.extend(expected);
    }
    // Those that need more than a secret, a text and a header have tests of their own.
    seen.extend([HeaderMissing, SignedBytes, SignedReplacementMarks]);
    seen.extend([SignedBeforeUtf16, BodyEmpty, BodyCutShort, BodyUtf16, BodyNotJson]);
    let lacking: Vec<_> = Reason::ALL.iter().filter(|reason| !seen.contains(reason)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

#[test]
fn a_body_that_cannot_be_what_wms_signed_is_doubted() {
    use Reason::*;
    let wrong = header(b"another", b"{}");
    for (body, reasons) in [
        (&b"{}"[..], &[WrongSecret][..]),
        (b" {\"a\": 1e400}\n", &[WrongSecret]),
        (b"", &[WrongSecret, BodyEmpty]),
        (b" \n", &[WrongSecret, BodyEmpty]),
        (br#"{"timestamp":1"#, &[WrongSecret, BodyCutShort]),
        (br#"{"timestamp":1,"sessionId":"#, &[WrongSecret, BodyCutShort]),
        (br#"{"a":"\u00"#, &[WrongSecret, BodyCutShort]),
        (b"[object Object]", &[WrongSecret, BodyNotJson]),
        (b"a=1&b=2", &[WrongSecret, BodyNotJson]),
        (b"\xff\xfe{\0}\0", &[WrongSecret, BodyUtf16]),
        (b"\0{\0}", &[WrongSecret, BodyUtf16]),
        (b"\xff\xfe{\0}", &[WrongSecret, BodyUtf16]),
        (b"\0", &[WrongSecret, BodyNotJson]),
        (b"b'{\"a\":1}'", &[WrongSecret, BodyNotJson]),
        (b"{\"a\":\"\xff\"}", &[WrongSecret, BodyNotJson]),
    ] {
        let explanation = explained(b"s", body, &wrong);
        assert_eq!(explanation.reasons(), reasons, "{}", String::from_utf8_lossy(body));
        assert_eq!(explanation.reason(), WrongSecret);
    }
    // As PowerShell's > saves it, with a line break of its own.
    let saved = b"\xff\xfe{\0}\0\r\0\n\0";
    assert_eq!(
        explained(b"s", saved, &header(b"s", b"{}")).reasons(),
        [SignedBeforeUtf16, SignedWithoutNewline]
    );
    // What is explained is not doubted.
    assert_eq!(explained(b"s", b"{", &header(b"s", b"{\n")).reasons(), [SignedWithNewline]);
    assert_eq!(explained(b"s", b"", &header(b"s", b"")).reasons(), [Valid]);
    // A large body is not read for this; that it is empty can always be seen.
    let large = "{".repeat(Effort::THOROUGH.structured_body + 1);
    assert_eq!(explained(b"s", large.as_bytes(), &wrong).reasons(), [WrongSecret]);
}

#[test]
fn headers_that_are_missing_or_several() {
    let explain = |headers: &[&[u8]]| explain(&[signer(b"s")], b"{}", headers, Effort::THOROUGH);
    assert_eq!(explain(&[]).reasons(), [Reason::HeaderMissing]);
    assert_eq!(explain(&[b"a", b"b"]).reasons(), [Reason::HeaderSeveral]);
    assert_eq!(explain(&[b"\xff"]).reasons(), [Reason::HeaderNotHex]);
}

#[test]
fn the_secret_of_a_rotation_that_matched_is_named() {
    let signers = ["new", "old", "oldest"].map(|secret| signer(secret.as_bytes()));
    let explain = |key: &[u8]| explain(&signers, b"{}", &[header(key, b"{}").as_bytes()], Effort::THOROUGH);
    for (key, secret, reasons) in [
        (&b"new"[..], 0, &[Reason::Valid][..]),
        (b"oldest", 2, &[Reason::Valid]),
        (b"old\n", 1, &[Reason::SecretWithNewline]),
    ] {
        let explanation = explain(key);
        assert_eq!((explanation.secret, explanation.reasons()), (Some(secret), reasons));
    }
    assert_eq!(explain(b"other").secret, None);
    let none = super::explain(&[], b"{}", &[header(b"s", b"{}").as_bytes()], Effort::THOROUGH);
    assert_eq!(none.reasons(), [Reason::WrongSecret]);
}

#[test]
fn bodies_that_are_not_utf_8_and_the_snippets_input() {
    let body = b"{\"a\":\"\xff\"}";
    let lossy = "{\"a\":\"\u{fffd}\"}";
    let explanation = explained(b"s", body, &header(b"s", lossy.as_bytes()));
    assert_eq!(explanation.reasons(), [Reason::SignedReplacementMarks]);
    let body = "{\"a\":\"\u{e9}\u{20ac}\"}".as_bytes();
    let latin1 = Signer::new(&Secret::new("s"), MacInput::Latin1);
    let explain = |header: &str| {
        explain(std::slice::from_ref(&latin1), body, &[header.as_bytes()], Effort::THOROUGH)
            .reasons()
            .to_vec()
    };
    assert_eq!(explain(latin1.sign(body).as_str()), [Reason::Valid]);
    assert_eq!(explain(&header(b"s", body)), [Reason::SignedBytes]);
    assert_eq!(explain(&header(b"t", body)), [Reason::WrongSecret]);
    // The sender follows the page's snippet and the receiver does not.
    assert_eq!(explained(b"s", body, latin1.sign(body).as_str()).reasons(), [Reason::SignedLatin1]);
}

#[test]
fn a_slip_of_the_secret_and_one_of_the_body_are_both_named() {
    let explanation = explained(b"s", b"{}", &header(b"s\n", b"{}\n").to_uppercase());
    let expected = [
        Reason::SecretWithNewline,
        Reason::SignedWithNewline,
        Reason::HeaderHexUpperCase,
        Reason::HeaderPrefixCase,
    ];
    assert_eq!(explanation.reasons(), expected);
    assert_eq!(explanation.reason(), Reason::SecretWithNewline);
    assert_eq!(explanation.to_string().split(':').next(), Some("secret-with-newline"));
    assert!(
        explanation
            .what()
            .starts_with("The MAC was made with a line break at the end of the secret. The MAC is")
    );
    assert!(explanation.hint().ends_with("and the digits right after it."));
}

#[test]
fn the_search_is_bounded() {
    let body = format!("{{\"a\":[{}1.50]}}", "\"\u{e9}/<\",0.10,".repeat(200_000));
    assert!(body.len() > 2 << 20);
    let zeros = format!("hmac-sha256={}", "0".repeat(64));
    let large = explain(&[signer(b"c2VjcmV0")], body.as_bytes(), &[zeros.as_bytes()], Effort::QUICK);
    assert_eq!((large.reason(), large.tried, large.cut), (Reason::WrongSecret, 1, true));
    let bounds = Effort::THOROUGH;
    let large = explain(&[signer(b"s")], body.as_bytes(), &[zeros.as_bytes()], bounds);
    assert!(large.too_large && !large.cut && large.tried < 100, "{large:?}");
    // Every way to write a small body differs: the most tries that one secret can need.
    let body = r#"{"b":[{"c":"é\/<\u003e\u0041"},1.50,1E3,10000000],"a":"\u00e9\u00E9","timestamp":1}"#;
    let small = explained(b"c2Vj%20cmV0", body.as_bytes(), &zeros);
    assert!(!small.cut && small.tried > 1000 && small.tried < Effort::THOROUGH.tries, "{small:?}");
    let quick = explain(&[signer(b"s")], body.as_bytes(), &[zeros.as_bytes()], Effort::QUICK);
    assert_eq!((quick.cut, quick.tried), (true, Effort::QUICK.tries));
}

#[test]
fn explanations_hold_no_secret_and_no_digest() {
    let right = header(b"hunter2", b"{}");
    for header in [right.replace("hmac-", ""), header(b"hunter2\n", b"{}"), header(b"hunter3", b"{}")] {
        let explanation = explained(b"hunter2", b"{}", &header);
        let told = format!("{explanation:?} {explanation} {} {}", explanation.what(), explanation.hint());
        assert!(!told.contains("hunter") && !told.contains(&right[12..]) && !told.contains(&header[12..]));
    }
}
