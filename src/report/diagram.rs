//! A session's timeline as text, drawn to scale.

use std::fmt::Write as _;

use super::style::{FAINT, STRONG, of_severity, paint};
use crate::clock::Moment;
use crate::protocol::code::{Code, Severity};

/// One event of the drawing.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    /// When it comes, since the session's begin.
    pub due: Moment,
    /// Which event.
    pub code: Code,
}

const WIDTH: usize = 48;

/// Draws a session: a line an event, its mark where its moment lies between the first and the last.
pub fn draw(rows: &[Row], title: &str) -> String {
    let mut text = String::new();
    let length = rows.last().map_or(Moment::ZERO, |row| row.due);
    let _ = writeln!(text, "{}\n", paint(STRONG, title));
    for row in rows {
        let place = scale(row.due, length);
        let severity = row.code.severity();
        let mark = match severity {
            Severity::Info => '●',
            Severity::Warn => '▲',
            Severity::Error => '■',
        };
        let word = if severity == Severity::Info { String::new() } else { format!("  {severity}") };
        let style = of_severity(severity);
        let _ = writeln!(
            text,
            "{:>9}  {}{}{}  {}",
            seconds(row.due),
            paint(FAINT, "─".repeat(place)),
            paint(style, mark),
            " ".repeat(WIDTH - place),
            paint(style, format!("{}{word}", row.code))
        );
    }
    let _ = writeln!(text, "\n{}", paint(FAINT, "● INFO  ▲ WARN  ■ ERROR · another session: --seed N"));
    text
}

/// The column of a moment.
fn scale(due: Moment, length: Moment) -> usize {
    if length == Moment::ZERO {
        return 0;
    }
    let place = u128::from(due.0) * WIDTH as u128 / u128::from(length.0);
    usize::try_from(place).unwrap_or(WIDTH).min(WIDTH)
}

fn seconds(due: Moment) -> String {
    format!("{:.2} s", due.as_millis_f64() / 1e3)
}
