//! `send`, resolved.

use std::path::PathBuf;
use std::time::Duration;

use super::idle::{self, Asked};
use super::plays;
use super::probe::{self, ExpectProbe};
use super::target::Carrier;
use super::{dialect, duration, rotation, secret, target};
use crate::cli::args::{OutputName, SendArgs};
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::clock::wall_clock;
use crate::delivery::policy::{Pace, Policy};
use crate::delivery::{Numbers, Scenarios, SessionSource, Signers};
use crate::outcome::run::Setup;
use crate::protocol::dialect::{Dialect, KEYS};
use crate::protocol::mac::{Secret, Signer};
use crate::seed::{Purpose, Seed};
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;

/// The URL that a dry run shows where no target is given.
const NO_TARGET: &str = "http://127.0.0.1/webhook";

/// Everything that `send` needs, with nothing left to decide.
pub(in crate::cli) struct SendJob {
    pub source: SessionSource,
    pub numbers: Numbers,
    pub policy: Policy,
    pub signers: Signers,
    /// What the built-in receiver accepts.
    pub accepted: Vec<Signer>,
    pub dialect: Dialect,
    pub transport: TransportOptions,
    pub carrier: Carrier,
    /// The target is the built-in receiver, which is yet to be started.
    pub embedded: bool,
    pub wait_for_target: Duration,
    pub before_session: Option<String>,
    pub expect_probe: Option<ExpectProbe>,
    pub max_in_flight: usize,
    pub setup: Setup,
    pub mode: Mode,
    pub output: OutputName,
    pub journal: Option<PathBuf>,
    /// What to tell before anything happens.
    pub notes: Vec<String>,
    pub warnings: Vec<String>,
}

/// What becomes of the events.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::cli) enum Mode {
    Send,
    Step,
    DryRun,
    Curl,
}

pub(in crate::cli) fn resolve(args: &SendArgs, typed: &Typed) -> Result<SendJob, CliError> {
    let chosen = dialect::choose(&args.dialect)?;
    let plays = plays::choose(args, &chosen)?;
    let spoken = dialect::spoken(&chosen, &args.delivery, args.order)?;
    let seed = args.seed.unwrap_or_else(Seed::random);
    let pace = if args.step { Pace::Max } else { args.pace };
    let start = args.start_time.unwrap_or_else(|| pace.start(wall_clock(), plays.mix.longest()));

    let embedded = args.delivery.receiver.to.is_none();
    let mode = mode(args);
    let to = match &args.delivery.receiver.to {
        Some(url) => target::parse(url)?,
        None => target::parse(NO_TARGET)?,
    };
    let (transport, carrier) = target::options(&args.delivery, to, &spoken)?;
    let mut warnings = Vec::new();
    let mut secrets = secret::find_all(&args.secret, typed)?;
    if secrets.is_empty() {
        if !embedded {
            return Err(secret::missing());
        }
        if matches!(mode, Mode::DryRun | Mode::Curl) {
            warnings.push("no secret was given: the MACs are made with one that the seed gives".to_owned());
        }
        secrets.push(secret_of(seed));
    }
    if secrets.iter().any(Secret::ends_in_blank) {
        warnings.push("the secret ends in a blank or line break, which is then part of the key".to_owned());
    }
    if mode == Mode::Curl && embedded {
        warnings.push(format!("no --to was given: {NO_TARGET} stands in for your webhook's URL"));
    }
    let max = if args.step { "with --step" } else { "at --pace max" };
    let asked = Asked { typed, set: &chosen.set };
    warnings.extend(idle::backoff(asked, &spoken, pace, max));
    warnings.extend(idle::relay(asked, &spoken));
    let hides = !transport.headers.is_empty() || transport.target.to_string().contains("***");
    if mode == Mode::Curl && hides {
        warnings.push("credentials are printed as ***: put them in before you run a command".to_owned());
    }
    let accepted: Vec<Signer> = secrets.iter().map(|secret| Signer::new(secret, spoken.mac_input)).collect();
    if matches!(mode, Mode::DryRun | Mode::Curl) && args.journal.is_some() {
        return Err(CliError::usage("--journal tells what was sent, and nothing is").help("leave it out"));
    }

    let expect_probe = probe::resolve(args, typed)?;
    let sessions = plays.numbers.end() - plays.numbers.start() + 1;
    if expect_probe.is_some() && !plays.ids.is_empty() && (plays.ids.len() as u64) < sessions {
        warnings.push(format!(
            "{sessions} sessions share {} session IDs: --expect-probe cannot tell those of one ID apart",
            plays.ids.len()
        ));
    }

    let setup = Setup {
        version: env!("CARGO_PKG_VERSION"),
        seed: seed.0,
        plays: plays.words.clone(),
        outcomes: plays.mix.plans().map(|plan| plan.outcome).collect(),
        target: transport.target.to_string(),
        start_time: start.to_rfc3339(),
        pace: pace.to_string(),
        dialect: differing(&spoken),
        faults: args.fault.iter().map(ToString::to_string).collect(),
        sessions,
        transport: carrier.name().to_owned(),
        headers: headers(&transport),
    };
    let policy = Policy { wall: wall_clock(), ..Policy::new(&spoken, pace, start) };
    let scenarios = Scenarios { seed, mix: plays.mix, ids: plays.ids, faults: args.fault.clone().into() };
    let numbers = Numbers::Range(plays.numbers);
    Ok(SendJob {
        signers: rotation::signers(args.rotate_at.as_deref(), &accepted, &scenarios, &numbers)?,
        accepted,
        source: SessionSource::Scenarios(scenarios),
        numbers,
        policy,
        wait_for_target: wait(&args.delivery.wait_for_target)?,
        before_session: args.before_session.clone(),
        expect_probe,
        max_in_flight: if args.step { 1 } else { args.delivery.max_in_flight as usize },
        dialect: spoken,
        notes: notes(args, typed, &setup),
        setup,
        transport,
        carrier,
        embedded,
        mode,
        output: args.output,
        journal: args.journal.clone(),
        warnings,
    })
}

