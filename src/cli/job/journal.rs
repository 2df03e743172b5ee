//! Reading a journal, line by line and as far as it is whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::files;
use crate::cli::journal_file::BEGIN;
use crate::outcome::journal::read::{self, Entry, LONGEST_LINE};

/// What a journal is read for, in the words that its reader needs.
#[derive(Clone, Copy)]
pub(in crate::cli) struct Purpose {
    /// "there is nothing to ..."
    pub to_do: &'static str,
    /// "what it has is ..."
    pub done: &'static str,
}

/// What some editors put before a text in UTF-8.
pub(super) const BOM: &[u8] = "\u{feff}".as_bytes();

/// More than so many requests are not read into memory.
const MOST: usize = 2_000_000;

/// Hands over each entry with the number of its line, and gives back what there is to say of those that could not be read.
pub(in crate::cli) fn walk(
    path: &Path,
    purpose: Purpose,
    each: &mut dyn FnMut(u64, Entry),
) -> Result<Vec<String>, CliError> {
    let shown = path.display();
    let Purpose { to_do, done } = purpose;
    let cannot = |error: std::io::Error| CliError::usage(format!("cannot read the journal {shown}: {error}"));
    let mut lines = BufReader::new(File::open(path).map_err(cannot)?);
    let mut warnings = Vec::new();
    let (mut number, mut requests, mut ended, mut unreadable) = (0_u64, 0, true, 0_u64);
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
                let begins = matches!(entry, Entry::Run(_) | Entry::Capture(_) | Entry::Received(_));
                if number == 1 && line.starts_with(b"{\"type\":\"check\"") {
                    return Err(CliError::usage(format!(
                        "{shown} is the journal of a check: there is nothing to {to_do}"
                    ))
                    .help(format!("wms-sim report {shown} makes its reports")));
                }
                if number == 1 && !begins {
                    return Err(foreign(path, "its first line does not say what run it is of"));
                }
                match entry {
                    // A capture is over whenever it is over.
                    Entry::Run(_) => ended = false,
                    Entry::End => ended = true,
                    Entry::Delivery(_) | Entry::Received(_) => requests += 1,
                    _ => {}
                }
                if requests > MOST {
                    return Err(CliError::usage(format!(
                        "the journal {shown} has more than {MOST} deliveries"
                    )));
                }
                each(number, entry);
            }
            Err(_) if number == 1 && !whole && is_begun(&line) => {
                return Err(CliError::could_not(format!(
                    "the journal {shown} is cut off inside its first line: there is nothing to {to_do}"
                ))
                .help("its run was killed as it began, or the file was not copied whole"));
            }
            Err(error) if number == 1 => return Err(foreign(path, &error.to_string())),
            // A run that was killed may leave a last line that is not whole.
            Err(_) if !whole => {
                warnings
                    .push(format!("line {number}, the last of {shown}, is cut off; all before it is {done}"));
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
        return Err(CliError::could_not(format!(
            "the journal {shown} is empty: there is nothing to {to_do}"
        )));
    }
    if unreadable > 3 {
        warnings.push(format!("{} more lines of {shown} are passed over", unreadable - 3));
    }
    if !ended && warnings.is_empty() {
        warnings
            .push(format!("the journal {shown} has no end: its run was cut short; what it has is {done}"));
    }
    Ok(warnings)
}

/// Whether it is how a journal begins, as far as it goes.
fn is_begun(line: &[u8]) -> bool {
    line.starts_with(BEGIN) || BEGIN.starts_with(line)
}

fn foreign(path: &Path, why: &str) -> CliError {
    CliError::usage(format!("{} is no journal of wms-sim: {why}", path.display()))
        .help("a journal is what --journal FILE writes; its first line has \"type\":\"run\" or \"type\":\"capture\"")
        .help("or what was received, a line each: {\"type\":\"received\",\"at_ms\":0,\"headers\":{..},\"body\":\"..\"}")
}
