//! Reading the journal of an earlier run.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::files;
use crate::cli::journal_file::BEGIN;
use crate::delivery::Recording;
use crate::outcome::journal::read::{self, Entry, LONGEST_LINE};

/// A journal with more than this many deliveries is not read into memory.
const MOST: usize = 2_000_000;

/// What some editors put before a text in UTF-8.
const BOM: &[u8] = "\u{feff}".as_bytes();

/// What could be read, and what there is to say about the rest.
pub(in crate::cli) struct Opened {
    pub recording: Recording,
    /// What its bodies were sent as.
    pub content_type: Option<String>,
    pub warnings: Vec<String>,
}

/// Reads a journal as far as it is whole.
pub(in crate::cli) fn open(path: &Path) -> Result<Opened, CliError> {
    let shown = path.display();
    let cannot = |error: std::io::Error| CliError::usage(format!("cannot read the journal {shown}: {error}"));
    let mut lines = BufReader::new(File::open(path).map_err(cannot)?);
    let mut recording = Recording::default();
    let mut warnings = Vec::new();
    let (mut number, mut deliveries, mut ended, mut unreadable) = (0_u64, 0, false, 0_u64);
    let mut content_type = None;
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let length =
            (&mut lines).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line).map_err(cannot)?;
        if length == 0 {
            break;
        }
        if number == 1 && files::is_utf16(&line) {
            return Err(CliError::usage(format!("the journal {shown} is UTF-16, and a journal is UTF-8"))
                .help("it was saved so by an editor or by PowerShell's >; --journal FILE writes it as it has to be")
                .help("iconv -f UTF-16 -t UTF-8 makes it one again"));
        }
        if number == 1 && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        if number > 1 && line.trim_ascii().is_empty() {
            // Editors leave them at the end.
            continue;
        }
        let whole = line.ends_with(b"\n");
        if !whole && line.len() > LONGEST_LINE {
            return Err(CliError::usage(format!(
                "line {number} of the journal {shown} is longer than 8 MiB"
            )));
        }
        match read::entry(line.trim_ascii()) {
            Ok(entry) => {
                if number == 1 && entry != Entry::Run {
                    return Err(foreign(path, "its first line does not say what run it is of"));
                }
                ended |= entry == Entry::End;
                deliveries += usize::from(matches!(entry, Entry::Delivery(_)));
                if deliveries > MOST {
                    return Err(CliError::usage(format!(
                        "the journal {shown} has more than {MOST} deliveries"
                    )));
                }
                if let (None, Entry::Delivery(recorded)) = (&content_type, &entry) {
                    content_type.clone_from(&recorded.content_type);
                }
                recording.take(entry);
            }
            Err(_) if number == 1 && !whole && is_begun(&line) => {
                return Err(CliError::could_not(format!(
                    "the journal {shown} is cut off inside its first line: there is nothing to send"
                ))
                .help("its run was killed as it began, or the file was not copied whole"));
            }
            Err(error) if number == 1 => return Err(foreign(path, &error.to_string())),
            // A run that was killed may leave a last line that is not whole.
            Err(_) if !whole => {
                warnings
                    .push(format!("line {number}, the last of {shown}, is cut off; all before it is sent"));
            }
            Err(error) => {
                unreadable += 1;
                if unreadable <= 3 {
                    warnings.push(format!("line {number} of {shown} is passed over: {error}"));
                }
            }
        }
    }
    if number == 1 {
        return Err(CliError::could_not(format!("the journal {shown} is empty: there is nothing to send")));
    }
    if unreadable > 3 {
        warnings.push(format!("{} more lines of {shown} are passed over", unreadable - 3));
    }
    if !ended && warnings.is_empty() {
        warnings.push(format!("the journal {shown} has no end: its run was cut short; what it has is sent"));
    }
    if recording.is_empty() {
        return Err(CliError::could_not(format!(
            "the journal {shown} has no delivery: there is nothing to send"
        )));
    }
    Ok(Opened { recording, content_type, warnings })
}

/// Whether it is how a journal begins, as far as it goes.
fn is_begun(line: &[u8]) -> bool {
    line.starts_with(BEGIN) || BEGIN.starts_with(line)
}

fn foreign(path: &Path, why: &str) -> CliError {
    CliError::usage(format!("{} is no journal of wms-sim: {why}", path.display()))
        .help("a journal is what --journal FILE writes; its first line has \"type\":\"run\"")
}
