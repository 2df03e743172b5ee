//! What is wrong with a call-in URL, and what its app should do about it.

use std::fmt;

/// A part of a call-in URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The Config ID.
    Config,
    /// The encrypted profile.
    Profile,
    /// The DeepAffex token.
    Token,
    /// The DeepAffex refresh token.
    RefreshToken,
    /// The session ID.
    Session,
    /// What follows the question mark.
    Query,
}

impl Part {
    /// The segments, in the order of the path.
    pub const SEGMENTS: [Self; 5] =
        [Self::Config, Self::Profile, Self::Token, Self::RefreshToken, Self::Session];

    /// What it is called in messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Config => "the Config ID",
            Self::Profile => "the profile",
            Self::Token => "the token",
            Self::RefreshToken => "the refresh token",
            Self::Session => "the session ID",
            Self::Query => "the query",
        }
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a call-in URL cannot be used. The messages repeat nothing of profile and tokens.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallInError {
    /// More than [`MOST_BYTES`](super::MOST_BYTES).
    #[error("the call-in URL has {0} bytes; {max} are the most", max = super::MOST_BYTES)]
    TooLong(usize),
    /// Fewer segments than four.
    #[error(
        "there are {0} segments behind /c/; four or five are needed: Config ID, profile, token, refresh token and, if \
         the app has one, session ID"
    )]
    TooFew(usize),
    /// More segments than five.
    #[error(
        "there are {0} segments behind /c/; five are the most. A slash inside one is written %2F: put the profile, the \
         tokens and the session ID through encodeURIComponent"
    )]
    TooMany(usize),
    /// A segment with nothing in it.
    #[error("{0} is empty: two slashes follow one another in the call-in URL")]
    Empty(Part),
    /// A `%` without two hexadecimal digits.
    #[error(
        "{0} has a % that is not followed by two hexadecimal digits; encodeURIComponent writes a % as %25"
    )]
    Percent(Part),
    /// The decoded bytes are no text.
    #[error("{0} is not UTF-8 once it is percent-decoded; encodeURIComponent always gives UTF-8")]
    NotUtf8(Part),
    /// `.` or `..`.
    #[error("{0} is only dots, which browsers take for a way through folders; use another")]
    Dots(Part),
    /// A key of the query that stands there twice.
    #[error("the query has '{0}' twice")]
    Twice(&'static str),
    /// A scenario and a mix.
    #[error("there are a scenario and a mix; give one of them")]
    ScenarioAndMix,
    /// A pace that is none.
    #[error("{0}")]
    Pace(String),
    /// `auto` that is neither on nor off.
    #[error("auto is neither 1 nor 0")]
    Auto,
    /// A key with nothing behind it, or with too much.
    #[error("'{0}' is empty or longer than {max} bytes", max = super::options::LONGEST_VALUE)]
    Value(&'static str),
    /// The start's body is not the JSON that it should be.
    #[error("the body is not JSON such as {{\"scenario\":\"low-snr\",\"pace\":\"20x\"}}: {0}")]
    Body(String),
}

impl CallInError {
    /// The name that never changes.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::TooLong(_) => "call-in-too-long",
            Self::TooFew(_) | Self::TooMany(_) | Self::Empty(_) | Self::Dots(_) => "call-in-segments",
            Self::Percent(_) | Self::NotUtf8(_) => "call-in-encoding",
            Self::Twice(_) | Self::ScenarioAndMix | Self::Pace(_) | Self::Auto | Self::Value(_) => {
                "call-in-options"
            }
            Self::Body(_) => "body-not-understood",
        }
    }

    /// The HTTP status.
    pub const fn status(&self) -> u16 {
        match self {
            Self::TooLong(_) => 414,
            _ => 400,
        }
    }
}
