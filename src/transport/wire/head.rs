//! The head of a reply: what its status line and fields say about the rest.

use std::mem::MaybeUninit;

use httparse::{ParserConfig, Response, Status};

use crate::outcome::exchange::{Failure, FailureCode, Phase};

use super::super::limits::FIELD_LIMIT;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// The body has this length.
    Length(u64),
    /// The body is chunked.
    Chunked,
    /// The body ends with the connection.
    UntilClose,
}

/// A complete head.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many bytes it took.
    pub length: usize,
    /// The status.
    pub status: u16,
    /// How the body ends.
    pub framing: Framing,
    /// Whether the receiver lets the connection live on.
    pub keep_alive: bool,
    /// The value of `Retry-After`.
    pub retry_after: Option<String>,
    /// The value of `Location`.
    pub location: Option<String>,
}

impl Head {
    /// Reads a head from the front of `bytes`; `None` if it is not complete yet. With `no_body` it answers HEAD, and its
    /// fields say nothing about what follows it.
    pub fn parse(bytes: &[u8], no_body: bool) -> Result<Option<Self>, Failure> {
        if !may_be_http(bytes) {
            return Err(not_http(bytes));
        }
        let mut fields = [const { MaybeUninit::uninit() }; FIELD_LIMIT];
        let mut response = Response::new(&mut []);
        let parsed =
            ParserConfig::default().parse_response_with_uninit_headers(&mut response, bytes, &mut fields);
        match parsed {
            Ok(Status::Partial) => Ok(None),
            Ok(Status::Complete(length)) => Self::digest(length, &response, no_body).map(Some),
            Err(httparse::Error::TooManyHeaders) => {
                Err(failure(FailureCode::HeadTooLarge, format!("more than {FIELD_LIMIT} header fields")))
            }
            Err(error) => Err(bad(error.to_string())),
        }
    }

    fn digest(length: usize, response: &Response<'_, '_>, no_body: bool) -> Result<Self, Failure> {
        let status = response.code.unwrap_or_default();
        if status < 100 {
            return Err(bad(format!("the status {status:03} is not one")));
        }
        let current = response.version == Some(1);
        // What never has a body has none whatever its fields say (RFC 9112, 6.3).
        let bodiless = no_body || matches!(status, 100..=199 | 204 | 304);
        let mut content_length = None;
        let mut transfer_encoding = None;
        let (mut close, mut keep) = (false, false);
        let (mut retry_after, mut location) = (None, None);
        for field in &*response.headers {
            let is = |name: &str| field.name.eq_ignore_ascii_case(name);
            match field.name.len() {
                8 if is("location") => {
                    location.get_or_insert_with(|| text(field.value));
                }
                10 if is("connection") => {
                    close |= lists(field.value, "close");
                    keep |= lists(field.value, "keep-alive");
                }
                11 if is("retry-after") => {
                    retry_after.get_or_insert_with(|| text(field.value));
                }
                14 if !bodiless && is("content-length") => {
                    content_length = Some(agreed(content_length, field.value)?);
                }
                17 if is("transfer-encoding") => transfer_encoding = Some(ends_chunked(field.value)),
                _ => {}
            }
        }
        let framing = match (transfer_encoding, content_length) {
            _ if bodiless => Framing::Length(0),
            (Some(_), Some(_)) => {
                return Err(bad("Transfer-Encoding and Content-Length contradict each other"));
            }
            (Some(_), None) if !current => return Err(bad("HTTP/1.0 has no Transfer-Encoding")),
            (Some(true), None) => Framing::Chunked,
            (None, Some(length)) => Framing::Length(length),
            (Some(false) | None, None) => Framing::UntilClose,
        };
        let keep_alive = !close && (current || keep) && framing != Framing::UntilClose;
        Ok(Self { length, status, framing, keep_alive, retry_after, location })
    }
}

/// Whether bytes are HTTP as far as they go. Empty lines before the status line are passed over.
fn may_be_http(bytes: &[u8]) -> bool {
    const BEGINNING: &[u8] = b"HTTP/";
    let mut bytes = bytes;
    while let [b'\n', rest @ ..] | [b'\r', b'\n', rest @ ..] = bytes {
        bytes = rest;
    }
    if bytes == b"\r" {
        return true;
    }
    let length = bytes.len().min(BEGINNING.len());
    bytes[..length] == BEGINNING[..length]
}

fn not_http(bytes: &[u8]) -> Failure {
    let detail = match bytes {
        [0x15, 0x03, ..] => {
            "the answer is a TLS alert: the port speaks TLS, so the URL begins with https://".into()
        }
        [0x16, 0x03, ..] => {
            "the answer is a TLS handshake: the port speaks TLS, so the URL begins with https://".into()
        }
        [0, 0, _, 4, ..] => "the answer is an HTTP/2 frame: the port speaks HTTP/2 only (--http2)".into(),
        [b'S', b'S', b'H', b'-', ..] => "the answer comes from an SSH server".into(),
        // An echo of the request would show its query and headers.
        [b'P', b'O', b'S', b'T', b' ', ..] => "the answer repeats the request: an echo service".into(),
        _ => format!("the answer begins with \"{}\"", excerpt(bytes)),
    };
    failure(FailureCode::NotHttp, detail)
}

/// The first few bytes, for people, without what could be a credential that was echoed.
fn excerpt(bytes: &[u8]) -> String {
    let end = bytes.iter().position(|byte| matches!(byte, b'?' | b'\r' | b'\n')).unwrap_or(bytes.len());
    bytes[..end.min(24)].escape_ascii().to_string()
}

