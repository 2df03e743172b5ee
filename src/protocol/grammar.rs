//! Which event can follow which: a state machine with the evidence on each edge.
//!
//! It judges streams that are sent (no legal scenario leaves it) and streams that are received (the inbox). Three
//! things go on beside each other: the session's course, the socket, and the page's visibility; [`EDGES`] is the
//! table of the course, [`SOCKET`] that of the socket.

use std::fmt;

use super::code::Code;
use super::dialect::Dialect;
use super::evidence::Evidence;
use Course::{
    Allowed, Blank, Configured, Finished, Gone, Leaving, Loaded, Ready, Refused, Scanned, Scanning, Started,
    Stopped,
};
use Evidence::{Documented, Inferred, Unknown};

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Course {
    /// Nothing has happened yet.
    Blank,
    /// The page is there.
    Loaded,
    /// The configuration is there.
    Configured,
    /// The camera may be used.
    Allowed,
    /// The camera may not be used.
    Refused,
    /// The camera is on.
    Ready,
    /// A measurement has begun and has no ID yet.
    Started,
    /// The measurement has its ID; results come.
    Scanning,
    /// The scan is done; the final results are awaited.
    Scanned,
    /// The final results have come.
    Finished,
    /// The attempt ended without results.
    Stopped,
    /// The browser is being sent to the callback URL.
    Leaving,
    /// The page is gone.
    Gone,
}

impl Course {
    /// Every state.
    pub const ALL: [Self; 13] = [
        Blank, Loaded, Configured, Allowed, Refused, Ready, Started, Scanning, Scanned, Finished, Stopped,
        Leaving, Gone,
    ];

    /// The state in words that complete "when ...".
    pub const fn words(self) -> &'static str {
        match self {
            Blank => "nothing has happened yet",
            Loaded => "the page has just loaded",
            Configured => "the configuration has been loaded",
            Allowed => "the camera has been allowed",
            Refused => "the camera has been refused",
            Ready => "the camera is on and no measurement runs",
            Started => "a measurement has begun and has no ID yet",
            Scanning => "a measurement runs",
            Scanned => "the scan is complete and the results are awaited",
            Finished => "the results have been received",
            Stopped => "the measurement has ended without results",
            Leaving => "the browser is being redirected",
            Gone => "the page is gone",
        }
    }
}

/// One step of the course.
#[derive(Debug)]
pub struct Edge {
    /// The states in which the event can happen.
    pub from: &'static [Course],
    /// The event.
    pub code: Code,
    /// The state after it; `None` stays.
    pub to: Option<Course>,
    /// What the edge stands on.
    pub evidence: Evidence,
    /// Why, in a sentence.
    pub because: &'static str,
}

const fn edge(
    from: &'static [Course],
    code: Code,
    to: Option<Course>,
    evidence: Evidence,
    because: &'static str,
) -> Edge {
    Edge { from, code, to, evidence, because }
}

