//! The types of the fields that say how events are delivered.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::values::choice;
use crate::clock::{parse_duration, show_duration};

choice! {
    /// What becomes of a session whose endpoint gave no answer to an event.
    WhenDown {
        /// Each further event is tried for itself.
        TryEach = "try-each",
        /// None is sent any more.
        EndSession = "end-session",
    }
}

choice! {
    /// What becomes of a 3xx.
    Redirects {
        /// It is an answer like any other, and nothing is sent elsewhere.
        Never = "never",
    }
}

choice! {
    /// What keeps a captured request from being sent again.
    ReplayProtection {
        /// Nothing beside what the body says.
        None = "none",
    }
}

choice! {
    /// Whether an event can overtake another between the page and the webhook.
    RelayOrder {
        /// They arrive in the order of the page.
        Kept = "kept",
        /// Each arrives when its own way is over.
        Free = "free",
    }
}

/// The waits before retries: doubling from the first to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Backoff {
    /// Before the first retry.
    pub first: Duration,
    /// Never more.
    pub longest: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { first: Duration::from_secs(1), longest: Duration::from_secs(30) }
    }
}

impl fmt::Display for Backoff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}..{}", show_duration(self.first), show_duration(self.longest))
    }
}

impl FromStr for Backoff {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let limits = Duration::from_millis(1)..=Duration::from_secs(3600);
        let within =
            |(first, longest): &(Duration, Duration)| limits.contains(first) && limits.contains(longest);
        if let Some((first, longest)) = range(text).filter(within) {
            return Ok(Self { first, longest });
        }
        match turned(text).filter(|turned| range(turned).is_some_and(|range| within(&range))) {
            Some(turned) => Err(format!("'{text}' is backwards; did you mean {turned}?")),
            None => Err(format!("'{text}' is not a range of waits from 1ms to 1h, such as 1s..30s")),
        }
    }
}

/// How long an event takes from the page to the webhook: evenly drawn from a range.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Latency(Option<(Duration, Duration)>);

impl Latency {
    /// From the shortest to the longest; `None` where events take no time.
    pub const fn range(self) -> Option<(Duration, Duration)> {
        self.0
    }
}

impl fmt::Display for Latency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            None => f.write_str("none"),
            Some((low, high)) => write!(f, "{}..{}", show_duration(low), show_duration(high)),
        }
    }
}

impl FromStr for Latency {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text == "none" {
            return Ok(Self(None));
        }
        range(text)
            .filter(|(_, high)| *high <= Duration::from_secs(3600))
            .map(|range| Self(Some(range)))
            .ok_or(())
    }
}

/// A range with its ends in each other's place.
pub(super) fn turned(text: &str) -> Option<String> {
    text.split_once("..").map(|(low, high)| format!("{high}..{low}"))
}

/// Two durations, the first no longer than the second.
fn range(text: &str) -> Option<(Duration, Duration)> {
    let (low, high) = text.split_once("..")?;
    let (low, high) = (parse_duration(low)?, parse_duration(high)?);
    (low <= high).then_some((low, high))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoffs_read_and_show() {
        let backoff: Backoff = "250ms..2m".parse().unwrap();
        assert_eq!((backoff.first, backoff.longest), (Duration::from_millis(250), Duration::from_secs(120)));
        assert_eq!(backoff.to_string(), "250ms..120s");
        assert_eq!(Backoff::default().to_string(), "1s..30s");
        for wrong in ["", "1s", "5s..1s", "0s..1s", "1s..2h", "a..b"] {
            assert!(wrong.parse::<Backoff>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn latencies_read_and_show() {
        for text in ["none", "100ms..2s", "0s..0s", "1500ms..1500ms"] {
            assert_eq!(text.parse::<Latency>().unwrap().to_string(), text);
        }
        for wrong in ["", "1s", "2s..1s", "0s..61m", "-1s..2s"] {
            assert!(wrong.parse::<Latency>().is_err(), "{wrong}");
        }
    }
}
