//! From a shot to the bytes of its request, and to what people see of it.

use std::fmt::Write as _;

use bytes::Bytes;

use super::script::{Form, Names, Pacing, Shot};
use crate::report::curl::quote;
use crate::transport::discretion::Discretion;
use crate::transport::headers::{Header, HeaderError};
use crate::transport::options::TransportOptions;
use crate::transport::target::Target;
use crate::transport::wire::{Piece, RawRequest};

/// So long the body waits for `100 Continue`.
const CONTINUE_PATIENCE: std::time::Duration = std::time::Duration::from_secs(1);
/// What people see of a body, in bytes.
const SHOWN_BODY: usize = 2048;
/// A larger body does not stand in a command.
const COMMAND_BODY: usize = 16 << 10;
/// So many parts of a body stand in a command.
const COMMAND_PARTS: usize = 4;
/// Before a larger body, some versions of curl ask for `100 Continue`, in bytes.
const CURL_EXPECTS: usize = 1024;
/// A smaller body is written together with its head, in bytes.
const JOINED: usize = 64 << 10;

/// What every request of a run has. No `Debug`: it holds credentials.
#[derive(Clone)]
pub struct Base {
    target: Target,
    fields: Vec<Header>,
    /// The names of the fields that are the user's own, and not for display.
    own: Vec<String>,
    discretion: Discretion,
}

impl Base {
    /// What the options of a transport say.
    ///
    /// # Errors
    /// A header that cannot be sent.
    pub fn new(options: &TransportOptions) -> Result<Self, HeaderError> {
        let mut own: Vec<String> = options.headers.iter().map(|header| header.name().to_owned()).collect();
        own.push("Authorization".to_owned());
        let discretion = Discretion::new(options)?;
        Ok(Self { target: options.target.clone(), fields: options.fields()?, own, discretion })
    }

    /// Whether the target speaks TLS.
    pub fn is_https(&self) -> bool {
        self.target.is_https()
    }

    /// The bytes of a shot's request.
    pub fn request(&self, shot: &Shot) -> RawRequest {
        let pieces = pieces(self.head(shot, false).into(), body(shot), &shot.form);
        RawRequest { pieces, is_head: shot.form.method == "HEAD" }
    }

    /// The beginning of a shot's request for people: no credentials, no endless bodies.
    pub fn shown(&self, shot: &Shot) -> String {
        let mut text = String::from_utf8_lossy(&self.head(shot, true)).replace("\r\n", "\n");
        let excerpt = &shot.body[..shot.body.len().min(SHOWN_BODY)];
        text.push_str(&String::from_utf8_lossy(excerpt));
        if shot.body.len() > SHOWN_BODY {
            // Writing into a text cannot fail.
            let _ = write!(text, " ... ({} bytes in all)", shot.body.len());
        }
        text
    }

