//! A session as a row, and back.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::row::{WallNanos, moment, wall};
use crate::clock::Epoch;
use crate::outcome::journal::received::HIDDEN;
use crate::protocol::conclusion::Outcome;
use crate::serve::inbox::{Progress, SessionState};
use crate::serve::ledger::{Begun, Kept, ReceivedCounts, SentCounts, State};
use crate::transport::target::Target;

/// The largest number that is exact in JavaScript, which changes are told to.
const LARGEST_CHANGE: u64 = 1 << 53;

/// A session as it stands in the file: JSON.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct About {
    pub(super) change: u64,
    state: State,
    pub(super) first: WallNanos,
    pub(super) last: WallNanos,
    #[serde(default)]
    sent: SentCounts,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received: Option<ReceivedCounts>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    received_state: Option<SessionState>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    callback: Option<String>,
    #[serde(default)]
    progress: Progress,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    played: Option<Played>,
}

/// What is known of a session that was played.
#[derive(Debug, Serialize, Deserialize)]
struct Played {
    scenario: String,
    title: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    config: Option<String>,
    expected: Outcome,
    #[serde(default)]
    interactive: bool,
    pace: String,
    /// Without its credentials.
    target: String,
    /// The target was the server's own inbox, which may be somewhere else by the next run.
    #[serde(default)]
    own_inbox: bool,
    #[serde(default)]
    lacks_credentials: bool,
    seed: u64,
}

/// The targets that a server knows. Only their redacted form goes into the file; by that they are found again.
#[derive(Clone, Debug, Default)]
pub struct Targets {
    /// The server's own inbox.
    pub own_inbox: Option<Target>,
    /// Those that it was configured with.
    pub configured: Vec<Target>,
}

impl Targets {
    /// The target that was shown so, and whether its credentials are missing. `None` where it cannot be read.
    fn find(&self, shown: &str, own_inbox: bool, lacked: bool) -> Option<(Target, bool)> {
        if let (true, Some(own)) = (own_inbox, &self.own_inbox) {
            return Some((own.clone(), false));
        }
        let target = Target::parse(shown).ok()?;
        if let Some(known) = self.configured.iter().find(|known| known.to_string() == shown) {
            return Some((known.clone(), false));
        }
        // One that has nothing to hide is shown as it is.
        let lacks = lacked || target.authorization().is_some() || target.url().query().is_some();
        Some((target, lacks))
    }
}

/// Those parts of a callback's query that a session has come to.
const COME_TO: [&str; 2] = ["results", "error"];

/// A callback URL as it is kept: of its query only what the session has come to, the rest as a [`Target`] is shown. It has
/// no user information.
pub(super) fn redacted(url: &str) -> String {
    let (url, fragment) = url.split_once('#').map_or((url, ""), |(url, _)| (url, "#***"));
    let Some((place, query)) = url.split_once('?') else { return format!("{url}{fragment}") };
    let shown = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if COME_TO.contains(&name) => pair.to_owned(),
        Some((name, _)) => format!("{name}={HIDDEN}"),
        // One without a name may well be a token itself.
        None => HIDDEN.to_owned(),
    };
    let query: Vec<String> = query.split('&').map(shown).collect();
    format!("{place}?{}{fragment}", query.join("&"))
}

/// What is kept of a session, as text.
pub(super) fn text(epoch: Epoch, kept: &Kept, targets: &Targets) -> String {
    let played = kept.begun.as_ref().map(|begun| Played {
        scenario: begun.scenario.to_string(),
        title: begun.title.to_string(),
        config: begun.config.as_ref().map(ToString::to_string),
        expected: begun.expected,
        interactive: begun.interactive,
        pace: begun.pace.clone(),
        target: begun.target.to_string(),
        own_inbox: targets.own_inbox.as_ref() == Some(&begun.target),
        lacks_credentials: begun.lacks_credentials,
        seed: begun.seed,
    });
    let about = About {
        change: kept.change,
        state: kept.state,
        first: wall(epoch, kept.first),
        last: wall(epoch, kept.last),
        sent: kept.sent,
        received: kept.received,
        received_state: kept.received_state,
        callback: kept.callback.as_deref().map(redacted),
        progress: kept.progress,
        played,
    };
    serde_json::to_string(&about).unwrap_or_default()
}

impl About {
    /// Reads a session's text; `None` where it is damaged.
    pub(super) fn of(text: &str) -> Option<Self> {
        let about: Self = serde_json::from_str(text).ok()?;
        let is_url = |played: &Played| Target::parse(&played.target).is_ok();
        (about.change <= LARGEST_CHANGE && about.played.as_ref().is_none_or(is_url)).then_some(about)
    }

    /// The session, in a run whose clock counts from `epoch`; `None` where its target is no URL.
    pub(super) fn kept(self, epoch: Epoch, targets: &Targets) -> Option<Kept> {
        let begun = match self.played {
            None => None,
            Some(played) => {
                let (target, lacks_credentials) =
                    targets.find(&played.target, played.own_inbox, played.lacks_credentials)?;
                Some(Begun {
                    scenario: played.scenario.into(),
                    title: played.title.into(),
                    config: played.config.map(Arc::from),
                    expected: played.expected,
                    interactive: played.interactive,
                    pace: played.pace,
                    target,
                    lacks_credentials,
                    seed: played.seed,
                })
            }
        };
        Some(Kept {
            begun,
            state: self.state,
            first: moment(epoch, self.first),
            last: moment(epoch, self.last),
            change: self.change,
            sent: self.sent,
            received: self.received,
            received_state: self.received_state,
            callback: self.callback,
            progress: self.progress,
        })
    }
}
