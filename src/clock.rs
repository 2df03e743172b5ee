//! Time. The only module that reads a clock; everything else takes a [`Moment`] as an argument.

use std::fmt;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// Nanoseconds since a run began. What schedules, latencies and the order of things are made of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Moment(pub u64);

impl Moment {
    /// The beginning of the run.
    pub const ZERO: Self = Self(0);
    /// Later than anything a run can reach (584 years).
    pub const NEVER: Self = Self(u64::MAX);

    /// The moment `nanos` after this one; stays at [`Moment::NEVER`] instead of wrapping.
    #[must_use]
    pub const fn after(self, nanos: u64) -> Self {
        Self(self.0.saturating_add(nanos))
    }

    /// The time from `earlier` to this moment, zero if `earlier` is in fact later.
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }

    /// Milliseconds from `other` to this moment, with fractions; negative where `other` is later.
    #[expect(
        clippy::cast_precision_loss,
        reason = "what lies 104 days apart is still exact to the nanosecond"
    )]
    pub fn millis_after(self, other: Self) -> f64 {
        (i128::from(self.0) - i128::from(other.0)) as f64 / 1e6
    }

    /// Milliseconds since the run began, with fractions.
    #[expect(clippy::cast_precision_loss, reason = "a run of 104 days is still exact to the nanosecond")]
    pub fn as_millis_f64(self) -> f64 {
        self.0 as f64 / 1e6
    }
}

impl From<Duration> for Moment {
    fn from(duration: Duration) -> Self {
        Self(nanos(duration))
    }
}

/// The whole nanoseconds of a duration, at most `u64::MAX` (584 years).
pub fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// Reads `250ms`, `1.5s` or `2m`. What else is wrong with it is for the caller to say.
pub fn parse_duration(text: &str) -> Option<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (amount, unit) = text.split_at(digits);
    let seconds = amount.parse::<f64>().ok()?
        * match unit {
            "ms" => 0.001,
            "s" => 1.0,
            "m" => 60.0,
            _ => return None,
        };
    Duration::try_from_secs_f64(seconds).ok()
}

/// Writes a duration as [`parse_duration`] reads it.
pub fn show_duration(duration: Duration) -> String {
    if duration.subsec_nanos() == 0 {
        format!("{}s", duration.as_secs())
    } else {
        format!("{}ms", duration.as_secs_f64() * 1e3)
    }
}

/// Wall-clock time in whole Unix seconds: what the envelope's `timestamp` holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match jiff::Timestamp::from_second(self.0) {
            Ok(time) => time.fmt(f),
            Err(_) => write!(f, "@{}", self.0),
        }
    }
}

/// The wall-clock moment at which a run begins, in nanoseconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Epoch(i128);

impl Epoch {
    /// The first that RFC 3339 can say.
    const FIRST: &str = "0000-01-01T00:00:00Z";
    const YEAR_0: i128 = -62_167_219_200_000_000_000;
    /// The last that can be shown in every time zone.
    const LAST: &str = "9999-12-30T22:00:00Z";

    /// An epoch `nanos` after 1970-01-01T00:00:00Z.
    pub const fn from_unix_nanos(nanos: i128) -> Self {
        Self(nanos)
    }

    /// Reads an RFC 3339 time such as `2026-01-02T03:04:05Z`.
    ///
    /// # Errors
    /// The reason, in words, when the text is not such a time.
    pub fn parse_rfc3339(text: &str) -> Result<Self, String> {
        let read = |text: &str| text.parse::<jiff::Timestamp>().ok().map(|time| Self(time.as_nanosecond()));
        // With a year that has everything, 29 February included, what is wrong can be the year alone.
        let far_off = || {
            let (year, _) = text.get(1..)?.split_once('-')?;
            let (sign_or_digit, rest) = (text.get(..1)?, text.get(1 + year.len()..)?);
            let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
            let is_year =
                (digits(sign_or_digit) || "+-".contains(sign_or_digit)) && digits(year) && year.len() > 2;
            (is_year && read(&format!("2000{rest}")).is_some()).then_some(())
        };
        match read(text) {
            Some(time) if (Self::YEAR_0..).contains(&time.0) => Ok(time),
            None if far_off().is_none() => {
                Err(format!("'{text}' is not an RFC 3339 time, such as 2026-01-02T03:04:05Z"))
            }
            _ => Err(format!("'{text}' is not between {} and {}", Self::FIRST, Self::LAST)),
        }
    }

