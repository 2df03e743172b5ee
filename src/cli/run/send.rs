//! `send`: plays the sessions of a job.

use std::sync::Arc;
use std::time::Duration;

use super::observer::Observer;
use super::{dry, hooks, signals, steps};
use crate::cli::args::OutputName;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::planned_faults;
use crate::cli::job::send::{Mode, SendJob};
use crate::cli::job::target::{self, Carrier};
use crate::cli::printer::{note, warn};
use crate::clock::{Moment, RunClock};
use crate::delivery::engine::Engine;
use crate::delivery::fleet::Fleet;
use crate::delivery::policy::Pace;
use crate::outcome::run::InboxSummary;
use crate::serve::desk::Desk;
use crate::serve::embedded::Embedded;
use crate::serve::inbox::{InboxOptions, Summary};
use crate::transport::Transport;
use crate::transport::client::Client;
use crate::transport::readiness;
use crate::transport::wire::Wire;

/// The built-in receiver remembers so many sessions at the most: about 400 MB.
const MOST_REMEMBERED: usize = 200_000;

pub(in crate::cli) fn run(job: SendJob) -> Result<Exit, CliError> {
    for warning in &job.warnings {
        warn(warning);
    }
    if job.output == OutputName::Human {
        job.notes.iter().for_each(|text| note(text));
        for text in planned_faults::list(&job) {
            note(&text);
        }
    }
    if matches!(job.mode, Mode::DryRun | Mode::Curl) {
        return Ok(dry::run(&job));
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::could_not(format!("the program cannot start its threads: {error}")))?;
    let exit = runtime.block_on(play(job));
    // Whatever still runs (a connection that does not close) is not waited for.
    runtime.shutdown_background();
    exit
}

async fn play(mut job: SendJob) -> Result<Exit, CliError> {
    let embedded = if job.embedded { Some(start_receiver(&mut job)?) } else { None };
    if !job.wait_for_target.is_zero() {
        wait_for_target(&job).await?;
    }
    let clock = RunClock::start();
    match job.carrier {
        Carrier::Wire => {
            let wire = Wire::new(&job.transport, clock).map_err(|error| target::refused(&error))?;
            with(job, wire, clock, embedded).await
        }
        Carrier::Reqwest => {
            let client = Client::new(&job.transport, clock).map_err(|error| target::refused(&error))?;
            with(job, client, clock, embedded).await
        }
    }
}

async fn wait_for_target(job: &SendJob) -> Result<(), CliError> {
    let mut stop = signals::watch();
    let ready = tokio::select! {
        ready = readiness::wait(&job.transport.target, job.wait_for_target) => ready.map(drop),
        _ = stop.changed() => {
            return Err(CliError::interrupted("interrupted while waiting for the target; nothing was sent"));
        }
    };
    ready.map_err(|why| {
        let seconds = job.wait_for_target.as_secs_f64();
        CliError::could_not(format!(
            "the target did not accept a connection within {seconds} s: {}",
            why.detail
        ))
        .help(why.code.advice())
    })
}

fn start_receiver(job: &mut SendJob) -> Result<Embedded, CliError> {
    let usual = InboxOptions::new(job.accepted.clone(), job.dialect.clone());
    // Every session of the run is remembered, up to what memory allows.
    let sessions = usize::try_from(job.numbers.len()).unwrap_or(usize::MAX).min(MOST_REMEMBERED);
    let options = InboxOptions { max_sessions: usual.max_sessions.max(sessions), ..usual };
    let embedded = Embedded::start(Arc::new(Desk::open(options)))
        .map_err(|error| CliError::could_not(format!("the built-in receiver cannot open a port: {error}")))?;
    job.aim(target::parse(&embedded.url())?);
    if job.output == OutputName::Human {
        note(&format!("no --to, so a built-in receiver at {} checks what arrives", embedded.url()));
    }
    Ok(embedded)
}

async fn with<T: Transport>(
    job: SendJob,
    transport: T,
    clock: RunClock,
    embedded: Option<Embedded>,
) -> Result<Exit, CliError> {
    let engine = Engine {
        transport,
        clock,
        max_in_flight: job.max_in_flight,
        // Without waiting, a session that is open and not in flight only takes room.
        max_open: if job.policy.pace == Pace::Max { job.max_in_flight } else { usize::MAX },
        announcer: hooks::announcer(&job)?,
        prober: hooks::prober(&job)?,
        steps: (job.mode == Mode::Step).then(steps::watch),
        acts: None,
    };
    let mut observer = Observer::new(&job)?;
    if job.mode == Mode::Step {
        note("press Enter to send the next event; Ctrl-D or Ctrl-C ends the run");
    }
    let fleet = Fleet::new(job.source, job.policy, job.signers);
    engine.run(fleet, &job.numbers, signals::watch(), &mut |event| observer.tell(&event)).await;
    let took = clock.now().since(Moment::ZERO);
    let inbox = match embedded {
        Some(embedded) => Some(inbox_summary(&stop_receiver(embedded).await)),
        None => None,
    };
    Ok(observer.end(took, inbox))
}

async fn stop_receiver(embedded: Embedded) -> Summary {
    let so_far = embedded.summary();
    // A connection that the transport keeps open would hold the server up for no use.
    tokio::time::timeout(Duration::from_millis(200), embedded.stop())
        .await
        .ok()
        .and_then(Result::ok)
        .unwrap_or(so_far)
}

fn inbox_summary(summary: &Summary) -> InboxSummary {
    let findings = summary
        .troubles()
        .map(|(code, count)| (code.meaning().trim_end_matches('.').to_owned(), count))
        .collect();
    let forgotten = summary.forgotten;
    InboxSummary {
        forgotten,
        verified: summary.accepted + summary.bad_bodies,
        sessions: summary.sessions,
        findings,
    }
}
