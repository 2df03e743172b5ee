//! Measures which stamps a receiver takes.

use std::sync::Arc;
use std::time::Duration;

use super::Runner;
use super::attempt::Attempt;
use crate::clock::Moment;
use crate::clock::{Timestamp, wall_clock};
use crate::conformance::case::Direction;
use crate::conformance::judge::{self, Judged, Seen};
use crate::conformance::kit::Kit;
use crate::conformance::script::{Demand, Script, Shot};
use crate::conformance::window::{Search, Window, span};
use crate::outcome::check::Verdict;
use crate::protocol::code::Code;

impl Runner {
    /// Sends events of different age until it is known which are taken.
    pub(super) async fn window(self: &Arc<Self>, kit: &mut Kit<'_>, direction: Direction) -> Attempt {
        let mut search = Search::default();
        let mut all: Vec<(Shot, Seen)> = Vec::new();
        let mut refusal: Option<u16> = None;
        while let Some(off) = search.next() {
            let shot = stamped(kit, direction, off);
            if let Err(why) = self.announce(&[&shot]).await {
                return self.measured(&all, Verdict::Error, format!("not measured: {why}"));
            }
            let sent = self.send(&Script::of([shot.clone()])).await;
            let Some(seen) = sent.into_iter().flatten().next() else { break };
            let status = seen.status();
            let words = seen.words();
            all.push((shot, seen));
            let Some(status) = status else {
                let why = format!("not measured: an event stamped {} got {words}", off_words(direction, off));
                return self.measured(&all, Verdict::Error, why);
            };
            let taken = self.accept.contains(status);
            if !taken {
                refusal = Some(status);
            }
            search.saw(off, taken);
        }
        let window = search.window();
        let mut words = window.words(direction == Direction::Future);
        if let (Some(status), true) = (refusal, window != Window::Open) {
            words = format!("{words} (with {status})");
        }
        self.measured(&all, Verdict::Pass, words)
    }

    fn measured(&self, all: &[(Shot, Seen)], verdict: Verdict, actual: String) -> Attempt {
        let pairs: Vec<(&Shot, Option<&Seen>)> = all.iter().map(|(shot, seen)| (shot, Some(seen))).collect();
        let decisive = pairs.len().checked_sub(1);
        let judged = Judged { verdict, expected: Demand::MEASURED.to_owned(), actual, decisive };
        Attempt {
            traces: self.traces(&pairs, decisive),
            requests: pairs.len(),
            took: Duration::ZERO,
            incident: None,
            differs: None,
            down: all.iter().any(|(_, seen)| seen.is_down()),
            cut: all.iter().any(|(_, seen)| seen.is_cut()),
            course: judge::course(&pairs, &self.accept, self.at_once()),
            curl: None,
            judged,
        }
    }
}

/// An event of a new session, so many seconds off.
fn stamped(kit: &mut Kit<'_>, direction: Direction, off: u64) -> Shot {
    let now = wall_clock().timestamp_at(Moment::ZERO).0;
    let off_seconds = i64::try_from(off).unwrap_or(i64::MAX);
    let stamp = match direction {
        Direction::Past => now.saturating_sub(off_seconds),
        Direction::Future => now.saturating_add(off_seconds),
    };
    let mut session = kit.session();
    let event = kit.event_at(&mut session, Code::WmsLoaded, Timestamp(stamp));
    let label = format!("an event stamped {}", off_words(direction, off));
    Shot::test(&event).called(label).demanding(Demand::Anything)
}

fn off_words(direction: Direction, off: u64) -> String {
    match direction {
        _ if off == 0 => "now".to_owned(),
        Direction::Past => format!("{} ago", span(off)),
        Direction::Future => format!("{} ahead", span(off)),
    }
}
