//! The journal on disk.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::CliError;

/// How every capture begins.
const CAPTURE: &[u8] = b"{\"type\":\"capture\"";

/// How every journal of a check begins.
const CHECK: &[u8] = b"{\"type\":\"check\"";

/// How every journal begins.
pub(super) const BEGIN: &[u8; 13] = b"{\"type\":\"run\"";

fn cannot(path: &Path, error: &std::io::Error) -> CliError {
    CliError::usage(format!("cannot write the journal {}: {error}", path.display())).about("journal")
}

/// A file to which whole lines are written, each before the next thing is done.
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    line: Vec<u8>,
    broken: Option<String>,
}

impl JournalFile {
    pub fn create(path: &Path) -> Result<Self, CliError> {
        let mut journal = Self::open(path)?;
        // An earlier journal makes room for this one; anything else was named by mistake.
        if journal.begins(&[BEGIN, CHECK], "no journal of a run")? {
            let emptied = journal.file.rewind().and_then(|()| journal.file.set_len(0));
            emptied.map_err(|error| cannot(path, &error))?;
        }
        Ok(journal)
    }

    /// What is captured comes behind what was captured before: it may never be had again.
    pub fn append(path: &Path) -> Result<Self, CliError> {
        let mut journal = Self::open(path)?;
        if journal.begins(&[CAPTURE], "no capture of serve")? {
            journal.go_on().map_err(|error| cannot(path, &error))?;
        }
        Ok(journal)
    }

    fn open(path: &Path) -> Result<Self, CliError> {
        let file = File::options().read(true).write(true).create(true).truncate(false).open(path);
        let file = file.map_err(|error| cannot(path, &error))?;
        if file.try_lock().is_err_and(|error| matches!(error, TryLockError::WouldBlock)) {
            return Err(CliError::usage(format!("another run is writing the journal {}", path.display()))
                .help("give each run a journal of its own"));
        }
        Ok(Self { file, path: path.to_owned(), line: Vec::new(), broken: None })
    }

    /// Whether there is something, which then begins like one of these.
    fn begins(&mut self, with: &[&[u8]], what: &str) -> Result<bool, CliError> {
        if !self.file.metadata().is_ok_and(|data| data.is_file() && data.len() > 0) {
            return Ok(false);
        }
        let longest = with.iter().map(|begin| begin.len()).max().unwrap_or_default();
        let mut begin = Vec::new();
        let read = (&self.file).take(longest as u64).read_to_end(&mut begin);
        if read.is_err() || !with.iter().any(|with| begin.starts_with(with)) {
            let path = self.path.display();
            return Err(CliError::usage(format!("{path} is there already, and is {what}"))
                .about("journal")
                .help("nothing was changed; name another file, or remove this one"));
        }
        Ok(true)
    }

    /// Goes to the end. A last line that was cut off when its run was killed stays the only one that is lost.
    fn go_on(&mut self) -> std::io::Result<()> {
        let mut last = [0];
        self.file.seek(SeekFrom::End(-1))?;
        self.file.read_exact(&mut last)?;
        if last != *b"\n" {
            self.file.write_all(b"\n")?;
        }
        Ok(())
    }

    /// Writes a line. A line reaches the operating system whole and at once, so that even a run that is killed loses
    /// nothing that was written. After an error (a full disk) nothing more is written: [`JournalFile::end`] tells it.
    pub fn write(&mut self, value: &Value) {
        let mut line = std::mem::take(&mut self.line);
        line.clear();
        // Writing a Value into a Vec cannot fail.
        let _ = serde_json::to_writer(&mut line, value);
        line.push(b'\n');
        self.write_line(&line);
        self.line = line;
    }

    /// The same for a line that is made already, with its end.
    pub fn write_line(&mut self, line: &[u8]) {
        if self.broken.is_none()
            && let Err(error) = self.file.write_all(line)
        {
            self.broken = Some(format!("the journal {} is not complete: {error}", self.path.display()));
        }
    }

    /// What went wrong so far.
    pub fn trouble(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// What went wrong, if anything did.
    pub fn end(self) -> Option<String> {
        self.broken
    }
}
