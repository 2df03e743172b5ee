//! `wms-sim send`

use std::path::PathBuf;

use clap::{ArgGroup, Args, ValueEnum};

use super::{DeliveryArgs, DialectArgs, SecretArgs};
use crate::clock::Epoch;
use crate::delivery::MOST_SESSIONS;
use crate::delivery::fault::FaultRule;
use crate::delivery::policy::Pace;
use crate::seed::Seed;

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OutputName {
    /// For people
    Human,
    /// One JSON object a line, the same as the journal's
    Ndjson,
    /// Errors only
    Quiet,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(in crate::cli) enum OrderName {
    /// An event waits for the answer to the one before
    Sequential,
    /// Each event goes out when it is due
    Concurrent,
}

/// Play sessions to a webhook, or to a built-in receiver.
///
/// A scenario is a name of the catalogue (wms-sim scenarios list) or the path of a YAML file. Events go out as they
/// happen in life; --pace 20x is twenty times as fast, --pace max does not wait at all.
#[derive(Args)]
#[command(
    allow_negative_numbers = true,
    after_help = "\
Examples:
  wms-sim send
  wms-sim send low-snr camera-denied --pace 20x
  wms-sim send --to http://127.0.0.1:3000/webhook --secret-file mac.secret
  wms-sim send --mix production --sessions 1000 --pace max --journal run.ndjson
  wms-sim send --mix all --expect-probe 'http://127.0.0.1:3000/sessions/{sessionId}'
  wms-sim send --event LOW_SNR --to http://127.0.0.1:3000/webhook --secret-file mac.secret

Limits: 1,000,000 sessions; 10,000 events a session; 1 MiB of a reply's body; redirects are never followed.",
    group(ArgGroup::new("what").args(["scenario", "mix", "event"]).multiple(false)),
    group(ArgGroup::new("instead").args(["dry_run", "curl"]).multiple(false)),
)]
pub(in crate::cli) struct SendArgs {
    /// What to play [default: happy-path]
    #[arg(value_name = "SCENARIO")]
    pub scenario: Vec<String>,
    #[command(flatten)]
    pub delivery: DeliveryArgs,
    #[command(flatten)]
    pub secret: SecretArgs,

    /// Play a mix of scenarios: a name of the catalogue or a YAML file
    #[arg(long, value_name = "NAME|FILE", help_heading = "What is played")]
    pub mix: Option<String>,
    /// Look for scenarios and mixes in a folder before the catalogue
    #[arg(long, value_name = "DIR", help_heading = "What is played")]
    pub scenarios: Option<PathBuf>,
    /// How many sessions [default: one of each scenario]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=MOST_SESSIONS), help_heading = "What is played")]
    pub sessions: Option<u64>,
    /// Play only session K of them, counted from 1
    #[arg(long, value_name = "K", value_parser = clap::value_parser!(u64).range(1..), help_heading = "What is played")]
    pub only_session: Option<u64>,
    /// Send a single event by hand
    #[arg(long, value_name = "CODE", help_heading = "What is played")]
    pub event: Option<String>,
    /// The single event's sequence
    #[arg(long, value_name = "N", help_heading = "What is played")]
    pub sequence: Option<u32>,
    /// The single event's payload, in place of the usual one
    #[arg(long, value_name = "JSON", help_heading = "What is played")]
    pub payload: Option<String>,
    /// Change a payload value, as in INTERMEDIATE_RESULTS.payload.snr=-100
    #[arg(long = "override", value_name = "EVENT.payload.KEY=VALUE", help_heading = "What is played")]
    pub overrides: Vec<String>,
    /// The ID of the session
    #[arg(long, value_name = "ID", conflicts_with = "session_ids", help_heading = "What is played")]
    pub session_id: Option<String>,
    /// Take session IDs from FILE, one a line, in turn
    #[arg(long, value_name = "FILE", help_heading = "What is played")]
    pub session_ids: Option<PathBuf>,
    /// The same seed gives the same bytes [default: drawn, and printed]
    #[arg(long, value_name = "N", value_parser = seed, help_heading = "What is played")]
    pub seed: Option<Seed>,
    /// The wall clock at the start (RFC 3339) [default: now; at --pace max, now less the longest session]
    #[arg(long, value_name = "TIME", value_parser = Epoch::parse_rfc3339, help_heading = "What is played")]
    pub start_time: Option<Epoch>,

