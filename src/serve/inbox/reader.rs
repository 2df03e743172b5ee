//! What one request says by itself: MAC, size, JSON, envelope, payload. Needs no memory of other requests, and so no
//! lock.

use std::fmt;
use std::hash::Hasher as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::error::Category;

use super::allowance::Allowance;
use super::excerpt::excerpt;
use super::finding::Finding;
use super::payload;
use crate::clock::Moment;
use crate::protocol::code::{Code, Severity};
use crate::protocol::diagnosis::{self, Effort, Explanation};
use crate::protocol::dialect::Dialect;
use crate::protocol::envelope::Envelope;
use crate::protocol::mac::{self, MacError, Signer, Verified};

/// A request as far as the inbox looks at it.
#[derive(Clone, Copy, Debug)]
pub struct Received<'a> {
    /// Every value of `X-WMS-Content-MAC`.
    pub mac_headers: &'a [&'a [u8]],
    /// The value of `Content-Type`.
    pub content_type: Option<&'a [u8]>,
    /// The body, byte for byte.
    pub body: &'a [u8],
}

/// A request that was read and not yet entered into the inbox.
#[derive(Debug)]
pub struct Read {
    pub(super) mac: Result<Verified, MacError>,
    /// Why the MAC is not right, where that was looked for.
    pub(super) explanation: Option<Explanation>,
    pub(super) findings: Vec<Finding>,
    pub(super) content: Content,
}

/// What a request came to.
#[derive(Debug)]
pub(super) enum Content {
    /// It is refused for the finding.
    Refused(Finding),
    /// It is an event.
    Event(EventRead),
}

/// An event, reduced to what its session is judged by.
#[derive(Debug)]
pub(in crate::serve) struct EventRead {
    pub(super) session_id: String,
    pub(super) sequence: u64,
    pub(super) timestamp: i64,
    /// `None` where the code is not known.
    pub(super) code: Option<Code>,
    pub(super) hidden: Option<bool>,
    /// A digest of the measurement ID, where there is one.
    pub(super) measurement: Option<u64>,
    /// A digest of the body, by which duplicates are known.
    pub(super) digest: u64,
}

/// Reads requests.
#[derive(Debug)]
pub struct Reader {
    signers: Vec<Signer>,
    dialect: Dialect,
    max_body_bytes: usize,
    explanations: Mutex<Allowance>,
}

/// The largest body of which a wrong MAC is explained, in bytes.
const EXPLAINED_BYTES: usize = 64 << 10;
/// How many wrong MACs are explained at once, and how long it takes for another. Anyone can send a wrong MAC, and an
/// explanation takes a millisecond or two where refusing takes microseconds.
const EXPLANATIONS: (u32, Duration) = (8, Duration::from_millis(250));

impl Reader {
    /// A reader that accepts the MACs of any of the signers.
    pub const fn new(signers: Vec<Signer>, dialect: Dialect, max_body_bytes: usize) -> Self {
        let (most, every) = EXPLANATIONS;
        let explanations = Mutex::new(Allowance::new(most, every));
        Self { signers, dialect, max_body_bytes, explanations }
    }

    /// The dialect that requests are held against.
    pub const fn dialect(&self) -> &Dialect {
        &self.dialect
    }

    /// The largest body that is taken, in bytes.
    pub const fn max_body_bytes(&self) -> usize {
        self.max_body_bytes
    }

    /// Judges a request by itself. The MAC comes first: of a request that nobody vouches for nothing else is read.
    /// The moment only limits how often a wrong MAC is explained.
    pub fn read(&self, now: Moment, request: &Received<'_>) -> Read {
        let mac = self.verify(request);
        let explanation = mac.err().and_then(|error| self.explain(now, request, error));
        let mut findings = Vec::new();
        let content = match mac {
            Err(error) => Content::Refused(Finding::Mac(error)),
            Ok(_) if request.body.len() > self.max_body_bytes => {
                Content::Refused(Finding::BodyTooLarge { limit: self.max_body_bytes })
            }
            Ok(_) => self.read_event(request, &mut findings).map_or_else(Content::Refused, Content::Event),
        };
        Read { mac, explanation, findings, content }
    }

    /// Reads the body of an event that was accepted before: nobody has to vouch for it again, and the secret may be
    /// another by now.
    #[cfg(feature = "persist")]
    pub(in crate::serve) fn recall(&self, body: &[u8]) -> Option<EventRead> {
        let request = Received { mac_headers: &[], content_type: None, body };
        self.read_event(&request, &mut Vec::new()).ok()
    }

    fn verify(&self, request: &Received<'_>) -> Result<Verified, MacError> {
        let header = match request.mac_headers {
            [] => return Err(MacError::Missing),
            [one] => one,
            _ => return Err(MacError::Several),
        };
        // The last verdict stands: what is wrong with the form is wrong for every secret.
        let mut verdict = Err(MacError::Mismatch);
        for signer in &self.signers {
            verdict = mac::verify(signer, request.body, header);
            if verdict.is_ok() {
                break;
            }
        }
        verdict
    }

