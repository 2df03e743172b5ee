//! The baseline as a file: TOML, for it is written by hand too.

use std::path::Path;

use super::replacement::{Purpose, Replacement};
use super::report_files::ReportFiles;
use crate::cli::error::CliError;
use crate::cli::files;
use crate::conformance::baseline::Baseline;
use crate::conformance::{cases, select};
use crate::outcome::check::CaseResult;

const LIMIT: u64 = 1 << 20;

const HEAD: &str = "\
# Known failures of wms-sim check: the ID of a case, and why it fails. A case in here does not fail the run, and one that passes
# does, so that the list only gets shorter.
";

/// Reads a baseline. `flag`: the one that named it.
pub(in crate::cli) fn read(path: &Path, flag: &'static str) -> Result<Baseline, CliError> {
    let text = files::read_text(path, "the baseline", LIMIT).map_err(|error| error.about(flag))?;
    let baseline: Baseline = toml::from_str(&text).map_err(|error: toml::de::Error| {
        CliError::usage(format!("the baseline {} cannot be read", path.display()))
            .drawing(error.to_string())
            .help("such as: [known] and, below it, \"body/number-forms\" = \"we parse first, until June\"")
    })?;
    let all = cases::all();
    for id in baseline.known.keys() {
        if !all.iter().any(|case| case.id == id) {
            let error = CliError::usage(format!(
                "the baseline {} names the case {id}, and there is none",
                path.display()
            ));
            return Err(match select::nearest(&all, id) {
                Some(nearest) => error.help(format!("did you mean {nearest}?")),
                None => error.help("wms-sim check --list lists the cases"),
            });
        }
    }
    Ok(baseline)
}

/// A baseline that is to be written.
pub(in crate::cli) struct Renewal {
    file: Replacement,
    /// What was known before.
    old: Baseline,
}

impl Renewal {
    /// Sees to it that it can be written. Reasons that somebody wrote stay: those in the file, and those of the baseline
    /// that was read.
    pub fn open(path: &Path, known: Option<&Baseline>) -> Result<Self, CliError> {
        let flag = "write-baseline";
        if path.as_os_str() == "-" {
            return Err(CliError::usage("--write-baseline needs a file").help("such as check-baseline.toml"));
        }
        let mut old = known.cloned().unwrap_or_default();
        if path.metadata().is_ok_and(|data| data.is_file()) {
            old.known.extend(read(path, flag)?.known);
        }
        let purpose = Purpose { what: "the baseline", flag };
        // What could be read as one is one.
        let file = Replacement::open(path, purpose, |_| Ok(None))?;
        Ok(Self { file, old })
    }

    /// Whether no other file of the run is the same.
    pub fn stands_alone(&self, journal: Option<&Path>, reports: &ReportFiles) -> Result<(), CliError> {
        let other = if journal.is_some_and(|path| self.file.takes(path)) {
            "journal"
        } else if reports.takes(&self.file) {
            "report"
        } else {
            return Ok(());
        };
        let message = format!("--write-baseline and --{other} name the same file");
        Err(CliError::usage(message).help("each needs a file of its own"))
    }

    /// The baseline that these cases make.
    pub fn of(&self, cases: &[CaseResult]) -> Baseline {
        self.old.renewed(cases)
    }

    /// Writes it, and says so.
    pub fn write(self, baseline: &Baseline) -> Result<String, CliError> {
        // Texts by texts: there is nothing that TOML could not say.
        let body = toml::to_string(baseline).unwrap_or_default();
        let path = self.file.path().display().to_string();
        self.file.write(&format!("{HEAD}\n{body}"))?;
        let known = match baseline.known.len() {
            1 => "1 known failure".to_owned(),
            count => format!("{count} known failures"),
        };
        Ok(format!("the baseline {path} is written: {known}"))
    }
}
