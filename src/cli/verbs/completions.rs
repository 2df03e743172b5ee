//! `completions SHELL`

use crate::cli::args::{self, CompletionsArgs};
use crate::cli::exit::Exit;
use crate::cli::printer::Out;

pub(in crate::cli) fn run(args: &CompletionsArgs) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut args::command(), "wms-sim", &mut script);
    Out::open().text(&String::from_utf8_lossy(&script));
    Exit::Ok
}
