//! Where the session's ID goes: `{sessionId}` in the URL or the command of a probe.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::delivery::announce::SESSION_VARIABLE;
use crate::transport::target::{Target, TargetError};

/// What stands for the ID.
pub const PLACE: &str = "{sessionId}";

/// Everything but the unreserved characters of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A URL with a place for the session's ID. It may hold credentials, and has no `Debug`.
#[derive(Clone)]
pub struct ProbeUrl {
    text: String,
    /// The URL of some session: all have the same host and the same credentials.
    sample: Target,
}

/// Why a URL cannot be asked after a session. The messages never repeat what may be a credential.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProbeUrlError {
    /// Not a URL that can be used.
    #[error(transparent)]
    Target(#[from] TargetError),
    /// Every session would have the same URL.
    #[error(
        "the URL has no {PLACE}, so it cannot be asked after one session; put it into the path or the query"
    )]
    NoPlace,
    /// Somewhere else than in the path or the query.
    #[error("{PLACE} can stand in the URL's path and query only")]
    Misplaced,
}

impl ProbeUrl {
    /// Reads a URL such as `http://127.0.0.1:3000/sessions/{sessionId}`.
    ///
    /// # Errors
    /// Why it cannot be asked after a session.
    pub fn parse(text: &str) -> Result<Self, ProbeUrlError> {
        if !text.contains(PLACE) {
            // What else is wrong with it comes first.
            Target::parse(text)?;
            return Err(ProbeUrlError::NoPlace);
        }
        let with = |id: &str| Target::parse(&text.replace(PLACE, id));
        let (sample, other) = (with("1")?, with("2")?);
        let elsewhere = |target: &Target| {
            (
                target.is_https(),
                target.host().clone(),
                target.port(),
                target.authorization().map(str::to_owned),
            )
        };
        if elsewhere(&sample) != elsewhere(&other) {
            return Err(ProbeUrlError::Misplaced);
        }
        Ok(Self { text: text.to_owned(), sample })
    }

    /// The URL of some session.
    pub const fn sample(&self) -> &Target {
        &self.sample
    }

    /// The URL of a session, with its ID percent-encoded. `None` where the ID cannot stand there: a path has no segment
    /// `..`.
    pub(super) fn of(&self, session_id: &str) -> Option<Target> {
        let encoded = match session_id {
            "." => "%2E".to_owned(),
            ".." => "%2E%2E".to_owned(),
            id => utf8_percent_encode(id, RESERVED).to_string(),
        };
        let target = Target::parse(&self.text.replace(PLACE, &encoded)).ok()?;
        target.path_and_query().contains(&encoded).then_some(target)
    }
}

/// A command with the session's ID in its places: as a variable, which the shell reads as text whatever is in it, and
/// quoted to fit where it stands. So `"http://host/{sessionId}"` and `{sessionId}` both work, and no ID is ever run.
pub(super) fn fill(command: &str) -> String {
    let mut filled = String::with_capacity(command.len());
    let mut reader = Reader { open: vec![Open::Words] };
    let mut rest = command;
    while let Some(character) = rest.chars().next() {
        if let Some(after) = rest.strip_prefix(PLACE) {
            let (before, behind) = match reader.inside() {
                Open::Double => ("", ""),
                Open::Single => ("'\"", "\"'"),
                Open::Words | Open::Substitution | Open::Parenthesis => ("\"", "\""),
            };
            for part in [before, "${", SESSION_VARIABLE, "}", behind] {
                filled.push_str(part);
            }
            rest = after;
            continue;
        }
        let length = reader.step(rest, character);
        filled.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    filled
}

/// What a place in a command is inside of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Open {
    Words,
    Single,
    Double,
    /// `$(..)`, in which quoting begins anew.
    Substitution,
    /// `(..)`
    Parenthesis,
}

/// Follows the quotes of a command. It need not know all of a shell's grammar: where it errs, an ID with blanks falls
/// apart into words, and nothing worse.
struct Reader {
    open: Vec<Open>,
}

impl Reader {
    fn inside(&self) -> Open {
        self.open.last().copied().unwrap_or(Open::Words)
    }