    fn head(&self, shot: &Shot, shown: bool) -> Vec<u8> {
        let form = &shot.form;
        let mut out = Vec::with_capacity(512);
        let path = if shown { self.shown_path() } else { self.target.path_and_query().to_owned() };
        let version = if form.http10 { "HTTP/1.0" } else { "HTTP/1.1" };
        out.extend_from_slice(form.method.as_bytes());
        out.push(b' ');
        let target = if form.absolute { self.absolute(&path) } else { path };
        out.extend_from_slice(format!("{target} {version}\r\n").as_bytes());
        let mut line = |name: &str, value: &[u8]| {
            out.extend_from_slice(form.names.spell(name).as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        };
        for field in &self.fields {
            match &form.content_type {
                Some(content_type) if field.is("Content-Type") => {
                    if !content_type.is_empty() {
                        line("Content-Type", content_type.as_bytes());
                    }
                }
                _ if shown && self.is_own(field) => line(field.name(), b"***"),
                _ => line(field.name(), field.value().as_bytes()),
            }
        }
        for mac in &shot.macs {
            line(&mac.name, &mac.value);
        }
        if form.expect {
            line("Expect", b"100-continue");
        }
        if form.chunks.is_some() {
            line("Transfer-Encoding", b"chunked");
        } else if form.method == "POST" || !shot.body.is_empty() {
            line("Content-Length", shot.body.len().to_string().as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out
    }

    /// A command of the shell that sends the request, with credentials left to fill in. None where the body is too large for
    /// one.
    pub fn command(&self, shot: &Shot) -> Option<String> {
        let form = &shot.form;
        if shot.body.len() > COMMAND_BODY {
            return None;
        }
        let by_curl = form.pacing == Pacing::Whole && form.names == Names::Documented;
        Some(if by_curl { self.curl(shot) } else { self.by_hand(shot) })
    }

    fn curl(&self, shot: &Shot) -> String {
        let form = &shot.form;
        let mut words = vec!["curl -sS -i".to_owned()];
        match form.method {
            "HEAD" => words.push("-I".to_owned()),
            method => words.push(format!("-X {method}")),
        }
        if form.http10 {
            words.push("--http1.0".to_owned());
        } else if self.is_https() {
            // Where it may choose, curl speaks HTTP/2.
            words.push("--http1.1".to_owned());
        }
        let url = self.target.to_string();
        if url.contains(['[', ']', '{', '}']) {
            words.push("--globoff".to_owned());
        }
        if form.absolute {
            words.push(format!("--request-target {}", quote(&self.absolute(&self.shown_path()))));
        }
        for field in &self.fields {
            match &form.content_type {
                Some(content_type) if field.is("Content-Type") => {
                    // A field without a value takes out what curl would write by itself.
                    words.push(format!("-H {}", quote(format!("Content-Type: {content_type}").trim_end())));
                }
                // The URL has them.
                _ if field.is("Authorization") && self.target.authorization() == Some(field.value()) => {}
                _ if self.is_own(field) => {
                    words.push(format!("-H {}", quote(&format!("{}: ***", field.name()))));
                }
                // curl writes these by itself.
                _ if field.is("Host") || field.is("Accept") => {}
                _ => words.push(format!("-H {}", quote(&format!("{}: {}", field.name(), field.value())))),
            }
        }
        for mac in &shot.macs {
            // curl leaves a field without a value out, unless it ends in a semicolon.
            let field = match mac.value.trim_ascii() {
                b"" => format!("{};", mac.name).into_bytes(),
                _ => [mac.name.as_bytes(), b": ", &mac.value].concat(),
            };
            words.push(format!("-H {}", shell_bytes(&field)));
        }
        if form.expect {
            words.push("-H 'Expect: 100-continue'".to_owned());
        } else if shot.body.len() > CURL_EXPECTS {
            words.push("-H Expect:".to_owned());
        }
        if form.chunks.is_some() {
            words.push("-H 'Transfer-Encoding: chunked'".to_owned());
        }
        // No argument of a command holds the byte 00.
        let piped = shot.body.contains(&0);
        if piped {
            words.push("--data-binary @-".to_owned());
        } else if form.method == "POST" || !shot.body.is_empty() {
            words.push(format!("--data-raw {}", shell_bytes(&shot.body)));
        }
        words.push(quote(&url));
        let curl = words.join(" \\\n  ");
        if piped { format!("{} | {curl}", printf(&shot.body)) } else { curl }
    }

    /// The request written by printf, for what curl does not send.
    fn by_hand(&self, shot: &Shot) -> String {
        let mut form = shot.form.clone();
        if let Pacing::Parts(count, pause) = form.pacing {
            // A command of many parts is too long to read: fewer take as long.
            let parts = count.clamp(1, COMMAND_PARTS);
            let times = u32::try_from(count / parts).unwrap_or(u32::MAX);
            form.pacing = Pacing::Parts(parts, pause.saturating_mul(times));
        }
        let steps: Vec<String> = pieces(self.head(shot, true).into(), body(shot), &form)
            .iter()
            .map(|piece| match piece {
                Piece::Bytes(bytes) => printf(bytes),
                Piece::Pause(time) | Piece::AwaitInterim(time) => format!("sleep {}", time.as_secs_f64()),
            })
            .collect();
        let (host, port) = (self.target.host().to_string(), self.target.port());
        let through = if self.is_https() {
            format!("openssl s_client -quiet -connect {host}:{port}")
        } else {
            format!("nc -w 5 {} {port}", host.trim_matches(['[', ']']))
        };
        match steps.as_slice() {
            [one] => format!("{one} | {through}"),
            several => format!("{{ {}; }} | {through}", several.join("; ")),
        }
    }

    fn absolute(&self, path: &str) -> String {
        let scheme = if self.is_https() { "https" } else { "http" };
        format!("{scheme}://{}{path}", self.target.authority())
    }

    /// A text from the receiver without the credentials that it was sent.
    pub fn redact(&self, text: &str) -> String {
        self.discretion.text(text)
    }

    fn is_own(&self, field: &Header) -> bool {
        self.own.iter().any(|name| field.is(name))
    }

    fn shown_path(&self) -> String {
        let shown = self.target.to_string();
        let path =
            shown.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| rest[at..].to_owned()));
        path.unwrap_or_else(|| "/".to_owned())
    }
}

impl Names {
    fn spell(self, name: &str) -> String {
        match self {
            Self::Documented => name.to_owned(),
            Self::Lower => name.to_ascii_lowercase(),
            Self::Upper => name.to_ascii_uppercase(),
        }
    }
}

impl Form {
    /// The usual form, over a new connection.
    pub fn fresh() -> Self {
        Self { fresh: true, ..Self::default() }
    }
}

/// The body in chunks (RFC 9112, 7.1).
fn chunked(body: &[u8], size: usize) -> Bytes {
    let mut out = Vec::with_capacity(body.len() + 64);
    for chunk in body.chunks(size.max(1)) {
        out.extend_from_slice(format!("{:x}\r\n", chunk.len()).as_bytes());
        out.extend_from_slice(chunk);
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"0\r\n\r\n");
    out.into()
}

/// The body as the form has it.
fn body(shot: &Shot) -> Bytes {
    shot.form.chunks.map_or_else(|| shot.body.clone(), |size| chunked(&shot.body, size))
}

/// Head and body at the pace of the form.
fn pieces(head: Bytes, body: Bytes, form: &Form) -> Vec<Piece> {
    match form.pacing {
        _ if form.expect => {
            vec![Piece::Bytes(head), Piece::AwaitInterim(CONTINUE_PATIENCE), Piece::Bytes(body)]
        }
        Pacing::Whole if body.len() < JOINED => vec![Piece::Bytes([head, body].concat().into())],
        Pacing::Whole => vec![Piece::Bytes(head), Piece::Bytes(body)],
        Pacing::HeadThenBody(pause) => vec![Piece::Bytes(head), Piece::Pause(pause), Piece::Bytes(body)],
        Pacing::Parts(count, pause) => {
            let size = body.len().div_ceil(count.max(1)).max(1);
            let parts =
                (0..body.len()).step_by(size).map(|from| body.slice(from..(from + size).min(body.len())));
            let later = parts.flat_map(|part| [Piece::Pause(pause), Piece::Bytes(part)]);
            std::iter::once(Piece::Bytes(head)).chain(later).collect()
        }
        Pacing::CutCharacters(pause) => {
            let begins = |place: &usize| body[place - 1] >= 0xc0 && body[*place] & 0xc0 == 0x80;
            let cuts: Vec<usize> = (1..body.len()).filter(begins).collect();
            let (from, to) = (std::iter::once(0).chain(cuts.clone()), cuts.into_iter().chain([body.len()]));
            let parts = from.zip(to).map(|(from, to)| body.slice(from..to));
            let later = parts.flat_map(|part| [Piece::Pause(pause), Piece::Bytes(part)]);
            std::iter::once(Piece::Bytes(head)).chain(later).collect()
        }
        Pacing::SplitHead(pause) => {
            let middle = head.len() / 2;
            let whole = Bytes::from([head, body].concat());
            vec![
                Piece::Bytes(whole.slice(..middle)),
                Piece::Pause(pause),
                Piece::Bytes(whole.slice(middle..)),
            ]
        }
    }
}

/// Bytes as a word of a shell.
fn shell_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(is_hidden) => quote(text),
        // $'..' is understood by bash, zsh and ksh.
        _ => format!("$'{}'", escaped(bytes, "").replace('\'', "\\'")),
    }
}

/// A command that writes the bytes.
fn printf(bytes: &[u8]) -> String {
    // %b has its own form of octal numbers.
    format!("printf %b {}", quote(&escaped(bytes, "0")))
}

/// Whether a character does not show, and so does not survive being copied from a terminal.
fn is_hidden(character: char) -> bool {
    let marks = ['\u{ad}', '\u{2028}', '\u{2029}', '\u{feff}'];
    character.is_control()
        || marks.contains(&character)
        || ('\u{200b}'..='\u{200f}').contains(&character)
        || ('\u{202a}'..='\u{202e}').contains(&character)
        || ('\u{2060}'..='\u{2069}').contains(&character)
}

fn escaped(bytes: &[u8], octal: &str) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            0x20..=0x7e => out.push(char::from(*byte)),
            // Writing into a text cannot fail.
            other => drop(write!(out, "\\{octal}{other:03o}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
