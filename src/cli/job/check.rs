//! `check`, resolved.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use super::baseline;
use super::probe::Whom;
use super::send::{secret_of, wait};
use super::{dialect, duration, probe, secret, target};
use crate::cli::args::{CheckArgs, Language, OutputName, ReportArgs};
use crate::cli::error::CliError;
use crate::cli::shell::Typed;
use crate::conformance::baseline::Baseline;
use crate::conformance::case::Case;
use crate::conformance::kit::Setup;
use crate::conformance::{cases, select};
use crate::outcome::check::Level;
use crate::protocol::mac::{Secret, Signer};
use crate::seed::Seed;
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;

/// How long an answer SHOULD take at the most, and how long it MUST.
const SOON: Duration = Duration::from_secs(5);
const LATE: Duration = Duration::from_secs(10);

/// Everything that `check` needs, with nothing left to decide.
pub(in crate::cli) struct CheckJob {
    pub cases: Vec<Case>,
    pub setup: Setup,
    pub transport: TransportOptions,
    /// What the built-in receiver accepts.
    pub accepted: Vec<Signer>,
    /// The target is the built-in receiver, which is yet to be started.
    pub embedded: bool,
    pub before_session: Option<String>,
    pub probe: Option<(Whom, Duration)>,
    /// The drill of a secret's replacement, and the command that brings the receiver from stage to stage.
    pub rotation: Option<Rotation>,
    pub patience: Duration,
    pub budget: Option<Duration>,
    pub strict: bool,
    pub fail_fast: bool,
    pub baseline: Option<Baseline>,
    pub write_baseline: Option<PathBuf>,
    pub hint: Option<&'static str>,
    pub output: OutputName,
    pub journal: Option<PathBuf>,
    pub reports: ReportArgs,
    /// The dialect in words.
    pub spoken: String,
    /// The command that runs one case again.
    pub command: Arc<dyn Fn(&str) -> String + Send + Sync>,
    pub warnings: Vec<String>,
}

/// Who brings the receiver from stage to stage.
#[derive(Clone)]
pub(in crate::cli) enum Rotation {
    Command(String),
    /// The user, who is asked.
    User,
}

pub(in crate::cli) fn resolve(args: &CheckArgs, typed: &Typed) -> Result<CheckJob, CliError> {
    let cases = choose(args)?;
    let chosen = dialect::choose(&args.dialect)?;
    let dialect = dialect::answered(&chosen, &args.receiver)?;
    if [400, 401, 403].iter().any(|status| dialect.accept.contains(*status)) {
        return Err(CliError::usage(
            "--accept takes refusals for acceptance: a check has to tell 400, 401 and 403 from them",
        ));
    }
    if dialect.timeout.is_none() {
        return Err(
            CliError::usage("--timeout none: a check has to end").help("give it a limit, such as 30s")
        );
    }
    if args.output == OutputName::Ndjson && args.report.takes_stdout() {
        return Err(CliError::usage("--output ndjson and a report both go to standard output")
            .help("name a file for the report, or leave --output out"));
    }
    let seed = args.seed.unwrap_or_else(Seed::random);
    let embedded = args.receiver.to.is_none();
    // Stands there until the receiver knows its own address.
    let to = target::parse(args.receiver.to.as_deref().unwrap_or("http://127.0.0.1/webhook"))?;
    let transport = target::plain_options(&args.receiver, to, &dialect)?;
    let mut warnings = Vec::new();
    if transport.needs_client() {
        warnings.push("the environment's proxy is not used: a check writes its requests itself".to_owned());
    }
    let mut secret = secret::find(&args.secret, typed)?;
    if secret.is_none() && !embedded {
        return Err(secret::missing_to("check your webhook"));
    }
    let secret = secret.take().unwrap_or_else(|| secret_of(seed));
    if secret.ends_in_blank() {
        warnings.push("the secret ends in a blank or line break, which is then part of the key".to_owned());
    }
    if args.probe.is_none() && typed.is_given("probe_within") {
        warnings.push("--probe-within has no effect without --probe".to_owned());
    }
    let signer = Signer::new(&secret, dialect.mac_input);
    let next = next_secret(args, &secret)?.map(|next| Signer::new(&next, dialect.mac_input));
    let known = args.baseline.as_deref().map(|path| baseline::read(path, "baseline")).transpose()?;
    Ok(CheckJob {
        setup: Setup { seed, dialect, signer: signer.clone(), next, soon: SOON, late: LATE },
        cases,
        transport,
        accepted: vec![signer],
        embedded,
        before_session: args.before_session.clone(),
        probe: asked(args)?,
        rotation: rotation(args),
        patience: wait(&args.wait_for_target)?,
        budget: budget(&args.budget)?,
        strict: args.strict,
        fail_fast: args.fail_fast,
        baseline: known,
        write_baseline: args.write_baseline.clone(),
        hint: args.hint.map(Language::as_str),
        output: args.output,
        journal: args.journal.clone(),
        reports: args.report.clone(),
        spoken: in_words(&args.dialect.dialect, &chosen.set),
        command: again(typed),
        warnings,
    })
}

