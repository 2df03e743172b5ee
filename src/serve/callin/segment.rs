//! One segment of a call-in path: percent-decoded with care, because lenient decoding would hide an app's mistakes.

use super::error::{CallInError, Part};

/// The text that `encodeURIComponent` made the segment from. An encoded slash stays inside: the path was split before.
pub(super) fn decode(raw: &str, part: Part) -> Result<String, CallInError> {
    let mut bytes = Vec::with_capacity(raw.len());
    let mut rest = raw.as_bytes();
    while let [first, after @ ..] = rest {
        rest = after;
        if *first != b'%' {
            bytes.push(*first);
            continue;
        }
        let [high, low, after @ ..] = after else { return Err(CallInError::Percent(part)) };
        let (Some(high), Some(low)) = (digit(*high), digit(*low)) else {
            return Err(CallInError::Percent(part));
        };
        bytes.push(high << 4 | low);
        rest = after;
    }
    String::from_utf8(bytes).map_err(|_| CallInError::NotUtf8(part))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}
