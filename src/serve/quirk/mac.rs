//! How receivers with a bug check a MAC.
//!
//! Nothing here makes a [`Verified`](crate::protocol::mac::Verified): it only says what such a receiver would answer.

use std::borrow::Cow;

use super::kind::Quirk;
use super::set::Quirks;
use crate::protocol::diagnosis::reprint;
use crate::protocol::mac::{MacValue, PREFIX, VALUE_LEN};

/// Quirks that take a MAC that is not right.
pub(super) const LENIENT: [Quirk; 8] = [
    Quirk::AcceptsAnyMac,
    Quirk::AcceptsMissingMac,
    Quirk::AcceptsEmptyMac,
    Quirk::AcceptsTruncatedMac,
    Quirk::AcceptsLongerMac,
    Quirk::IgnoresMacPrefix,
    Quirk::TakesFirstMac,
    Quirk::TakesLastMac,
];

/// Quirks that check the MAC over other bytes than those that came.
pub(super) const OTHER_BYTES: [Quirk; 5] = [
    Quirk::Reserialises,
    Quirk::ReserialisesPython,
    Quirk::Latin1Body,
    Quirk::TrimsBody,
    Quirk::VerifiesEmptyBody,
];

/// What a receiver with these quirks makes of a MAC, and which quirk has it so. `truly`: the MAC is right.
pub(super) fn takes(quirks: &Quirks, headers: &[&[u8]], body: &[u8], truly: bool) -> (bool, Option<Quirk>) {
    let other = OTHER_BYTES.into_iter().find(|quirk| quirks.has(*quirk));
    let right: Vec<MacValue> = match signed(other, body) {
        Some(bytes) => quirks.signers.iter().map(|signer| signer.sign(&bytes)).collect(),
        // What cannot be read cannot be signed.
        None => Vec::new(),
    };
    let plainly = |header: &[u8]| right.iter().any(|right| right.as_str().as_bytes() == header);
    let taken = if other.is_some() { matches!(headers, [one] if plainly(one)) } else { truly };
    if taken {
        return (true, other);
    }
    let lenient = LENIENT.into_iter().filter(|quirk| quirks.has(*quirk)).find(|quirk| {
        right.iter().any(|right| is_enough(*quirk, headers, right.as_str().as_bytes()))
            || matches!(
                (quirk, headers),
                (Quirk::AcceptsAnyMac, [_, ..])
                    | (Quirk::AcceptsMissingMac, [])
                    | (Quirk::AcceptsEmptyMac, [b""])
            )
    });
    (lenient.is_some(), lenient.or(other))
}

/// True where a lenient quirk takes the headers for `right`.
fn is_enough(quirk: Quirk, headers: &[&[u8]], right: &[u8]) -> bool {
    match (quirk, headers) {
        (Quirk::TakesFirstMac, [header, ..]) | (Quirk::TakesLastMac, [.., header]) => *header == right,
        (Quirk::AcceptsTruncatedMac, [header]) => header.len() >= PREFIX.len() && right.starts_with(header),
        (Quirk::AcceptsLongerMac, [header]) => header.len() > VALUE_LEN && header.starts_with(right),
        (Quirk::IgnoresMacPrefix, [header]) => {
            let digits = header.rsplit(|byte| *byte == b'=').next().unwrap_or(header);
            right.strip_prefix(PREFIX.as_bytes()) == Some(digits)
        }
        _ => false,
    }
}

/// The bytes that the MAC is checked over; `None` where the receiver cannot read the body.
pub(super) fn signed(quirk: Option<Quirk>, body: &[u8]) -> Option<Cow<'_, [u8]>> {
    match quirk {
        Some(Quirk::Reserialises) => reprint::as_javascript(body).map(Cow::from),
        Some(Quirk::ReserialisesPython) => reprint::as_python(body).map(Cow::from),
        Some(Quirk::Latin1Body) => {
            Some(body.iter().map(|byte| char::from(*byte)).collect::<String>().into_bytes().into())
        }
        Some(Quirk::TrimsBody) => Some(body.trim_ascii().into()),
        Some(Quirk::VerifiesEmptyBody) => Some(Cow::from(&b""[..])),
        _ => Some(body.into()),
    }
}