    /// Takes note of what the text begins with, and gives its length.
    fn step(&mut self, text: &str, character: char) -> usize {
        match (self.inside(), character) {
            (Open::Single, '\'') | (Open::Double, '"') | (Open::Substitution | Open::Parenthesis, ')') => {
                self.open.pop();
            }
            (Open::Single, _) => {}
            (_, '\\') => return 1 + text[1..].chars().next().map_or(0, char::len_utf8),
            (_, '$') if text.starts_with("$(") => {
                self.open.push(Open::Substitution);
                return 2;
            }
            (Open::Double, _) => {}
            (_, '\'') => self.open.push(Open::Single),
            (_, '"') => self.open.push(Open::Double),
            (_, '(') => self.open.push(Open::Parenthesis),
            _ => {}
        }
        character.len_utf8()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_encoded_into_urls() {
        for (url, id, expected) in [
            ("http://h/s/{sessionId}", "a-b_c.d~e", "/s/a-b_c.d~e"),
            ("http://h/s/{sessionId}/outcome", "a/b?c#d&e%f g", "/s/a%2Fb%3Fc%23d%26e%25f%20g/outcome"),
            ("http://h/?id={sessionId}&t=1", "x=1&t=2+3", "/?id=x%3D1%26t%3D2%2B3&t=1"),
            ("http://h/{sessionId}?again={sessionId}", "\u{fc}", "/%C3%BC?again=%C3%BC"),
            ("http://h/{sessionId}", "$(touch owned)'\"\\\n", "/%24%28touch%20owned%29%27%22%5C%0A"),
            ("http://h/{sessionId}", "{sessionId}", "/%7BsessionId%7D"),
            ("http://h/?id={sessionId}", "..", "/?id=%2E%2E"),
        ] {
            let target = ProbeUrl::parse(url).unwrap().of(id).unwrap();
            assert_eq!(target.path_and_query(), expected, "{url} {id}");
        }
    }

    #[test]
    fn an_id_that_would_climb_the_path_has_no_url() {
        for id in [".", ".."] {
            assert!(ProbeUrl::parse("http://h/a/{sessionId}/b").unwrap().of(id).is_none(), "{id}");
        }
    }

    #[test]
    fn a_url_needs_its_place_where_it_can_be() {
        let error = |url: &str| ProbeUrl::parse(url).err();
        assert_eq!(error("http://h/sessions/"), Some(ProbeUrlError::NoPlace));
        assert_eq!(error("http://h/sessions/{sessionid}"), Some(ProbeUrlError::NoPlace));
        for url in [
            "http://{sessionId}.h/",
            "http://h:{sessionId}/",
            "http://{sessionId}@h/",
            "http://u:{sessionId}@h/",
        ] {
            assert_eq!(error(url), Some(ProbeUrlError::Misplaced), "{url}");
        }
        assert_eq!(error("http://h/#{sessionId}"), Some(TargetError::Fragment.into()));
        assert_eq!(error("ftp://h/"), Some(TargetError::OtherScheme("ftp".into()).into()));
        let url = ProbeUrl::parse("http://u:p@h/{sessionId}").unwrap();
        assert!(url.sample().authorization().is_some());
    }

    #[test]
    fn the_place_in_a_command_is_quoted_to_fit() {
        let (bare, inner) = ("\"${WMS_SIM_SESSION_ID}\"", "${WMS_SIM_SESSION_ID}");
        let single = format!("'{bare}'");
        for (command, expected) in [
            ("show {sessionId}", format!("show {bare}")),
            ("show \"http://h/{sessionId}?x\"", format!("show \"http://h/{inner}?x\"")),
            ("show 'http://h/{sessionId}?x'", format!("show 'http://h/{single}?x'")),
            ("a \\\" {sessionId} \\' {sessionId}", format!("a \\\" {bare} \\' {bare}")),
            ("a 'it\\' {sessionId}", format!("a 'it\\' {bare}")),
            (
                "\"$(show \"{sessionId}\" {sessionId})\" {sessionId}",
                format!("\"$(show \"{inner}\" {bare})\" {bare}"),
            ),
            ("(a '(' {sessionId}) {sessionId}", format!("(a '(' {bare}) {bare}")),
            ("echo \u{fc} \\\u{fc} \\", "echo \u{fc} \\\u{fc} \\".to_owned()),
            ("nothing", "nothing".to_owned()),
        ] {
            assert_eq!(fill(command), expected, "{command}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_command_without_a_place_stays_as_it_is(command: String) {
            proptest::prop_assume!(!command.contains(PLACE));
            proptest::prop_assert_eq!(fill(&command), command);
        }
    }
}
