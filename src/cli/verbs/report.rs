//! `report JOURNAL`

use crate::cli::args::ReportVerbArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::{recorded_check, report_files::ReportFiles};
use crate::cli::printer::{self, Out};
use crate::report::check::text;

pub(in crate::cli) fn run(args: &ReportVerbArgs) -> Result<Exit, CliError> {
    let files = ReportFiles::open(&args.report)?;
    let (check, warnings) = recorded_check::open(&args.recording)?;
    for warning in &warnings {
        printer::warn(warning);
    }
    if files.is_empty() {
        Out::open().text(&text::human(&check));
    } else {
        if let Some(why) = &check.ending.cut {
            printer::warn(why);
        }
        let piped = files.takes_stdout();
        files.write(&check)?;
        // Whoever pipes a report on reads it there.
        if !piped {
            printer::note(text::totals(&check).trim_end());
        }
    }
    Ok(Exit::of_check(&check))
}