/// The course of a session.
pub const EDGES: &[Edge] = &[
    edge(&[Blank], Code::WmsLoaded, Some(Loaded), Documented, "sequence 0 is the page's first sign of life"),
    edge(
        &[Gone],
        Code::WmsLoaded,
        Some(Loaded),
        Unknown,
        "the page was loaded again with the same call-in URL",
    ),
    edge(
        &[Loaded],
        Code::ConfigurationLoaded,
        Some(Configured),
        Documented,
        "the configuration is fetched by Config ID",
    ),
    edge(
        &[Configured],
        Code::CameraPermissionGranted,
        Some(Allowed),
        Inferred,
        "the camera is asked for once configured",
    ),
    edge(
        &[Configured],
        Code::CameraPermissionDenied,
        Some(Refused),
        Inferred,
        "the camera is asked for once configured",
    ),
    edge(
        &[Allowed, Stopped],
        Code::CameraStarted,
        Some(Ready),
        Inferred,
        "a camera starts with permission, and again before another attempt",
    ),
    edge(&[Allowed], Code::GeneralError, Some(Stopped), Documented, "the camera could not be started"),
    edge(
        &[Ready, Stopped],
        Code::MeasurementStarted,
        Some(Started),
        Inferred,
        "with the camera on; after a failed attempt the user may try again",
    ),
    edge(&[Started], Code::MeasurementCreated, Some(Scanning), Inferred, "the ID comes after the start"),
    edge(
        &[Scanning, Scanned],
        Code::IntermediateResults,
        None,
        Inferred,
        "results carry the measurement's ID; a late one can follow the scan's end",
    ),
    edge(&[Scanning], Code::ScanCompleted, Some(Scanned), Documented, "then the final results are awaited"),
    edge(&[Scanned], Code::ResultsReceived, Some(Finished), Documented, "the final results end the wait"),
    edge(
        &[Scanning, Scanned],
        Code::LowSnr,
        Some(Stopped),
        Documented,
        "the measurement was canceled due to low SNR",
    ),
    edge(
        &[Scanning, Scanned],
        Code::MeasurementCanceled,
        Some(Stopped),
        Inferred,
        "by the user; it carries the measurement's ID",
    ),
    edge(
        &[Ready, Stopped],
        Code::ConstraintViolation,
        None,
        Inferred,
        "before a measurement: its ID stands there only 'if created'",
    ),
    edge(
        &[Started, Scanning],
        Code::ConstraintViolation,
        Some(Stopped),
        Documented,
        "a violation cancels the measurement",
    ),
    edge(
        &[Configured, Allowed, Ready, Started, Scanning, Scanned],
        Code::ApiError,
        Some(Stopped),
        Inferred,
        "the API is called from the configuration on; the ID stands there only 'if created'",
    ),
    edge(
        &[Configured, Allowed, Refused, Ready, Started, Scanning, Scanned, Finished, Stopped],
        Code::RedirectingToCallback,
        Some(Leaving),
        Inferred,
        "results and errors alike lead to the callback; the ID stands there only 'if created'",
    ),
    edge(
        &[
            Loaded, Configured, Allowed, Refused, Ready, Started, Scanning, Scanned, Finished, Stopped,
            Leaving,
        ],
        Code::PageUnloaded,
        Some(Gone),
        Documented,
        "the user can close the page at any time",
    ),
    edge(
        &[
            Loaded, Configured, Allowed, Refused, Ready, Started, Scanning, Scanned, Finished, Stopped,
            Leaving,
        ],
        Code::PageVisibilityChange,
        None,
        Documented,
        "the page can be hidden and shown at any time",
    ),
];

/// The state of the socket to the measuring service.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Socket {
    /// There is none: no measurement has an ID.
    None,
    /// It is being connected for the first time.
    Opening,
    /// It is connected.
    Up,
    /// It dropped.
    Down,
    /// It could not be connected again.
    Lost,
}

/// One step of the socket, in the states of the course in which it can happen.
#[derive(Debug)]
pub struct SocketEdge {
    /// The socket's states in which the event can happen.
    pub from: &'static [Socket],
    /// The event.
    pub code: Code,
    /// The socket's state after it.
    pub to: Socket,
    /// The states of the course in which it can happen.
    pub during: &'static [Course],
    /// What the edge stands on.
    pub evidence: Evidence,
    /// Why, in a sentence.
    pub because: &'static str,
}

/// The socket's events. They carry the measurement's ID, so there is a measurement.
pub const SOCKET: &[SocketEdge] = &[
    SocketEdge {
        from: &[Socket::Opening],
        code: Code::WebsocketReconnected,
        to: Socket::Up,
        during: &[Scanning, Scanned],
        evidence: Inferred,
        because: "'either connected or reconnected': the first connection (dialect websocket.initial)",
    },
    SocketEdge {
        from: &[Socket::Down],
        code: Code::WebsocketReconnected,
        to: Socket::Up,
        during: &[Scanning, Scanned],
        evidence: Documented,
        because: "a dropped socket was connected again",
    },
    SocketEdge {
        from: &[Socket::Opening, Socket::Up],
        code: Code::WebsocketDisconnected,
        to: Socket::Down,
        during: &[Scanning, Scanned],
        evidence: Documented,
        because: "a socket can drop while it is needed",
    },
    SocketEdge {
        from: &[Socket::Down],
        code: Code::WebsocketReconnectionFailed,
        to: Socket::Lost,
        during: &[Scanning, Scanned],
        evidence: Documented,
        because: "a dropped socket could not be connected again",
    },
];

/// Where a stream stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct State {
    /// How far the session has come.
    pub course: Course,
    /// The socket.
    pub socket: Socket,
    /// The page is hidden.
    pub hidden: bool,
}

impl State {
    /// Before the first event.
    pub const START: Self = Self { course: Blank, socket: Socket::None, hidden: false };
}

/// The grammar of one dialect.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of the dialect")]
pub struct Grammar {
    websocket_initial: bool,
    websocket_clean_close: bool,
    canceled_after_stop: bool,
    stops_unseen: bool,
}

