//! Bytes as Python's `repr()` writes them: `b'...'`, which `str(body)` and f-strings put in the body's place.

use std::borrow::Cow;

/// What `repr()` makes of the bytes.
pub(super) fn of(body: &[u8]) -> Vec<u8> {
    // Python takes double quotes only where that saves escapes.
    let quote = if body.contains(&b'\'') && !body.contains(&b'"') { b'"' } else { b'\'' };
    let mut out = Vec::with_capacity(body.len() + 8);
    out.extend([b'b', quote]);
    for byte in body {
        match byte {
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            b'\\' => out.extend(b"\\\\"),
            byte if *byte == quote => out.extend([b'\\', quote]),
            0x20..=0x7e => out.push(*byte),
            _ => {
                out.extend(b"\\x");
                out.extend(hex::encode([*byte]).as_bytes());
            }
        }
    }
    out.push(quote);
    out
}

/// The bytes that stand in quotes, with their escapes read; nothing where there are no quotes, or an escape is none of
/// Python's.
pub(super) fn unwrapped(quoted: &[u8]) -> Option<Cow<'_, [u8]>> {
    let ([b'\'', inner @ .., b'\''] | [b'"', inner @ .., b'"']) = quoted else { return None };
    if !inner.contains(&b'\\') {
        return Some(inner.into());
    }
    let mut out = Vec::with_capacity(inner.len());
    let mut rest = inner;
    loop {
        rest = match rest {
            [] => return Some(out.into()),
            [b'\\', b'x', high, low, rest @ ..] => {
                out.extend(hex::decode([*high, *low]).ok()?);
                rest
            }
            [b'\\', escape, rest @ ..] => {
                out.push(match escape {
                    b't' => b'\t',
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b'\\' | b'\'' | b'"' => *escape,
                    _ => return None,
                });
                rest
            }
            [b'\\'] => return None,
            [byte, rest @ ..] => {
                out.push(*byte);
                rest
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_python_writes_it() {
        // From Python 3.11.
        for (body, repr) in [
            (&b"{\"a\":1}"[..], &br#"b'{"a":1}'"#[..]),
            (b"it's", br#"b"it's""#),
            (b"it's \"x\"", br#"b'it\'s "x"'"#),
            (b"\0\t\r\n\\\x7f\xff ~", br"b'\x00\t\r\n\\\x7f\xff ~'"),
            (b"", b"b''"),
        ] {
            assert_eq!(of(body), repr, "{}", String::from_utf8_lossy(repr));
            assert_eq!(unwrapped(&repr[1..]).as_deref(), Some(body));
        }
        for quoted in [&b""[..], b"'", b"'a", b"a'", b"'\\q'", b"'\\x0'", b"'a\\'", b"'a\""] {
            assert_eq!(unwrapped(quoted), None, "{}", String::from_utf8_lossy(quoted));
        }
    }

    proptest::proptest! {
        #[test]
        fn what_is_written_reads_back(body: Vec<u8>) {
            let repr = of(&body);
            let read = unwrapped(&repr[1..]);
            proptest::prop_assert_eq!(read.as_deref(), Some(&body[..]));
        }
    }
}
