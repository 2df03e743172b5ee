//! What to do about a bug: in words for everybody, and lines to copy in the language that was asked for.

mod general;
mod go;
mod java;
mod node;
mod php;
mod python;
mod ruby;
mod rust;

use crate::outcome::check::Fix;

/// What has to be mended. Several bugs can be mended in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Topic {
    /// Answer on every way through the handler.
    AlwaysAnswer,
    /// Say where each answer ends.
    EndAnswer,
    /// Answer in a few bytes.
    BriefAnswer,
    /// Few and short header fields.
    BriefHead,
    /// One final answer.
    FinalAnswer,
    /// A status that HTTP defines.
    DefinedStatus,
    /// Speak HTTP, or HTTPS, as the URL says.
    Scheme,
    /// Do not redirect.
    Redirect,
    /// Find out why it works sometimes only.
    Reliable,
    /// Answer, and work then.
    AnswerFirst,
    /// Read the error in the log.
    ReadLog,
    /// Load the secret, and refuse an empty one.
    Secret,
    /// Hash the bytes that arrived.
    RawBody,
    /// Find out whether it is the secret or the body.
    WrongSecret,
    /// Compare all of the MAC, as text, in constant time.
    Compare,
    /// Verify.
    Verify,
    /// Look at the result of the check.
    UseResult,
    /// Check before anything else, for every event.
    Everywhere,
    /// Refuse what has no MAC.
    RequireMac,
    /// Look up the header in any spelling.
    HeaderName,
    /// Refuse with a 4xx.
    Status,
    /// Keep what belongs to a session under its ID.
    PerSession,
    /// Announce sessions to the receiver.
    Announce,
    /// Find the route.
    Route,
    /// Compare the media type only.
    ContentType,
    /// Take keys that are not known.
    OpenKeys,
    /// Take names that are not known.
    OpenEnums,
    /// Ask whether there is a payload.
    Payload,
    /// Parse with a parser.
    Parse,
    /// Take numbers in any form.
    Numbers,
    /// Take an SNR of any sign.
    Snr,
    /// Limits that fit.
    Limits,
    /// Take any text as an ID.
    Ids,
    /// Take any character.
    Unicode,
    /// Parameters in place of text.
    Statements,
    /// No file names from IDs.
    Paths,
    /// Store each event once.
    Idempotent,
    /// Take events in any order.
    AnyOrder,
    /// One transaction, or one insert.
    Transaction,
    /// Compare IDs as they came, and all of them.
    WholeIds,
    /// Store before answering.
    Store,
    /// Conclude from all events.
    Conclude,
    /// More workers.
    Workers,
    /// Serve many connections at once.
    Connections,
    /// Give each request its own.
    OwnState,
    /// No limit for the route.
    Rate,
    /// No ban of who sends real events.
    Ban,
    /// One store for all instances.
    SharedStore,
    /// Read the body to its end.
    ReadAll,
    /// Leave connections in order.
    KeepAlive,
    /// A server that speaks HTTP.
    Server,
    /// A certificate that is trusted.
    Certificate,
    /// A certificate that is no CA's.
    OwnCertificate,
    /// Catch what a parser throws.
    Catch,
    /// Ask for the shape of an event.
    Shapes,
    /// Give back what was taken on every way.
    GiveBack,
    /// Columns that hold what is sent.
    Columns,
    /// Leave the path out of what protects pages.
    Exempt,
}

/// Lines in a language that mend some things.
pub struct Lines {
    /// What they mend.
    pub topics: &'static [Topic],
    /// Where they go, in a sentence.
    pub text: &'static str,
    /// The lines.
    pub code: &'static str,
}

/// The languages with lines of their own, as `--hint` calls them.
pub const LANGUAGES: [(&str, &[Lines]); 7] = [
    ("node", node::LINES),
    ("python", python::LINES),
    ("go", go::LINES),
    ("java", java::LINES),
    ("php", php::LINES),
    ("ruby", ruby::LINES),
    ("rust", rust::LINES),
];

/// What to do, in words; and the lines of a language, if one is named and has any.
pub fn fixes(topic: Topic, language: Option<&str>) -> Vec<Fix> {
    let (text, code) = general::fix(topic);
    let chosen = LANGUAGES.iter().find(|(name, _)| Some(*name) == language);
    let lines: Vec<&Lines> = chosen
        .iter()
        .flat_map(|(_, lines)| lines.iter())
        .filter(|lines| lines.topics.contains(&topic))
        .collect();
    let has_any = LANGUAGES.iter().any(|(_, lines)| lines.iter().any(|lines| lines.topics.contains(&topic)));
    let more = if language.is_none() && has_any { " Lines to copy: --hint LANGUAGE." } else { "" };
    let general =
        Fix { language: "any".to_owned(), text: format!("{text}{more}"), code: code.map(str::to_owned) };
    let name = chosen.map_or("any", |(name, _)| *name);
    let of = |lines: &Lines| Fix {
        language: name.to_owned(),
        text: lines.text.to_owned(),
        code: Some(lines.code.trim().to_owned()),
    };
    std::iter::once(general).chain(lines.into_iter().map(of)).collect()
}