const fn mode(args: &SendArgs) -> Mode {
    if args.dry_run {
        Mode::DryRun
    } else if args.curl {
        Mode::Curl
    } else if args.step {
        Mode::Step
    } else {
        Mode::Send
    }
}

pub(super) fn wait(text: &str) -> Result<Duration, CliError> {
    match duration::read("wait-for-target", text)? {
        Some(wait) => Ok(wait),
        None => Err(CliError::usage("--wait-for-target needs an end, such as 30s")),
    }
}

/// The built-in receiver's secret: nobody else has to know it, and the same seed has to give the same MACs.
pub(super) fn secret_of(seed: Seed) -> Secret {
    let purpose = Purpose::named("secret");
    let bytes = [seed.draw(purpose.number(0)).bytes(), seed.draw(purpose.number(1)).bytes()];
    Secret::new(hex::encode(bytes.concat()))
}

/// What every request carries beside the MAC, with the user's own values hidden: they may be credentials.
pub(super) fn headers(transport: &TransportOptions) -> Vec<(String, String)> {
    let mut headers = vec![
        ("Content-Type".to_owned(), transport.content_type.clone()),
        ("User-Agent".to_owned(), transport.user_agent.clone()),
    ];
    headers.retain(|(name, _)| !transport.headers.iter().any(|header| header.is(name)));
    headers.extend(transport.headers.iter().map(|header| (header.name().to_owned(), "***".to_owned())));
    headers
}

fn differing(dialect: &Dialect) -> Vec<(String, String)> {
    let usual = Dialect::current();
    KEYS.iter()
        .map(|key| (key.name.to_owned(), key.show(dialect), key.show(&usual)))
        .filter(|(_, value, usual)| value != usual)
        .map(|(key, value, _)| (key, value))
        .collect()
}

fn notes(args: &SendArgs, typed: &Typed, setup: &Setup) -> Vec<String> {
    let mut more = Vec::new();
    if args.seed.is_none() {
        more.push(("--seed", setup.seed.to_string()));
    }
    if args.start_time.is_none() {
        more.push(("--start-time", setup.start_time.clone()));
    }
    if more.is_empty() && !typed.leaves_out() {
        Vec::new()
    } else {
        vec![format!("repeat this run: {}", typed.again(&more))]
    }
}

impl SendJob {
    /// Points the job at a target that was started for it.
    pub fn aim(&mut self, target: Target) {
        self.setup.target = target.to_string();
        self.transport.target = target;
    }
}
