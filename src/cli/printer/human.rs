//! A run told to a person, as it happens.

use super::progress::Progress;
use super::{Out, stderr_is_terminal, warn};
use crate::outcome::delivery::Blame;
use crate::outcome::probe::{NotAsked, Probe, ProbeVerdict};
use crate::outcome::run_event::RunEvent;
use crate::outcome::tally::Tally;
use crate::report::{line, probe};

/// Up to so many sessions have a line for each event; more have a bar and a line for what goes wrong.
const LINES_UP_TO: u64 = 10;
/// So many things that go wrong are shown; the summary counts the rest.
const MOST_TROUBLE: u64 = 20;

pub(in crate::cli) struct Human {
    out: Out,
    many: bool,
    progress: Option<Progress>,
    lines: bool,
    headed: bool,
    trouble: u64,
    explained: Option<String>,
}

impl Human {
    /// Tells a run of so many sessions.
    pub fn new(sessions: u64) -> Self {
        let lines = sessions <= LINES_UP_TO;
        let out = Out::open();
        let many = sessions > 1;
        let progress = (!lines && stderr_is_terminal()).then(|| Progress::new(sessions));
        Self { out, many, progress, lines, headed: false, trouble: 0, explained: None }
    }

    pub fn tell(&mut self, event: &RunEvent, tally: &Tally) {
        match event {
            RunEvent::Settled(delivery) if self.lines => {
                self.head();
                self.out.line(&line::line(delivery, self.many));
                if let Some(explanation) = self.news(line::explanation(delivery)) {
                    self.out.line(&explanation);
                }
                self.out.flush();
            }
            RunEvent::Settled(delivery)
                if matches!(delivery.blame, Blame::Receiver | Blame::ForgedAccepted) =>
            {
                let explanation = self
                    .news(line::explanation(delivery))
                    .map_or_else(String::new, |text| format!("\n{text}"));
                self.trouble(&(line::line(delivery, true) + &explanation));
            }
            RunEvent::Retrying { at, sequence, code, again, why, .. } if self.lines => {
                self.out.line(&line::retry_line(*at, *sequence, code, why, *again));
                self.out.flush();
            }
            RunEvent::Probed { at, session, probe: found } => {
                self.probed(&probe::line(*at, session, self.many, found), found);
            }
            // Of a run that was ended, the summary counts them.
            RunEvent::NotAsked { at, session, why: why @ NotAsked::Cut } if self.lines => {
                self.out.line(&probe::not_asked(*at, session, self.many, *why));
                self.out.flush();
            }
            RunEvent::SessionNotPlayed { session, why, .. } => {
                let why = crate::report::style::harmless(why, 300);
                self.trouble(&format!("session {session} was not played: {why}"));
            }
            RunEvent::Interrupted { .. } => {
                warn("ending: waiting for what is under way; Ctrl-C again ends at once");
            }
            _ => {}
        }
        if let Some(progress) = &self.progress {
            progress.update(tally);
        }
    }

    /// The heading comes with the first line: a run that ends before it has none.
    fn head(&mut self) {
        if !std::mem::replace(&mut self.headed, true) {
            self.out.line(&line::heading(self.many));
        }
    }

    /// The explanation of what went wrong, unless it is the one that was shown last.
    fn news(&mut self, explanation: Option<String>) -> Option<String> {
        let explanation = explanation?;
        if self.explained.as_ref() == Some(&explanation) {
            return None;
        }
        self.explained = Some(explanation.clone());
        Some(explanation)
    }

    /// One session that shows what it should is worth a line, many are not.
    fn probed(&mut self, line: &str, probe: &Probe) {
        let matched = probe.verdict == ProbeVerdict::Matched;
        if matched && self.many || probe.is_excused() && !self.lines {
            return;
        }
        let why = self.news(probe::explanation(probe)).map_or_else(String::new, |text| format!("\n{text}"));
        let text = line.to_owned() + &why;
        if self.lines {
            self.head();
            self.print(&text);
        } else {
            self.trouble(&text);
        }
    }

    fn trouble(&mut self, text: &str) {
        self.trouble += 1;
        if self.trouble > MOST_TROUBLE + 1 {
            return;
        }
        if self.trouble == 1 && !self.lines {
            self.print(&line::heading(true));
        }
        let text = if self.trouble > MOST_TROUBLE {
            "... more is counted below; --journal FILE keeps all"
        } else {
            text
        };
        self.print(text);
    }

    fn print(&mut self, text: &str) {
        if let Some(progress) = &self.progress {
            progress.above(text);
        } else {
            self.out.line(text);
            self.out.flush();
        }
    }

    /// Prints the summary.
    pub fn end(mut self, summary: &str) {
        if let Some(progress) = self.progress.take() {
            progress.end();
        }
        if self.lines || self.trouble > 0 {
            self.out.line("");
        }
        self.out.text(summary);
    }
}
