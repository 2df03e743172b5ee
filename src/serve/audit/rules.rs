//! What the dialect says about what was found, and what that stands on.

use crate::outcome::audit::{Difference, Place, Weight};
use crate::protocol::code::Code;
use crate::protocol::dialect::{Dialect, KEYS};
use crate::protocol::evidence::Evidence;
use crate::serve::inbox::{Finding, FindingCode, FindingSeverity};
use crate::serve::learn::{self, Sighting};

/// Keys whose values are the customer's, or of which only some are known: another one is worth knowing, no more.
const OPEN: &[&str] = &["http.user-agent", "session-id.style", "constraint.values", "api-error.values"];

/// The difference that a sighting is, where the dialect says otherwise.
pub(super) fn sighted(dialect: &Dialect, sighting: &Sighting) -> Option<Difference> {
    let key = KEYS.iter().find(|key| key.name == sighting.key)?;
    if learn::is_known(key, dialect, &sighting.value) {
        return None;
    }
    Some(Difference {
        kind: key.name,
        weight: if OPEN.contains(&key.name) { Weight::Note } else { Weight::Warning },
        place: sighting.place.clone(),
        found: format!("{} = {}", key.name, sighting.value),
        says: format!("{} = {}", key.name, key.show(dialect)),
        evidence: key.evidence,
    })
}

pub(super) fn no_user_agent(dialect: &Dialect, place: &Place) -> Difference {
    Difference {
        kind: "user-agent-missing",
        weight: Weight::Note,
        place: place.clone(),
        found: "there is no User-Agent header".to_owned(),
        says: format!("http.user-agent = {}", dialect.user_agent),
        evidence: super::evidence("http.user-agent"),
    }
}

/// The difference that a finding of the inbox is.
pub(super) fn finding(finding: &Finding, place: Place, expected: Option<Vec<Code>>) -> Difference {
    let code = finding.code();
    let (says, evidence) = rule(code);
    let says = match expected {
        Some(expected) => {
            let names: Vec<&str> = expected.iter().map(|code| code.as_str()).collect();
            format!(
                "expected there: {}",
                if names.is_empty() { "nothing".to_owned() } else { names.join(", ") }
            )
        }
        None => says.to_owned(),
    };
    Difference {
        kind: code.as_str(),
        weight: match code.severity() {
            FindingSeverity::Note => Weight::Note,
            FindingSeverity::Warning => Weight::Warning,
            FindingSeverity::Error => Weight::Error,
        },
        place,
        found: finding.to_string(),
        says,
        evidence,
    }
}

/// What the dialect says, and what that stands on.
const fn rule(code: FindingCode) -> (&'static str, Evidence) {
    use Evidence::{Documented, Inferred, Unknown};
    match code {
        FindingCode::MacMissing | FindingCode::MacSeveral => ("one X-WMS-Content-MAC header", Documented),
        FindingCode::MacWrongPrefix | FindingCode::MacNotHex => {
            ("hmac-sha256= and 64 lower-case hex digits", Documented)
        }
        FindingCode::MacMismatch => ("the HMAC-SHA256 of the body with the MAC secret", Documented),
        FindingCode::BodyTooLarge => ("bodies of some hundred bytes", Inferred),
        FindingCode::NotJson | FindingCode::BadEnvelope => {
            ("a JSON object with timestamp, sessionId, sequence, event, severity", Documented)
        }
        FindingCode::ContentType => ("a Content-Type header", Unknown),
        FindingCode::EnvelopeKeyUnknown => {
            ("timestamp, sessionId, sequence, event, severity and payload, and no other key", Documented)
        }
        FindingCode::SessionIdEmpty | FindingCode::SessionIdUndefined | FindingCode::SessionIdLong => {
            ("the text that the customer put into the call-in URL", Documented)
        }
        FindingCode::EventUnknown => ("the 21 events of the page (wms-sim events)", Documented),
        FindingCode::EventNotInDialect => ("the events of the older page", Documented),
        FindingCode::SeverityMissing | FindingCode::SeverityUnknown => ("INFO, WARN or ERROR", Documented),
        FindingCode::SeverityMismatch => ("the severity that the page gives the event", Documented),
        FindingCode::PayloadMissing
        | FindingCode::PayloadNotObject
        | FindingCode::PayloadUnexpected
        | FindingCode::PayloadKeyMissing
        | FindingCode::PayloadKeyUnknown
        | FindingCode::PayloadType
        | FindingCode::PayloadValue => {
            ("the payload that the page gives the event (wms-sim events)", Documented)
        }
        FindingCode::PayloadEmptyForm => ("as payload.empty says", Unknown),
        FindingCode::MeasurementIdUnknown => ("the ID of a MEASUREMENT_CREATED before it", Inferred),
        FindingCode::Duplicate | FindingCode::Conflict | FindingCode::TooOld => {
            ("each sequence once in a session", Documented)
        }
        FindingCode::OutOfOrder => ("events arrive in their order, if nothing overtakes", Unknown),
        FindingCode::Gap => ("0 for the first event of the session, then one more for each", Documented),
        FindingCode::RestartWithoutUnload => ("PAGE_UNLOADED before the page is loaded again", Inferred),
        FindingCode::RestartUnlikeDialect => ("reload.sequence = continue", Unknown),
        FindingCode::ContinuedUnlikeDialect => ("reload.sequence = restart", Unknown),
        FindingCode::TimestampBackwards => ("timestamps rise with the sequence", Inferred),
        FindingCode::TimestampFuture => ("the moment of the event, in Unix seconds", Documented),
        FindingCode::IllegalEvent => ("the order of the page's flow", Inferred),
    }
}
