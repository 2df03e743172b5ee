//! The audit: where recorded traffic differs from a dialect. Bodies and order are judged by the inbox, the choices of
//! the dialect by what a learner sights; what both leave out is judged here: the form of the envelope, MACs, timing.

mod excuse;
mod form;
mod ledger;
mod rules;
#[cfg(test)]
mod tests;
mod timing;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::clock::Epoch;
use crate::outcome::audit::{Audited, Difference, MacCounts, Place, Weight};
use crate::protocol::diagnosis::Explanation;
use crate::protocol::dialect::{Dialect, KEYS};
use crate::protocol::evidence::Evidence;
use crate::protocol::grammar::Grammar;
use crate::protocol::mac::{MacError, Secret};
use crate::serve::inbox::Finding;
use crate::serve::learn::{Observer, Sighting};
use crate::serve::traffic::{Field, Heard, Listener, MacVerdict, Macs, Request};
use excuse::Excuses;
use ledger::Ledger;
use timing::Timing;

/// Holds requests against a dialect. Without a secret MACs are judged by their form.
pub fn audit(requests: &[Request], dialect: &Dialect, secrets: &[Secret], epoch: Option<Epoch>) -> Audited {
    let mut audit = Audit {
        dialect,
        grammar: Grammar::new(dialect),
        excuses: Excuses::of(requests),
        listener: Listener::new(dialect, epoch),
        macs: Macs::new(secrets),
        ledger: Ledger::default(),
        illegal: Vec::new(),
        audited: Audited {
            macs: MacCounts { by_secret: vec![0; secrets.len()], wrong: 0 },
            ..Audited::default()
        },
    };
    for request in requests {
        audit.take(request);
    }
    audit.finish()
}

struct Audit<'a> {
    dialect: &'a Dialect,
    grammar: Grammar,
    excuses: Excuses,
    listener: Listener,
    macs: Macs,
    ledger: Ledger,
    /// Events out of order, until it is known whether a choice of the dialect explains them.
    illegal: Vec<Difference>,
    audited: Audited,
}

impl Audit<'_> {
    fn take(&mut self, request: &Request) {
        if !request.was_sent() {
            self.audited.unsent += 1;
            return;
        }
        if request.is_faulty() {
            self.audited.faulty += 1;
            // Its place in the session is still what those after it are judged by.
            if request.is_whole() {
                let heard = self.listener.hear(request);
                let session = heard.place.session_id.clone();
                for finding in heard.findings.into_iter().filter(is_of_the_session) {
                    self.session_finding(session.as_ref(), &finding, &heard.place);
                }
            }
            return;
        }
        self.audited.requests += 1;
        let heard = self.listener.hear(request);
        self.audited.events += u64::from(heard.is_event);
        let mac = self.macs.judge(&request.body, &request.macs);
        self.mac(&mac, &heard.place);
        let mut differing = BTreeSet::new();
        if let Some(event) = &heard.event {
            Observer::request(request, event, &mac, &mut |sighting| {
                if let Some(difference) = rules::sighted(self.dialect, &sighting) {
                    differing.insert(sighting.key);
                    self.ledger.add(difference);
                }
            });
            form::judge(event, &mut |difference| self.ledger.add(difference));
        }
        if request.user_agent == Field::Absent {
            self.ledger.add(rules::no_user_agent(self.dialect, &heard.place));
        }
        self.findings(request, heard, &differing);
    }

    fn mac(&mut self, verdict: &MacVerdict, place: &Place) {
        match verdict {
            MacVerdict::Right { by, .. } => {
                if let Some(count) = self.audited.macs.by_secret.get_mut(*by) {
                    *count += 1;
                }
            }
            MacVerdict::Wrong(error, explanation) => {
                self.audited.macs.wrong += 1;
                self.ledger.add(mac_difference(*error, explanation.as_deref(), place));
            }
            MacVerdict::Unchecked => {}
        }
    }

    fn findings(&mut self, request: &Request, heard: Heard, differing: &BTreeSet<&'static str>) {
        let session = heard.place.session_id.clone();
        for finding in heard.findings {
            if is_of_the_session(&finding) {
                self.session_finding(session.as_ref(), &finding, &heard.place);
            } else if let Finding::BadEnvelope { .. } = finding
                && let Some(difference) = form::unreadable(&request.body, &heard.place)
            {
                self.ledger.add(difference);
            } else if !told_by_key(&finding, differing, self.dialect, request) {
                self.ledger.add(rules::finding(&finding, heard.place.clone(), None));
            }
        }
    }

    /// What the inbox found about the order of a session, perhaps about another event than the one at hand.
    fn session_finding(&mut self, session: Option<&Arc<str>>, finding: &Finding, at_hand: &Place) {
        let Some(session) = session else { return };
        // The key reload.sequence tells the same.
        let told = matches!(finding, Finding::RestartUnlikeDialect | Finding::ContinuedUnlikeDialect { .. });
        if told || self.excuses.excuses(session, finding) {
            return;
        }
        let place = finding_sequence(finding)
            .filter(|sequence| at_hand.sequence != Some(*sequence))
            .and_then(|sequence| self.listener.place(session, sequence))
            .unwrap_or(at_hand)
            .clone();
        let received = !self.excuses.is_run();
        let expected = match finding {
            Finding::IllegalEvent { illegal, .. } => Some(self.grammar.expected(illegal.state)),
            _ => None,
        };
        let mut difference = rules::finding(finding, place, expected);
        match finding {
            Finding::IllegalEvent { .. } => return self.illegal.push(difference),
            // A capture begins when it begins, in the middle of sessions too.
            Finding::Gap { first: 0, .. } if received => {
                difference.kind = "begins-late";
                difference.weight = Weight::Note;
            }
            _ => {}
        }
        self.ledger.add(difference);
    }

    fn finish(mut self) -> Audited {
        for (session, findings) in self.listener.finish() {
            let at = Place { session_id: Some(Arc::clone(&session)), ..Place::default() };
            for finding in findings {
                self.session_finding(Some(&session), &finding, &at);
            }
        }
        self.audited.sessions = self.listener.sessions();
        let timing = Timing::new();
        let mut observer = Observer::default();
        let mut explained = BTreeSet::new();
        let Self { dialect, excuses, listener, mut ledger, illegal, audited, .. } = self;
        let mut sighted = |sighting: Sighting| {
            let place = &sighting.place;
            let excused = place
                .session_id
                .as_ref()
                .zip(place.sequence)
                .is_some_and(|(session, sequence)| excuses.is_faulty(session, sequence));
            if let Some(difference) = rules::sighted(dialect, &sighting).filter(|_| !excused) {
                explained.insert(difference.place.line);
                ledger.add_times(difference, sighting.count);
            }
        };
        let mut late = Vec::new();
        let mut listener = listener;
        for steps in listener.courses() {
            observer.course(&steps, &mut sighted);
            timing.judge(&steps, &mut |difference| late.push(difference));
        }
        observer.finish(&mut sighted);
        // A choice of the dialect that explains an event is told once, and not as an illegal or a late event too.
        let unexplained = |difference: &Difference| !explained.contains(&difference.place.line);
        for difference in illegal.into_iter().chain(late).filter(unexplained) {
            ledger.add(difference);
        }
        ledger.finish(audited)
    }
}