    /// Whether [`Epoch::parse_rfc3339`] could have read it.
    pub fn is_rfc3339(self) -> bool {
        self.0 >= Self::YEAR_0 && jiff::Timestamp::from_nanosecond(self.0).is_ok()
    }

    /// The time that a wall clock shows `since_start` after this epoch, cut to whole seconds.
    pub fn timestamp_at(self, since_start: Moment) -> Timestamp {
        let seconds = (self.0 + i128::from(since_start.0)).div_euclid(1_000_000_000);
        Timestamp(i64::try_from(seconds).unwrap_or(if seconds < 0 { i64::MIN } else { i64::MAX }))
    }

    /// The wall clock `since_start` after this epoch.
    #[must_use]
    pub const fn after(self, since_start: Moment) -> Self {
        Self(self.0 + since_start.0 as i128)
    }

    /// Nanoseconds since 1970-01-01T00:00:00Z, negative before.
    pub const fn unix_nanos(self) -> i128 {
        self.0
    }

    /// How long after this epoch `later` is, zero if it is in fact earlier.
    pub fn until(self, later: Self) -> Moment {
        Moment(u64::try_from((later.0 - self.0).max(0)).unwrap_or(u64::MAX))
    }

    /// This epoch moved `earlier` into the past.
    #[must_use]
    pub const fn minus_nanos(self, earlier: u64) -> Self {
        Self(self.0 - earlier as i128)
    }

    /// This epoch without what is finer than a millisecond: short enough to copy by hand.
    #[must_use]
    pub const fn to_whole_millis(self) -> Self {
        Self(self.0.div_euclid(1_000_000) * 1_000_000)
    }

    /// RFC 3339 with nanoseconds as needed: what `--start-time` reads back exactly.
    pub fn to_rfc3339(self) -> String {
        jiff::Timestamp::from_nanosecond(self.0)
            .map_or_else(|_| format!("@{}ns", self.0), |time| time.to_string())
    }
}

impl From<SystemTime> for Epoch {
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH);
        Self(since.map_or_else(|before| -(nanos_i128(before.duration())), nanos_i128))
    }
}

/// A clock that was started when the run began.
///
/// It follows tokio's clock, so a test that pauses tokio's time pauses this one too.
#[derive(Clone, Copy, Debug)]
pub struct RunClock {
    started: tokio::time::Instant,
    /// What it showed then.
    begin: Moment,
}

impl RunClock {
    /// Starts the clock: now is [`Moment::ZERO`].
    pub fn start() -> Self {
        Self::start_at(Moment::ZERO)
    }

    /// Starts a clock that goes on from an earlier run: now is `begin`.
    #[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
    pub fn start_at(begin: Moment) -> Self {
        Self { started: tokio::time::Instant::now(), begin }
    }

    /// The present moment.
    pub fn now(&self) -> Moment {
        self.begin.after(nanos(self.started.elapsed()))
    }

    /// The instant of a moment, for timers. One before the clock was started is over, as its start is.
    pub fn instant(&self, moment: Moment) -> tokio::time::Instant {
        // A timer a century ahead is as good as never, and an addition cannot overflow with it.
        const CENTURY: u64 = 100 * 366 * 86_400 * 1_000_000_000;
        self.started + moment.since(self.begin).min(Duration::from_nanos(CENTURY))
    }
}

