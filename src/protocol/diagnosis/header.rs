//! How the header is written down, and which digest it claims.

use base64::Engine as _;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use base64::engine::{DecodePaddingMode, general_purpose};
use smallvec::SmallVec;

use super::claim::Claim;
use super::reason::Reason;
use crate::protocol::mac::{HEADER, PREFIX};

/// The longest value that is looked at. The longest that means something, SHA-512 in hex twice, has 256 digits.
const LONGEST: usize = 1024;

const LENIENT: GeneralPurposeConfig =
    general_purpose::NO_PAD.with_decode_padding_mode(DecodePaddingMode::Indifferent);
pub(super) const BASE64: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::STANDARD, LENIENT);
pub(super) const BASE64_URL: GeneralPurpose = GeneralPurpose::new(&base64::alphabet::URL_SAFE, LENIENT);

/// What a header comes to.
#[derive(Debug, Default)]
pub(super) struct Form {
    /// What is wrong with the way it is written.
    pub(super) reasons: SmallVec<[Reason; 4]>,
    /// Which digest it claims; `None` where it is no digest.
    pub(super) claim: Option<Claim>,
    /// The number of digits is not SHA-256's. It is another hash's, or it was cut or lengthened.
    pub(super) length: Option<Reason>,
}

impl Form {
    fn only(reason: Reason) -> Self {
        Self { reasons: SmallVec::from_slice(&[reason]), ..Self::default() }
    }

    fn note(&mut self, reason: Reason) {
        if !self.reasons.contains(&reason) {
            self.reasons.push(reason);
        }
    }
}

/// Reads the header's values.
pub(super) fn read(headers: &[&[u8]]) -> Form {
    let header = match headers {
        [] => return Form::only(Reason::HeaderMissing),
        [one] => one,
        _ => return Form::only(Reason::HeaderSeveral),
    };
    let Ok(text) = std::str::from_utf8(header) else { return Form::only(Reason::HeaderNotHex) };
    if text.len() > LONGEST {
        return Form::only(Reason::HeaderNotHex);
    }
    let mut form = Form::default();
    let value = unwrap(text, &mut form);
    if value.is_empty() {
        return Form::only(Reason::HeaderEmpty);
    }
    if joined(value) {
        return Form::only(Reason::HeaderSeveral);
    }
    let digest = without_prefix(value, &mut form);
    read_digest(digest, &mut form);
    form
}

/// Takes off what surrounds a value that was copied with too much.
fn unwrap<'a>(text: &'a str, form: &mut Form) -> &'a str {
    let mut value = text;
    loop {
        let before = value;
        value = value.trim();
        if value.len() != before.len() {
            form.note(Reason::HeaderBlanks);
        }
        for quote in ['"', '\'', '`'] {
            if let Some(inner) = value.strip_prefix(quote).and_then(|value| value.strip_suffix(quote)) {
                value = inner;
                form.note(Reason::HeaderQuoted);
            }
        }
        if let Some((name, rest)) = value.split_at_checked(HEADER.len())
            && name.eq_ignore_ascii_case(HEADER)
            && let Some(rest) = rest.trim_start().strip_prefix(':')
        {
            // The blank after the colon belongs to the name.
            value = rest.trim_start();
            form.note(Reason::HeaderName);
        }
        if value.len() == before.len() {
            return value;
        }
    }
}

/// True where several values were joined with commas, as HTTP libraries do.
fn joined(value: &str) -> bool {
    let parts = value.split(',').map(str::trim);
    parts.filter(|part| part.starts_with(PREFIX) || is_hex(part) && part.len() == 64).count() > 1
}

fn without_prefix<'a>(value: &'a str, form: &mut Form) -> &'a str {
    let mut rest = value;
    let mut prefixes = 0;
    while let Some((prefix, digest)) = rest.split_at_checked(PREFIX.len())
        && prefix.eq_ignore_ascii_case(PREFIX)
    {
        if prefix != PREFIX {
            form.note(Reason::HeaderPrefixCase);
        }
        prefixes += 1;
        rest = digest;
        if rest.trim_start().len() != rest.len() {
            form.note(Reason::HeaderBlanks);
            rest = rest.trim_start();
        }
    }
    match prefixes {
        0 => {}
        1 => return rest,
        _ => {
            form.note(Reason::HeaderPrefixTwice);
            return rest;
        }
    }
    // Digits with separators begin like a prefix.
    if !is_hex(&without_separators(value))
        && let Some(at) = value.find(['=', ':', ' '])
        && let (head, tail) = value.split_at(at)
        && let tail = tail.trim_start_matches(['=', ':', ' '])
        && !tail.is_empty()
    {
        form.note(if head.is_empty() { Reason::HeaderPrefixMissing } else { Reason::HeaderPrefixWrong });
        return tail;
    }
    form.note(Reason::HeaderPrefixMissing);
    value
}

fn read_digest(text: &str, form: &mut Form) {
    let joined = without_separators(text);
    if joined.is_empty() {
        form.length = Some(Reason::HeaderTruncated);
        form.claim = Some(Claim::of_hex(""));
    } else if is_hex(text) {
        hex_digest(text, form);
    } else if is_hex(&joined) && joined.len() == 64 {
        form.note(Reason::HeaderHexSeparated);
        hex_digest(&joined, form);
    } else if let Some((bytes, reason)) = from_base64(text) {
        if let Some(digits) = as_digits(&bytes) {
            form.note(Reason::HeaderBase64OfHex);
            hex_digest(digits, form);
        } else {
            form.note(reason);
            form.length = wrong_length(bytes.len() * 2);
            form.claim = Some(Claim::of_bytes(&bytes));
        }
    } else {
        form.note(Reason::HeaderNotHex);
    }
}

