//! `completions SHELL`

use crate::cli::args::{self, CompletionsArgs};
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::printer::Out;

pub(in crate::cli) fn run(args: &CompletionsArgs) -> Result<Exit, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "wms-sim", &mut script);
    Out::open().text(&String::from_utf8_lossy(&script));
    Ok(Exit::Ok)
}
