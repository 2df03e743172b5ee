//! The journal on disk.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::error::CliError;

/// A file to which whole lines are written, each before the next thing is done.
pub(super) struct JournalFile {
    file: File,
    path: PathBuf,
    line: Vec<u8>,
    broken: Option<String>,
}

impl JournalFile {
    pub fn create(path: &Path) -> Result<Self, CliError> {
        let file = File::create(path).map_err(|error| {
            CliError::usage(format!("cannot write the journal {}: {error}", path.display()))
        })?;
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
