//! What a case is.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use super::kit::{Event, Kit};
use super::script::Script;
use crate::outcome::check::Level;
use crate::protocol::code::Code;
use crate::seed::Seed;

/// A requirement, and how to see whether a receiver meets it.
#[derive(Clone, Copy)]
pub struct Case {
    /// The stable ID: section, slash, name.
    pub id: &'static str,
    /// What is required, in a few words.
    pub title: &'static str,
    /// How binding it is.
    pub level: Level,
    /// Where the requirement comes from.
    pub source: Source,
    /// The requirement, in a sentence.
    pub requirement: &'static str,
    /// What is sent, in words.
    pub stimulus: &'static str,
    /// What usually causes a failure: a line of somebody's code.
    pub hint: &'static str,
    /// Why it matters, in a few sentences. Empty where the requirement says it all.
    pub explain: &'static str,
    /// It waits on purpose: left out by `--fast`.
    pub waits: bool,
    /// Beside which others it can run.
    pub manner: Manner,
    /// A body of its is large or deep, and may take much memory or stack.
    pub heavy: bool,
    /// What it cannot run without.
    pub needs: Needs,
    /// For the drill of a secret's replacement: which secrets the receiver knows meanwhile.
    pub stage: Option<Stage>,
    /// How it is played.
    pub play: Play,
}

/// Which secrets a receiver knows while one takes the other's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// The old one.
    Old,
    /// Both.
    Both,
    /// The new one.
    New,
}

impl Stage {
    /// Every stage, in their order.
    pub const ALL: [Self; 3] = [Self::Old, Self::Both, Self::New];

    /// The word that a command finds in its environment.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::Both => "both",
            Self::New => "new",
        }
    }
}

/// Where a requirement comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The webhook page of WMS.
    Page,
    /// A section of a standard: `RFC 9112, 7.1`.
    Standard(&'static str),
    /// Nobody wrote it down, and a receiver without it loses events or falls over.
    Robustness,
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Page => "docs.deepaffex.ai/wms/9_webhooks.html",
            Self::Standard(section) => section,
            Self::Robustness => "robustness",
        })
    }
}

/// Beside which others a case can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Beside any other peaceful one.
    Peaceful,
    /// Alone and first: whether it passes decides whether others run side by side.
    Company,
    /// Alone, because it measures: what runs beside it would be measured too.
    Alone,
    /// Behind all these, and alone where answers come at once: it may break the receiver.
    Rough,
    /// Last: of a receiver that it breaks a rough case shows more plainly what breaks it.
    Last,
}

/// What a case cannot run without.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// The receiver alone.
    Nothing,
    /// `--probe`
    Probe,
    /// `--rotate-to`
    Rotation,
    /// A target that speaks TLS.
    Https,
}

impl Needs {
    /// When a case is skipped, as the end of a sentence.
    pub const fn condition(self) -> &'static str {
        match self {
            Self::Nothing => "is never skipped",
            Self::Probe => "is skipped without --probe",
            Self::Rotation => "is skipped without --rotate-to",
            Self::Https => "is skipped where the target is not https",
        }
    }

    /// Why a case is skipped without it.
    pub const fn missing(self) -> &'static str {
        match self {
            Self::Nothing => "",
            Self::Probe => "needs --probe, which shows what your system remembers of a session",
            Self::Rotation => "needs --rotate-to, which names the secret that takes the other's place",
            Self::Https => "the target is not https",
        }
    }
}

/// How a case is played.
#[derive(Clone, Copy)]
pub enum Play {
    /// Requests, each with what is demanded of its answer.
    Script(fn(&mut Kit<'_>) -> Script),
    /// One event alone in its session, with or without a measurement.
    Event {
        /// Which event.
        code: Code,
        /// A measurement was created before.
        measured: bool,
    },
    /// Events of different age, until it is known which are taken.
    Window(Direction),
    /// A session twice, once disturbed: what the system remembers has to be the same.
    State(Disturbance),
    /// Sessions with IDs that are alike, made from a word that no other has: each has to be remembered as though it were
    /// alone.
    Alike(fn(&str) -> Vec<String>),
    /// A TLS handshake.
    Tls(Handshake),
    /// An event over HTTP/2, where it is offered.
    Http2,
}

/// Which way stamps are off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Events that happened long ago.
    Past,
    /// Events of a clock that is ahead.
    Future,
}

/// What is looked at in a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Handshake {
    /// The certificate is valid for the host.
    Certificate,
    /// TLS 1.2 or 1.3 is spoken.
    Version,
    /// What is spoken: versions, and the protocols above them. Only measured.
    Spoken,
}

/// What befalls a session whose state is then compared with that of an undisturbed one.
#[derive(Clone, Copy)]
pub struct Disturbance {
    /// The scenarios of the catalogue that are played, one after the other, each in sessions of its own.
    pub scenarios: &'static [&'static str],
    /// The orders in which the events of a session are sent. Each order has a session of its own.
    pub orders: fn(&[Event], Seed) -> Vec<Order>,
    /// What is sent in between, which must change nothing.
    pub between: Between,
}

/// What comes in between the events of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Between {
    /// Nothing.
    Nothing,
    /// Forged events that would end the session otherwise, in between and afterwards.
    Forged,
    /// Before each event the same event with a wrong MAC.
    ForgedCopies,
    /// After each event one of another session, over the same connection.
    AnotherSession,
}

/// The order in which events are sent, as places in the undisturbed session; a place can come more than once. Steps follow
/// each other, each with lanes that are sent at the same time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What it is, in words: `backwards`.
    pub name: Cow<'static, str>,
    /// Steps, lanes, places.
    pub steps: Vec<Vec<Vec<usize>>>,
    /// So long nothing is sent between the steps.
    pub pause: Duration,
}

impl Order {
    /// One event after the other.
    pub fn line(name: impl Into<Cow<'static, str>>, places: impl IntoIterator<Item = usize>) -> Self {
        Self { name: name.into(), steps: vec![vec![places.into_iter().collect()]], pause: Duration::ZERO }
    }

    /// Whether each of so many events comes once, in its place.
    pub fn is_usual(&self, count: usize) -> bool {
        let usual: Vec<usize> = (0..count).collect();
        self.steps == [[usual]]
    }
}

impl Case {
    /// The part of the ID before the slash.
    pub fn section(&self) -> &'static str {
        self.id.split_once('/').map_or(self.id, |(section, _)| section)
    }

    /// What a MUST case is made from.
    pub const MUST: Self = Self {
        id: "",
        title: "",
        level: Level::Must,
        source: Source::Robustness,
        requirement: "",
        stimulus: "",
        hint: "",
        explain: "",
        waits: false,
        manner: Manner::Peaceful,
        heavy: false,
        needs: Needs::Nothing,
        stage: None,
        play: Play::Script(|_| Script::default()),
    };

    /// What a SHOULD case is made from.
    pub const SHOULD: Self = Self { level: Level::Should, ..Self::MUST };

    /// What an INFO case is made from.
    pub const INFO: Self = Self { level: Level::Info, ..Self::MUST };
}
