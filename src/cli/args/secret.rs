//! The MAC secret. What holds typed secrets has no `Debug`.

use std::path::PathBuf;

use clap::Args;

#[derive(Args)]
pub(in crate::cli) struct SecretArgs {
    /// Read the MAC secret from FILE; one line break at its end is not part of it
    #[arg(long, value_name = "FILE", help_heading = "Secret")]
    pub secret_file: Vec<PathBuf>,
    // Help is plain text: the variable's name needs no backticks there.
    #[arg(
        long,
        value_name = "SECRET",
        help_heading = "Secret",
        help = "The MAC secret itself. Other users of this machine can see it in the process list: prefer \
                --secret-file or the environment variable WMS_SIM_SECRET"
    )]
    pub secret: Vec<String>,
}
