//! What faults do to a body and its MAC.

use bytes::Bytes;

use super::kind::{BodyFault, MacFault};
use crate::delivery::item::MacText;
use crate::protocol::dialect::MacInput;
use crate::protocol::mac::{PREFIX, Secret, Signer};

/// A secret that is nobody's.
const WRONG_SECRET: &str = "this is not the secret of any Config ID";

/// The body with a fault in it. The MAC is made afterwards, over what comes out here.
pub(super) fn body(fault: BodyFault, body: &[u8]) -> Bytes {
    match fault {
        BodyFault::Truncated => Bytes::copy_from_slice(&body[..body.len() / 2]),
        BodyFault::NotJson => Bytes::from_static(b"this is not JSON"),
        BodyFault::ExtraField => {
            let mut changed = body.strip_suffix(b"}").unwrap_or(body).to_vec();
            changed.extend_from_slice(br#","simulatedExtraField":{"by":"wms-sim"}}"#);
            changed.into()
        }
        BodyFault::UnknownEvent => replace_event(body).into(),
    }
}

/// The envelope's event code stands behind the first `"event":"`: nothing before it can hold that text unescaped.
fn replace_event(body: &[u8]) -> Vec<u8> {
    const KEY: &[u8] = b"\"event\":\"";
    let Some(at) = body.windows(KEY.len()).position(|window| window == KEY) else { return body.to_vec() };
    let begin = at + KEY.len();
    let end = body[begin..].iter().position(|byte| *byte == b'"').map_or(body.len(), |length| begin + length);
    [&body[..begin], b"SIMULATED_UNKNOWN_EVENT", &body[end..]].concat()
}

/// The MAC header with a fault in it.
pub(super) fn mac(fault: MacFault, signer: &Signer, body: &[u8]) -> MacText {
    let right = signer.sign(body);
    let digits = &right.as_str()[PREFIX.len()..];
    let text = match fault {
        MacFault::Missing => return MacText::Spoiled(None),
        MacFault::Empty => String::new(),
        MacFault::WrongSecret => {
            Signer::new(&Secret::new(WRONG_SECRET), MacInput::Bytes).sign(body).as_str().to_owned()
        }
        MacFault::Corrupted => {
            let (most, last) = digits.split_at(digits.len() - 1);
            let other = if last == "0" { '1' } else { '0' };
            format!("{PREFIX}{most}{other}")
        }
        MacFault::Truncated => format!("{PREFIX}{}", &digits[..digits.len() / 2]),
        MacFault::UpperCase => format!("{PREFIX}{}", digits.to_ascii_uppercase()),
        MacFault::OtherBody => signer.sign(&[body, b" "].concat()).as_str().to_owned(),
    };
    MacText::Spoiled(Some(text.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::envelope::Envelope;
    use crate::protocol::mac::{MacError, verify};

    const BODY: &[u8] = br#"{"timestamp":1,"sessionId":"a \"event\":\"x","sequence":0,"event":"WMS_LOADED","severity":"INFO"}"#;

    #[test]
    fn macs_are_spoiled_as_they_say() {
        let signer = Signer::new(&Secret::new("s"), MacInput::Bytes);
        for (fault, expected) in [
            (MacFault::Empty, MacError::WrongPrefix),
            (MacFault::WrongSecret, MacError::Mismatch),
            (MacFault::Corrupted, MacError::Mismatch),
            (MacFault::Truncated, MacError::NotHex),
            (MacFault::UpperCase, MacError::NotHex),
            (MacFault::OtherBody, MacError::Mismatch),
        ] {
            let text = mac(fault, &signer, BODY);
            let header = text.as_str().unwrap();
            assert_eq!(verify(&signer, BODY, header.as_bytes()).unwrap_err(), expected, "{fault:?}");
        }
        assert_eq!(mac(MacFault::Missing, &signer, BODY).as_str(), None);
    }

    #[test]
    fn bodies_are_changed_as_they_say() {
        assert!(Envelope::read(&body(BodyFault::Truncated, BODY)).is_err());
        assert!(Envelope::read(&body(BodyFault::NotJson, BODY)).is_err());
        let extra = body(BodyFault::ExtraField, BODY);
        let read = Envelope::read(&extra).unwrap();
        assert_eq!(read, Envelope::read(BODY).unwrap());
        assert_ne!(extra, BODY);
        let unknown = Envelope::read(&body(BodyFault::UnknownEvent, BODY)).unwrap();
        assert_eq!(unknown.event, "SIMULATED_UNKNOWN_EVENT");
        assert_eq!(unknown.session_id, "a \"event\":\"x");
    }
}
