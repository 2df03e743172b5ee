//! The types of the fields that say what stands in the callback URL.

use std::fmt;
use std::str::FromStr;

use super::values::choice;

choice! {
    /// How the results stand in the callback URL.
    ResultsEncoding {
        /// Base64 with the letters for URLs and no padding (RFC 4648, 5).
        Base64Url = "base64url",
        /// Base64 (RFC 4648, 4), then percent-encoded.
        Base64 = "base64",
        /// The JSON itself, percent-encoded.
        Json = "json",
    }
}

choice! {
    /// What the callback URL says where the profile was not accepted; the codes that were seen.
    ProfileError {
        /// The identifier lacks.
        Identifier = "MISSING_MEASUREMENT_IDENTIFIER",
        /// The age.
        Age = "INVALID_AGE",
        /// The weight.
        Weight = "INVALID_WEIGHT",
        /// The height.
        Height = "INVALID_HEIGHT",
        /// What weight and height come to.
        Bmi = "INVALID_BMI",
    }
}

/// Further parameters of the callback URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Parameters(Vec<(String, String)>);

impl Parameters {
    /// Name and value of each.
    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }
}

impl fmt::Display for Parameters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        for (place, (name, value)) in self.0.iter().enumerate() {
            let comma = if place > 0 { "," } else { "" };
            write!(f, "{comma}{name}={value}")?;
        }
        Ok(())
    }
}

impl FromStr for Parameters {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "none" {
            return Ok(Self::default());
        }
        let pair = |part: &str| {
            let (name, value) = part.split_once('=')?;
            // These two are what the callback says; a second one of the name would contradict it.
            let taken = ["", "results", "error"].contains(&name);
            (!taken).then(|| (name.to_owned(), value.to_owned()))
        };
        text.split(',').map(pair).collect::<Option<Vec<_>>>().map(Self).ok_or(())
    }
}

/// What the callback URL says where none of the codes seen fits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum OtherErrors {
    /// What the event says of itself.
    #[default]
    Event,
    /// Always this code.
    Code(String),
}

impl fmt::Display for OtherErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Event => "event",
            Self::Code(code) => code,
        })
    }
}

impl FromStr for OtherErrors {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let is_code = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_';
        match text {
            "event" => Ok(Self::Event),
            "" => Err(()),
            code if code.bytes().all(is_code) => Ok(Self::Code(code.to_owned())),
            _ => Err(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_read_and_show() {
        for text in ["none", "state=ok", "a=1,b=,c=x=y"] {
            assert_eq!(text.parse::<Parameters>().unwrap().to_string(), text);
        }
        for wrong in ["", "a", "=1", "results=1", "a=1,error=2", "a=1,,b=2"] {
            assert!(wrong.parse::<Parameters>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn other_errors_read_and_show() {
        for text in ["event", "WORKER_ERROR", "E42"] {
            assert_eq!(text.parse::<OtherErrors>().unwrap().to_string(), text);
        }
        for wrong in ["", "Event", "worker error"] {
            assert!(wrong.parse::<OtherErrors>().is_err(), "{wrong}");
        }
    }
}
