//! Headers that a user adds to every request: validated when given, and never shown.

use std::fmt;

/// A header field that can be sent as it is. Its value is a secret: `Debug` and `Display` show the name alone.
#[derive(Clone, PartialEq, Eq)]
pub struct Header {
    name: String,
    value: String,
}

/// Why a header cannot be sent. The messages never repeat the value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HeaderError {
    /// No colon between name and value.
    #[error("a header is written as 'Name: value', and this one has no colon")]
    NoColon,
    /// Characters that a field's name cannot have.
    #[error("the name of a header, before its colon, is made of letters, digits and -; this one is not")]
    BadName,
    /// A line break or another control character in the value.
    #[error("the value of header '{0}' holds a control character or line break; remove it")]
    BadValue(String),
    /// A field that the transport writes itself.
    #[error("header '{name}' cannot be set: {reason}")]
    Reserved {
        /// The field's name.
        name: String,
        /// Who decides it instead.
        reason: &'static str,
    },
}

impl Header {
    /// A header from its name and value. White space around the value is dropped.
    pub fn new(name: &str, value: &str) -> Result<Self, HeaderError> {
        if name.is_empty() || !name.bytes().all(is_token) {
            // Not repeated: where it is no name, it may well be a misplaced value.
            return Err(HeaderError::BadName);
        }
        let name = name.to_owned();
        let value = value.trim_matches([' ', '\t']);
        if value.chars().any(|c| c.is_control() && c != '\t') {
            return Err(HeaderError::BadValue(name));
        }
        match reserved(&name) {
            Some(reason) => Err(HeaderError::Reserved { name, reason }),
            None => Ok(Self { name, value: value.to_owned() }),
        }
    }

    /// A header from `Name: value`.
    pub fn parse(text: &str) -> Result<Self, HeaderError> {
        let (name, value) = text.split_once(':').ok_or(HeaderError::NoColon)?;
        Self::new(name.trim_end_matches([' ', '\t']), value)
    }

    /// The field's name, spelled as it was given.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The field's value. Not for display.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether this is the field `name`, in any spelling.
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

impl std::str::FromStr for Header {
    type Err = HeaderError;

    fn from_str(text: &str) -> Result<Self, HeaderError> {
        Self::parse(text)
    }
}

impl fmt::Display for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: ***", self.name)
    }
}

impl fmt::Debug for Header {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Header({self})")
    }
}

/// The characters of a token (RFC 9110, 5.6.2).
pub(super) fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Why a field is not for users to set, if it is not.
fn reserved(name: &str) -> Option<&'static str> {
    const FRAMING: &str = "it frames the message, and the simulator writes it from the body";
    const CONNECTION: &str = "it governs the connection, which the simulator manages";
    const RESERVED: &[(&str, &str)] = &[
        ("content-length", FRAMING),
        ("transfer-encoding", FRAMING),
        ("trailer", FRAMING),
        ("connection", CONNECTION),
        ("keep-alive", CONNECTION),
        ("proxy-connection", CONNECTION),
        ("te", CONNECTION),
        ("upgrade", CONNECTION),
        ("http2-settings", CONNECTION),
        ("expect", "the body is sent at once, without waiting for 100 Continue"),
        (
            "x-wms-content-mac",
            "it is computed from each body; to send a wrong one, inject a fault such as mac:missing",
        ),
    ];
    RESERVED.iter().find(|(field, _)| name.eq_ignore_ascii_case(field)).map(|(_, reason)| *reason)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_as_curl_reads_them() {
        let table = [
            ("A: b", "A", "b"),
            ("x-Api_Key:k", "x-Api_Key", "k"),
            ("A :  b\t c ", "A", "b\t c"),
            ("Authorization: Bearer a:b", "Authorization", "Bearer a:b"),
            ("Host: other.example", "Host", "other.example"),
            ("Empty:", "Empty", ""),
            ("Name: J\u{fc}rgen", "Name", "J\u{fc}rgen"),
        ];
        for (text, name, value) in table {
            let header = Header::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            assert_eq!((header.name(), header.value()), (name, value), "{text}");
        }
    }

    #[test]
    fn what_would_break_the_message_is_refused() {
        for text in ["", "no colon"] {
            assert_eq!(Header::parse(text), Err(HeaderError::NoColon));
        }
        for text in [": v", "a b: v", "a\r\nb: v", "\u{fc}: v", "(a): v"] {
            assert_eq!(Header::parse(text), Err(HeaderError::BadName), "{text:?}");
        }
        for text in ["a: x\r\nEvil: 1", "a: x\ny", "a: x\0", "a: x\u{7f}", "a: x\u{85}"] {
            assert_eq!(Header::parse(text), Err(HeaderError::BadValue("a".into())), "{text:?}");
        }
        for name in ["Content-Length", "TRANSFER-ENCODING", "connection", "Expect", "x-wms-content-mac", "TE"]
        {
            assert!(matches!(Header::new(name, "1"), Err(HeaderError::Reserved { .. })), "{name}");
        }
    }

    #[test]
    fn values_are_never_shown() {
        let header = Header::parse("Authorization: s3cret").unwrap();
        assert_eq!(format!("{header} {header:?}"), "Authorization: *** Header(Authorization: ***)");
        for text in ["A: s3cret\n", "Connection: s3cret"] {
            let error = Header::parse(text).unwrap_err();
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{text}");
        }
    }
}
