//! The body, as it is usually changed between signing and checking: its ends, line ends, encoding, wrapping.

use std::borrow::Cow;

use base64::Engine as _;
use serde_json::value::RawValue;

use super::header::BASE64;
use super::reason::Reason;
use super::repr;
use crate::protocol::dialect::Charset;
use crate::protocol::json;
use crate::protocol::mac::as_node_ascii;

const BOM: &[u8] = b"\xef\xbb\xbf";

type Make = fn(&[u8]) -> Option<Cow<'_, [u8]>>;

/// How each body that may have been signed is made from the one at hand, the likely ones first. What returns nothing, or
/// the body itself, does not apply.
pub(super) const VARIANTS: &[(Reason, Make)] = &[
    (Reason::SignedWithNewline, |body| Some([body, b"\n"].concat().into())),
    (Reason::SignedWithNewline, |body| Some([body, b"\r\n"].concat().into())),
    (Reason::SignedWithoutNewline, |body| without_newline(body).map(Cow::from)),
    (Reason::SignedTrimmed, |body| Some(body.trim_ascii().into())),
    (Reason::SignedTrimmed, |body| Some(body.trim_ascii_end().into())),
    (Reason::SignedEmptyBody, |_| Some(Cow::from(&b""[..]))),
    (Reason::SignedWithLf, |body| replaced(body, b"\r\n", b"\n")),
    (Reason::SignedWithCrlf, |body| replaced(&without_cr(body)?, b"\n", b"\r\n").map(owned)),
    (Reason::SignedBeforeDoubleEncoding, |body| {
        undoubled(body).filter(|once| is_wide_utf8(once)).map(Cow::from)
    }),
    (Reason::SignedLatin1, |body| wide_text(body).map(|_| as_node_ascii(body).into())),
    (Reason::SignedQuestionMarks, |body| Some(question_marks(wide_text(body)?, char::len_utf16).into())),
    (Reason::SignedQuestionMarks, |body| Some(question_marks(wide_text(body)?, |_| 1).into())),
    (Reason::SignedDoubleEncoded, |body| (!body.is_ascii()).then(|| doubled(body).into())),
    (Reason::SignedReplacementMarks, |body| match String::from_utf8_lossy(body) {
        Cow::Owned(text) => Some(text.into_bytes().into()),
        Cow::Borrowed(_) => None,
    }),
    (Reason::SignedWithoutBom, |body| body.strip_prefix(BOM).map(Cow::from)),
    (Reason::SignedWithBom, |body| (!body.starts_with(BOM)).then(|| [BOM, body].concat().into())),
    (Reason::SignedBeforeUtf16, |body| Some(utf16(body)?.into_bytes().into())),
    (Reason::SignedBeforeBase64, |body| BASE64.decode(body.trim_ascii()).ok().map(Cow::from)),
    (Reason::SignedInsideString, |body| {
        Some(serde_json::from_slice::<String>(body).ok()?.into_bytes().into())
    }),
    (Reason::SignedBeforeRepr, |body| repr::unwrapped(body.trim_ascii().strip_prefix(b"b")?)),
    (Reason::SignedAsRepr, |body| Some(repr::of(body).into())),
    (Reason::SignedInsideQuotes, |body| quoted(body).map(Cow::from)),
    (Reason::SignedInsideQuotes, |body| repr::unwrapped(body.trim_ascii())),
    (Reason::SignedAsString, |body| as_string(body, Charset::Utf8)),
    (Reason::SignedAsString, |body| as_string(body, Charset::Ascii)),
    (Reason::SignedUtf16, |body| {
        let text = std::str::from_utf8(body).ok()?;
        Some(text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<_>>().into())
    }),
];

fn owned(body: Cow<'_, [u8]>) -> Cow<'static, [u8]> {
    body.into_owned().into()
}

fn without_newline(body: &[u8]) -> Option<&[u8]> {
    let rest = body.strip_suffix(b"\n")?;
    Some(rest.strip_suffix(b"\r").unwrap_or(rest))
}

/// The body with LF alone, so that CR LF is not made CR CR LF.
fn without_cr(body: &[u8]) -> Option<Cow<'_, [u8]>> {
    body.contains(&b'\n').then(|| replaced(body, b"\r\n", b"\n").unwrap_or(Cow::Borrowed(body)))
}

fn replaced<'a>(body: &[u8], from: &[u8], to: &[u8]) -> Option<Cow<'a, [u8]>> {
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    let mut any = false;
    while let Some((first, after)) = rest.split_first() {
        if let Some(after) = rest.strip_prefix(from) {
            out.extend_from_slice(to);
            (rest, any) = (after, true);
        } else {
            out.push(*first);
            rest = after;
        }
    }
    any.then(|| out.into())
}

/// The body's text, where it is UTF-8 and more than ASCII.
fn wide_text(body: &[u8]) -> Option<&str> {
    std::str::from_utf8(body).ok().filter(|text| !text.is_ascii())
}

fn is_wide_utf8(body: &[u8]) -> bool {
    wide_text(body).is_some()
}

fn question_marks(text: &str, count: impl Fn(char) -> usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(text.len());
    for character in text.chars() {
        match u8::try_from(character) {
            Ok(byte) if byte.is_ascii() => out.push(byte),
            _ => out.extend(std::iter::repeat_n(b'?', count(character))),
        }
    }
    out
}

