//! Traffic that was recorded: a journal's deliveries, or requests that somebody received, heard in their order.

mod listener;
mod macs;
mod request;

pub use listener::{Heard, Heeded, Listener, Reading, Step};
pub use macs::{MacVerdict, Macs};
pub use request::{Field, Label, Request};

use crate::clock::{Epoch, Moment};
use crate::delivery::policy::Pace;
use crate::outcome::journal::read::{Entry, RecordedRun};

/// What a journal recorded.
#[derive(Debug, Default)]
pub struct Traffic {
    requests: Vec<Request>,
    /// The wall clock at the first moment, where the journal is one capture that says it.
    epoch: Option<Epoch>,
    /// How many journals stand in the file, one behind the other.
    parts: u32,
    /// The part's own first moment.
    base: Moment,
    last: Moment,
    pace: Option<f64>,
}

impl Traffic {
    /// Nothing yet.
    pub fn new() -> Self {
        // A capture without a first line is in real time.
        Self { pace: Some(1.0), ..Self::default() }
    }

    /// Takes the entry of a line.
    pub fn take(&mut self, line: u64, entry: Entry) {
        match entry {
            Entry::Run(run) => self.begin(pace(&run), None),
            Entry::Capture(epoch) => self.begin(Some(1.0), epoch),
            Entry::Delivery(recorded) => {
                let mut request = Request::delivered(line, *recorded, self.pace);
                request.at = Moment(self.base.0.saturating_add(request.at.0));
                self.push(request);
            }
            Entry::Received(received) => {
                // What was received stands in the order in which it came, whatever a clock says.
                let at = received.at.map_or(self.last, |at| Moment(self.base.0.saturating_add(at.0)));
                let at = at.max(self.last);
                self.push(Request::received(line, at, *received, self.pace));
            }
            Entry::Session(_) | Entry::End | Entry::Other => {}
        }
    }

    fn begin(&mut self, pace: Option<f64>, epoch: Option<Epoch>) {
        self.parts += 1;
        self.pace = pace;
        self.epoch = epoch.filter(|_| self.parts == 1);
        // Each journal counts from its own beginning.
        self.base = self.last;
    }

    fn push(&mut self, request: Request) {
        self.last = self.last.max(request.at);
        self.requests.push(request);
    }

    /// True where nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.requests.is_empty()
    }

    /// The requests in the order in which they were sent. A journal has them in that in which they were answered.
    pub fn finish(mut self) -> (Vec<Request>, Option<Epoch>) {
        self.requests.sort_by_key(|request| request.at);
        (self.requests, self.epoch)
    }
}

/// How many seconds of a session pass in one second of its stamps; `None` where nobody knows.
fn pace(run: &RecordedRun) -> Option<f64> {
    // A run that replays has the stamps of the run before.
    if run.plays.starts_with("journal ") {
        return None;
    }
    match run.pace.parse() {
        Ok(Pace::Times(factor)) => Some(factor),
        // Without waiting, stamps are those of real time.
        Ok(Pace::Max) => Some(1.0),
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::outcome::journal::read::entry;

    fn traffic(lines: &[&str]) -> Vec<Request> {
        let mut traffic = Traffic::new();
        for (number, line) in (1..).zip(lines) {
            traffic.take(number, entry(line.as_bytes()).unwrap());
        }
        traffic.finish().0
    }

    fn delivery(sent: u32) -> String {
        format!(
            r#"{{"type":"delivery","session":1,"session_id":"s","sequence":1,"event":"X","status":"accepted","sent_ms":{sent},"headers":{{}},"body":""}}"#
        )
    }

    #[test]
    fn deliveries_stand_in_the_order_of_sending() {
        let requests = traffic(&[r#"{"type":"run","pace":"20x"}"#, &delivery(3), &delivery(1), &delivery(2)]);
        let lines: Vec<u64> = requests.iter().map(|request| request.line).collect();
        assert_eq!((lines, requests[0].pace), (vec![3, 4, 2], Some(20.0)));
    }

    #[test]
    fn what_was_received_keeps_its_order_and_journals_follow_each_other() {
        let received = |at: &str| format!(r#"{{"type":"received"{at},"headers":{{}},"body":""}}"#);
        let requests = traffic(&[
            &received(",\"at_ms\":5"),
            &received(",\"at_ms\":3"),
            &received(""),
            r#"{"type":"capture","start_time":"2026-01-02T03:04:05Z"}"#,
            &received(",\"at_ms\":1"),
            r#"{"type":"run","pace":"max"}"#,
            &delivery(1),
        ]);
        let moments: Vec<(u64, u64)> =
            requests.iter().map(|request| (request.line, request.at.0 / 1_000_000)).collect();
        assert_eq!(moments, [(1, 5), (2, 5), (3, 5), (5, 6), (7, 7)]);
    }

    #[test]
    fn the_pace_of_stamps_is_known_or_it_is_not() {
        for (line, expected) in [
            (r#"{"type":"run","pace":"max"}"#, Some(1.0)),
            (r#"{"type":"run","pace":"0.5x"}"#, Some(0.5)),
            (r#"{"type":"run","pace":"20x","plays":"journal a"}"#, None),
            (r#"{"type":"run"}"#, None),
            (r#"{"type":"capture"}"#, Some(1.0)),
        ] {
            assert_eq!(traffic(&[line, &delivery(1)])[0].pace, expected, "{line}");
        }
    }
}
