//! What was asked for and will have no effect. What a settings file says is not asked for: it waits for the runs that it is
//! of use to.

use crate::cli::shell::Typed;
use crate::delivery::policy::Pace;
use crate::protocol::dialect::{Dialect, RelayOrder};

/// What was asked for, among it the keys of the dialect that `--set` names.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub typed: &'a Typed,
    pub set: &'a [(String, String)],
}

impl Asked<'_> {
    fn keys(&self) -> impl Iterator<Item = &str> {
        let given = self.typed.is_given("set");
        self.set.iter().filter(move |_| given).map(|(key, _)| key.as_str())
    }

    fn sets(&self, wanted: &str) -> bool {
        self.keys().any(|key| key == wanted)
    }
}

/// What to say of a backoff that will not be waited for. `max` says in words what the pace is.
pub(super) fn backoff(asked: Asked<'_>, spoken: &Dialect, pace: Pace, max: &str) -> Option<String> {
    let what = if asked.typed.is_given("backoff") {
        "--backoff"
    } else if asked.sets("delivery.backoff") {
        "--set delivery.backoff"
    } else {
        return None;
    };
    if spoken.retries == 0 {
        return Some(format!("{what} has no effect without --retries: nothing is sent again"));
    }
    let idle = pace == Pace::Max;
    let why = "retries follow at once; a Retry-After is still waited for";
    idle.then(|| format!("{what} has no effect {max}: {why}"))
}

/// What to say of events that may overtake each other and cannot.
pub(super) fn relay(asked: Asked<'_>, spoken: &Dialect) -> Option<String> {
    let instant = spoken.relay_latency.range().is_none_or(|(_, longest)| longest.is_zero());
    let idle = asked.sets("relay.order") && spoken.relay_order == RelayOrder::Free && instant;
    idle.then(|| {
        "--set relay.order=free has no effect without relay.latency: what takes no time is not overtaken"
            .to_owned()
    })
}

/// What to say of keys that change what is sent, or a page that a replay does not have.
pub(super) fn replay(asked: Asked<'_>, resign: bool) -> Option<String> {
    let used =
        |key: &str| key.starts_with("delivery.") || key.starts_with("http.") || resign && key == "mac.input";
    let mut idle: Vec<&str> = asked.keys().filter(|key| !used(key)).collect();
    let mut seen = std::collections::BTreeSet::new();
    idle.retain(|key| seen.insert(*key));
    let why = "a replay sends the journal's bytes, so these keys have no effect";
    (!idle.is_empty()).then(|| format!("--set: {why}: {}", idle.join(", ")))
}
