//! The lanes of a transport, each a task that lives on with its connection.

use tokio::sync::mpsc;
use tokio::time::timeout;

use super::fleet::Ticket;
use crate::clock::RunClock;
use crate::outcome::exchange::{Exchange, Failure, FailureCode, Moments, Phase};
use crate::transport::{IDLE_LIMIT, Lane, Outgoing, Transport};

type Settled = (usize, Ticket, Box<Exchange>);

/// As many lanes as requests were ever in flight at once.
#[derive(Debug)]
pub(super) struct Lanes {
    jobs: Vec<mpsc::Sender<(Ticket, Outgoing)>>,
    idle: Vec<usize>,
    results: mpsc::UnboundedSender<Settled>,
    settled: mpsc::UnboundedReceiver<Settled>,
}

impl Lanes {
    pub fn new() -> Self {
        let (results, settled) = mpsc::unbounded_channel();
        Self { jobs: Vec::new(), idle: Vec::new(), results, settled }
    }

    /// Gives the request to the lane that was used last, whose connection is most likely still warm, or to a new one.
    pub fn send<T: Transport>(&mut self, transport: &T, clock: RunClock, ticket: Ticket, outgoing: Outgoing) {
        let number = self.idle.pop().unwrap_or_else(|| {
            let (sender, jobs) = mpsc::channel(1);
            let number = self.jobs.len();
            tokio::spawn(work(transport.lane(), clock, number, jobs, self.results.clone()));
            self.jobs.push(sender);
            number
        });
        // An idle lane has room for one job; where its task is gone, the guard of the lost job has reported it.
        if self.jobs[number].try_send((ticket, outgoing)).is_err() {
            drop(Unsettled { number, ticket, clock, results: &self.results, settled: false });
        }
    }

    /// The next request that is settled.
    pub async fn settled(&mut self) -> Settled {
        match self.settled.recv().await {
            Some(settled) => settled,
            // Cannot be: this value holds a sender itself.
            None => std::future::pending().await,
        }
    }

    /// The lane can be used again.
    pub fn free(&mut self, number: usize) {
        self.idle.push(number);
    }
}

async fn work<L: Lane>(
    mut lane: L,
    clock: RunClock,
    number: usize,
    mut jobs: mpsc::Receiver<(Ticket, Outgoing)>,
    results: mpsc::UnboundedSender<Settled>,
) {
    let mut connected = false;
    loop {
        let job = if connected {
            if let Ok(job) = timeout(IDLE_LIMIT, jobs.recv()).await {
                job
            } else {
                lane.idle();
                connected = false;
                continue;
            }
        } else {
            jobs.recv().await
        };
        let Some((ticket, outgoing)) = job else { return };
        let mut guard = Unsettled { number, ticket, clock, results: &results, settled: false };
        let exchange = lane.exchange(&outgoing).await;
        connected = true;
        guard.settled = true;
        // Nobody listens any more once the run was stopped at once.
        let _ = results.send((number, ticket, Box::new(exchange)));
    }
}

/// Reports a request whose lane came to grief, so that no run waits for it for ever.
struct Unsettled<'a> {
    number: usize,
    ticket: Ticket,
    clock: RunClock,
    results: &'a mpsc::UnboundedSender<Settled>,
    settled: bool,
}

impl Drop for Unsettled<'_> {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let now = self.clock.now();
        let exchange = Exchange {
            result: Err(Failure::new(
                FailureCode::OtherTransport,
                Phase::Send,
                "the transport gave up on the request",
            )),
            moments: Moments { begun: now, ended: now, ..Moments::default() },
            reused: false,
            resent: false,
        };
        let _ = self.results.send((self.number, self.ticket, Box::new(exchange)));
    }
}
