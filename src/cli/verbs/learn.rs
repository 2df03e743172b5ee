//! `dialect learn JOURNAL`

use crate::cli::args::LearnArgs;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::traffic;
use crate::cli::printer::Out;
use crate::cli::shell::Typed;
use crate::report::learnt;
use crate::serve;

pub(in crate::cli) fn run(args: &LearnArgs, typed: &Typed) -> Result<Exit, CliError> {
    let secrets = traffic::secrets(&args.secret, typed)?;
    let (requests, _) = traffic::open(&args.recording, "learn from", "learnt from")?;
    let learnt = serve::learn::learn(&requests, &secrets);
    if learnt.events == 0 {
        let message = format!("the journal {} has no event to learn from", args.recording.display());
        return Err(CliError::could_not(message).help(learnt::left_out(&learnt)));
    }
    Out::open().text(&learnt::toml(&learnt, &args.recording.display().to_string()));
    Ok(Exit::Ok)
}
