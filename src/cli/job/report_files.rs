//! The files of reports: known to be writable before a long run, and replaced when the report is whole.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::replacement::{Purpose, Replacement};
use crate::cli::args::{ReportArgs, ReportTo};
use crate::cli::error::CliError;
use crate::cli::printer::Out;
use crate::outcome::check::Check;
use crate::report::check::Format;

/// Reports that are to be written. Where it is dropped before, what was there is as it was.
pub(in crate::cli) struct ReportFiles(Vec<Waiting>);

struct Waiting {
    format: Format,
    /// As it was typed.
    path: PathBuf,
    place: Place,
}

enum Place {
    Stdout,
    File(Replacement),
}

impl Place {
    /// Whether one report would take the place of the other, however its path was typed.
    fn is_that_of(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Stdout, Self::Stdout) => true,
            (Self::File(one), Self::File(other)) => one.is_that_of(other),
            _ => false,
        }
    }
}

impl ReportFiles {
    /// Sees to it that each can be written.
    pub fn open(args: &ReportArgs) -> Result<Self, CliError> {
        let all: Vec<&ReportTo> = args.report.iter().flat_map(|list| &list.0).collect();
        for (place, one) in all.iter().enumerate() {
            if all.iter().take(place).any(|other| one.format == other.format) {
                let message = format!("--report names {} twice", one.format);
                return Err(CliError::usage(message).help("each format can go to one file"));
            }
        }
        let mut files: Vec<Waiting> = Vec::new();
        for one in all {
            let waiting = Waiting::open(one)?;
            if let Some(other) = files.iter().find(|other| other.place.is_that_of(&waiting.place)) {
                let (format, path) = (waiting.format, waiting.path.display());
                let message = format!("--report sends {} and {format} to {path}", other.format);
                return Err(CliError::usage(message).help("each report needs a file of its own"));
            }
            files.push(waiting);
        }
        Ok(Self(files))
    }

    /// Whether one of them goes to standard output, which then takes nothing else.
    pub fn takes_stdout(&self) -> bool {
        self.0.iter().any(|waiting| matches!(waiting.place, Place::Stdout))
    }

    /// Whether one of them would take the place of another file.
    pub(super) fn takes(&self, other: &Replacement) -> bool {
        self.0.iter().any(|one| matches!(&one.place, Place::File(file) if file.is_that_of(other)))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Writes each. Where one cannot be written, the others are all the same.
    pub fn write(self, check: &Check) -> Result<(), CliError> {
        let mut errors = self.0.into_iter().filter_map(|waiting| waiting.write(check).err());
        let Some(mut first) = errors.next() else { return Ok(()) };
        for another in errors {
            first = first.help(another.message);
        }
        Err(first)
    }
}

impl Waiting {
    fn open(to: &ReportTo) -> Result<Self, CliError> {
        let ReportTo { format, path } = to;
        let place = if path.as_os_str() == "-" { Place::Stdout } else { Place::File(file(*format, path)?) };
        Ok(Self { format: *format, path: path.clone(), place })
    }

    fn write(self, check: &Check) -> Result<(), CliError> {
        let report = self.format.render(check).map_err(|error| CliError::could_not(error.to_string()))?;
        match self.place {
            Place::Stdout => {
                Out::open().text(&report);
                Ok(())
            }
            Place::File(file) => file.write(&report),
        }
    }
}

fn file(format: Format, path: &Path) -> Result<Replacement, CliError> {
    let what = format!("the {format} report");
    Replacement::open(path, Purpose { what: &what, flag: "report" }, |file| other_than(format, file))
}

/// What the file is, where it is neither empty nor a report of this format.
fn other_than(format: Format, file: &mut File) -> std::io::Result<Option<String>> {
    let longest = Format::ALL.iter().map(|format| format.begin().len()).max().unwrap_or_default();
    let mut begin = Vec::new();
    file.take(longest as u64).read_to_end(&mut begin)?;
    if begin.is_empty() {
        return Ok(None);
    }
    Ok(match Format::ALL.into_iter().find(|format| begin.starts_with(format.begin().as_bytes())) {
        Some(there) if there == format => None,
        Some(there) => Some(format!("the {there} report of another check, and not the {format} report")),
        None => Some("no report of wms-sim".to_owned()),
    })
}
