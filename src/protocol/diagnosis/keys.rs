//! The secret, as it is usually got wrong.

use base64::Engine as _;
use percent_encoding::{percent_decode, utf8_percent_encode};
use zeroize::Zeroizing;

use super::header::{BASE64, BASE64_URL};
use super::reason::Reason;
use crate::protocol::mac::Secret;
use crate::protocol::uri::COMPONENT;

/// Secrets longer than this are tried as they are: nobody's secret is a book.
const LONGEST: usize = 4096;

/// The secret's variants, the likely ones first. None is the secret itself.
pub(super) fn variants(secret: &Secret) -> Vec<(Reason, Secret)> {
    let key = secret.expose();
    let mut variants = Variants { key, found: Vec::new() };
    variants.add(Reason::SecretEmpty, Vec::new());
    if key.len() > LONGEST {
        return variants.found;
    }
    variants.add(Reason::SecretWithNewline, [key, b"\n"].concat());
    variants.add(Reason::SecretWithNewline, [key, b"\r\n"].concat());
    variants.add(Reason::SecretTrimmed, key.trim_ascii().to_vec());
    for engine in [BASE64, BASE64_URL] {
        if let Ok(decoded) = engine.decode(key.trim_ascii()) {
            variants.add(Reason::SecretBase64Decoded, decoded);
        }
    }
    if let Ok(decoded) = hex::decode(key.trim_ascii()) {
        variants.add(Reason::SecretHexDecoded, decoded);
    }
    variants
        .add(Reason::SecretBase64Encoded, base64::engine::general_purpose::STANDARD.encode(key).into_bytes());
    for quote in [b'"', b'\''] {
        variants.add(Reason::SecretQuoted, [&[quote], key, &[quote]].concat());
        if let [first, inner @ .., last] = key
            && (*first, *last) == (quote, quote)
        {
            variants.add(Reason::SecretUnquoted, inner.to_vec());
        }
    }
    for text in ["undefined", "null", "None", "nil", "[object Object]"] {
        variants.add(Reason::SecretUndefined, text.into());
    }
    variants.add(Reason::SecretUrlDecoded, percent_decode(key).collect());
    let spaces: Zeroizing<Vec<u8>> =
        Zeroizing::new(key.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect());
    variants.add(Reason::SecretUrlDecoded, percent_decode(&spaces).collect());
    variants.add(Reason::SecretBom, key.strip_prefix(b"\xef\xbb\xbf").unwrap_or(key).to_vec());
    variants.add(Reason::SecretBom, [b"\xef\xbb\xbf", key].concat());
    if let Ok(text) = std::str::from_utf8(key) {
        variants.add(Reason::SecretUrlEncoded, utf8_percent_encode(text, COMPONENT).to_string().into());
        let latin1 = text.chars().map(u8::try_from).collect::<Result<_, _>>();
        variants.add(Reason::SecretLatin1, latin1.unwrap_or_default());
        variants.add(Reason::SecretUtf16, text.encode_utf16().flat_map(u16::to_le_bytes).collect());
    }
    variants.found
}

struct Variants<'a> {
    key: &'a [u8],
    found: Vec<(Reason, Secret)>,
}

impl Variants<'_> {
    /// Adds a variant that was not there before. Only one is empty, and it is named so.
    fn add(&mut self, reason: Reason, key: Vec<u8>) {
        let secret = Secret::from_bytes(key);
        let known =
            secret.expose() == self.key || self.found.iter().any(|(_, one)| one.expose() == secret.expose());
        if !known && (!secret.is_empty() || reason == Reason::SecretEmpty) {
            self.found.push((reason, secret));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slip_of_a_secret_has_a_name() {
        for (secret, key, reason) in [
            ("s", &b""[..], Reason::SecretEmpty),
            ("s", b"s\n", Reason::SecretWithNewline),
            ("s", b"s\r\n", Reason::SecretWithNewline),
            (" s\n", b"s", Reason::SecretTrimmed),
            ("c2VjcmV0", b"secret", Reason::SecretBase64Decoded),
            ("-_-_", b"\xfb\xff\xbf", Reason::SecretBase64Decoded),
            ("0aff", b"\x0a\xff", Reason::SecretHexDecoded),
            ("secret", b"c2VjcmV0", Reason::SecretBase64Encoded),
            ("s", b"\"s\"", Reason::SecretQuoted),
            ("s", b"'s'", Reason::SecretQuoted),
            ("'s'", b"s", Reason::SecretUnquoted),
            ("s", b"undefined", Reason::SecretUndefined),
            ("a%20b", b"a b", Reason::SecretUrlDecoded),
            ("a+b", b"a b", Reason::SecretUrlDecoded),
            ("a b/", b"a%20b%2F", Reason::SecretUrlEncoded),
            ("\u{feff}s", b"s", Reason::SecretBom),
            ("s", b"\xef\xbb\xbfs", Reason::SecretBom),
            ("\u{e9}", b"\xe9", Reason::SecretLatin1),
            ("s", b"s\0", Reason::SecretUtf16),
        ] {
            let found = variants(&Secret::new(secret));
            let named = found.iter().find(|(_, variant)| variant.expose() == key).map(|(reason, _)| *reason);
            assert_eq!(named, Some(reason), "{secret} {key:?}");
            assert!(found.len() <= 24 && found.iter().all(|(_, one)| one.expose() != secret.as_bytes()));
        }
    }
}