/// The length that this field and the ones before it agree on.
fn agreed(before: Option<u64>, value: &[u8]) -> Result<u64, Failure> {
    let mut agreed = before;
    for item in value.split(|byte| *byte == b',') {
        let item = item.trim_ascii();
        let length = number(item).ok_or_else(|| bad("Content-Length is not a number"))?;
        if agreed.is_some_and(|agreed| agreed != length) {
            return Err(bad("the values of Content-Length contradict each other"));
        }
        agreed = Some(length);
    }
    agreed.ok_or_else(|| bad("Content-Length is not a number"))
}

/// A number of digits alone: `u64::from_str` would take a sign.
fn number(digits: &[u8]) -> Option<u64> {
    if digits.is_empty() {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, digit| {
        let digit = char::from(*digit).to_digit(10)?;
        number.checked_mul(10)?.checked_add(u64::from(digit))
    })
}

fn ends_chunked(value: &[u8]) -> bool {
    let last = value.rsplit(|byte| *byte == b',').next().unwrap_or_default();
    last.trim_ascii().eq_ignore_ascii_case(b"chunked")
}

fn lists(value: &[u8], word: &str) -> bool {
    value.split(|byte| *byte == b',').any(|item| item.trim_ascii().eq_ignore_ascii_case(word.as_bytes()))
}

fn text(value: &[u8]) -> String {
    String::from_utf8_lossy(value).into_owned()
}

fn bad(detail: impl Into<String>) -> Failure {
    failure(FailureCode::BadHttp, detail)
}

fn failure(code: FailureCode, detail: impl Into<String>) -> Failure {
    Failure::new(code, Phase::Head, detail)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn head(text: &str) -> Head {
        Head::parse(text.as_bytes(), false).unwrap_or_else(|error| panic!("{text}: {error}")).unwrap()
    }

    #[test]
    fn the_end_of_the_body_is_found_by_the_rules() {
        let table = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", Framing::Length(5), true),
            (
                "HTTP/1.1 200 OK\r\ncontent-length: 5, 5\r\nCONTENT-LENGTH: 5\r\n\r\n",
                Framing::Length(5),
                true,
            ),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, Chunked\r\n\r\n", Framing::Chunked, true),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", Framing::UntilClose, false),
            ("HTTP/1.1 200 OK\r\n\r\n", Framing::UntilClose, false),
            ("HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\n", Framing::Length(0), true),
            ("HTTP/1.1 204 No Content\r\nContent-Length: x\r\n\r\n", Framing::Length(0), true),
            ("HTTP/1.1 304 Not Modified\r\nTransfer-Encoding: chunked\r\n\r\n", Framing::Length(0), true),
            ("HTTP/1.1 200\r\nConnection: x, Close\r\nContent-Length: 0\r\n\r\n", Framing::Length(0), false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 1\r\n\r\n", Framing::Length(1), false),
            (
                "HTTP/1.0 200 OK\r\nConnection: Keep-Alive\r\nContent-Length: 1\r\n\r\n",
                Framing::Length(1),
                true,
            ),
            ("\r\nHTTP/1.1 200 OK\nContent-Length: 1\n\n", Framing::Length(1), true),
        ];
        for (text, framing, keep_alive) in table {
            let head = head(text);
            assert_eq!(
                (head.framing, head.keep_alive, head.length),
                (framing, keep_alive, text.len()),
                "{text}"
            );
        }
    }

    #[test]
    fn a_reply_to_head_ends_with_its_head() {
        let table = [
            ("HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\n\r\n", true),
            ("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", false),
            ("HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\n", false),
        ];
        for (text, keep_alive) in table {
            let head = Head::parse(text.as_bytes(), true).unwrap().unwrap();
            assert_eq!((head.framing, head.keep_alive), (Framing::Length(0), keep_alive), "{text}");
        }
    }

    #[test]
    fn contradictions_are_refused() {
        let table = [
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: +5\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: \r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
            "HTTP/1.0 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            "HTTP/1.1 099 Low\r\n\r\n",
            "HTTP/1.1 abc\r\n\r\n",
            "HTTP/3.1 200 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
        ];
        for text in table {
            assert_eq!(Head::parse(text.as_bytes(), false).unwrap_err().code, FailureCode::BadHttp, "{text}");
        }
        let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(FIELD_LIMIT + 1));
        assert_eq!(Head::parse(many.as_bytes(), false).unwrap_err().code, FailureCode::HeadTooLarge);
        assert!(Head::parse(b"HTTP/1.1 200 OK\r\nA: b\r\n", false).unwrap().is_none());
    }

    #[test]
    fn what_is_not_http_is_named_without_echoing_the_request() {
        let table: [(&[u8], &str); 6] = [
            (b"SSH-2.0-OpenSSH_9.6\r\n", "SSH"),
            (&[0x15, 3, 1, 0, 2, 2, 70], "https://"),
            (&[0, 0, 18, 4, 0, 0], "HTTP/2"),
            (b"220 mail ESMTP\r\n", "\"220 mail ESMTP\""),
            (b"POST /?token=s3cret HTTP/1.1\r\n", "echo"),
            (b"GOT /hook?token=s3cret", "\"GOT /hook\""),
        ];
        for (bytes, words) in table {
            let failure = Head::parse(bytes, false).unwrap_err();
            assert_eq!(failure.code, FailureCode::NotHttp);
            assert!(failure.detail.contains(words) && !failure.detail.contains("s3cret"), "{failure}");
        }
        assert!(Head::parse(b"HT", false).unwrap().is_none());
    }

    #[test]
    fn advice_to_the_sender_is_kept() {
        let head = head(
            "HTTP/1.1 429 X\r\nRetry-After: 7\r\nRetry-After: 8\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n",
        );
        assert_eq!((head.retry_after.as_deref(), head.location.as_deref()), (Some("7"), Some("/x")));
    }
}
