//! The bytes of a request. All that is the same for each request is written once, beforehand.

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::options::{SetupError, TransportOptions};
use super::super::{MAC_HEADER, Outgoing};

/// The room for a request that a lane keeps between requests.
const KEPT: usize = 64 << 10;

/// The beginning of every request, up to the fields that depend on the body.
#[derive(Clone)]
pub(super) struct Preamble(Vec<u8>);

impl Preamble {
    pub(super) fn new(options: &TransportOptions) -> Result<Self, SetupError> {
        let mut bytes = format!("POST {} HTTP/1.1\r\n", options.target.path_and_query()).into_bytes();
        for field in options.fields()? {
            line(&mut bytes, field.name(), field.value());
        }
        Ok(Self(bytes))
    }

    /// Writes the whole request, head and body, to `out`.
    pub(super) fn write(&self, outgoing: &Outgoing, out: &mut Vec<u8>) -> Result<(), Failure> {
        out.clear();
        out.shrink_to(KEPT);
        out.extend_from_slice(&self.0);
        if let Some(mac) = &outgoing.mac {
            if mac.bytes().any(|byte| byte.is_ascii_control() && byte != b'\t') {
                let detail = format!("the value of {MAC_HEADER} holds a control character");
                return Err(Failure::new(FailureCode::InvalidRequest, Phase::Send, detail));
            }
            line(out, MAC_HEADER, mac);
        }
        line(out, "Content-Length", itoa::Buffer::new().format(outgoing.body.len()));
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(&outgoing.body);
        Ok(())
    }
}

fn line(out: &mut Vec<u8>, name: &str, value: &str) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value.as_bytes());
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::super::super::target::Target;
    use super::*;

    #[test]
    fn a_request_is_written_as_documented() {
        let mut options = TransportOptions::new(Target::parse("http://[::1]:81/hook?a=1").unwrap());
        options.user_agent = "UA".into();
        options.headers.push("X-Key: k".parse().unwrap());
        let preamble = Preamble::new(&options).unwrap();
        let mut out = b"of the one before".to_vec();
        let body = Bytes::from_static(b"{\"a\":1}");
        preamble.write(&Outgoing { body, mac: Some("hmac-sha256=00".into()) }, &mut out).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "POST /hook?a=1 HTTP/1.1\r\nHost: [::1]:81\r\nContent-Type: application/json\r\nUser-Agent: UA\r\n\
             Accept: */*\r\nX-Key: k\r\nX-WMS-Content-MAC: hmac-sha256=00\r\nContent-Length: 7\r\n\r\n{\"a\":1}"
        );
    }

    #[test]
    fn a_request_without_a_mac_has_no_such_field_and_a_broken_one_is_not_sent() {
        let preamble = Preamble::new(&TransportOptions::new(Target::parse("http://h/").unwrap())).unwrap();
        let mut out = Vec::new();
        preamble.write(&Outgoing { body: Bytes::new(), mac: None }, &mut out).unwrap();
        assert!(
            String::from_utf8(out.clone()).unwrap().ends_with("Accept: */*\r\nContent-Length: 0\r\n\r\n")
        );
        let broken = Outgoing { body: Bytes::new(), mac: Some("a\r\nEvil: 1".into()) };
        assert_eq!(preamble.write(&broken, &mut out).unwrap_err().code, FailureCode::InvalidRequest);
    }
}
