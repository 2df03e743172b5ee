//! `audit JOURNAL`

use crate::cli::args::{AuditArgs, OutputName};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::{dialect, traffic};
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::report::audit;
use crate::serve;

pub(in crate::cli) fn run(args: &AuditArgs, typed: &Typed) -> Result<Exit, CliError> {
    let dialect = dialect::choose(&args.dialect)?.whole();
    let secrets = traffic::secrets(&args.secret, typed)?;
    let (requests, epoch) = traffic::open(&args.recording, "audit", "audited")?;
    let audited = serve::audit::audit(&requests, &dialect, &secrets, epoch);
    if audited.requests == 0 {
        return Err(CliError::could_not(format!(
            "the journal {} has nothing to audit: {}",
            args.recording.display(),
            audit::left_out(&audited).unwrap_or_default()
        )));
    }
    match args.output {
        OutputName::Human => Out::open().text(&audit::human(&audited)),
        OutputName::Ndjson => {
            let mut out = Out::open();
            for difference in &audited.differences {
                out.line(&audit::line(difference).to_string());
            }
            out.line(&audit::summary(&audited).to_string());
        }
        OutputName::Quiet => {}
    }
    Ok(if audited.differs() { Exit::Receiver } else { Exit::Ok })
}