    /// How fast: 1x is as in life, 20x is twenty times as fast, max does not wait
    #[arg(long, value_name = "PACE", default_value = "1x", help_heading = "How it is played")]
    pub pace: Pace,
    /// Whether an event waits for the answer to the one before [default: sequential]
    #[arg(long, value_enum, help_heading = "How it is played")]
    pub order: Option<OrderName>,
    /// Send the next event when Enter is pressed
    #[arg(long, conflicts_with_all = ["dry_run", "curl", "sessions", "mix"], help_heading = "How it is played")]
    pub step: bool,
    #[arg(
        long,
        value_name = "CMD|URL",
        help_heading = "How it is played",
        help = "Run a command, or POST to a URL, with each session's ID before its first event. A command finds the \
                ID in WMS_SIM_SESSION_ID, a URL gets {\"sessionId\": \"..\"}"
    )]
    pub before_session: Option<String>,
    #[arg(
        long,
        value_name = "URL|CMD",
        help_heading = "How it is played",
        help = "Ask your own system after each session: the JSON that a GET or a command gives has to have the \
                scenario's outcome (completed, canceled, failed or abandoned) as its `outcome` or `status`. \
                {sessionId} is replaced; a command finds it in WMS_SIM_SESSION_ID too"
    )]
    pub expect_probe: Option<String>,
    /// Ask again until the outcome is there, for so long, in real time. One answer may take what is left of it (at least
    /// 1s), and no longer than --timeout
    #[arg(long, value_name = "DURATION", default_value = "5s", help_heading = "How it is played")]
    pub expect_within: String,
    /// Change from the first secret to the second when so much of the run's time has passed; --secret or --secret-file is
    /// then given twice. A built-in receiver accepts both
    #[arg(long, value_name = "PERCENT", help_heading = "How it is played")]
    pub rotate_at: Option<String>,
    /// Inject a fault: drop@3, duplicate=10%, delay@5=8s, mac:missing@2 ... (wms-sim faults lists them)
    #[arg(long, value_name = "SPEC", value_parser = fault, help_heading = "How it is played")]
    pub fault: Vec<FaultRule>,
    /// Print what would be sent, one JSON object a line
    #[arg(long, help_heading = "How it is played")]
    pub dry_run: bool,
    /// Print curl commands
    #[arg(long, help_heading = "How it is played")]
    pub curl: bool,

    #[command(flatten)]
    pub dialect: DialectArgs,

    /// How to tell what happens
    #[arg(long, value_enum, default_value = "human", help_heading = "Output")]
    pub output: OutputName,
    /// Write everything that happens to FILE, one JSON object a line
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub journal: Option<PathBuf>,
}

pub(super) fn seed(text: &str) -> Result<Seed, String> {
    text.parse().map_err(|_| format!("a seed is a whole number from 0 to {}", u64::MAX))
}

fn fault(text: &str) -> Result<FaultRule, String> {
    text.parse().map_err(|error: String| format!("{error} (wms-sim faults lists them)"))
}

impl SendArgs {
    /// Drops what a settings file says where something was typed (or is in the environment) that cannot go with it:
    /// the parser does not see defaults as contradictions. Returns what was dropped.
    pub fn prefer_given(&mut self, given: impl Fn(&str) -> bool) -> Vec<&'static str> {
        let any = |arguments: &[&str]| arguments.iter().any(|argument| given(argument));
        let what = any(&["scenario", "mix", "event"]);
        let instead = any(&["dry_run", "curl", "step"]);
        let dropped = |argument, other: bool| other && !given(argument);
        // What belongs to a single event goes with it.
        let event = dropped("event", what);
        let dropped: Vec<&str> = [
            ("mix", dropped("mix", what)),
            ("event", event),
            ("sequence", dropped("sequence", event)),
            ("payload", dropped("payload", event)),
            ("session_id", dropped("session_id", given("session_ids"))),
            ("session_ids", dropped("session_ids", given("session_id"))),
            ("dry_run", dropped("dry_run", instead)),
            ("curl", dropped("curl", instead)),
            ("step", dropped("step", instead)),
            ("expect_probe", dropped("expect_probe", any(&["event", "dry_run", "curl"]))),
        ]
        .into_iter()
        .filter_map(|(argument, dropped)| dropped.then_some(argument))
        .collect();
        for argument in &dropped {
            match *argument {
                "mix" => self.mix = None,
                "event" => self.event = None,
                "sequence" => self.sequence = None,
                "payload" => self.payload = None,
                "session_id" => self.session_id = None,
                "session_ids" => self.session_ids = None,
                "dry_run" => self.dry_run = false,
                "curl" => self.curl = false,
                "expect_probe" => self.expect_probe = None,
                _ => self.step = false,
            }
        }
        dropped
    }
}
