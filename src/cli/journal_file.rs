//! The journal on disk.

use std::fs::{File, TryLockError};
use std::io::{Read, Seek, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::CliError;

/// How every journal begins.
pub(super) const BEGIN: &[u8; 13] = b"{\"type\":\"run\"";

/// A file to which whole lines are written, each before the next thing is done.
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    line: Vec<u8>,
    broken: Option<String>,
}

impl JournalFile {
    pub fn create(path: &Path) -> Result<Self, CliError> {
        let cannot = |error: std::io::Error| {
            CliError::usage(format!("cannot write the journal {}: {error}", path.display())).about("journal")
        };
        let mut file =
            File::options().read(true).write(true).create(true).truncate(false).open(path).map_err(cannot)?;
        if file.try_lock().is_err_and(|error| matches!(error, TryLockError::WouldBlock)) {
            return Err(CliError::usage(format!("another run is writing the journal {}", path.display()))
                .help("give each run a journal of its own"));
        }
        // An earlier journal makes room for this one; anything else was named by mistake.
        if file.metadata().is_ok_and(|data| data.is_file() && data.len() > 0) {
            let mut begin = [0; BEGIN.len()];
            if file.read_exact(&mut begin).is_err() || begin != *BEGIN {
                return Err(CliError::usage(format!(
                    "{} is there already, and is no journal",
                    path.display()
                ))
                .about("journal")
                .help("nothing was changed; name another file, or remove this one"));
            }
            file.rewind().and_then(|()| file.set_len(0)).map_err(cannot)?;
        }
        Ok(Self { file, path: path.to_owned(), line: Vec::new(), broken: None })
    }

    /// Writes a line. A line reaches the operating system whole and at once, so that even a run that is killed loses
    /// nothing that was written. After an error (a full disk) nothing more is written: [`JournalFile::end`] tells it.
    pub fn write(&mut self, value: &Value) {
        if self.broken.is_some() {
            return;
        }
        self.line.clear();
        // Writing a Value into a Vec cannot fail.
        let _ = serde_json::to_writer(&mut self.line, value);
        self.line.push(b'\n');
        if let Err(error) = self.file.write_all(&self.line) {
            self.broken = Some(format!("the journal {} is not complete: {error}", self.path.display()));
        }
    }

    /// What went wrong, if anything did.
    pub fn end(self) -> Option<String> {
        self.broken
    }
}
