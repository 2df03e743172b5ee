//! `serve`: runs the server until it is ended.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::json;

use super::{descriptors, signals};
use crate::cli::args::OutputName;
use crate::cli::error::CliError;
use crate::cli::exit::Exit;
use crate::cli::job::serve::ServeJob;
use crate::cli::journal_file::JournalFile;
use crate::cli::printer::{Out, note, warn};
use crate::serve::app::{Options, Server, Sink};
use crate::serve::archive::{self, ArchiveError, History, Store, Targets, Writer};
use crate::serve::desk::Desk;
use crate::serve::hub::Hub;
use crate::serve::ledger::Bounds;
use crate::serve::listener::Limits;
use crate::serve::stage::Stage;
use crate::transport::forward::Forwarder;
use crate::transport::target::Target;

pub(in crate::cli) fn run(job: ServeJob) -> Result<Exit, CliError> {
    for warning in &job.warnings {
        warn(warning);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .map_err(|error| CliError::could_not(format!("the program cannot start its threads: {error}")))?;
    let exit = runtime.block_on(serve(job));
    // Whatever still runs (a client that does not close) is not waited for.
    runtime.shutdown_background();
    exit
}

/// As many connections as there may be files, some being left for what else there is.
fn limits() -> Limits {
    // Sessions that are played, each with a few connections; what is forwarded, and what waits to be; files.
    const REST: usize = 2_000;
    let usual = Limits::default();
    let left = |files: usize| files.saturating_sub(REST).max(files / 2);
    Limits {
        connections: descriptors::raise().map_or(usual.connections, left).min(usual.connections),
        ..usual
    }
}

/// Writes each line to a file. When that fails it is said, once, and remembered in `failed`.
fn capture(path: &Path, failed: &Arc<AtomicBool>) -> Result<Sink, CliError> {
    let mut file = JournalFile::append(path)?;
    let failed = Arc::clone(failed);
    Ok(Box::new(move |line| {
        file.write_line(line);
        if let Some(trouble) = file.trouble()
            && !failed.swap(true, Ordering::Relaxed)
        {
            warn(trouble);
        }
    }))
}

async fn serve(job: ServeJob) -> Result<Exit, CliError> {
    // A file that cannot be used is told before anything else is done.
    let archive = job.persist.map(Archive::open).transpose()?;
    let earliest = archive.as_ref().and_then(|archive| archive.history.earliest());
    let latest = archive.as_ref().map_or(0, |archive| archive.history.latest());
    let hub = Hub::new(Desk::open_since(job.inbox, earliest), Bounds::default(), latest);
    let stage = Stage::new(Arc::clone(&hub), job.library, job.seed);
    let quirks = job.quirks.names();
    let forward = job.forward.map(|options| Forwarder::new(&options, hub.clock())).transpose();
    let forward = forward.map_err(|error| CliError::usage(error.to_string()).about("forward"))?;
    let failed = Arc::new(AtomicBool::new(false));
    let capture = job.journal.as_deref().map(|path| capture(path, &failed)).transpose()?;
    let options = Options {
        forward,
        capture,
        limits: limits(),
        listen: job.listen,
        allow_hosts: job.allow_hosts,
        scene: job.scene,
        configs: job.configs,
        seed: job.seed,
        own_inbox: job.own_inbox,
        secret_source: job.secret_source.to_owned(),
        quirks: job.quirks,
    };
    let server = Server::open(options, Arc::clone(&hub), stage).map_err(|error| {
        CliError::could_not(format!("cannot listen on {}: {error}", job.listen))
            .help("--listen 127.0.0.1:0 takes a free port")
    })?;
    let writer = archive.map(|archive| archive.begin(&hub, &server, job.output)).transpose()?;
    // Who reads that it is ready may end it at once, and it ends in order.
    let mut stop = signals::watch();
    match job.output {
        OutputName::Human => {
            note(&format!("inspector  {}/", server.url()));
            note(&format!("webhook    {}", server.webhook()));
            note(&format!("API        {}/openapi.json", server.url()));
            if let Some(target) = server.forwards_to() {
                note(&format!("forwards to {target}"));
            }
            note("Ctrl-C ends it");
        }
        OutputName::Ndjson => {
            let mut out = Out::open();
            let ready = json!({
                "type": "ready", "url": server.url(), "webhook": server.webhook(), "quirks": quirks,
            });
            out.line(&ready.to_string());
            out.flush();
        }
        OutputName::Quiet => {}
    }
    let stopped = async move { drop(stop.changed().await) };
    let ended = server.serve(stopped).await;
    if let Some(writer) = writer {
        writer.finish();
    }
    ended.map_err(|error| CliError::could_not(format!("the server ended: {error}")))?;
    // A file that was asked for and is not whole is no success. What is wrong with it was told when it began.
    let unsaved = hub.persisting().borrow().as_ref().is_some_and(|persisting| persisting.error.is_some());
    Ok(if unsaved || failed.load(Ordering::Relaxed) { Exit::CouldNot } else { Exit::Ok })
}

/// The file of `--persist`, and what stood in it.
struct Archive {
    path: PathBuf,
    store: Store,
    history: History,
}

impl Archive {
    fn open(path: PathBuf) -> Result<Self, CliError> {
        let told = |error: ArchiveError| {
            CliError::usage(format!("--persist {}: {error}", path.display())).help(error.advice())
        };
        let mut store = archive::open(&path).map_err(told)?;
        let history = store.read().map_err(told)?;
        if history.damaged() > 0 {
            let what = if history.damaged() == 1 {
                "1 row was".to_owned()
            } else {
                format!("{} rows were", history.damaged())
            };
            warn(&format!("--persist {}: {what} damaged, and left out", path.display()));
        }
        Ok(Self { path, store, history })
    }

    /// Puts back what stood in the file, and begins to write what happens.
    fn begin(self, hub: &Arc<Hub>, server: &Server, output: OutputName) -> Result<Writer, CliError> {
        let targets =
            Targets { own_inbox: Target::parse(&server.webhook()).ok(), configured: server.targets() };
        let file = self.path.display().to_string();
        if output == OutputName::Human {
            note(&format!("history    {file}, sessions: {}", self.history.len()));
        }
        let known = self.history.restore(hub, &targets);
        Writer::start(self.store, Arc::clone(hub), targets, file, known, warn)
            .map_err(|error| CliError::could_not(format!("the program cannot start a thread: {error}")))
    }
}
