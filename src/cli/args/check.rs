//! `wms-sim check`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{DialectArgs, OutputName, ReceiverArgs, ReportArgs, SecretArgs};
use crate::seed::Seed;

/// The language in which fixes are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum Language {
    /// Node: Express, Fastify, Next.js
    Node,
    /// Python: Flask, Starlette, Django
    Python,
    /// Go
    Go,
    /// Java: Spring, servlets
    Java,
    /// PHP: Laravel, Symfony
    Php,
    /// Ruby: Rack, Rails
    Ruby,
    /// Rust: axum, actix
    Rust,
}

impl Language {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Node => "node",
            Self::Python => "python",
            Self::Go => "go",
            Self::Java => "java",
            Self::Php => "php",
            Self::Ruby => "ruby",
            Self::Rust => "rust",
        }
    }
}

/// Check whether a webhook does what it must: verify, survive, keep order.
///
/// Each case sends a few events, most of them rightly signed, some forged, some odd, and judges the answers. What fails is told
/// with the requirement, the usual cause, and a command that shows it again; what the failures have in common, with the fix.
/// The receiver stores the sessions that are sent: use one for tests.
#[derive(Args)]
#[command(after_help = "\
Examples:
  wms-sim check --to http://127.0.0.1:3000/webhook --secret-file mac.secret
  wms-sim check 'mac/*' order --to http://127.0.0.1:3000/webhook --secret-file mac.secret --hint node
  wms-sim check --to $URL --secret-file mac.secret --probe 'http://127.0.0.1:3000/sessions/{sessionId}'
  wms-sim check --to $URL --secret-file mac.secret --fast --strict --report junit=check.xml,html=check.html
  wms-sim check --to $URL --secret-file old.secret --rotate-to new.secret --rotate-step './secrets $WMS_SIM_STAGE'
  wms-sim check --list
  wms-sim check --explain mac/over-compact

Limits: HTTP/1.1 without a proxy, but for one case; 1 MiB of an answer's body; redirects are never followed.
Exit codes: 0 all passed, 1 a case failed, 2 usage, 3 a case could not be judged, 130 interrupted.")]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
pub(in crate::cli) struct CheckArgs {
    /// Which cases: an ID with * and ?, or a section [default: all]
    #[arg(value_name = "CASE-GLOB")]
    pub cases: Vec<String>,
    #[command(flatten)]
    pub receiver: ReceiverArgs,
    /// Wait until the target accepts connections, also where it went down in a case, at most so long
    #[arg(long, value_name = "DURATION", default_value = "5s", help_heading = "Delivery")]
    pub wait_for_target: String,
    #[command(flatten)]
    pub secret: SecretArgs,

    /// List the cases, one a line
    #[arg(long, help_heading = "Which cases")]
    pub list: bool,
    /// Explain a case, or each of a section: what is required, what is sent, what usually goes wrong
    #[arg(long, value_name = "CASE", help_heading = "Which cases")]
    pub explain: Option<String>,
    /// Leave out what waits on purpose
    #[arg(long, help_heading = "Which cases")]
    pub fast: bool,
    /// Let what SHOULD be fail the run too
    #[arg(long, help_heading = "Which cases")]
    pub strict: bool,
    /// End the run with the first failure
    #[arg(long, help_heading = "Which cases")]
    pub fail_fast: bool,
    /// End the run after so long; what is not judged by then is an error
    #[arg(long, value_name = "DURATION", default_value = "15m", help_heading = "Which cases")]
    pub budget: String,
    /// A file of known failures: only others fail the run, and those that pass
    #[arg(long, value_name = "FILE", help_heading = "Which cases")]
    pub baseline: Option<PathBuf>,
    /// Write the failures of this run to FILE, as a baseline; reasons in it are kept
    #[arg(long, value_name = "FILE", help_heading = "Which cases")]
    pub write_baseline: Option<PathBuf>,

    #[arg(
        long,
        value_name = "URL|CMD",
        help_heading = "Your system",
        help = "Ask your system what it remembers of a session, by a GET or a command that prints JSON; {sessionId} is \
                replaced. A command is first tried with a session that never was. Without --probe, the section state is skipped"
    )]
    pub probe: Option<String>,
    /// How long --probe is asked again until it shows what it should
    #[arg(long, value_name = "DURATION", default_value = "5s", help_heading = "Your system")]
    pub probe_within: String,
    #[arg(
        long,
        value_name = "CMD|URL",
        help_heading = "Your system",
        help = "Run a command, or POST to a URL, with each session's ID before its first event. A command finds the \
                ID in the environment variable WMS_SIM_SESSION_ID"
    )]
    pub before_session: Option<String>,

    #[arg(
        long,
        value_name = "FILE",
        help_heading = "Your system",
        help = "Drill the replacement of the secret by the one in FILE: only the section rotation is run, with the receiver \
                knowing the old secret, then both, then the new one"
    )]
    pub rotate_to: Option<PathBuf>,
    #[arg(
        long,
        value_name = "CMD",
        help_heading = "Your system",
        help = "The command that brings the receiver to each stage of the drill: it finds old, both or new in the \
                environment variable WMS_SIM_STAGE. Without it you are asked to do so"
    )]
    pub rotate_step: Option<String>,

    /// Show fixes in one language
    #[arg(long, value_enum, value_name = "LANGUAGE", help_heading = "Output")]
    pub hint: Option<Language>,
    /// How to tell what happens
    #[arg(long, value_enum, default_value = "human", help_heading = "Output")]
    pub output: OutputName,
    /// Write everything that happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub journal: Option<PathBuf>,
    #[command(flatten)]
    pub report: ReportArgs,
    /// Where session IDs come from [default: drawn]
    #[arg(long, value_name = "N", value_parser = super::send::seed, help_heading = "Output")]
    pub seed: Option<Seed>,
    #[command(flatten)]
    pub dialect: DialectArgs,
}
