//! A time limit that costs next to nothing on each request.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::time::{Instant, Sleep, sleep_until};

/// Ends a future that takes too long.
///
/// The timer is armed once for many requests: it is left where a former request set it, and only when it fires
/// before the present request's time is up, it is set anew. So a busy lane touches the timer once per time limit.
#[derive(Default)]
pub(super) struct Watchdog {
    timer: Option<Pin<Box<Sleep>>>,
}

/// The time was up.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct TimeIsUp;

impl Watchdog {
    /// Runs `work`, but not beyond `limit` from `now`.
    pub(super) async fn guard<F: Future>(
        &mut self,
        now: Instant,
        limit: Option<Duration>,
        work: F,
    ) -> Result<F::Output, TimeIsUp> {
        let mut work = pin!(work);
        let Some(deadline) = limit.and_then(|limit| now.checked_add(limit)) else { return Ok(work.await) };
        poll_fn(|cx| {
            if let Poll::Ready(output) = work.as_mut().poll(cx) {
                return Poll::Ready(Ok(output));
            }
            self.poll(cx, deadline).map(Err)
        })
        .await
    }

    fn poll(&mut self, cx: &mut Context<'_>, deadline: Instant) -> Poll<TimeIsUp> {
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep_until(deadline)));
        if timer.deadline() > deadline {
            timer.as_mut().reset(deadline);
        }
        while timer.as_mut().poll(cx).is_ready() {
            if timer.deadline() >= deadline {
                return Poll::Ready(TimeIsUp);
            }
            timer.as_mut().reset(deadline);
        }
        Poll::Pending
    }
}

#[cfg(test)]
mod tests {
    use std::future::pending;

    use tokio::time::sleep;

    use super::*;
    use crate::clock::RunClock;

    const SECOND: Duration = Duration::from_secs(1);

    #[tokio::test(start_paused = true)]
    async fn each_request_has_its_own_time() {
        let clock = RunClock::start();
        let mut watchdog = Watchdog::default();
        for _ in 0..5 {
            let now = clock.instant(clock.now());
            assert_eq!(watchdog.guard(now, Some(SECOND), sleep(SECOND * 7 / 10)).await, Ok(()));
        }
        for seconds in [3, 1, 2] {
            let begun = clock.now();
            let limit = SECOND * seconds;
            let end = watchdog.guard(clock.instant(begun), Some(limit), pending::<()>()).await;
            assert_eq!(end, Err(TimeIsUp));
            let took = clock.now().since(begun);
            assert!(took >= limit && took < limit + Duration::from_millis(5), "{took:?}");
        }
        let now = clock.instant(clock.now());
        assert_eq!(watchdog.guard(now, None, sleep(SECOND * 1000)).await, Ok(()));
        assert_eq!(watchdog.guard(now, Some(Duration::MAX), sleep(SECOND)).await, Ok(()));
    }
}
