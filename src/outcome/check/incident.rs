//! What befalls a receiver while it is checked.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::outcome::exchange::FailureCode;

/// Something that befell the receiver and that explains more than one case. Its words are those of the reports, and the
/// diagnosis rests on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "what", rename_all = "kebab-case")]
pub enum Incident {
    /// From this case on the receiver took no connections.
    Ended,
    /// The receiver took no connections, and did again some time later: it had ended shortly before, and was started anew.
    Away,
    /// The receiver had gone down before, and was not back in time.
    Down {
        /// The ID of the case during which it went down.
        during: String,
        /// How long it was waited for, in seconds.
        waited_s: f64,
    },
    /// The very first event got no answer.
    Unanswered {
        /// The stable name of the failure, where it was sent at all.
        #[schemars(with = "Option<String>")]
        failure: Option<FailureCode>,
        /// What it got, in words.
        got: String,
        /// The URL in the scheme that the port speaks, where that is the other one; without credentials.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        instead: Option<String>,
        /// How long an answer was waited for at most, in seconds, where it was sent at all.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        limit_s: Option<f64>,
    },
    /// The receiver was not brought to a stage of the drill, and nothing was sent to it there.
    NotBrought {
        /// The stage.
        stage: String,
        /// A command was to do it, and not the user.
        by_command: bool,
        /// What came in between, in words.
        why: String,
    },
    /// The very first event was answered after the time limit.
    TooSlow {
        /// How long the answer took, in seconds.
        took_s: f64,
        /// The time limit, in seconds.
        limit_s: f64,
    },
    /// Case after case ran into the time limit, and an ordinary event after them got no answer either.
    Silent {
        /// The ID of the last case before them in which something was answered.
        after: Option<String>,
        /// What that event got, in words.
        got: String,
        /// Its answer began, and did not end.
        begun: bool,
        /// How many requests had been answered until then.
        #[serde(default)]
        answered: usize,
        /// Who works on one request at a time may still be at work on those that were not answered.
        #[serde(default)]
        busy: bool,
    },
    /// What the receiver's system shows of a session goes to and fro though nothing happens to that session any more.
    Swings,
}

impl fmt::Display for Incident {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ended => f.write_str("from then on the receiver took no connections"),
            Self::Swings => f.write_str(
                "your system was asked several times after the same session, to which nothing happened any more, and showed now this and now that, to and fro, for three times as long as --probe-within",
            ),
            Self::Away => f.write_str(
                "the receiver took no connections for some time: this case, or one shortly before it, ended it",
            ),
            Self::Down { during, waited_s } => {
                write!(f, "the receiver went down during {during} and was not back within {waited_s} s")
            }
            // Without a failure nothing was sent, and these are the words of who was to be told of the session before.
            Self::Unanswered { failure: None, got, .. } => write!(f, "no event could be sent: {got}"),
            Self::NotBrought { why, .. } => f.write_str(why),
            Self::Unanswered { got, instead: None, .. } => write!(f, "an ordinary event got {got}"),
            Self::Unanswered { got, instead: Some(url), .. } => {
                let speaks = if url.starts_with("https") { "speaks TLS" } else { "speaks HTTP without TLS" };
                write!(f, "an ordinary event got {got}; the port {speaks}, so the URL should be {url}")
            }
            Self::TooSlow { took_s, limit_s } => write!(
                f,
                "the receiver needs {took_s:.1} s for an answer, and the time limit is {limit_s} s (--timeout)"
            ),
            Self::Silent { after, got, begun, .. } => {
                let does = if *begun { "does not end its answers" } else { "does not answer any more" };
                let since = after.as_ref().map_or_else(String::new, |case| format!(" since {case}"));
                write!(
                    f,
                    "the receiver {does}{since}: what was sent then ran into the time limit, and so did an ordinary event in the end, which got {got}"
                )
            }
        }
    }
}
