//! Whether an event is sent again, and when.

use jiff::fmt::rfc2822;

use crate::clock::{Timestamp, nanos};
use crate::outcome::exchange::{Exchange, Reply, Side};
use crate::protocol::dialect::Backoff;
use crate::seed::Draw;

/// How often and how soon an event is sent again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// At most so many times beside the first.
    pub retries: u32,
    /// How long is waited.
    pub backoff: Backoff,
}

impl Default for RetryPolicy {
    /// None: WMS is not known to send anything again.
    fn default() -> Self {
        Self { retries: 0, backoff: Backoff::default() }
    }
}

/// What follows from an exchange that was not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// That was it.
    GiveUp,
    /// 410: the receiver wants nothing any more.
    StopAll,
    /// Sent again after a wait.
    Again {
        /// The wait of the backoff, in nanoseconds at the scenario's own pace.
        wait: u64,
        /// What the receiver asked for with `Retry-After`, in nanoseconds of real time.
        asked: Option<u64>,
        /// 429 and 503: everything else waits as long.
        slow_down: bool,
    },
}

/// A receiver that asks for more than this gets this.
const LONGEST_ASKED: u64 = 3_600_000_000_000;

impl RetryPolicy {
    /// What follows, after so many attempts. `now` is the wall clock, for a `Retry-After` that is a date.
    pub fn next(&self, attempts: u32, exchange: &Exchange, draw: Draw, now: Timestamp) -> Next {
        if self.retries == 0 {
            return Next::GiveUp;
        }
        let reply = exchange.result.as_ref().ok();
        if reply.is_some_and(|reply| reply.status == 410) {
            return Next::StopAll;
        }
        let again = match &exchange.result {
            Ok(reply) => matches!(reply.status, 408 | 425 | 429 | 500..=599),
            // What this machine cannot do now it cannot do in a second either.
            Err(failure) => failure.code.side() != Side::Sender,
        };
        if !again || attempts > self.retries {
            return Next::GiveUp;
        }
        let doublings = attempts.saturating_sub(1).min(32);
        let full = nanos(self.backoff.first).saturating_mul(1 << doublings).min(nanos(self.backoff.longest));
        // Between half and the whole: retries of many sessions must not come in step.
        let wait = draw.between(full / 2, full);
        let asked = reply.and_then(|reply| retry_after(reply, now));
        let slow_down = reply.is_some_and(|reply| matches!(reply.status, 429 | 503));
        Next::Again { wait, asked, slow_down }
    }
}

/// `Retry-After`: seconds, or an HTTP date (RFC 9110, 10.2.3). What is neither is passed over.
fn retry_after(reply: &Reply, now: Timestamp) -> Option<u64> {
    let text = reply.retry_after.as_deref()?.trim();
    let seconds = if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit are more than the longest wait.
        text.parse::<u64>().unwrap_or(u64::MAX)
    } else {
        let date = rfc2822::parse(text).ok()?.timestamp().as_second();
        u64::try_from(date.saturating_sub(now.0)).unwrap_or(0)
    };
    Some(seconds.saturating_mul(1_000_000_000).min(LONGEST_ASKED))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::exchange::{Failure, FailureCode, Moments, Phase};
    use crate::seed::{Purpose, Seed};

    const S: u64 = 1_000_000_000;

    fn reply(status: u16, retry_after: Option<&str>) -> Exchange {
        let reply = Reply { status, retry_after: retry_after.map(str::to_owned), ..Reply::default() };
        Exchange { result: Ok(reply), moments: Moments::default(), reused: false, resent: false }
    }

    fn failed(code: FailureCode) -> Exchange {
        Exchange { result: Err(Failure::new(code, Phase::Wait, "")), ..reply(200, None) }
    }

    fn next(attempts: u32, exchange: &Exchange) -> Next {
        let policy = RetryPolicy { retries: 8, ..RetryPolicy::default() };
        policy.next(attempts, exchange, Seed(1).draw(Purpose::named("retry")), Timestamp(784_111_770))
    }

    #[test]
    fn what_is_sent_again() {
        for (exchange, again) in [
            (reply(500, None), true),
            (reply(503, None), true),
            (reply(429, None), true),
            (reply(408, None), true),
            (reply(400, None), false),
            (reply(401, None), false),
            (reply(302, None), false),
            (failed(FailureCode::ReplyTimeout), true),
            (failed(FailureCode::ConnectionRefused), true),
            (failed(FailureCode::InvalidRequest), false),
        ] {
            assert_eq!(matches!(next(1, &exchange), Next::Again { .. }), again, "{exchange:?}");
        }
        assert_eq!(next(1, &reply(410, None)), Next::StopAll);
        assert_eq!(next(9, &reply(500, None)), Next::GiveUp);
        let none = RetryPolicy::default();
        let draw = Seed(1).draw(Purpose::named("retry"));
        assert_eq!(none.next(1, &reply(410, None), draw, Timestamp(0)), Next::GiveUp);
    }

    #[test]
    fn waits_double_and_stay_below_the_longest() {
        for (attempts, full) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 16), (6, 30), (7, 30)] {
            let Next::Again { wait, asked: None, slow_down: false } = next(attempts, &reply(500, None))
            else {
                panic!("attempt {attempts}")
            };
            assert!((full * S / 2..=full * S).contains(&wait), "attempt {attempts}: {wait}");
        }
    }

    #[test]
    fn the_receiver_can_ask_for_a_wait() {
        for (text, seconds) in [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:49:37 GMT", Some(7)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("99999999999999", Some(3600)),
            ("999999999999999999999999", Some(3600)),
            ("soon", None),
            ("-1", None),
        ] {
            let Next::Again { asked, slow_down: true, .. } = next(1, &reply(429, Some(text))) else {
                panic!("{text}")
            };
            assert_eq!(asked, seconds.map(|seconds| seconds * S), "{text}");
        }
    }
}
