//! The baseline as a file: TOML, for it is written by hand too.

use std::path::Path;

use crate::cli::error::CliError;
use crate::cli::files;
use crate::conformance::baseline::Baseline;
use crate::conformance::{cases, select};

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

/// Writes a baseline.
pub(in crate::cli) fn write(path: &Path, baseline: &Baseline) -> Result<(), CliError> {
    let body = toml::to_string(baseline).unwrap_or_default();
    std::fs::write(path, format!("{HEAD}\n{body}")).map_err(|error| {
        CliError::could_not(format!("cannot write the baseline {}: {error}", path.display()))
    })
}