fn hex_digest(digits: &str, form: &mut Form) {
    if digits.bytes().any(|digit| digit.is_ascii_uppercase()) {
        form.note(Reason::HeaderHexUpperCase);
    }
    // Hex digits spelled in hex: 30 to 39 and 61 to 66 (or 41 to 46) only.
    let decoded = hex::decode(digits).ok();
    if let Some(inner) = decoded.as_deref().and_then(as_digits) {
        form.note(Reason::HeaderHexOfHex);
        form.length = wrong_length(inner.len());
        form.claim = Some(Claim::of_hex(inner));
        return;
    }
    form.length = wrong_length(digits.len());
    form.claim = Some(Claim::of_hex(digits));
}

const fn wrong_length(digits: usize) -> Option<Reason> {
    match digits {
        64 => None,
        0..64 => Some(Reason::HeaderTruncated),
        _ => Some(Reason::HeaderExtended),
    }
}

/// The bytes as hex digits of a digest, where that is what they are.
fn as_digits(bytes: &[u8]) -> Option<&str> {
    let digits = std::str::from_utf8(bytes).ok().filter(|digits| is_hex(digits))?;
    is_digest_length(digits.len() / 2).then_some(digits)
}

const fn is_digest_length(bytes: usize) -> bool {
    matches!(bytes, 16 | 20 | 32 | 48 | 64)
}

fn from_base64(text: &str) -> Option<(Vec<u8>, Reason)> {
    let standard = BASE64.decode(text).ok().map(|bytes| {
        let padded = text.ends_with('=') || bytes.len() % 3 == 0;
        (bytes, if padded { Reason::HeaderBase64 } else { Reason::HeaderBase64Url })
    });
    let (bytes, reason) =
        standard.or_else(|| BASE64_URL.decode(text).ok().map(|bytes| (bytes, Reason::HeaderBase64Url)))?;
    (is_digest_length(bytes.len()) || as_digits(&bytes).is_some()).then_some((bytes, reason))
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn without_separators(text: &str) -> String {
    text.chars().filter(|character| !matches!(character, ':' | ' ' | '-')).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn codes(header: &str) -> Vec<&'static str> {
        let form = read(&[header.as_bytes()]);
        form.reasons.iter().chain(&form.length).map(|reason| reason.as_str()).collect()
    }

    #[test]
    fn forms() {
        let hex = "0a".repeat(32);
        for (header, expected) in [
            (format!("hmac-sha256={hex}"), &[][..]),
            (hex.clone(), &["header-prefix-missing"]),
            (format!("sha256={hex}"), &["header-prefix-wrong"]),
            (format!("hmac-sha1={hex}"), &["header-prefix-wrong"]),
            (format!("hmac-sha256:{hex}"), &["header-prefix-wrong"]),
            (format!("SHA2-256(stdin)= {hex}"), &["header-prefix-wrong"]),
            (format!("={hex}"), &["header-prefix-missing"]),
            (format!("HMAC-SHA256={hex}"), &["header-prefix-case"]),
            (format!("hmac-sha256=hmac-sha256={hex}"), &["header-prefix-twice"]),
            (format!(" hmac-sha256={hex}\n"), &["header-blanks"]),
            (format!("hmac-sha256= {hex}"), &["header-blanks"]),
            (format!("\"hmac-sha256={hex}\""), &["header-quoted"]),
            (format!("x-wms-content-mac: hmac-sha256={hex}"), &["header-name"]),
            (format!("hmac-sha256={}", hex.to_uppercase()), &["header-hex-upper-case"]),
            (format!("hmac-sha256={}", "0a:".repeat(31) + "0a"), &["header-hex-separated"]),
            (
                "0A ".repeat(32),
                &["header-blanks", "header-prefix-missing", "header-hex-separated", "header-hex-upper-case"],
            ),
            (format!("hmac-sha256={}", hex::encode(&hex)), &["header-hex-of-hex"]),
            ("hmac-sha256=".to_owned(), &["header-truncated"]),
            ("hmac-sha256=0a".to_owned(), &["header-truncated"]),
            (format!("hmac-sha256={hex}0"), &["header-extended"]),
            (format!("hmac-sha256={hex}, hmac-sha256={hex}"), &["header-several"]),
            ("banana".to_owned(), &["header-prefix-missing", "header-not-hex"]),
            (" \t".to_owned(), &["header-empty"]),
            ("\"\"".to_owned(), &["header-empty"]),
            ("a".repeat(2000), &["header-not-hex"]),
        ] {
            assert_eq!(codes(&header), expected, "{header}");
        }
        assert_eq!(read(&[]).reasons[..], [Reason::HeaderMissing]);
        assert_eq!(read(&[b"a", b"a"]).reasons[..], [Reason::HeaderSeveral]);
        assert_eq!(read(&[b"\xff"]).reasons[..], [Reason::HeaderNotHex]);
    }

    #[test]
    fn base64_forms() {
        // 0xfb gives + and /, - and _.
        let bytes = [0xfb; 32];
        let (padded, url) = (BASE64.encode(bytes) + "=", BASE64_URL.encode(bytes));
        assert_eq!(codes(&format!("hmac-sha256={padded}")), ["header-base64"]);
        assert_eq!(codes(&padded), ["header-prefix-missing", "header-base64"]);
        assert_eq!(codes(&format!("hmac-sha256={url}")), ["header-base64url"]);
        assert_eq!(codes(&format!("hmac-sha256={url}=")), ["header-base64url"]);
        let twice = BASE64.encode(hex::encode(bytes));
        assert_eq!(codes(&format!("hmac-sha256={twice}==")), ["header-base64-of-hex"]);
        assert_eq!(read(&[padded.as_bytes()]).claim.unwrap().digits(), 64);
    }
}