/// What the wall clock shows now.
#[expect(clippy::disallowed_methods, reason = "this is the place that reads the clock")]
pub fn wall_clock() -> Epoch {
    SystemTime::now().into()
}

fn nanos_i128(duration: Duration) -> i128 {
    i128::try_from(duration.as_nanos()).unwrap_or(i128::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_cut_to_whole_seconds() {
        let epoch = Epoch::parse_rfc3339("2023-07-18T13:09:37.9Z").unwrap();
        assert_eq!(epoch.timestamp_at(Moment::ZERO), Timestamp(1_689_685_777));
        assert_eq!(epoch.timestamp_at(Moment(100_000_000)), Timestamp(1_689_685_778));
        assert_eq!(Epoch::from_unix_nanos(-1).timestamp_at(Moment::ZERO), Timestamp(-1));
    }

    #[test]
    fn epoch_round_trips_through_rfc3339() {
        for text in ["2026-01-02T03:04:05Z", "2026-01-02T03:04:05.123456789Z", "1969-12-31T23:59:59Z"] {
            assert_eq!(Epoch::parse_rfc3339(text).unwrap().to_rfc3339(), text);
        }
        for text in [
            "yesterday",
            "2026-02-30T00:00:00Z",
            "2026-01-01",
            "99999",
            "99999-13-01T00:00:00Z",
            "é-01-01T00:00:00Z",
        ] {
            assert!(Epoch::parse_rfc3339(text).unwrap_err().contains("is not an RFC 3339 time"), "{text}");
        }
    }

    #[test]
    fn years_that_are_too_far_off_are_told_with_the_range() {
        for text in [
            "99999-01-01T00:00:00Z",
            "10000-02-29T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "+123456789012345678901-01-01T00:00:00Z",
            "-0001-12-31T00:00:00+02:00",
            "-000001-12-31T00:00:00Z",
        ] {
            let told = Epoch::parse_rfc3339(text).unwrap_err();
            assert!(told.contains(&format!("'{text}' is not between")) && !told.contains("RFC"), "{told}");
        }
        for text in [Epoch::FIRST, Epoch::LAST] {
            assert_eq!(Epoch::parse_rfc3339(text).unwrap().to_rfc3339(), text);
        }
        assert!(Epoch::parse_rfc3339("9999-12-30T22:00:01Z").is_err());
    }

    #[test]
    fn durations() {
        assert_eq!(parse_duration("250ms"), Some(Duration::from_millis(250)));
        assert_eq!(parse_duration("1.5s"), Some(Duration::from_millis(1500)));
        assert_eq!(parse_duration("2m"), Some(Duration::from_secs(120)));
        for wrong in ["", "5", "s", "-1s", "1h", "1.2.3s", "1 s", "inf"] {
            assert_eq!(parse_duration(wrong), None, "{wrong}");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_clock_can_go_on_from_an_earlier_run() {
        let year = Moment(365 * 86_400 * 1_000_000_000);
        let clock = RunClock::start_at(year);
        assert_eq!(clock.now(), year);
        tokio::time::sleep_until(clock.instant(year.after(5_000_000))).await;
        assert_eq!(clock.now(), year.after(5_000_000));
        assert_eq!(clock.instant(Moment(1)), clock.instant(year));
        assert!(clock.instant(Moment::NEVER) > clock.instant(year.after(1)));
        let epoch = Epoch::from_unix_nanos(-7);
        assert_eq!((epoch.until(Epoch::from_unix_nanos(3)), epoch.unix_nanos()), (Moment(10), -7));
        assert_eq!(Epoch::from_unix_nanos(3).until(epoch), Moment::ZERO);
        assert!((Moment(1_000_000).millis_after(Moment(3_500_000)) + 2.5).abs() < 1e-9);
    }

    #[test]
    fn moments_saturate() {
        assert_eq!(Moment::NEVER.after(1), Moment::NEVER);
        assert_eq!(Moment(1).since(Moment(2)), Duration::ZERO);
    }
}
