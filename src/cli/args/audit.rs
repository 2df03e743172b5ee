//! `wms-sim audit` and `wms-sim dialect learn`

use std::path::PathBuf;

use clap::Args;

use super::{DialectArgs, OutputName, SecretArgs};

/// Say where recorded traffic differs from the dialect.
///
/// The journal is that of a run (--journal), or holds what somebody received from WMS, a line each:
/// {"type":"received","at_ms":0,"headers":{"content-type":"application/json"},"body":".."}. Looked at are
/// events, fields and their types, severities, the order of events, sequences, the form of the envelope, headers, every
/// choice of the dialect that traffic can show, and timing. Faults that the journal says were injected are left out.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wms-sim audit run.ndjson
  wms-sim audit received.ndjson --secret-file mac.secret --output ndjson
  wms-sim audit received.ndjson --dialect real.toml

Exit codes: 0 nothing differs, or notes only; 1 something differs; 2 usage; 3 nothing to audit.
MACs are checked where a secret is given, again for each that held while a rotation lasted.
Timing is judged by the timestamps, to the second, and is only ever a note.

Limits: 2,000,000 requests, which are held in memory; 8 MiB a line; 100,000 differences are
listed, more are counted.")]
pub(in crate::cli) struct AuditArgs {
    /// What was recorded
    #[arg(value_name = "JOURNAL")]
    pub recording: PathBuf,
    /// How to tell it
    #[arg(long, value_enum, default_value_t = OutputName::Human, value_name = "FORMAT")]
    pub output: OutputName,
    #[command(flatten)]
    pub secret: SecretArgs,
    #[command(flatten)]
    pub dialect: DialectArgs,
}

/// Print the dialect that fits recorded traffic, as a file for --dialect.
///
/// Each key says how often the traffic showed each value. A key that nothing in the traffic shows is commented out, so
/// that it stays what it is by default.
#[derive(Args)]
#[command(after_help = "\
Example: wms-sim dialect learn received.ndjson > real.toml && wms-sim send --dialect real.toml

With a secret, bodies that are not plain ASCII show what their MAC is computed over (mac.input).

Limits: 2,000,000 requests, which are held in memory; 8 MiB a line.")]
pub(in crate::cli) struct LearnArgs {
    /// What was recorded: the journal of a run, or requests that were received
    #[arg(value_name = "JOURNAL")]
    pub recording: PathBuf,
    #[command(flatten)]
    pub secret: SecretArgs,
}