    fn explain(&self, now: Moment, request: &Received<'_>, error: MacError) -> Option<Explanation> {
        // What the number of headers alone explains costs nothing.
        let free = matches!(error, MacError::Missing | MacError::Several);
        let affordable = || {
            let mut allowance = self.explanations.lock().unwrap_or_else(PoisonError::into_inner);
            request.body.len() <= EXPLAINED_BYTES && allowance.take(now)
        };
        (free || affordable())
            .then(|| diagnosis::explain(&self.signers, request.body, request.mac_headers, Effort::QUICK))
    }

    fn read_event(&self, request: &Received<'_>, findings: &mut Vec<Finding>) -> Result<EventRead, Finding> {
        let envelope = Envelope::read(request.body).map_err(|error| unreadable(&error))?;
        self.check_content_type(request.content_type, findings);
        match envelope.session_id.as_str() {
            "" => findings.push(Finding::SessionIdEmpty),
            text @ ("undefined" | "null") => {
                findings.push(Finding::SessionIdUndefined { text: text.to_owned() });
            }
            _ => {}
        }
        let code = match envelope.event.parse::<Code>() {
            Ok(code) => Some(code),
            Err(mut unknown) => {
                unknown.text = excerpt(&unknown.text);
                findings.push(Finding::EventUnknown(unknown));
                None
            }
        };
        check_severity(&envelope, code, findings);
        // Reading the keys once more is cheap, and shows what the envelope's type passes over.
        let keys: Keys = serde_json::from_slice(request.body).unwrap_or_default();
        findings.extend(keys.unknown.into_iter().map(|key| Finding::EnvelopeKeyUnknown { key }));
        if let Some(code) = code {
            if !self.dialect.knows(code) {
                findings.push(Finding::EventNotInDialect { code });
            }
            payload::check(code, envelope.payload.as_ref(), keys.has_payload, &self.dialect, findings);
        }
        let measurement = envelope.payload.as_ref().and_then(|payload| payload.get("measurementId"));
        Ok(EventRead {
            sequence: envelope.sequence,
            timestamp: envelope.timestamp,
            code,
            hidden: envelope.hidden(),
            measurement: measurement.and_then(|id| id.as_str()).map(|id| digest(id.as_bytes())),
            digest: digest(request.body),
            session_id: envelope.session_id,
        })
    }

    fn check_content_type(&self, found: Option<&[u8]>, findings: &mut Vec<Finding>) {
        let wanted = &self.dialect.content_type;
        if found.is_some_and(|found| essence(found).eq_ignore_ascii_case(essence(wanted.as_bytes()))) {
            return;
        }
        findings.push(Finding::ContentType {
            found: found.map(|found| excerpt(&String::from_utf8_lossy(found))),
            wanted: wanted.clone(),
        });
    }
}

/// The media type without its parameters.
fn essence(media_type: &[u8]) -> &[u8] {
    media_type.split(|byte| *byte == b';').next().unwrap_or_default().trim_ascii()
}

fn unreadable(error: &serde_json::Error) -> Finding {
    let (line, column) = (error.line(), error.column());
    let words = error.to_string();
    let reason = excerpt(words.rsplit_once(" at line ").map_or(words.as_str(), |(reason, _)| reason));
    if error.classify() == Category::Data {
        Finding::BadEnvelope { line, column, reason }
    } else {
        Finding::NotJson { line, column, reason }
    }
}

fn check_severity(envelope: &Envelope, code: Option<Code>, findings: &mut Vec<Finding>) {
    let Some(found) = envelope.severity.as_deref() else {
        findings.push(Finding::SeverityMissing);
        return;
    };
    let known = [Severity::Info, Severity::Warn, Severity::Error];
    if !known.iter().any(|severity| severity.as_str() == found) {
        findings.push(Finding::SeverityUnknown { text: excerpt(found) });
    } else if let Some(code) = code.filter(|code| code.severity().as_str() != found) {
        findings.push(Finding::SeverityMismatch { code, found: found.to_owned() });
    }
}

/// A digest for telling texts apart; not a proof against anyone who knows the secret.
pub(super) fn digest(bytes: &[u8]) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// The most unknown keys that one request is told about.
pub(super) const MAX_UNKNOWN_KEYS: usize = 4;

/// Which keys the envelope has.
#[derive(Default)]
struct Keys {
    has_payload: bool,
    unknown: Vec<String>,
}

impl<'de> Deserialize<'de> for Keys {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeysVisitor;
        impl<'de> Visitor<'de> for KeysVisitor {
            type Value = Keys;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Keys, A::Error> {
                let mut keys = Keys::default();
                while let Some(key) = map.next_key::<String>()? {
                    map.next_value::<IgnoredAny>()?;
                    match key.as_str() {
                        "payload" => keys.has_payload = true,
                        "timestamp" | "sessionId" | "sequence" | "event" | "severity" => {}
                        _ if keys.unknown.len() < MAX_UNKNOWN_KEYS => keys.unknown.push(excerpt(&key)),
                        _ => {}
                    }
                }
                Ok(keys)
            }
        }
        deserializer.deserialize_map(KeysVisitor)
    }
}