impl Grammar {
    /// The grammar of a dialect.
    pub const fn new(dialect: &Dialect) -> Self {
        Self {
            websocket_initial: dialect.websocket_initial,
            websocket_clean_close: dialect.websocket_clean_close,
            canceled_after_stop: dialect.canceled_after_low_snr || dialect.canceled_after_violation,
            stops_unseen: !dialect.knows(Code::LowSnr) || !dialect.knows(Code::GeneralError),
        }
    }

    /// The state after an event. `hidden` is what a `PAGE_VISIBILITY_CHANGE` says; `None` where it is not known.
    ///
    /// # Errors
    /// The event cannot happen in this state.
    pub fn step(self, state: State, code: Code, hidden: Option<bool>) -> Result<State, Illegal> {
        let illegal = |why: &'static str| Illegal { code, state, why };
        match code {
            Code::WebsocketDisconnected | Code::WebsocketReconnected | Code::WebsocketReconnectionFailed => {
                self.socket_step(state, code)
            }
            Code::PageVisibilityChange if hidden == Some(state.hidden) => Err(illegal(if state.hidden {
                "the page is hidden already"
            } else {
                "the page is visible already"
            })),
            Code::IntermediateResults | Code::ResultsReceived
                if matches!(state.socket, Socket::Down | Socket::Lost) =>
            {
                Err(illegal("the socket that brings results is down"))
            }
            Code::MeasurementCanceled if state.course == Stopped && self.canceled_after_stop => Ok(state),
            _ => self.course_step(state, code, hidden).ok_or_else(|| illegal("")),
        }
    }

    fn course_step(self, state: State, code: Code, hidden: Option<bool>) -> Option<State> {
        let leads =
            |course: Course| EDGES.iter().find(|edge| edge.code == code && edge.from.contains(&course));
        // Where a dialect lacks LOW_SNR and GENERAL_ERROR, an attempt can end with no event that says so.
        let unseen = self.stops_unseen && matches!(state.course, Allowed | Scanning | Scanned);
        let edge = leads(state.course).or_else(|| if unseen { leads(Stopped) } else { None })?;
        let course = edge.to.unwrap_or(state.course);
        let socket = match code {
            Code::MeasurementCreated if self.websocket_initial => Socket::Opening,
            Code::MeasurementCreated => Socket::Up,
            Code::WmsLoaded | Code::MeasurementStarted => Socket::None,
            _ => state.socket,
        };
        let hidden = match code {
            Code::WmsLoaded => false,
            Code::PageVisibilityChange => hidden.unwrap_or(!state.hidden),
            _ => state.hidden,
        };
        Some(State { course, socket, hidden })
    }

    fn socket_step(self, state: State, code: Code) -> Result<State, Illegal> {
        if code == Code::WebsocketDisconnected
            && self.websocket_clean_close
            && state.course == Finished
            && matches!(state.socket, Socket::Up | Socket::Opening)
        {
            return Ok(State { socket: Socket::None, ..state });
        }
        let edge = SOCKET
            .iter()
            .find(|edge| {
                edge.code == code && edge.from.contains(&state.socket) && edge.during.contains(&state.course)
            })
            .ok_or(Illegal {
                code,
                state,
                why: match state.socket {
                    Socket::None => "there is no socket before a measurement is created",
                    Socket::Opening => "the socket is being connected for the first time",
                    Socket::Up => "the socket is connected",
                    Socket::Down => "the socket is down already",
                    Socket::Lost => "the socket is lost for good",
                },
            })?;
        let course = if edge.to == Socket::Lost { Stopped } else { state.course };
        Ok(State { course, socket: edge.to, ..state })
    }

    /// The events that can happen in a state, in the order of the page's table.
    pub fn expected(self, state: State) -> Vec<Code> {
        Code::ALL.into_iter().filter(|code| self.step(state, *code, None).is_ok()).collect()
    }
}

/// An event that cannot happen where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Illegal {
    /// The event.
    pub code: Code,
    /// Where the stream stood.
    pub state: State,
    /// What stands against it, where the course alone does not say so.
    why: &'static str,
}

impl fmt::Display for Illegal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot happen when {}", self.code, self.state.course.words())?;
        if !self.why.is_empty() {
            write!(f, ": {}", self.why)?;
        }
        Ok(())
    }
}

impl std::error::Error for Illegal {}

#[cfg(test)]
mod tests;
