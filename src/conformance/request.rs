//! From a shot to the bytes of its request, and to what people see of it.

use bytes::Bytes;

use super::script::{Form, Names, Pacing, Shot};
use crate::report::curl::quote;
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

/// What every request of a run has. No `Debug`: it holds credentials.
#[derive(Clone)]
pub struct Base {
    target: Target,
    fields: Vec<Header>,
    /// How many of the fields, from the end, are the user's own.
    own: Vec<String>,
}

impl Base {
    /// What the options of a transport say.
    ///
    /// # Errors
    /// A header that cannot be sent.
    pub fn new(options: &TransportOptions) -> Result<Self, HeaderError> {
        let mut own: Vec<String> = options.headers.iter().map(|header| header.name().to_owned()).collect();
        own.push("Authorization".to_owned());
        Ok(Self { target: options.target.clone(), fields: options.fields()?, own })
    }

    /// Whether the target speaks TLS.
    pub fn is_https(&self) -> bool {
        self.target.is_https()
    }

    /// The bytes of a shot's request.
    pub fn request(&self, shot: &Shot) -> RawRequest {
        let head = Bytes::from(self.head(shot, false));
        let form = &shot.form;
        let body = shot.form.chunks.map_or_else(|| shot.body.clone(), |size| chunked(&shot.body, size));
        let pieces = match form.pacing {
            _ if form.expect => {
                vec![Piece::Bytes(head), Piece::AwaitInterim(CONTINUE_PATIENCE), Piece::Bytes(body)]
            }
            Pacing::Whole if body.len() < 64 << 10 => vec![Piece::Bytes([head, body].concat().into())],
            Pacing::Whole => vec![Piece::Bytes(head), Piece::Bytes(body)],
            Pacing::HeadThenBody(pause) => vec![Piece::Bytes(head), Piece::Pause(pause), Piece::Bytes(body)],
            Pacing::Parts(count, pause) => {
                let size = body.len().div_ceil(count.max(1)).max(1);
                let parts =
                    (0..body.len()).step_by(size).map(|from| body.slice(from..(from + size).min(body.len())));
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
        };
        RawRequest { pieces, is_head: form.method == "HEAD" }
    }

    /// The beginning of a shot's request for people: no credentials, no endless bodies.
    pub fn shown(&self, shot: &Shot) -> String {
        let mut text = String::from_utf8_lossy(&self.head(shot, true)).replace("\r\n", "\n");
        let excerpt = &shot.body[..shot.body.len().min(SHOWN_BODY)];
        text.push_str(&String::from_utf8_lossy(excerpt));
        if shot.body.len() > SHOWN_BODY {
            text.push_str(&format!(" ... ({} bytes in all)", shot.body.len()));
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
        if form.absolute {
            let scheme = if self.is_https() { "https" } else { "http" };
            out.extend_from_slice(format!("{scheme}://{}", self.target.authority()).as_bytes());
        }
        out.extend_from_slice(format!("{path} {version}\r\n").as_bytes());
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

    /// A command of the shell that sends the request, with `URL` and credentials left to fill in.
    pub fn command(&self, shot: &Shot) -> Option<String> {
        let form = &shot.form;
        if shot.body.len() > COMMAND_BODY || shot.body.contains(&0) {
            return None;
        }
        if !matches!(form.pacing, Pacing::Whole) || form.names != Names::Documented {
            return Some(self.by_hand(shot));
        }
        let mut words = vec!["curl -sS -i".to_owned()];
        match form.method {
            "HEAD" => words.push("-I".to_owned()),
            method => words.push(format!("-X {method}")),
        }
        if form.http10 {
            words.push("--http1.0".to_owned());
        }
        if form.absolute {
            words.push(format!("--request-target {}", quote(&self.target.to_string())));
        }
        let mut header =
            |name: &str, value: &str| words.push(format!("-H {}", quote(&format!("{name}: {value}"))));
        for field in self.fields.iter().filter(|field| !field.is("Host") && !field.is("Accept")) {
            match &form.content_type {
                Some(content_type) if field.is("Content-Type") => header("Content-Type", content_type),
                _ if self.is_own(field) => header(field.name(), "***"),
                _ => header(field.name(), field.value()),
            }
        }
        for mac in &shot.macs {
            let value = String::from_utf8_lossy(&mac.value);
            // curl leaves a header without a value out, unless it ends in a semicolon.
            if value.is_empty() {
                words.push(format!("-H {}", quote(&format!("{};", mac.name))));
            } else {
                words.push(format!("-H {}", quote(&format!("{}: {value}", mac.name))));
            }
        }
        if form.expect {
            words.push("-H 'Expect: 100-continue'".to_owned());
        }
        if form.chunks.is_some() {
            words.push("-H 'Transfer-Encoding: chunked'".to_owned());
        }
        if form.method == "POST" {
            words.push(format!("--data-binary {}", shell_bytes(&shot.body)));
        }
        words.push(quote(&self.target.to_string()));
        Some(words.join(" \\\n  "))
    }

    /// The request written by printf, for what curl does not send.
    fn by_hand(&self, shot: &Shot) -> String {
        let mut bytes = self.head(shot, true);
        bytes.extend_from_slice(&shot.body);
        let (host, port) = (self.target.host(), self.target.port());
        let through = if self.is_https() {
            format!("openssl s_client -quiet -connect {host}:{port}")
        } else {
            format!("nc -w 5 {} {port}", host.to_string().trim_matches(['[', ']']))
        };
        format!("printf %b {} | {through}", quote(&escaped(&bytes)))
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

/// Bytes as a word of a shell.
fn shell_bytes(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) if !text.chars().any(|c| c.is_control()) && !text.starts_with('@') => quote(text),
        // $'..' is understood by bash, zsh and ksh.
        _ => format!("$'{}'", escaped(bytes).replace('\'', "\\'")),
    }
}

fn escaped(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len());
    for byte in bytes {
        match byte {
            b'\\' => out.push_str("\\\\"),
            b'\r' => out.push_str("\\r"),
            b'\n' => out.push_str("\\n"),
            0x20..=0x7e => out.push(char::from(*byte)),
            other => out.push_str(&format!("\\x{other:02x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
