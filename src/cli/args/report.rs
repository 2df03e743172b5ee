//! `wms-sim report`, and `--report` of every verb that makes reports

use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

use crate::report::check::Format;

/// Make the reports of a check again, from its journal.
///
/// They are those that the check itself makes. What the journal lacks (a check that was killed) is said in each of them,
/// and what is there is reported. Without --report the text for people is printed.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wms-sim report check.ndjson
  wms-sim report check.ndjson --report html=check.html,junit=check.xml
  wms-sim report check.ndjson --report json=- | jq .summary

Exit codes are those of the check: 0 all as expected, 1 the receiver failed, 130 the check was
interrupted, 3 not everything could be judged, as where the journal has no end; and 2 where it is
none of a check. Journals of send and captures of serve have no such reports: see audit and replay.

Limits: 10,000 cases, 8 MiB a line.")]
pub(in crate::cli) struct ReportVerbArgs {
    /// The journal of a check
    #[arg(value_name = "JOURNAL")]
    pub recording: PathBuf,
    #[command(flatten)]
    pub report: ReportArgs,
}

/// Where reports go.
#[derive(Clone, Debug, Args)]
pub(in crate::cli) struct ReportArgs {
    /// Write reports: json (docs/check-report.schema.json), junit, tap, html (one page to forward). - is standard output.
    /// A file that is there already has to be empty or a report of the same format, and stays as it is until the new one is whole
    #[arg(long, value_name = "FORMAT=FILE,..", help_heading = "Output")]
    pub report: Vec<ReportList>,
}

impl ReportArgs {
    /// Whether one of them goes to standard output.
    pub fn takes_stdout(&self) -> bool {
        self.report.iter().flat_map(|list| &list.0).any(|one| one.path.as_os_str() == "-")
    }
}

/// Some reports: `json=FILE,html=FILE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct ReportList(pub Vec<ReportTo>);

/// A report and where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::cli) struct ReportTo {
    pub format: Format,
    /// `-` is standard output.
    pub path: PathBuf,
}

impl FromStr for ReportList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.split(',').map(str::parse).collect::<Result<_, _>>().map(Self)
    }
}

impl FromStr for ReportTo {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = || Format::ALL.map(Format::as_str).join(", ");
        let Some((name, path)) = text.split_once('=') else {
            return Err(if text.is_empty() {
                "a report is missing: FORMAT=FILE, and a comma only between two".to_owned()
            } else if Format::ALL.iter().any(|format| format.as_str() == text) {
                format!("'{text}' has no file: {text}=FILE, or {text}=- for standard output")
            } else {
                format!(
                    "'{text}' is not FORMAT=FILE (a file's name cannot have a comma); formats: {}",
                    known()
                )
            });
        };
        let Some(format) = Format::ALL.into_iter().find(|format| format.as_str() == name) else {
            let likeness = |format: &Format| strsim::jaro_winkler(format.as_str(), &name.to_lowercase());
            let near = Format::ALL.into_iter().max_by(|a, b| likeness(a).total_cmp(&likeness(b)));
            let near = near.filter(|format| likeness(format) > 0.7);
            return Err(match near {
                Some(format) => format!("there is no format '{name}'; did you mean '{format}'?"),
                None => format!("there is no format '{name}'; formats: {}", known()),
            });
        };
        if path.is_empty() {
            return Err(format!("'{name}=' has no file: {name}=FILE, or {name}=- for standard output"));
        }
        Ok(Self { format, path: PathBuf::from(path) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists() {
        let to = |format, path: &str| ReportTo { format, path: PathBuf::from(path) };
        assert_eq!(
            "json=-,html=a=b.html".parse(),
            Ok(ReportList(vec![to(Format::Json, "-"), to(Format::Html, "a=b.html")]))
        );
        for (text, told) in [
            ("", "missing"),
            ("json=a,", "missing"),
            ("json", "json=FILE"),
            ("html=", "'html=' has no file"),
            ("a.json", "is not FORMAT=FILE"),
            ("json=a,b.json", "cannot have a comma"),
            ("htlm=a", "did you mean 'html'?"),
            ("JSON=a", "did you mean 'json'?"),
            ("j-unit=a", "did you mean 'junit'?"),
            ("markdown=a", "formats: json, junit, tap, html"),
            ("=a", "formats: json"),
        ] {
            let error = text.parse::<ReportList>().unwrap_err();
            assert!(error.contains(told), "{text}: {error}");
        }
    }
}
