//! `check`: runs the cases of a job.

use std::sync::Arc;
use std::time::Duration;

use super::{hooks, signals, steps};
use crate::cli::args::OutputName;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::check::{CheckJob, Rotation};
use crate::cli::job::report_files::ReportFiles;
use crate::cli::job::{baseline::Renewal, target};
use crate::cli::journal_file::JournalFile;
use crate::cli::printer::{Out, note, warn};
use crate::clock::{Moment, RunClock, wall_clock};
use crate::conformance::baseline::apply;
use crate::conformance::case::{Needs, Stage};
use crate::conformance::diagnosis::diagnose;
use crate::conformance::request::Base;
use crate::conformance::run::{Change, Changing, Counts, Probe, Ran, Runner, Told, run as run_cases};
use crate::delivery::command::Command;
use crate::delivery::probe::Question;
use crate::outcome::check::{CaseResult, Check, CheckSetup, Ending, Incident, SUITE, journal};
use crate::report::check::text;
use crate::serve::desk::Desk;
use crate::serve::embedded::Embedded;
use crate::serve::inbox::InboxOptions;
use crate::transport::limits::DEFAULT_TIMEOUT;
use crate::transport::plain::Idle;
use crate::transport::wire::Wire;

pub(in crate::cli) fn run(job: CheckJob) -> Result<Exit, CliError> {
    for warning in &job.warnings {
        warn(warning);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::could_not(format!("the program cannot start its threads: {error}")))?;
    let exit = runtime.block_on(check(job));
    // Whatever still runs (a connection that does not close) is not waited for.
    runtime.shutdown_background();
    exit
}

async fn check(mut job: CheckJob) -> Result<Exit, CliError> {
    let receiver = if job.embedded { Some(start_receiver(&mut job)?) } else { None };
    let setup = CheckSetup {
        suite: SUITE.to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        target: job.transport.target.to_string(),
        started: wall_clock().to_whole_millis().to_rfc3339(),
        seed: job.setup.seed.0,
        dialect: job.spoken.clone(),
        strict: job.strict,
        cases: job.cases.len(),
    };
    let stop = signals::watch();
    let probe = question(&job).await?;
    let known = job.baseline.as_ref();
    let renewal = job.write_baseline.as_deref().map(|path| Renewal::open(path, known)).transpose()?;
    let mut observer = Observer::new(&job, &setup, renewal)?;
    // After the journal, so that one path for both does not cost the journal.
    let reports = ReportFiles::open(&job.reports)?;
    if let Some(renewal) = &observer.renewal {
        renewal.stands_alone(job.journal.as_deref(), &reports)?;
    }
    let runner = Arc::new(runner(&job, probe)?);
    let cases: Vec<_> = job.cases.iter().collect();
    let Ran { cases, ending } = run_cases(runner, &cases, stop, &mut |told| observer.tell(told, &job)).await;
    drop(receiver);
    finish(&job, setup, Telling { observer, reports }, cases, ending)
}

/// Who is told in the end.
struct Telling {
    observer: Observer,
    reports: ReportFiles,
}

fn finish(
    job: &CheckJob,
    setup: CheckSetup,
    telling: Telling,
    mut cases: Vec<CaseResult>,
    ending: Ending,
) -> Result<Exit, CliError> {
    let diagnosis = diagnose(&cases, job.hint);
    let Telling { mut observer, reports } = telling;
    let renewed = observer.renewal.take().map(|renewal| {
        let new = renewal.of(&cases);
        apply(&mut cases, Some(&new), job.strict);
        renewal.write(&new)
    });
    if job.write_baseline.is_none() {
        apply(&mut cases, job.baseline.as_ref(), job.strict);
    }
    let check = Check::new(setup, cases, diagnosis, ending);
    let exit = Exit::of_check(&check);
    let trouble = observer.end(&check);
    match job.output {
        // What was asked for on standard output stays alone there.
        OutputName::Human if reports.takes_stdout() => note(text::totals(&check).trim_end()),
        OutputName::Human => Out::open().text(&text::human(&check)),
        OutputName::Quiet if exit != Exit::Ok => {
            crate::cli::printer::failure(text::totals(&check).trim_end());
        }
        OutputName::Quiet | OutputName::Ndjson => {}
    }
    if let Some(Ok(written)) = &renewed
        && job.output == OutputName::Human
    {
        note(written);
    }
    // Where one cannot be written, the others are all the same.
    reports.write(&check).and(renewed.transpose())?;
    Ok(if trouble && exit == Exit::Ok { Exit::CouldNot } else { exit })
}

fn start_receiver(job: &mut CheckJob) -> Result<Embedded, CliError> {
    let options = InboxOptions::new(job.accepted.clone(), job.setup.dialect.clone());
    let embedded = Embedded::start(Arc::new(Desk::open(options)))
        .map_err(|error| CliError::could_not(format!("the built-in receiver cannot open a port: {error}")))?;
    job.aim(target::parse(&embedded.url())?);
    if job.output == OutputName::Human {
        note(&format!("no --to, so the built-in receiver at {} is checked", embedded.url()));
    }
    Ok(embedded)
}

/// How the user's system is asked. A command that cannot be found is told before anything is sent or written.
async fn question(job: &CheckJob) -> Result<Option<Question>, CliError> {
    let Some((whom, _)) = &job.probe else { return Ok(None) };
    let question = hooks::question("--probe", whom, &job.transport, Idle::Closed)?;
    if job.cases.iter().any(|case| case.needs == Needs::Probe)
        && let Some(why) = question.missing().await
    {
        let help = "nothing was sent; --probe takes a URL, or a command as the shell finds it";
        return Err(CliError::usage(why).help(help));
    }
    Ok(Some(question))
}

