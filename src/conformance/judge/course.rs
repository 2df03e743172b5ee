//! How the requests of a case went, whatever its verdict: whether the receiver was in order but for what was tried on it.

use std::time::Duration;

use super::{Demand, Seen, Shot, meets};
use crate::outcome::check::Role;
use crate::outcome::exchange::FailureCode;
use crate::protocol::dialect::StatusSet;

/// How the requests of a case went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Each was answered, the ordinary ones well.
    Answered,
    /// What was tried hung: no answer began before the time was up. The ordinary events around it were taken, and at once.
    Hung,
    /// In any other way.
    Upset,
}

/// How requests went. An ordinary event that was answered later than `at_once` had to wait for something.
pub fn course(shots: &[(&Shot, Option<&Seen>)], accept: &StatusSet, at_once: Duration) -> Course {
    let sent = || shots.iter().filter_map(|(shot, seen)| Some((*shot, (*seen)?)));
    let ordinary = || sent().filter(|(shot, _)| shot.role != Role::Test).map(|(_, seen)| seen);
    let hung =
        |seen: &Seen| seen.result.as_ref().is_err_and(|failure| failure.code == FailureCode::ReplyTimeout);
    let mut tests = sent().filter(|(shot, _)| shot.role == Role::Test).map(|(_, seen)| seen);
    if !ordinary().all(|seen| meets(Demand::Accept, seen, accept))
        || !tests.all(|seen| seen.status().is_some() || hung(seen))
    {
        return Course::Upset;
    }
    if sent().all(|(_, seen)| seen.status().is_some()) {
        return Course::Answered;
    }
    // Without an ordinary event nobody knows whether the receiver was in order.
    match ordinary().map(|seen| seen.took).max() {
        Some(longest) if longest <= at_once => Course::Hung,
        _ => Course::Upset,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::conformance::kit::Kit;
    use crate::conformance::kit::tests::setup;
    use crate::outcome::exchange::{Failure, Phase, Reply};
    use crate::protocol::code::Code;

    fn seen(result: Result<Reply, Failure>, millis: u64) -> Seen {
        let took = Duration::from_millis(millis);
        Seen { result, took, interim: 0, written: 500, length: 500, reused: false, surplus: false }
    }

    fn answered(status: u16) -> Seen {
        seen(Ok(Reply { status, ..Reply::default() }), 20)
    }

    fn failed(code: FailureCode) -> Seen {
        seen(Err(Failure::new(code, Phase::Wait, "")), 10_000)
    }

    /// The course of an ordinary event before, two that are tried, and an ordinary one afterwards.
    fn of(answers: &[Option<Seen>; 4]) -> Course {
        let setup = setup();
        let mut kit = Kit::new(&setup, "course", 1, crate::clock::wall_clock());
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::WmsLoaded);
        let tried = || Shot::test(&event).demanding(Demand::OnPurpose);
        let shots = [Shot::setup(&event), tried(), tried(), Shot::after(&event)];
        let pairs: Vec<(&Shot, Option<&Seen>)> =
            shots.iter().zip(answers).map(|(shot, seen)| (shot, seen.as_ref())).collect();
        course(&pairs, &StatusSet::success(), Duration::from_secs(1))
    }

    #[test]
    fn who_answers_everything_has_answered() {
        let taken = || Some(answered(204));
        for status in [204, 400, 500, 302] {
            assert_eq!(
                of(&[taken(), Some(answered(status)), taken(), taken()]),
                Course::Answered,
                "{status}"
            );
        }
    }

    #[test]
    fn who_hangs_takes_ordinary_events_at_once() {
        let (taken, hung) = (|| Some(answered(204)), || Some(failed(FailureCode::ReplyTimeout)));
        assert_eq!(of(&[taken(), hung(), hung(), taken()]), Course::Hung);
        assert_eq!(of(&[taken(), hung(), Some(answered(500)), taken()]), Course::Hung);
        // The rest was on the same connection.
        assert_eq!(of(&[taken(), hung(), None, None]), Course::Hung);
        let late = || Some(seen(Ok(Reply { status: 204, ..Reply::default() }), 1_500));
        for upset in [
            [late(), hung(), hung(), taken()],
            [taken(), hung(), hung(), late()],
            [taken(), hung(), hung(), Some(answered(503))],
            [taken(), hung(), hung(), hung()],
            [hung(), hung(), hung(), taken()],
            [taken(), hung(), Some(failed(FailureCode::ConnectionReset)), taken()],
            [taken(), hung(), Some(failed(FailureCode::BodyTimeout)), taken()],
            [None, hung(), hung(), None],
        ] {
            assert_eq!(of(&upset), Course::Upset, "{upset:?}");
        }
    }

    #[test]
    fn a_wrong_answer_to_an_ordinary_event_upsets() {
        let taken = || Some(answered(204));
        assert_eq!(of(&[Some(answered(503)), taken(), taken(), taken()]), Course::Upset);
        assert_eq!(of(&[taken(), taken(), taken(), Some(answered(500))]), Course::Upset);
    }
}
