//! The dialect of a run.

use clap::Args;

#[derive(Debug, Args)]
pub(in crate::cli) struct DialectArgs {
    /// Speak the current page's dialect, the older page's, or that of a TOML file
    #[arg(long, value_name = "current|older|FILE", default_value = "current", help_heading = "Dialect")]
    pub dialect: String,
    /// Set one key of the dialect (wms-sim dialect lists them); wins over the scenario's own
    #[arg(long, value_name = "KEY=VALUE", help_heading = "Dialect")]
    pub set: Vec<String>,
}
