//! What a scenario file says, piece by piece, each piece with its place in the text.

use std::ops::Range;

use schemars::JsonSchema;

use super::schema;
use crate::protocol::code::Code;
pub use crate::protocol::conclusion::Outcome;

/// A byte range of the file's text.
pub type Span = Range<usize>;

/// A value and where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// Its place in the file.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value with its place.
    pub const fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// A scenario as its author wrote it: one kind of session.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(title = "A scenario of wms-sim", deny_unknown_fields)]
pub struct ScenarioFile {
    /// Kebab-case, equal to the file's stem.
    #[schemars(with = "schema::Name")]
    pub name: Spanned<String>,
    /// One line that says what happens.
    #[schemars(with = "schema::Line")]
    pub title: Spanned<String>,
    /// More, for those who want it.
    #[schemars(with = "String", default)]
    pub description: Option<Spanned<String>>,
    /// What a receiver should conclude.
    pub outcome: Spanned<Outcome>,
    /// Dialect keys and values that the scenario asks for; the command line's `--set` wins.
    #[schemars(with = "schema::Dialect", default)]
    pub dialect: Vec<(Spanned<String>, Spanned<String>)>,
    /// In the browser, what its user does becomes events.
    #[schemars(default)]
    pub interactive: bool,
    /// False where the file breaks the grammar on purpose.
    #[schemars(default = "schema::legal_by_default")]
    pub legal: bool,
    /// Named step lists.
    #[schemars(with = "schema::Fragments", default)]
    pub fragments: Vec<(Spanned<String>, Vec<Spanned<Step>>)>,
    /// The session's own course.
    #[schemars(with = "schema::Steps")]
    pub steps: Vec<Spanned<Step>>,
    /// What happens beside it.
    #[schemars(default)]
    pub interludes: Vec<Spanned<Interlude>>,
}

/// One entry of a step list.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    /// An event is sent.
    Event(EventStep),
    /// The steps of a fragment stand here.
    Use(Spanned<String>),
    /// One of several branches, by weight.
    Choose(Vec<Branch>),
    /// The steps happen with a probability.
    Maybe {
        /// From 0 to 1.
        chance: Spanned<f64>,
        /// What then happens.
        steps: Vec<Spanned<Step>>,
    },
    /// A pause with no event.
    Wait(Spanned<Gap>),
    /// The page is loaded again.
    Reload,
    /// What is written here could not be read, or only by guessing: what happens from here on is not known. Holds the
    /// steps inside it that could be read.
    Lost(Vec<Spanned<Step>>),
}

/// An event and how it comes about.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields, extend("dependentRequired" = { "since": ["after"] }))]
pub struct EventStep {
    /// Which event.
    #[schemars(rename = "event")]
    pub code: Spanned<Code>,
    /// The gap before it; without it, the event's usual gap.
    #[schemars(with = "Gap", default)]
    pub after: Option<Spanned<Gap>>,
    /// The event from whose latest occurrence the gap is counted; without it, from the step before.
    #[schemars(with = "Code", default)]
    pub since: Option<Spanned<Code>>,
    /// How often it happens, one after the other.
    #[schemars(with = "Repeat", default)]
    pub repeat: Option<Spanned<Repeat>>,
    /// Payload keys with a value of their own; the rest is filled in.
    #[schemars(with = "schema::Payload", default)]
    pub payload: Vec<(Spanned<String>, Spanned<PayloadValue>)>,
}

/// How often a step is repeated: from `low` to `high` times, drawn for each session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repeat {
    /// At least, 0 or more.
    pub low: u32,
    /// At most.
    pub high: u32,
}

/// One way a `choose` can go.
#[derive(Clone, Debug, PartialEq, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Branch {
    /// Its share, relative to the other branches'. Above 0, or 0 to switch it off.
    #[schemars(with = "schema::Weight")]
    pub weight: Spanned<f64>,
    /// What then happens; may be empty.
    pub steps: Vec<Spanned<Step>>,
}

/// Steps that happen somewhere inside a window, beside the session's own course.
#[derive(Clone, Debug, PartialEq)]
pub struct Interlude {
    /// The event that opens the window.
    pub from: Spanned<Code>,
    /// The event that closes it.
    pub until: Spanned<Code>,
    /// The probability that the interlude happens at all, from 0 to 1 (default 1).
    pub chance: f64,
    /// How often it then happens (default once).
    pub times: Repeat,
    /// What happens.
    pub steps: Vec<Spanned<Step>>,
}

/// A span of time, fixed or drawn. All figures in nanoseconds; a draw is never negative.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gap {
    /// `5s`
    Fixed(u64),
    /// `4s..6s`, and `5s ±400ms` as 4.6s..5.4s: uniform, both ends included.
    Range(u64, u64),
    /// `exp(2s)`: exponential with this mean.
    Exp(u64),
    /// `normal(5s, 400ms)`: mean and standard deviation.
    Normal(u64, u64),
    /// `lognormal(3s, 15s)`: median and 95th percentile.
    LogNormal(u64, u64),
}

/// A value in `payload:`.
#[derive(Clone, Debug, PartialEq)]
pub enum PayloadValue {
    /// The value itself; may be nested.
    Literal(serde_json::Value),
    /// `one_of: [a, b]`: each as likely as the others.
    OneOf(Vec<serde_json::Value>),
    /// `range: 1..9` of integers, both ends included.
    Integers(i64, i64),
    /// `range: 1.0..9.5` of decimals.
    Decimals(f64, f64),
    /// `ramp: [1.5, 6.0]`, for `snr`: from the first to the last result of an attempt, with correlated noise.
    Ramp {
        /// At the first result, in dB.
        from: f64,
        /// At the last result, in dB.
        to: f64,
        /// Standard deviation of the noise, in dB.
        noise: f64,
    },
}

/// The longest gap and the longest session: 366 days, in nanoseconds.
pub const LONGEST: u64 = 366 * 86_400 * 1_000_000_000;
/// The largest file, in bytes.
pub const MAX_FILE_BYTES: usize = 1 << 20;
/// The most events of one session.
pub const MAX_EVENTS: u64 = 10_000;
/// The deepest nesting of step lists, `use` included.
pub const MAX_DEPTH: usize = 32;
