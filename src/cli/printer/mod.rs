//! The only place that prints. Data goes to standard output, everything else to standard error; styles are stripped
//! where they would not be seen as such.

mod human;
mod progress;

pub(super) use human::Human;

use std::io::{self, IsTerminal, Write};
use std::sync::OnceLock;

use super::error::CliError;
use super::exit::Exit;
use crate::report::style::{BAD, FAINT, STRONG, paint};

/// Why standard output could not be written, where somebody still wants it: a full disk.
static LOST: OnceLock<String> = OnceLock::new();

/// What to tell where data that should have been on standard output is lost.
pub(super) fn lost() -> Option<CliError> {
    LOST.get().map(|why| CliError::could_not(format!("standard output is not complete: {why}")))
}

/// Standard output, buffered. A reader that goes away (`| head`) is no error: nothing more is written.
pub(super) struct Out {
    out: io::BufWriter<anstream::AutoStream<io::StdoutLock<'static>>>,
    closed: bool,
}

impl Out {
    pub fn open() -> Self {
        let out = anstream::AutoStream::auto(io::stdout().lock());
        Self { out: io::BufWriter::with_capacity(64 << 10, out), closed: false }
    }

    /// Writes a line.
    pub fn line(&mut self, line: &str) {
        if !self.closed {
            let written = self.out.write_all(line.as_bytes()).and_then(|()| self.out.write_all(b"\n"));
            self.judge(written);
        }
    }

    /// Writes a text that ends its own lines.
    pub fn text(&mut self, text: &str) {
        if !self.closed {
            let written = self.out.write_all(text.as_bytes());
            self.judge(written);
        }
    }

    /// Lets readers see what was written.
    pub fn flush(&mut self) {
        if !self.closed {
            let written = self.out.flush();
            self.judge(written);
        }
    }

    fn judge(&mut self, written: io::Result<()>) {
        if let Err(error) = written {
            self.closed = true;
            if error.kind() != io::ErrorKind::BrokenPipe {
                // Only the first is of use.
                let _ = LOST.set(error.to_string());
            }
        }
    }

    /// True when nobody reads any more.
    pub const fn is_closed(&self) -> bool {
        self.closed
    }
}

impl Drop for Out {
    fn drop(&mut self) {
        self.flush();
    }
}

/// Tells something beside the data.
pub(super) fn note(text: &str) {
    say(&format!("{} {text}", paint(FAINT, "·")));
}

/// Tells what is wrong and what to do.
pub(super) fn error(error: &CliError) {
    let mut text = format!("{}{} {}", paint(BAD.bold(), "error"), paint(STRONG, ":"), error.message);
    for line in &error.help {
        text.push_str("\n  ");
        text.push_str(line);
    }
    if let Some(drawing) = &error.drawing {
        text.push_str("\n\n");
        text.push_str(drawing.trim_end());
    }
    say(&text);
}

/// Tells what a run that failed came to, where nothing else was told.
pub(super) fn failure(summary: &str) {
    say(summary.trim_end());
}

/// Tells something that went wrong and did not end the run.
pub(super) fn warn(text: &str) {
    say(&format!("{} {text}", paint(crate::report::style::WARN, "warning:")));
}

/// Prints help, version, or what is wrong with the arguments.
pub(super) fn clap_says(error: &clap::Error) -> Exit {
    // Where the stream is closed there is nobody to tell.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Ok }
}

fn say(text: &str) {
    let mut stream = anstream::AutoStream::auto(io::stderr().lock());
    // Where the stream is closed there is nobody to tell.
    let _ = writeln!(stream, "{text}");
}

/// True where standard error is a terminal that shows colours.
pub(super) fn colors_on_stderr() -> bool {
    anstream::AutoStream::choice(&io::stderr()) != anstream::ColorChoice::Never
}

/// True where a person may see standard error as it comes.
pub(super) fn stderr_is_terminal() -> bool {
    io::stderr().is_terminal()
}
