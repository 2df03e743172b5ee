//! How a run is delivered.

use std::fmt;
use std::str::FromStr;

use super::relay::Relay;
use super::retry::RetryPolicy;
use crate::clock::{Epoch, Moment, Timestamp};
use crate::protocol::dialect::{Dialect, Order, StatusSet, WhenDown};

/// How fast sessions are played.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Pace {
    /// So many times as fast as in life.
    Times(f64),
    /// Without waiting at all.
    Max,
}

impl Pace {
    /// When a moment of the scenario comes at this pace.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a session of 366 days is off by some nanoseconds; `as` saturates"
    )]
    pub(crate) fn waits_until(self, due: Moment) -> Moment {
        match self {
            Self::Times(factor) if (factor - 1.0).abs() < f64::EPSILON => due,
            Self::Times(factor) => Moment((due.0 as f64 / factor) as u64),
            Self::Max => Moment::ZERO,
        }
    }

    /// The moment of the scenario that has come after so long; the inverse of [`Pace::waits_until`].
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "as in `waits_until`"
    )]
    pub(crate) fn reached(self, waited: Moment) -> Moment {
        match self {
            Self::Times(factor) => Moment((waited.0 as f64 * factor) as u64),
            Self::Max => Moment::ZERO,
        }
    }

    /// What a wall clock shows at a moment of the scenario: at `max`, as if it were played in real time.
    pub(crate) fn timestamp(self, start: Epoch, due: Moment) -> Timestamp {
        match self {
            Self::Times(_) => start.timestamp_at(self.waits_until(due)),
            Self::Max => start.timestamp_at(due),
        }
    }
}

impl Pace {
    /// Whether sessions can be played so: neither backwards nor so slowly that they never end.
    pub(crate) fn is_playable(self) -> bool {
        match self {
            Self::Times(factor) => (0.001..=100_000.0).contains(&factor),
            Self::Max => true,
        }
    }

    /// When a run of sessions that last `longest` nanoseconds at most begins by its stamps. Without waiting, stamps run
    /// ahead of the clock: the start lies so far back that none lies in the future.
    #[must_use]
    pub(crate) const fn start(self, now: Epoch, longest: u64) -> Epoch {
        match self {
            Self::Times(_) => now.to_whole_millis(),
            Self::Max => now.minus_nanos(longest).to_whole_millis(),
        }
    }
}

impl fmt::Display for Pace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Times(factor) => write!(f, "{factor}x"),
            Self::Max => f.write_str("max"),
        }
    }
}

impl FromStr for Pace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "max" {
            return Ok(Self::Max);
        }
        let factor = text.strip_suffix('x').and_then(|number| number.parse::<f64>().ok());
        match factor {
            Some(factor) if Self::Times(factor).is_playable() => Ok(Self::Times(factor)),
            Some(_) => Err(format!("'{text}' is not between 0.001x and 100000x; 'max' does not wait at all")),
            None => Err(format!("'{text}' is not a pace, such as 1x, 0.5x, 20x or max")),
        }
    }
}

/// What is the same for every event of a run.
#[derive(Clone, Debug)]
pub struct Policy {
    /// How fast.
    pub pace: Pace,
    /// The wall clock when the run begins.
    pub start: Epoch,
    /// Whether an event waits for the reply to the one before.
    pub order: Order,
    /// Which statuses accept an event.
    pub accept: StatusSet,
    /// How often and how soon an event is sent again.
    pub retry: RetryPolicy,
    /// The real wall clock when the run begins, for `Retry-After` dates; [`Policy::start`] may be made up.
    pub wall: Epoch,
    /// What becomes of a session whose endpoint does not answer.
    pub when_down: WhenDown,
    /// What happens to events between the page and the webhook.
    pub relay: Relay,
}

impl Policy {
    /// What a dialect says of delivery, at a pace, from a moment on that is now.
    pub fn new(dialect: &Dialect, pace: Pace, start: Epoch) -> Self {
        Self {
            pace,
            start,
            order: dialect.order,
            accept: dialect.accept.clone(),
            retry: RetryPolicy { retries: dialect.retries, backoff: dialect.backoff },
            wall: start,
            when_down: dialect.when_down,
            relay: Relay::new(dialect),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paces() {
        assert_eq!("20x".parse(), Ok(Pace::Times(20.0)));
        assert_eq!("0.5x".parse(), Ok(Pace::Times(0.5)));
        assert_eq!("max".parse(), Ok(Pace::Max));
        for wrong in ["", "x", "20", "0x", "-1x", "NaNx", "infx", "1e9x"] {
            assert!(wrong.parse::<Pace>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn time_is_divided_by_the_pace() {
        let due = Moment(40_000_000_000);
        let start = Epoch::from_unix_nanos(0);
        assert_eq!(Pace::Times(20.0).waits_until(due), Moment(2_000_000_000));
        assert_eq!(Pace::Times(20.0).timestamp(start, due), Timestamp(2));
        assert_eq!(Pace::Max.waits_until(due), Moment::ZERO);
        assert_eq!(Pace::Max.timestamp(start, due), Timestamp(40));
    }
}
