//! `?wait=end|N&timeout=10s`: an answer that waits until a session has come so far.

use std::sync::Arc;
use std::time::Duration;

use axum::http::StatusCode;
use schemars::JsonSchema;
use serde::Deserialize;

use super::Shared;
use super::answer::Wrong;
use super::events::over;
use crate::clock::parse_duration;
use crate::serve::ledger::{DetailView, Ledger, Page, Side};

const USUAL: Duration = Duration::from_secs(10);
const LONGEST: Duration = Duration::from_secs(120);

/// How long to wait, and for what.
#[derive(Debug, Default, Deserialize, JsonSchema)]
pub(super) struct Wait {
    /// `end`, or a number of events that are settled: answered, or never to be answered. A session that is not there yet
    /// is waited for too.
    pub wait: Option<String>,
    /// At most so long, such as `10s`, which is meant where it is not said; 2 minutes is the most. Then the answer is the
    /// session as it is: look at its state.
    pub timeout: Option<String>,
}

enum Until {
    End,
    Events(u64),
}

impl Wait {
    fn read(&self) -> Result<Option<(Until, Duration)>, Wrong> {
        let wrong = |message: &str| Wrong::new(StatusCode::BAD_REQUEST, "bad-query", message);
        let until = match self.wait.as_deref() {
            None => return Ok(None),
            Some("end") => Until::End,
            Some(number) => {
                Until::Events(number.parse().map_err(|_| wrong("wait takes 'end' or a number of events"))?)
            }
        };
        let limit = match self.timeout.as_deref() {
            None => USUAL,
            Some(text) => parse_duration(text)
                .filter(|limit| *limit <= LONGEST)
                .ok_or_else(|| wrong("timeout takes a duration up to 2m, such as 10s"))?,
        };
        Ok(Some((until, limit)))
    }
}

/// The session as it is once it has come so far, or when the time is over.
pub(super) async fn detail(
    shared: &Arc<Shared>,
    id: &str,
    side: Side,
    wait: &Wait,
    page: Page,
) -> Result<DetailView, Wrong> {
    let answer = || {
        let detail = shared.hub.look(|ledger| ledger.detail(id, side, page));
        detail.map(|detail| shared.hub.dated_detail(detail)).ok_or_else(|| Wrong::no_session(id))
    };
    let Some((until, limit)) = wait.read()? else { return answer() };
    let Ok(_room) = shared.waiting.try_acquire() else {
        let message = "as many requests wait as can; ask again, or follow /api/events";
        return Err(Wrong::new(StatusCode::SERVICE_UNAVAILABLE, "too-many-waiting", message));
    };
    let mut changes = shared.hub.changes();
    let mut ending = shared.ending.subscribe();
    let reached = async {
        loop {
            changes.borrow_and_update();
            if shared.hub.look(|ledger| has_come(ledger, id, side, &until))
                || changes.changed().await.is_err()
            {
                return;
            }
        }
    };
    tokio::select! {
        () = reached => {}
        () = tokio::time::sleep(limit) => {}
        () = over(&mut ending) => {}
    }
    answer()
}

/// Asked at every change of whatever session, so nothing is built to answer it.
fn has_come(ledger: &Ledger, id: &str, side: Side, until: &Until) -> bool {
    match until {
        Until::End => ledger.is_over(id, side),
        Until::Events(count) => ledger.settled(id, side).is_some_and(|settled| settled >= *count),
    }
}
