//! Whether an answer is to be blamed on the receiver.

use super::fault::Expectation;
use super::item::Item;
use crate::outcome::delivery::{Blame, Status};
use crate::outcome::exchange::Exchange;

/// Whom a settled delivery speaks against. A fault is never blamed on the receiver, but taking a forged event is. Where a
/// fault has struck the session before, a receiver may refuse what follows: it may insist on order.
pub(super) const fn blame(status: Status, http_status: Option<u16>, item: &Item) -> Blame {
    match (item.expectation, status) {
        // 503 says that it is busy, and takes no view of the event.
        (Expectation::Refuse, Status::Refused) if matches!(http_status, Some(500..=502 | 504..=599)) => {
            Blame::ForgedCrash
        }
        (_, Status::Suppressed)
        | (Expectation::Accept | Expectation::Any, Status::Accepted)
        | (Expectation::Refuse, Status::Refused) => Blame::None,
        (Expectation::Accept, Status::Refused) if item.shadow && matches!(http_status, Some(400..=499)) => {
            Blame::Fault
        }
        (Expectation::Accept, Status::Refused | Status::Failed) => Blame::Receiver,
        (Expectation::Refuse, Status::Accepted) => Blame::ForgedAccepted,
        (Expectation::Any, Status::Refused | Status::Failed) | (Expectation::Refuse, Status::Failed) => {
            Blame::Fault
        }
    }
}

/// An exchange in a word.
pub(super) fn words(exchange: &Exchange) -> String {
    match &exchange.result {
        Ok(reply) => reply.status.to_string(),
        Err(failure) => failure.code.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::clock::Moment;
    use crate::delivery::item::{Faults, MacText};
    use crate::protocol::code::Code;

    fn item(expectation: Expectation, shadow: bool) -> Item {
        Item {
            due: Moment::ZERO,
            sequence: 0,
            code: Code::WmsLoaded.into(),
            body: Bytes::new(),
            mac: MacText::Spoiled(None),
            faults: Faults::new(),
            expectation,
            shadow,
            dropped: false,
            copy: false,
        }
    }

    #[test]
    fn the_whole_table() {
        use Expectation::{Accept, Any, Refuse};
        use Status::{Accepted, Failed, Refused, Suppressed};
        for (expectation, shadow, status, http, expected) in [
            (Accept, false, Accepted, 200, Blame::None),
            (Accept, false, Refused, 409, Blame::Receiver),
            (Accept, true, Refused, 409, Blame::Fault),
            (Accept, true, Refused, 500, Blame::Receiver),
            (Accept, false, Failed, 0, Blame::Receiver),
            (Accept, true, Failed, 0, Blame::Receiver),
            (Refuse, false, Accepted, 200, Blame::ForgedAccepted),
            (Refuse, true, Accepted, 200, Blame::ForgedAccepted),
            (Refuse, false, Refused, 401, Blame::None),
            (Refuse, false, Refused, 503, Blame::None),
            (Refuse, false, Refused, 500, Blame::ForgedCrash),
            (Any, false, Refused, 500, Blame::Fault),
            (Refuse, false, Failed, 0, Blame::Fault),
            (Any, false, Accepted, 200, Blame::None),
            (Any, false, Refused, 400, Blame::Fault),
            (Any, false, Failed, 0, Blame::Fault),
            (Accept, false, Suppressed, 0, Blame::None),
        ] {
            let item = item(expectation, shadow);
            assert_eq!(blame(status, Some(http), &item), expected, "{expectation:?} {shadow} {status:?}");
        }
    }
}
