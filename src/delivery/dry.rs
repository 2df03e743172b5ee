//! A session's events with no network and no waiting: the same bytes that the fleet would send.

use super::item::Item;
use super::policy::{Pace, Policy};
use super::session::{Rendering, SessionSource};
use super::signers::Signers;
use crate::clock::Moment;

/// Calls `each` with every item of session `number` in the order of sending, and with when it is due. What a fault drops
/// is among them.
pub fn events(
    source: &SessionSource,
    number: u64,
    policy: &Policy,
    signers: &Signers,
    each: &mut dyn FnMut(Moment, &Item),
) {
    let mut session = source.session(number, Moment::ZERO, policy);
    let mut buffer = Vec::with_capacity(512);
    let with = Rendering { policy, signers, faults: source.faults() };
    while let Some(item) = session.next(with, &mut buffer) {
        let due = match policy.pace {
            Pace::Max => item.due,
            Pace::Times(_) => policy.pace.waits_until(item.due),
        };
        each(due, &item);
    }
}
