//! Reading the journal of a check, line by line and as far as it is whole.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use super::journal::BOM;
use crate::cli::error::CliError;
use crate::cli::files;
use crate::outcome::check::Check;
use crate::outcome::check::journal::{self, Entry, Recorded};
use crate::outcome::journal::read::LONGEST_LINE;

/// More cases are not read into memory.
const MOST: usize = 10_000;

/// So many lines that cannot be read are told one by one.
const TOLD: usize = 3;

/// Reads it, and gives back what there is to say of lines that could not be read.
pub(in crate::cli) fn open(path: &Path) -> Result<(Check, Vec<String>), CliError> {
    let shown = path.display();
    let cannot = |error: std::io::Error| CliError::usage(format!("cannot read the journal {shown}: {error}"));
    let mut lines = BufReader::new(File::open(path).map_err(cannot)?);
    let (mut recorded, mut warnings) = (Recorded::default(), Vec::new());
    let (mut number, mut unreadable) = (0_u64, 0);
    let mut line = Vec::new();
    loop {
        line.clear();
        number += 1;
        let length =
            (&mut lines).take(LONGEST_LINE as u64 + 1).read_until(b'\n', &mut line).map_err(cannot)?;
        if length == 0 {
            break;
        }
        let first = number == 1;
        if first && files::is_utf16(&line) {
            return Err(CliError::usage(format!("the journal {shown} is UTF-16, and a journal is UTF-8"))
                .help("iconv -f UTF-16 -t UTF-8 makes it one again"));
        }
        if first && line.starts_with(BOM) {
            line.drain(..BOM.len());
        }
        let whole = line.ends_with(b"\n");
        if !whole && line.len() > LONGEST_LINE {
            return Err(CliError::usage(format!(
                "line {number} of the journal {shown} is longer than 8 MiB"
            )));
        }
        if !first && line.trim_ascii().is_empty() {
            // Editors leave them at the end.
            continue;
        }
        match journal::entry(line.trim_ascii()) {
            Ok(Entry::Setup(setup)) => recorded.take(Entry::Setup(setup)),
            Ok(Entry::Other(kind)) if first => return Err(foreign(path, &kind)),
            Ok(_) if first => return Err(none(path, "its first line does not say what check it is of")),
            Ok(entry) => recorded.take(entry),
            Err(_) if first && !whole && line.starts_with(b"{\"type\":\"check\"") => {
                return Err(CliError::could_not(format!(
                    "the journal {shown} is cut off inside its first line: there is nothing to report"
                ))
                .help("its check was killed as it began, or the file was not copied whole"));
            }
            Err(error) if first => return Err(none(path, &error.to_string())),
            // A check that was killed may leave a last line that is not whole.
            Err(_) if !whole => warnings
                .push(format!("line {number}, the last of {shown}, is cut off; all before it is reported")),
            Err(error) => {
                unreadable += 1;
                if unreadable <= TOLD {
                    warnings.push(format!("line {number} of {shown} is passed over: {error}"));
                }
            }
        }
        if recorded.cases() > MOST {
            return Err(CliError::usage(format!("the journal {shown} has more than {MOST} cases")));
        }
    }
    if unreadable > TOLD {
        warnings.push(format!("{} more lines of {shown} are passed over", unreadable - TOLD));
    }
    let empty = || CliError::could_not(format!("the journal {shown} is empty: there is nothing to report"));
    Ok((recorded.check().ok_or_else(empty)?, warnings))
}

/// A journal, or nothing of ours, that has another type in its first line.
fn foreign(path: &Path, kind: &str) -> CliError {
    let shown = path.display();
    let of = match kind {
        "run" => "a run: reports are made of checks only",
        "capture" | "received" => "what was received: reports are made of checks only",
        _ => return none(path, "its first line does not say what check it is of"),
    };
    CliError::usage(format!("{shown} is the journal of {of}"))
        .help(format!("wms-sim audit {shown} says where its traffic differs from the dialect"))
        .help(format!("wms-sim replay {shown} --to URL sends it again"))
}

fn none(path: &Path, why: &str) -> CliError {
    CliError::usage(format!("{} is no journal of a check: {why}", path.display()))
        .help("it is what wms-sim check --journal FILE writes; its first line has \"type\":\"check\"")
}
