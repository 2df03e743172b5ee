//! `man`

use clap_mangen::Man;

use crate::cli::args;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::printer::Out;

/// One page: the program's, then each verb's.
pub(in crate::cli) fn run() -> Result<Exit, CliError> {
    let failed =
        |error: std::io::Error| CliError::could_not(format!("the manual page cannot be made: {error}"));
    let mut command = args::command();
    command.build();
    let mut page = Vec::new();
    Man::new(command.clone()).render(&mut page).map_err(failed)?;
    for verb in command.get_subcommands().filter(|verb| verb.get_name() != "help") {
        let name = format!("wms-sim-{}", verb.get_name());
        let man = Man::new(verb.clone().name(name));
        man.render_name_section(&mut page).map_err(failed)?;
        man.render_synopsis_section(&mut page).map_err(failed)?;
        man.render_description_section(&mut page).map_err(failed)?;
        man.render_options_section(&mut page).map_err(failed)?;
    }
    Out::open().text(&String::from_utf8_lossy(&page));
    Ok(Exit::Ok)
}
