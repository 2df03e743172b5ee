//! The call-in URL: where an app sends its user's browser to be measured.
//!
//! Documented: `/c/<CONFIG_ID>/<PROFILE_DATA>/<DFX_AUTH_TOKEN>/<DFX_REFRESH_TOKEN>/<SESSION_ID>`, positional segments,
//! profile and tokens through `encodeURIComponent`. Profile and tokens are opaque here: the profile's private key is
//! the service's own, and tokens are the business of the DeepAffex API.

mod error;
mod hidden;
mod options;
pub mod page;
mod segment;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

pub use error::{CallInError, Part};
pub use hidden::Hidden;
pub use options::{Options, Start};

/// What must come before the segments.
pub const PREFIX: &str = "/c/";
/// The longest call-in path and query together, in bytes.
pub const MOST_BYTES: usize = 32 << 10;

/// A call-in path, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallIn {
    /// The Config ID; it need not be a known one.
    pub config: String,
    /// The encrypted profile.
    pub profile: Hidden,
    /// The DeepAffex token.
    pub token: Hidden,
    /// The DeepAffex refresh token.
    pub refresh_token: Hidden,
    /// The session ID, where the path has one.
    pub session: Option<String>,
    /// What looks like a slip of the app, and is taken all the same.
    pub notes: Vec<Note>,
}

/// What looks like a slip of an app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The word `undefined`: an empty variable of a script.
    Undefined(Part),
    /// Line breaks or other control characters.
    ControlCharacters(Part),
    /// No session ID, or an empty one.
    NoSession,
}

impl Note {
    /// What to tell the app's developer.
    pub fn message(self) -> String {
        match self {
            Self::Undefined(part) => {
                format!("{part} is the word 'undefined': a variable of the app was probably empty")
            }
            Self::ControlCharacters(part) => format!("{part} has control characters in it"),
            Self::NoSession => {
                "the call-in URL has no session ID, so one is made up: the app cannot know which events are its own"
                    .to_owned()
            }
        }
    }
}

impl CallIn {
    /// Takes a path apart: what follows [`PREFIX`], percent-encoded as it came, without the query.
    ///
    /// # Errors
    /// The path is too long, has another number of segments, or one that cannot be decoded.
    pub fn parse(path: &str) -> Result<Self, CallInError> {
        if path.len() > MOST_BYTES {
            return Err(CallInError::TooLong(path.len()));
        }
        let raw: Vec<&str> = path.split('/').collect();
        // A slash at the end is an empty session ID.
        let (required, session) = match raw.as_slice() {
            [config, profile, token, refresh] => ([*config, *profile, *token, *refresh], ""),
            [config, profile, token, refresh, session] => ([*config, *profile, *token, *refresh], *session),
            more if more.len() > 5 => return Err(CallInError::TooMany(more.len())),
            fewer => {
                return Err(CallInError::TooFew(fewer.iter().filter(|segment| !segment.is_empty()).count()));
            }
        };
        let mut notes = Vec::new();
        let mut texts = [const { String::new() }; 4];
        for ((text, raw), part) in texts.iter_mut().zip(required).zip(Part::SEGMENTS) {
            // Documented is nothing, but routers match no empty segment.
            if raw.is_empty() {
                return Err(CallInError::Empty(part));
            }
            *text = segment::decode(raw, part)?;
            notes.extend(note(text, part));
        }
        let session = if session.is_empty() {
            notes.push(Note::NoSession);
            None
        } else {
            let session = segment::decode(session, Part::Session)?;
            notes.extend(note(&session, Part::Session));
            Some(session)
        };
        let [config, profile, token, refresh] = texts;
        for (text, part) in [(Some(&config), Part::Config), (session.as_ref(), Part::Session)] {
            // They become paths of the control API, and no browser asks for these two, however they are encoded.
            if text.is_some_and(|text| text == "." || text == "..") {
                return Err(CallInError::Dots(part));
            }
        }
        let (profile, token, refresh_token) =
            (Hidden::new(profile), Hidden::new(token), Hidden::new(refresh));
        Ok(Self { config, profile, token, refresh_token, session, notes })
    }

    /// The session ID: the app's own, or the one that is drawn in its place.
    pub fn session_id(&self, draw: impl FnOnce() -> String) -> Cow<'_, str> {
        self.session.as_deref().map_or_else(|| Cow::Owned(draw()), Cow::Borrowed)
    }
}

fn note(text: &str, part: Part) -> Option<Note> {
    if text == "undefined" {
        Some(Note::Undefined(part))
    } else if text.contains(char::is_control) {
        Some(Note::ControlCharacters(part))
    } else {
        None
    }
}