/// Each byte taken for a character, and those encoded as UTF-8.
fn doubled(body: &[u8]) -> Vec<u8> {
    body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes()
}

fn undoubled(body: &[u8]) -> Option<Vec<u8>> {
    wide_text(body)?.chars().map(|character| u8::try_from(character).ok()).collect()
}

fn quoted(body: &[u8]) -> Option<&[u8]> {
    match body.trim_ascii() {
        [b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"'] => Some(inner),
        _ => None,
    }
}

/// The text of a body in UTF-16, with a mark before it or without.
fn utf16(body: &[u8]) -> Option<String> {
    let (little, units) = match body {
        [0xff, 0xfe, units @ ..] => (true, units),
        [0xfe, 0xff, units @ ..] => (false, units),
        [1..=255, 0, ..] => (true, body),
        [0, 1..=255, ..] => (false, body),
        _ => return None,
    };
    let (pairs, rest) = units.as_chunks::<2>();
    let read = if little { u16::from_le_bytes } else { u16::from_be_bytes };
    let units = pairs.iter().copied().map(read);
    rest.is_empty().then(|| char::decode_utf16(units).collect::<Result<String, _>>().ok())?
}

fn as_string(body: &[u8], charset: Charset) -> Option<Cow<'_, [u8]>> {
    let text = std::str::from_utf8(body).ok()?;
    let mut out = Vec::with_capacity(body.len() + 64);
    json::write_string(&mut out, text, charset);
    Some(out.into())
}

/// Why a body can hardly be what WMS signed, where no slip explains its MAC. It proves nothing.
pub(super) fn doubt(body: &[u8], too_large: bool) -> Option<Reason> {
    if body.trim_ascii().is_empty() {
        return Some(Reason::BodyEmpty);
    }
    if too_large {
        return None;
    }
    if matches!(body, [0xff, 0xfe, ..] | [0xfe, 0xff, ..]) || utf16(body).is_some() {
        return Some(Reason::BodyUtf16);
    }
    let error = serde_json::from_slice::<&RawValue>(body).err()?;
    Some(if error.is_eof() { Reason::BodyCutShort } else { Reason::BodyNotJson })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first variant that makes `signed` of `body`.
    fn named(body: &[u8], signed: &[u8]) -> Option<Reason> {
        VARIANTS.iter().find(|(_, make)| make(body).as_deref() == Some(signed)).map(|(reason, _)| *reason)
    }

    #[test]
    fn every_change_of_a_body_has_a_name() {
        for (body, signed, reason) in [
            (&b"{}"[..], &b"{}\n"[..], Reason::SignedWithNewline),
            (b"{}", b"{}\r\n", Reason::SignedWithNewline),
            (b"{}\n", b"{}", Reason::SignedWithoutNewline),
            (b"{}\r\n", b"{}", Reason::SignedWithoutNewline),
            (b" {}\n\n", b"{}", Reason::SignedTrimmed),
            (b"{} ", b"{}", Reason::SignedTrimmed),
            (b"{}", b"", Reason::SignedEmptyBody),
            (b"{\r\n}", b"{\n}", Reason::SignedWithLf),
            (b"{\n}", b"{\r\n}", Reason::SignedWithCrlf),
            (b"\xc3\x83\xc2\xa9", b"\xc3\xa9", Reason::SignedBeforeDoubleEncoding),
            (b"\xc3\xa9", b"\xe9", Reason::SignedLatin1),
            ("\u{1f642}!".as_bytes(), b"\x3d\x42!", Reason::SignedLatin1),
            ("\u{1f642}!".as_bytes(), b"??!", Reason::SignedQuestionMarks),
            ("\u{1f642}!".as_bytes(), b"?!", Reason::SignedQuestionMarks),
            (b"\xc3\xa9", b"\xc3\x83\xc2\xa9", Reason::SignedDoubleEncoded),
            (b"a\xff", b"a\xef\xbf\xbd", Reason::SignedReplacementMarks),
            (b"\xef\xbb\xbf{}", b"{}", Reason::SignedWithoutBom),
            (b"{}", b"\xef\xbb\xbf{}", Reason::SignedWithBom),
            (b"e30=", b"{}", Reason::SignedBeforeBase64),
            (br#""{\"a\":1}""#, br#"{"a":1}"#, Reason::SignedInsideString),
            (br#"{"a":1}"#, br#""{\"a\":1}""#, Reason::SignedAsString),
            ("\u{e9}".as_bytes(), br#""\u00e9""#, Reason::SignedAsString),
            (b"{}", b"{\0}\0", Reason::SignedUtf16),
            (b"\xff\xfe{\0}\0", b"{}", Reason::SignedBeforeUtf16),
            (b"\xfe\xff\0{\0}", b"{}", Reason::SignedBeforeUtf16),
            (b"{\0}\0", b"{}", Reason::SignedBeforeUtf16),
            (b"\0{\0}", b"{}", Reason::SignedBeforeUtf16),
            (b"b'{}'", b"{}", Reason::SignedBeforeRepr),
            (b" b'{\\n}'\n", b"{\n}", Reason::SignedBeforeRepr),
            (b"{}", b"b'{}'", Reason::SignedAsRepr),
            (b"'{}'", b"{}", Reason::SignedInsideQuotes),
            (b"'{\\n}'", b"{\n}", Reason::SignedInsideQuotes),
        ] {
            assert_eq!(named(body, signed), Some(reason), "{}", String::from_utf8_lossy(body));
        }
    }
}