fn runner(job: &CheckJob, probe: Option<Question>) -> Result<Runner, CliError> {
    let clock = RunClock::start();
    let wire = Wire::new(&job.transport, clock).map_err(|error| target::refused(&error))?;
    let base = Base::new(&job.transport).map_err(|error| CliError::usage(format!("--header: {error}")))?;
    let timeout = job.transport.timeout.unwrap_or(DEFAULT_TIMEOUT);
    let announcer = hooks::announcer_of(job.before_session.as_deref(), &job.transport, Idle::Closed)?;
    let asked = probe.zip(job.probe.as_ref());
    let probe = asked.map(|(who, (_, within))| Probe::new(Arc::new(who), *within, timeout));
    let counts = job.counts();
    let fail_fast = job.fail_fast;
    Ok(Runner {
        setup: job.setup.clone(),
        base,
        wire,
        options: job.transport.clone(),
        clock,
        accept: job.setup.dialect.accept.clone(),
        announcer,
        probe,
        rotation: job.rotation.clone().map(change),
        patience: job.patience,
        budget: job.budget,
        closes: std::sync::atomic::AtomicBool::default(),
        counts: Counts::default(),
        command: Arc::clone(&job.command),
        ends: Arc::new(move |case| fail_fast && counts(case)),
    })
}

/// The variable in which the command of `--rotate-step` finds the stage.
const STAGE_VARIABLE: &str = "WMS_SIM_STAGE";

/// Who brings the receiver from stage to stage.
fn change(rotation: Rotation) -> Change {
    let enter = Arc::new(tokio::sync::Mutex::new(None));
    Arc::new(move |stage| -> Changing {
        let not_brought = move |by_command: bool, why: String| Incident::NotBrought {
            stage: stage.as_str().to_owned(),
            by_command,
            why,
        };
        match &rotation {
            Rotation::Command(line) => {
                let line = line.clone();
                Box::pin(async move {
                    let variable = (STAGE_VARIABLE, stage.as_str());
                    let command = Command { flag: "--rotate-step", line: &line, variable, most_said: None };
                    command.run().await.map(|_| ()).map_err(|why| not_brought(true, why))
                })
            }
            Rotation::User => {
                let enter = Arc::clone(&enter);
                Box::pin(async move {
                    let knows = match stage {
                        Stage::Old => "the old secret alone",
                        Stage::Both => "both secrets",
                        Stage::New => "the new secret alone",
                    };
                    note(&format!("let the receiver know {knows}, and press Enter"));
                    let pressed = enter.lock().await.get_or_insert_with(steps::watch).recv().await;
                    pressed.ok_or_else(|| {
                        let why = format!(
                            "nobody brought the receiver to the stage {} (standard input has ended); \
                                 --rotate-step CMD names a command for it",
                            stage.as_str()
                        );
                        not_brought(false, why)
                    })
                })
            }
        }
    })
}

/// Everyone who follows a check.
struct Observer {
    journal: Option<JournalFile>,
    ndjson: Option<Out>,
    told: usize,
    clock: RunClock,
    /// When it was last said how far the check is.
    said: Moment,
    renewal: Option<Renewal>,
}

/// A check that takes longer than this says how far it is, again and again.
const LONG: Duration = Duration::from_secs(20);

impl Observer {
    fn new(job: &CheckJob, setup: &CheckSetup, renewal: Option<Renewal>) -> Result<Self, CliError> {
        let mut journal = job.journal.as_deref().map(JournalFile::create).transpose()?;
        let first = journal::setup_line(setup);
        if let Some(journal) = &mut journal {
            journal.write(&first);
        }
        let mut ndjson = (job.output == OutputName::Ndjson).then(Out::open);
        if let Some(out) = &mut ndjson {
            out.line(&first.to_string());
            out.flush();
        }
        Ok(Self { journal, ndjson, told: 0, clock: RunClock::start(), said: Moment::ZERO, renewal })
    }

    fn tell(&mut self, told: Told<'_>, job: &CheckJob) {
        let result = match told {
            Told::Note(text) => {
                if job.output == OutputName::Human {
                    note(&text);
                }
                return;
            }
            Told::Judged(result) => result,
        };
        self.told += 1;
        self.say_how_far(result, job);
        if self.journal.is_none() && self.ndjson.is_none() {
            return;
        }
        let place = job.cases.iter().position(|case| case.id == result.id).unwrap_or(self.told);
        // What the baseline knows stands in the journal too.
        let mut result = [result.clone()];
        let renewed = self.renewal.as_ref().map(|renewal| renewal.of(&result));
        apply(&mut result, renewed.as_ref().or(job.baseline.as_ref()), job.strict);
        self.write(&journal::case_line(place, &result[0]));
    }

    /// Nobody has to wonder whether a check that takes long goes on.
    fn say_how_far(&mut self, latest: &CaseResult, job: &CheckJob) {
        let now = self.clock.now();
        if job.output == OutputName::Human && now.since(self.said) >= LONG {
            self.said = now;
            let (told, all) = (self.told, job.cases.len());
            note(&format!(
                "{told} of {all} cases after {:.0} s, the latest {}",
                now.since(Moment::ZERO).as_secs_f64(),
                latest.id
            ));
        }
    }

    fn write(&mut self, line: &serde_json::Value) {
        if let Some(journal) = &mut self.journal {
            journal.write(line);
        }
        if let Some(out) = &mut self.ndjson {
            out.line(&line.to_string());
            out.flush();
        }
    }

    /// Writes the last line. True where something of what was asked for is not complete.
    fn end(mut self, check: &Check) -> bool {
        self.write(&journal::end_line(&check.diagnosis, &check.ending));
        let trouble = self.journal.and_then(JournalFile::end);
        if let Some(trouble) = &trouble {
            warn(trouble);
        }
        trouble.is_some()
    }
}
