//! What is sent, and what is demanded of the answers.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;

use super::judge::Seen;
use super::kit::Event;
use crate::outcome::check::Role;
use crate::protocol::mac;

/// What a case sends, step by step.
#[derive(Clone, Default)]
pub struct Script {
    /// The steps, each of which ends before the next begins.
    pub steps: Vec<Step>,
    /// For INFO cases: says what was measured, from what was seen of the test shots.
    pub measure: Option<fn(&[&Seen]) -> String>,
}

/// One step of a script.
#[derive(Clone)]
pub enum Step {
    /// Lanes at the same time, each with its shots one after the other over a connection of its own. A lane that is alone
    /// keeps its connection for the next step that has one alone.
    Lanes(Vec<Vec<Shot>>),
    /// Nothing, for so long.
    Wait(Duration),
    /// Nothing: the connection of the lane that was alone stays open and idle until the script ends, and what follows goes
    /// over new ones.
    Idle,
}

impl Script {
    /// Shots one after the other, over one connection.
    pub fn of(shots: impl IntoIterator<Item = Shot>) -> Self {
        Self { steps: vec![Step::Lanes(vec![shots.into_iter().collect()])], measure: None }
    }

    /// Goes on with these shots, one after the other.
    #[must_use]
    pub fn then(mut self, shots: impl IntoIterator<Item = Shot>) -> Self {
        self.steps.push(Step::Lanes(vec![shots.into_iter().collect()]));
        self
    }

    /// Goes on with lanes at the same time.
    #[must_use]
    pub fn together(mut self, lanes: impl IntoIterator<Item = Vec<Shot>>) -> Self {
        self.steps.push(Step::Lanes(lanes.into_iter().collect()));
        self
    }

    /// Waits.
    #[must_use]
    pub fn wait(mut self, time: Duration) -> Self {
        self.steps.push(Step::Wait(time));
        self
    }

    /// Leaves the connection open and idle, and goes on over another one.
    #[must_use]
    pub fn leave_idle(mut self) -> Self {
        self.steps.push(Step::Idle);
        self
    }

    /// Says what was measured.
    #[must_use]
    pub fn measured(mut self, measure: fn(&[&Seen]) -> String) -> Self {
        self.measure = Some(measure);
        self
    }

    /// Every shot, in the order of the steps and lanes.
    pub fn shots(&self) -> impl Iterator<Item = &Shot> {
        self.steps
            .iter()
            .flat_map(|step| match step {
                Step::Lanes(lanes) => lanes.as_slice(),
                Step::Wait(_) | Step::Idle => &[],
            })
            .flatten()
    }
}

/// What is demanded of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demand {
    /// The event is taken: a 2xx.
    Accept,
    /// The event is taken, and so soon.
    AcceptWithin(Duration),
    /// The event is refused: a 4xx. A 2xx is a forged event that was taken.
    Refuse,
    /// The event is taken if the one before it was, from which it differs in one thing only; if not, it is only measured.
    AsBefore,
    /// It is answered on purpose: with whatever is no server error.
    OnPurpose,
    /// It is answered where it was sent, and not redirected, whatever the answer says.
    Here,
    /// Whatever is answered, it is only measured.
    Anything,
}

impl Demand {
    /// What is demanded where an answer is only measured, in words.
    pub const MEASURED: &str = "any answer: it is only measured";

    /// What is demanded, in words.
    pub fn words(self) -> String {
        match self {
            Self::Accept => "a 2xx".to_owned(),
            Self::AcceptWithin(limit) => format!("a 2xx within {} s", limit.as_secs_f64()),
            Self::Refuse => "a 4xx".to_owned(),
            Self::AsBefore => "a 2xx where the one before it has one".to_owned(),
            Self::OnPurpose => "an answer on purpose (no 5xx)".to_owned(),
            Self::Here => "an answer that is no redirect".to_owned(),
            Self::Anything => Self::MEASURED.to_owned(),
        }
    }
}

/// One request.
#[derive(Clone)]
pub struct Shot {
    /// What it is, in words: `the event with one digit of its MAC changed`.
    pub label: Cow<'static, str>,
    /// What it is to the case.
    pub role: Role,
    /// What is demanded of its answer.
    pub demand: Demand,
    /// The session that it belongs to, for receivers that have to know their sessions.
    pub session: Arc<str>,
    /// The body, as it is sent.
    pub body: Bytes,
    /// The MAC headers: none, one, or several.
    pub macs: Vec<MacLine>,
    /// How it is written.
    pub form: Form,
    /// How long its answer is waited for; `None`: as long as the settings say.
    pub limit: Option<Duration>,
}

