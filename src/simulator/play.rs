//! Playing to a target, for Rust tests.

use tokio::sync::watch;

use super::resolve::Job;
use super::{Deliveries, Error, Simulator};
use crate::clock::RunClock;
use crate::delivery::Numbers;
use crate::delivery::engine::{Engine, Stop};
use crate::delivery::fleet::Fleet;
use crate::delivery::policy::Pace;
use crate::outcome::run_event::RunEvent;
use crate::transport::Transport;
use crate::transport::client::Client;
use crate::transport::headers::Header;
use crate::transport::options::{SetupError, TransportOptions};
use crate::transport::target::Target;
use crate::transport::wire::Wire;

/// At most so many requests at once, as with `wms-sim send`.
const MAX_IN_FLIGHT: usize = 64;

pub(super) async fn play(simulator: &Simulator) -> Result<Deliveries, Error> {
    let url = simulator.target.as_deref().ok_or(Error::NoTarget)?;
    let job = Job::resolve(simulator)?;
    let target = Target::parse(url).map_err(|error| Error::Target(error.to_string()))?;
    let mut options = TransportOptions::speaking(target, &job.dialect);
    for (name, value) in &simulator.headers {
        let header = Header::new(name, value).map_err(|error| Error::Header(error.to_string()))?;
        options.headers.push(header);
    }
    if tokio::runtime::Handle::try_current().is_err() {
        let why = "there is no Tokio runtime; Simulator::play_blocking brings its own";
        return Err(std::io::Error::other(why).into());
    }
    let refused = |error: SetupError| Error::Target(error.to_string());
    let clock = RunClock::start();
    let seed = simulator.seed.0;
    if options.needs_client() {
        Ok(carry(Client::new(&options, clock).map_err(refused)?, clock, job, seed).await)
    } else {
        Ok(carry(Wire::new(&options, clock).map_err(refused)?, clock, job, seed).await)
    }
}

async fn carry<T: Transport>(transport: T, clock: RunClock, job: Job, seed: u64) -> Deliveries {
    let engine = Engine {
        transport,
        clock,
        max_in_flight: MAX_IN_FLIGHT,
        // Without waiting, a session that is open and not in flight only takes room.
        max_open: if job.policy.pace == Pace::Max { MAX_IN_FLIGHT } else { usize::MAX },
        announcer: None,
        prober: None,
        acts: None,
        steps: None,
    };
    let (_keep_going, stop) = watch::channel(Stop::No);
    let mut deliveries = Deliveries::new(seed);
    let fleet = Fleet::new(job.source, job.policy, job.signers);
    let mut tell = |event| {
        if let RunEvent::Settled(delivery) = event {
            deliveries.push(*delivery);
        }
    };
    engine.run(fleet, &Numbers::Range(1..=job.sessions), stop, &mut tell).await;
    deliveries
}

/// On a thread of its own: a runtime cannot be blocked on within another.
pub(super) fn play_blocking(simulator: &Simulator) -> Result<Deliveries, Error> {
    let run = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let played = runtime.block_on(play(simulator));
        // A connection that does not close is not waited for.
        runtime.shutdown_background();
        played
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().name("wms-sim".to_owned()).spawn_scoped(scope, run)?;
        thread
            .join()
            .unwrap_or_else(|_| Err(std::io::Error::other("the thread that played ended early").into()))
    })
}
