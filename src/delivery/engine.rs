//! The loop that plays a fleet: admits sessions, waits until something is due, sends it, settles it.

use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::Numbers;
use super::announce::Announcer;
use super::fleet::{Fleet, Ticket};
use super::lanes::Lanes;
use super::probe::{Prober, Probes};
use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::Exchange;
use crate::outcome::run_event::RunEvent;
use crate::scenario::act::Act;
use crate::transport::{Outgoing, Transport};

/// How far the user wants the run to go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stop {
    /// To its end.
    #[default]
    No,
    /// Nothing new is sent; what is under way is settled.
    Finish,
    /// At once.
    Now,
}

/// While so many sessions are being asked after, no further session begins: a system that lags far behind must not
/// pile them up.
const MOST_PROBED: usize = 1024;

/// Something that the user of a session's page does.
#[derive(Debug)]
pub struct Acting {
    /// The session's number.
    pub session: u64,
    /// What is done.
    pub act: Act,
    /// Learns whether it becomes events.
    pub told: Option<oneshot::Sender<bool>>,
}

/// How a fleet is played.
#[derive(Debug)]
pub struct Engine<T> {
    /// What carries the requests.
    pub transport: T,
    /// The run's clock.
    pub clock: RunClock,
    /// At most so many requests at once.
    pub max_in_flight: usize,
    /// At most so many sessions at once.
    pub max_open: usize,
    /// Tells the receiver of each session before its first event.
    pub announcer: Option<Announcer>,
    /// Asks the receiver's own system what it makes of each session that has ended.
    pub prober: Option<Prober>,
    /// Where given, each event waits for a word on this channel; the run ends when it closes.
    pub steps: Option<mpsc::Receiver<()>>,
    /// Where given, what users do on the pages of sessions.
    pub acts: Option<mpsc::Receiver<Acting>>,
}

/// What the engine waits for.
enum Woken {
    Stop,
    Settled(usize, Ticket, Box<Exchange>),
    Announced(u64, Result<(), String>),
    Probed(RunEvent),
    Step,
    Acted(Acting),
    NoMoreSteps,
    Due,
}