/// The secret that takes the other's place.
fn next_secret(args: &CheckArgs, old: &Secret) -> Result<Option<Secret>, CliError> {
    let Some(path) = &args.rotate_to else {
        return match &args.rotate_step {
            Some(_) => {
                Err(CliError::usage("--rotate-step is for the drill of --rotate-to, and there is none")
                    .help("--rotate-to FILE names the new secret"))
            }
            None => Ok(None),
        };
    };
    if args.receiver.to.is_none() {
        return Err(CliError::usage("--rotate-to drills your receiver, and none is named").help("--to URL"));
    }
    let new = secret::from_file(path).map_err(|error| error.about("rotate-to"))?;
    if new.is_empty() {
        return Err(CliError::usage(format!("the new secret in {} is empty", path.display())));
    }
    if new.expose() == old.expose() {
        return Err(CliError::usage(format!("{} holds the old secret", path.display()))
            .help("--secret-file OLD --rotate-to NEW"));
    }
    Ok(Some(new))
}

fn rotation(args: &CheckArgs) -> Option<Rotation> {
    args.rotate_to.as_ref()?;
    Some(args.rotate_step.clone().map_or(Rotation::User, Rotation::Command))
}

fn budget(text: &str) -> Result<Option<Duration>, CliError> {
    let budget = duration::read("budget", text)?;
    if budget.is_some_and(|budget| budget.is_zero()) {
        return Err(CliError::usage(format!("--budget {text}: nothing can be judged in no time"))
            .help("such as 90s; none is no limit"));
    }
    Ok(budget)
}

/// The cases that are selected.
pub(in crate::cli) fn choose(args: &CheckArgs) -> Result<Vec<Case>, CliError> {
    let all = cases::all();
    let chosen = select::select(&all, &args.cases)
        .map_err(|error| CliError::usage(error.to_string()).help("wms-sim check --list lists the cases"))?;
    // The drill changes the receiver: it is run alone, and where it is asked for.
    let drill = args.rotate_to.is_some();
    let fits = |case: &&Case| {
        // A list of all has the drill too, and names asked for are not left out.
        let named = args.list || !args.cases.is_empty();
        let wanted = case.stage.is_some() == drill || (named && !drill);
        wanted && !(args.fast && case.waits)
    };
    let chosen: Vec<Case> = chosen.into_iter().filter(fits).copied().collect();
    if chosen.is_empty() {
        return Err(CliError::could_not(
            "no case is left: --fast leaves out what waits on purpose, and --rotate-to all but the section rotation",
        ));
    }
    Ok(chosen)
}

fn asked(args: &CheckArgs) -> Result<Option<(Whom, Duration)>, CliError> {
    let Some(text) = &args.probe else { return Ok(None) };
    let Some(within) = duration::read("probe-within", &args.probe_within)? else {
        return Err(CliError::usage("--probe-within needs an end, such as 10s"));
    };
    Ok(Some((probe::whom("--probe", text)?, within)))
}

fn in_words(preset: &str, set: &[(String, String)]) -> String {
    let keys = set.iter().map(|(key, value)| format!(" {key}={value}"));
    std::iter::once(preset.to_owned()).chain(keys).collect()
}

fn again(typed: &Typed) -> Arc<dyn Fn(&str) -> String + Send + Sync> {
    const KEPT: &[&str] = &[
        "to",
        "secret",
        "secret-file",
        "header",
        "strict",
        "timeout",
        "accept",
        "insecure",
        "cacert",
        "cert",
        "key",
        "before-session",
        "probe",
        "probe-within",
        "rotate-to",
        "rotate-step",
        "dialect",
        "set",
    ];
    let flags = typed.only(KEPT);
    Arc::new(move |case| {
        let flags = if flags.is_empty() { String::new() } else { format!(" {flags}") };
        format!("wms-sim check {}{flags}", crate::report::curl::quote(case))
    })
}

impl CheckJob {
    /// Points the job at a target that was started for it.
    pub fn aim(&mut self, target: Target) {
        self.transport.target = target;
    }

    /// Whether a failure of a case fails the run.
    pub fn counts(&self) -> impl Fn(&Case) -> bool + Send + Sync + use<> {
        let (strict, known) = (self.strict, self.baseline.clone().unwrap_or_default());
        move |case| {
            let binding = case.level == Level::Must || (strict && case.level == Level::Should);
            binding && !known.known.contains_key(case.id)
        }
    }
}