/// A MAC header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MacLine {
    /// Its name, as it is spelled.
    pub name: Cow<'static, str>,
    /// Its value, with the blanks around it.
    pub value: Cow<'static, [u8]>,
}

impl MacLine {
    /// A header with the documented name.
    pub fn new(value: impl Into<String>) -> Self {
        Self { name: mac::HEADER.into(), value: value.into().into_bytes().into() }
    }
}

impl Shot {
    /// An ordinary event that has to be there first.
    pub fn setup(event: &Event) -> Self {
        Self::of(event, Role::Setup, "an ordinary event before")
    }

    /// What the case is about: by itself an ordinary event, which has to be taken.
    pub fn test(event: &Event) -> Self {
        Self::of(event, Role::Test, "the event")
    }

    /// An ordinary event afterwards.
    pub fn after(event: &Event) -> Self {
        Self::of(event, Role::After, "an ordinary event afterwards")
    }

    fn of(event: &Event, role: Role, label: &'static str) -> Self {
        Self {
            label: label.into(),
            role,
            demand: Demand::Accept,
            session: Arc::clone(&event.session),
            body: event.body.clone(),
            macs: vec![MacLine::new(event.mac.as_str())],
            form: Form::default(),
            limit: None,
        }
    }

    /// What it is, in words.
    #[must_use]
    pub fn called(mut self, label: impl Into<Cow<'static, str>>) -> Self {
        self.label = label.into();
        self
    }

    /// What is demanded of its answer.
    #[must_use]
    pub const fn demanding(mut self, demand: Demand) -> Self {
        self.demand = demand;
        self
    }

    /// Another MAC, which is not right.
    #[must_use]
    pub fn forged(mut self, mac: impl Into<String>) -> Self {
        self.macs = vec![MacLine::new(mac)];
        self.demand = Demand::Refuse;
        self
    }

    /// Other MAC headers.
    #[must_use]
    pub fn with_macs(mut self, macs: Vec<MacLine>) -> Self {
        self.macs = macs;
        self
    }

    /// Waits so long for the answer.
    #[must_use]
    pub const fn within(mut self, limit: Duration) -> Self {
        self.limit = Some(limit);
        self
    }

    /// Another form.
    #[must_use]
    pub fn written(mut self, form: Form) -> Self {
        self.form = form;
        self
    }
}

/// How a request is written. By default as WMS is thought to write it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Form {
    /// The method.
    pub method: &'static str,
    /// HTTP/1.0 in place of HTTP/1.1.
    pub http10: bool,
    /// The request's target is the whole URL (RFC 9112, 3.2.2).
    pub absolute: bool,
    /// Another `Content-Type`; an empty one leaves the field out.
    pub content_type: Option<Cow<'static, str>>,
    /// The body in chunks of so many bytes, in place of `Content-Length`.
    pub chunks: Option<usize>,
    /// `Expect: 100-continue`: the body waits for the receiver's word, at most a second.
    pub expect: bool,
    /// How the names of the fields are spelled.
    pub names: Names,
    /// How the bytes are handed over.
    pub pacing: Pacing,
    /// Over a new connection.
    pub fresh: bool,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            method: "POST",
            http10: false,
            absolute: false,
            content_type: None,
            chunks: None,
            expect: false,
            names: Names::Documented,
            pacing: Pacing::Whole,
            fresh: false,
        }
    }
}

/// How the names of header fields are spelled; they mean the same (RFC 9110, 5.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Names {
    /// As the page spells them.
    Documented,
    /// In small letters, as HTTP/2 and many proxies spell them.
    Lower,
    /// In capitals.
    Upper,
}

/// How the bytes of a request are handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pacing {
    /// At once.
    Whole,
    /// The head, a pause, the body.
    HeadThenBody(Duration),
    /// The body in so many parts with a pause between them.
    Parts(usize, Duration),
    /// The body in parts with a pause between them, cut within each character that has several bytes.
    CutCharacters(Duration),
    /// The request in two parts with a pause between them, cut within the head.
    SplitHead(Duration),
}