impl<T: Transport> Engine<T> {
    /// Plays the sessions of these numbers and tells everything that happens.
    pub async fn run(
        mut self,
        mut fleet: Fleet,
        sessions: &Numbers,
        mut stop: watch::Receiver<Stop>,
        tell: &mut impl FnMut(RunEvent),
    ) {
        // A clock that others use too did not start with this run.
        let begun = self.clock.now();
        let mut lanes = Lanes::new();
        let mut probes = Probes::new(self.prober.take(), self.clock);
        let (tells, mut announcements) = mpsc::unbounded_channel();
        let mut waiting = sessions.each().peekable();
        let mut announcing = 0;
        let mut allowed = usize::from(self.steps.is_none());
        let mut level = Stop::No;

        loop {
            if fleet.is_gone() {
                // Sessions that have not begun will not begin.
                waiting = Numbers::List([].into()).each().peekable();
            }
            if level == Stop::No {
                while fleet.open() + announcing < self.max_open
                    && probes.under_way() < MOST_PROBED
                    && let Some(number) = waiting.next()
                {
                    match &self.announcer {
                        None => fleet.admit(number, begun, tell),
                        Some(announcer) => {
                            announcing += 1;
                            announcer.announce(number, fleet.source().id(number), tells.clone());
                        }
                    }
                }
                while allowed > 0 && fleet.in_flight() < self.max_in_flight {
                    let Some(dispatch) = fleet.take(self.clock.now(), tell) else { break };
                    if self.steps.is_some() {
                        allowed -= 1;
                    }
                    tell(RunEvent::Dispatched {
                        at: self.clock.now(),
                        session: dispatch.session,
                        session_id: dispatch.session_id,
                        sequence: dispatch.sequence,
                        code: dispatch.code,
                        attempt: dispatch.attempt,
                        body: dispatch.body.clone(),
                    });
                    let mac = dispatch.mac.as_str().map(str::to_owned);
                    lanes.send(
                        &self.transport,
                        self.clock,
                        dispatch.ticket,
                        Outgoing { body: dispatch.body, mac },
                    );
                }
            }

            fleet.take_ended().filter_map(|ended| probes.begin(ended)).for_each(&mut *tell);

            let idle = fleet.open() == 0 && announcing == 0 && probes.under_way() == 0;
            let over = level > Stop::No || (waiting.peek().is_none() && idle);
            if over && fleet.in_flight() == 0 {
                self.give_up(&mut fleet, &mut probes, tell);
                return;
            }

            let room = level == Stop::No && fleet.in_flight() < self.max_in_flight;
            let due = fleet.next_due().filter(|_| room && allowed > 0);
            let ask = room && allowed == 0 && fleet.in_flight() == 0 && fleet.next_due().is_some();
            match self.wait(&mut lanes, &mut announcements, &mut probes, &mut stop, due, ask).await {
                Woken::Due => {}
                Woken::Step => allowed = 1,
                Woken::Acted(Acting { session, act, told }) => {
                    let is_told = fleet.act(session, act, self.clock.now(), tell);
                    // Whoever asked may be gone.
                    let _ = told.map(|told| told.send(is_told));
                }
                Woken::Settled(lane, ticket, exchange) => {
                    lanes.free(lane);
                    fleet.settle(ticket, *exchange, tell);
                }
                Woken::Probed(event) => tell(event),
                Woken::Announced(number, result) => {
                    announcing -= 1;
                    match result {
                        _ if level > Stop::No => {}
                        Ok(()) => fleet.admit(number, self.clock.now(), tell),
                        Err(why) => tell(RunEvent::SessionNotPlayed {
                            at: self.clock.now(),
                            session: number,
                            session_id: fleet.source().id(number),
                            why,
                        }),
                    }
                }
                Woken::Stop | Woken::NoMoreSteps => {
                    let asked = (*stop.borrow_and_update()).max(Stop::Finish);
                    if level == Stop::No {
                        tell(RunEvent::Interrupted { at: self.clock.now() });
                    }
                    level = level.max(asked);
                    probes.stop().await.into_iter().for_each(&mut *tell);
                    if level == Stop::Now {
                        self.give_up(&mut fleet, &mut probes, tell);
                        return;
                    }
                }
            }
        }
    }

    /// Settles what waits to be sent again as it stands.
    fn give_up(&self, fleet: &mut Fleet, probes: &mut Probes, tell: &mut impl FnMut(RunEvent)) {
        fleet.give_up_retries(self.clock.now(), tell);
        fleet.take_ended().filter_map(|ended| probes.begin(ended)).for_each(tell);
    }

    async fn wait(
        &mut self,
        lanes: &mut Lanes,
        announcements: &mut mpsc::UnboundedReceiver<(u64, Result<(), String>)>,
        probes: &mut Probes,
        stop: &mut watch::Receiver<Stop>,
        due: Option<Moment>,
        ask: bool,
    ) -> Woken {
        let clock = self.clock;
        let timer = async move {
            match due {
                Some(due) => {
                    tokio::time::sleep_until(clock.instant(due)).await;
                    // Timers are rounded to the next millisecond, clocks are not.
                    while clock.now() < due {
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                }
                None => std::future::pending().await,
            }
        };
        let enter = async {
            match &mut self.steps {
                Some(steps) if ask => steps.recv().await,
                _ => std::future::pending().await,
            }
        };
        let acted = async {
            match &mut self.acts {
                // Whoever could act is gone: nobody will.
                Some(acts) => acts.recv().await,
                None => None,
            }
        };
        let stopped = async {
            // A sender that is gone will not stop anything any more.
            if stop.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            biased;
            () = stopped => Woken::Stop,
            (lane, ticket, exchange) = lanes.settled() => Woken::Settled(lane, ticket, exchange),
            Some((number, result)) = announcements.recv() => Woken::Announced(number, result),
            event = probes.next() => Woken::Probed(event),
            Some(acting) = acted => Woken::Acted(acting),
            word = enter => if word.is_some() { Woken::Step } else { Woken::NoMoreSteps },
            () = timer => Woken::Due,
        }
    }
}