/// True for what concerns the order of a session, and so perhaps another event than the one at hand.
fn is_of_the_session(finding: &Finding) -> bool {
    matches!(
        finding,
        Finding::Duplicate { .. }
            | Finding::Conflict { .. }
            | Finding::TooOld { .. }
            | Finding::OutOfOrder { .. }
            | Finding::Gap { .. }
            | Finding::RestartWithoutUnload
            | Finding::RestartUnlikeDialect
            | Finding::ContinuedUnlikeDialect { .. }
            | Finding::TimestampBackwards { .. }
            | Finding::MeasurementIdUnknown { .. }
            | Finding::IllegalEvent { .. }
    )
}

/// The event that a finding is told at: the one behind a gap, or the one that it speaks of.
const fn finding_sequence(finding: &Finding) -> Option<u64> {
    match finding {
        Finding::Gap { last, .. } => last.checked_add(1),
        Finding::TimestampBackwards { sequence, .. }
        | Finding::MeasurementIdUnknown { sequence }
        | Finding::IllegalEvent { sequence, .. } => Some(*sequence),
        _ => None,
    }
}

/// True where a key of the dialect tells the same, and better.
fn told_by_key(
    finding: &Finding,
    differing: &BTreeSet<&'static str>,
    dialect: &Dialect,
    request: &Request,
) -> bool {
    let particular = |name: &str, own: &str, key: &str| differing.contains(key) && name == own;
    match finding {
        Finding::ContentType { .. } => request.content_type != Field::Absent,
        Finding::PayloadEmptyForm { .. } | Finding::EventNotInDialect { .. } => true,
        Finding::PayloadKeyMissing { key, .. } => {
            particular(key, &dialect.constraint_key, "constraint.key")
                || particular(key, &dialect.api_error_key, "api-error.key")
        }
        // The key that stands in the other's place.
        Finding::PayloadKeyUnknown { .. } => {
            differing.contains("constraint.key") || differing.contains("api-error.key")
        }
        _ => false,
    }
}

fn mac_difference(error: MacError, explanation: Option<&Explanation>, place: &Place) -> Difference {
    let mut difference = rules::finding(&Finding::Mac(error), place.clone(), None);
    if let Some(explanation) = explanation {
        difference.found = explanation.to_string();
    }
    difference
}

/// What a key's default stands on.
fn evidence(name: &str) -> Evidence {
    KEYS.iter().find(|key| key.name == name).map_or(Evidence::Unknown, |key| key.evidence)
}
