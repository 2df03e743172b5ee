//! Whether an answer is to be blamed on the receiver.

use super::fault::Expectation;
use crate::outcome::delivery::{Blame, Status};
use crate::outcome::exchange::Exchange;

/// Whom a settled delivery speaks against. A fault is never blamed on the receiver, but taking a forged event is.
pub(super) const fn blame(status: Status, expectation: Expectation) -> Blame {
    match (expectation, status) {
        (_, Status::Suppressed)
        | (Expectation::Accept | Expectation::Any, Status::Accepted)
        | (Expectation::Refuse, Status::Refused) => Blame::None,
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
    use super::*;

    #[test]
    fn the_whole_table() {
        use Expectation::{Accept, Any, Refuse};
        use Status::{Accepted, Failed, Refused, Suppressed};
        for (expectation, status, expected) in [
            (Accept, Accepted, Blame::None),
            (Accept, Refused, Blame::Receiver),
            (Accept, Failed, Blame::Receiver),
            (Refuse, Accepted, Blame::ForgedAccepted),
            (Refuse, Refused, Blame::None),
            (Refuse, Failed, Blame::Fault),
            (Any, Accepted, Blame::None),
            (Any, Refused, Blame::Fault),
            (Any, Failed, Blame::Fault),
            (Accept, Suppressed, Blame::None),
        ] {
            assert_eq!(blame(status, expectation), expected, "{expectation:?} {status:?}");
        }
    }
}
