//! A bar for runs of many sessions, on terminals only.

use indicatif::{ProgressBar, ProgressStyle};

use crate::outcome::tally::Tally;

pub(super) struct Progress {
    bar: ProgressBar,
}

impl Progress {
    /// A bar over so many sessions.
    pub fn new(sessions: u64) -> Self {
        let bar = ProgressBar::new(sessions);
        let template = "  {bar:30} {pos}/{len} sessions · {msg} · {elapsed}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.progress_chars("━╸ "));
        }
        Self { bar }
    }

    pub fn update(&self, tally: &Tally) {
        self.bar.set_position(tally.sessions_completed + tally.sessions_cut + tally.sessions_not_played);
        let bad = tally.refused + tally.failed;
        self.bar.set_message(format!("{} events accepted, {bad} not", tally.accepted));
    }

    /// Prints a line above the bar.
    pub fn above(&self, line: &str) {
        self.bar.println(line);
    }

    pub fn end(&self) {
        self.bar.finish_and_clear();
    }
}
