//! A session's events with no network and no waiting: the same bytes that the fleet would send.

use super::policy::{Pace, Policy};
use super::session::SessionSource;
use crate::clock::Moment;
use crate::protocol::mac::{MacValue, Signer};

/// Calls `each` with when an event is due, its MAC, and its body, for every event of session `number`.
pub fn events(
    source: &SessionSource,
    number: u64,
    policy: &Policy,
    signer: &Signer,
    each: &mut dyn FnMut(Moment, &MacValue, &[u8]),
) {
    let mut session = source.session(number, Moment::ZERO);
    let mut body = Vec::with_capacity(512);
    while let Some((beat, _)) = session.render_next(policy, &mut body) {
        let due = match policy.pace {
            Pace::Max => beat.due,
            Pace::Times(_) => policy.pace.waits_until(beat.due),
        };
        each(due, &signer.sign(&body), &body);
    }
}
