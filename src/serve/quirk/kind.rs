//! The quirks: a closed list, each with a stable name and the bug that it imitates.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use super::table::{QUIRKS, QuirkInfo};
use crate::clock::{parse_duration, show_duration};

/// How late an answer is by default: a little later than senders usually wait.
pub(super) const LATE: Duration = Duration::from_secs(12);
/// The latest that an answer can be.
pub const LATEST: Duration = Duration::from_secs(120);
const SOONEST: Duration = Duration::from_millis(1);
/// The default limit of Express.
pub(super) const USUAL_LIMIT: usize = 100 << 10;
/// Larger bodies the inbox itself does not take.
const LARGEST_LIMIT: usize = 1 << 20;

/// One way to misbehave.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quirk {
    /// Any MAC header will do.
    AcceptsAnyMac,
    /// No MAC header will do.
    AcceptsMissingMac,
    /// An empty MAC header will do.
    AcceptsEmptyMac,
    /// The beginning of the MAC will do.
    AcceptsTruncatedMac,
    /// The MAC with something behind it will do.
    AcceptsLongerMac,
    /// The digits count, whatever stands before them.
    IgnoresMacPrefix,
    /// Of several MAC headers the first counts.
    TakesFirstMac,
    /// Of several MAC headers the last counts.
    TakesLastMac,
    /// The MAC is checked over JSON as JavaScript writes it again.
    Reserialises,
    /// The MAC is checked over JSON as Python writes it again.
    ReserialisesPython,
    /// The MAC is checked over bytes that were taken for Latin-1.
    Latin1Body,
    /// The MAC is checked over the body without blanks around it.
    TrimsBody,
    /// The MAC is checked over nothing.
    VerifiesEmptyBody,
    /// 415 where the `Content-Type` has parameters.
    RefusesCharset,
    /// 413 above so many bytes.
    BodyLimit(usize),
    /// 500 where the body is not JSON.
    CrashesOnBadJson,
    /// 503 for everything, once a body was not JSON.
    DiesAfterBadJson,
    /// 500 where the JSON has other types.
    CrashesOnWrongTypes,
    /// 500 where there is no payload.
    CrashesWithoutPayload,
    /// 400 for event codes that are not known.
    RefusesUnknownEvents,
    /// 400 for keys that are not known.
    RefusesUnknownFields,
    /// 409 for an event that came before.
    RefusesDuplicates,
    /// 409 for a lower sequence than the highest.
    RefusesSwapped,
    /// 409 for a sequence that is not the next one.
    RefusesGaps,
    /// 409 after `PAGE_UNLOADED`.
    RefusesLate,
    /// 409 for a session while another is open.
    OneSessionAtATime,
    /// Every third request gets a 500.
    FailsEveryThird,
    /// The answer comes late.
    AnswersLate(Duration),
    /// No answer comes.
    NeverAnswers,
    /// The connection is closed without an answer.
    ClosesConnection,
    /// The answer is a redirect.
    Redirects,
    /// One request after the other.
    OneRequestAtATime,
    /// 200 where it refuses.
    RefusesWith200,
    /// Every third event is forgotten.
    LosesEveryThird,
    /// What comes twice counts twice.
    NotIdempotent,
    /// The event that came last decides.
    LastEventWins,
}

impl Quirk {
    /// What users read about it.
    pub fn info(self) -> Option<&'static QuirkInfo> {
        QUIRKS.iter().find(|info| std::mem::discriminant(&info.make) == std::mem::discriminant(&self))
    }

    /// The name, without its parameter.
    pub fn name(self) -> &'static str {
        self.info().map_or("quirk", |info| info.name)
    }
}

/// As it is written, with its parameter where there is one.
impl fmt::Display for Quirk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self {
            Self::AnswersLate(late) => write!(f, "={}", show_duration(*late)),
            Self::BodyLimit(limit) if limit.is_multiple_of(1 << 10) => write!(f, "={}kb", limit >> 10),
            Self::BodyLimit(limit) => write!(f, "={limit}"),
            _ => Ok(()),
        }
    }
}

impl FromStr for Quirk {
    type Err = String;

    /// `accepts-any-mac`, `answers-late`, `answers-late=6s`, `body-limit=10kb`.
    fn from_str(text: &str) -> Result<Self, String> {
        let (name, parameter) = match text.split_once('=') {
            Some((name, parameter)) => (name, Some(parameter)),
            None => (text, None),
        };
        let info = QUIRKS.iter().find(|info| info.name == name).ok_or_else(|| unknown(name))?;
        match (info.make, parameter) {
            (quirk, None) => Ok(quirk),
            (Self::AnswersLate(_), Some(late)) => parse_duration(late)
                .filter(|late| (SOONEST..=LATEST).contains(late))
                .map(Self::AnswersLate)
                .ok_or_else(|| format!("'{late}' in '{text}' is not a duration from 1ms to 2m, such as 6s")),
            (Self::BodyLimit(_), Some(limit)) => size(limit)
                .filter(|limit| (1..=LARGEST_LIMIT).contains(limit))
                .map(Self::BodyLimit)
                .ok_or_else(|| format!("'{limit}' in '{text}' is not a size from 1 to 1024kb, such as 10kb")),
            (_, Some(parameter)) => Err(format!("{name} takes no '{parameter}'")),
        }
    }
}

/// Reads `500` and `10kb`: bytes, and 1024 of them.
fn size(text: &str) -> Option<usize> {
    let (digits, unit) = text.strip_suffix("kb").map_or((text, 1), |digits| (digits, 1 << 10));
    let plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<usize>().ok().filter(|_| plain)?.checked_mul(unit)
}

fn unknown(name: &str) -> String {
    let nearest = QUIRKS
        .iter()
        .map(|info| (strsim::jaro_winkler(name, info.name), info.name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let hint = nearest.map_or_else(String::new, |(_, name)| format!("; did you mean {name}?"));
    format!("'{name}' is not a quirk{hint}")
}
