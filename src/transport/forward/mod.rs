//! Passing on what somebody else sent: the same body, and the same fields in the same spelling and order (those of one name
//! together, where the first of them stood).
//!
//! What belongs to a connection and not to the request (RFC 9110, 7.6.1) is left out, `Host` names the target, and path and
//! query are the target's. Nothing is added but `Authorization`, where the target's URL has credentials. The answer is handed
//! back whole, within bounds.

mod fields;
#[cfg(test)]
mod tests;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::client::conn::http1::{self, SendRequest};
use hyper::header::{AUTHORIZATION, HOST, HeaderMap, HeaderValue};
use hyper::http::Extensions;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;

use super::client::cause;
use super::options::{SetupError, TransportOptions};
use super::target::Target;
use super::wire::connect::Connector;
use super::{IDLE_LIMIT, failure, limits};
use crate::clock::{Moment, RunClock};
use crate::outcome::exchange::{Failure, FailureCode, Phase};

/// How many connections are kept for what comes next.
const MOST_IDLE: usize = 64;

/// A request as it came. It has no `Debug`: its fields can be credentials.
#[derive(Clone)]
pub struct Foreign {
    /// Its fields.
    pub headers: HeaderMap,
    /// What the server knows beside them: how their names were spelled.
    pub extensions: Extensions,
    /// The exact bytes of its body.
    pub body: Bytes,
}

/// What came back. It has no `Debug`: its fields can be credentials.
pub struct Returned {
    /// The answer, or why there was none.
    pub result: Result<Answer, Failure>,
    /// From the beginning to the end of the answer.
    pub took: Duration,
}

/// An answer, to be handed back. It has no `Debug`: its fields can be credentials.
pub struct Answer {
    /// The HTTP status.
    pub status: u16,
    /// Its fields, those of the connection left out.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

/// Passes requests on to one target.
pub struct Forwarder {
    target: Target,
    host: HeaderValue,
    authorization: Option<HeaderValue>,
    connector: Connector,
    timeout: Option<Duration>,
    clock: RunClock,
    idle: Mutex<Vec<Idle>>,
}

struct Idle {
    line: Line,
    since: Moment,
}

type Line = SendRequest<Full<Bytes>>;

/// Why a line carried nothing.
enum Cut {
    /// The connection was gone before anything of the request was sent.
    Gone,
    /// Anything else.
    Failed(Failure),
}

impl Forwarder {
    /// A forwarder to the options' target, with their limits and certificates. Opens no connection yet.
    ///
    /// # Errors
    /// Certificates that cannot be used, or a proxy or HTTP/2, which are not for it.
    pub fn new(options: &TransportOptions, clock: RunClock) -> Result<Self, SetupError> {
        if options.proxy.is_some() {
            return Err(SetupError::Client("what is forwarded goes through no proxy".to_owned()));
        }
        if options.http2 {
            return Err(SetupError::Client("what is forwarded is HTTP/1.1, as it came".to_owned()));
        }
        let target = options.target.clone();
        let value = |text: &str| {
            let mut value =
                HeaderValue::from_str(text).map_err(|error| SetupError::Client(error.to_string()))?;
            value.set_sensitive(true);
            Ok::<_, SetupError>(value)
        };
        Ok(Self {
            host: value(target.authority())?,
            authorization: target.authorization().map(value).transpose()?,
            connector: Connector::new(options)?,
            timeout: options.timeout,
            clock,
            idle: Mutex::default(),
            target,
        })
    }

    /// Where requests go. Shown without its credentials.
    pub const fn target(&self) -> &Target {
        &self.target
    }

    /// Passes a request on and waits for its answer.
    pub async fn pass(&self, foreign: Foreign) -> Returned {
        let begun = self.clock.now();
        let mut phase = Phase::Resolve;
        let work = self.carry(foreign, &mut phase);
        let result = match self.timeout {
            None => work.await,
            Some(limit) => match tokio::time::timeout(limit, work).await {
                Ok(result) => result,
                Err(_) => Err(failure::timed_out(phase, Some(limit))),
            },
        };
        Returned { result, took: self.clock.now().since(begun) }
    }

    async fn carry(&self, foreign: Foreign, phase: &mut Phase) -> Result<Answer, Failure> {
        let request = self.request(foreign);
        while let Some(line) = self.idle_line() {
            // What was not sent at all is sent on the next connection.
            match self.converse(line, request.clone(), phase).await {
                Err(Cut::Gone) => {}
                Err(Cut::Failed(failure)) => return Err(failure),
                Ok(answer) => return Ok(answer),
            }
        }
        let stream = self.connector.connect(phase).await?;
        let (line, connection) = http1::Builder::new()
            .preserve_header_case(true)
            .max_headers(limits::FIELD_LIMIT)
            .handshake::<_, Full<Bytes>>(TokioIo::new(stream))
            .await
            .map_err(|error| cause::of_hyper(&error, *phase))?;
        // What goes wrong on it is told to whoever waits for an answer. It ends with its last line.
        tokio::spawn(connection);
        self.converse(line, request, phase).await.map_err(|cut| match cut {
            Cut::Gone => Failure::new(FailureCode::ClosedWithoutReply, Phase::Send, "the connection closed"),
            Cut::Failed(failure) => failure,
        })
    }

    fn request(&self, foreign: Foreign) -> Request<Full<Bytes>> {
        let Foreign { headers, extensions, body } = foreign;
        let mut headers = fields::without_connection(&headers);
        headers.insert(HOST, self.host.clone());
        if let Some(authorization) = &self.authorization {
            headers.insert(AUTHORIZATION, authorization.clone());
        }
        let mut request = Request::new(Full::new(body));
        *request.method_mut() = hyper::Method::POST;
        // A URL's path and query are a URI.
        *request.uri_mut() = self.target.path_and_query().parse().unwrap_or_default();
        *request.headers_mut() = headers;
        *request.extensions_mut() = extensions;
        request
    }

    async fn converse(
        &self,
        mut line: Line,
        request: Request<Full<Bytes>>,
        phase: &mut Phase,
    ) -> Result<Answer, Cut> {
        *phase = Phase::Send;
        if line.ready().await.is_err() {
            return Err(Cut::Gone);
        }
        *phase = Phase::Wait;
        let sent = line.try_send_request(request).await;
        let response = sent.map_err(|mut error| match error.take_message() {
            Some(_) => Cut::Gone,
            None => Cut::Failed(cause::of_hyper(error.error(), Phase::Wait)),
        })?;
        *phase = Phase::Body;
        let answer = read(response).await.map_err(Cut::Failed)?;
        self.keep(line);
        Ok(answer)
    }

    fn idle_line(&self) -> Option<Line> {
        let now = self.clock.now();
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|idle| now.since(idle.since) < IDLE_LIMIT && !idle.line.is_closed());
        idle.pop().map(|idle| idle.line)
    }

    fn keep(&self, line: Line) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < MOST_IDLE && !line.is_closed() {
            idle.push(Idle { line, since: self.clock.now() });
        }
    }
}

async fn read(response: Response<Incoming>) -> Result<Answer, Failure> {
    let (head, body) = response.into_parts();
    if head.status.is_informational() {
        let detail = format!("{} is no final answer", head.status.as_u16());
        return Err(Failure::new(FailureCode::BadHttp, Phase::Head, detail));
    }
    let most = usize::try_from(limits::BODY_LIMIT).unwrap_or(usize::MAX);
    let body = Limited::new(body, most).collect().await.map_err(|error| {
        if error.is::<LengthLimitError>() {
            return Failure::new(
                FailureCode::BodyTooLarge,
                Phase::Body,
                format!("more than {most} bytes came"),
            );
        }
        match error.downcast_ref::<hyper::Error>() {
            Some(error) => cause::of_hyper(error, Phase::Body),
            None => Failure::new(FailureCode::OtherTransport, Phase::Body, error.to_string()),
        }
    })?;
    let headers = fields::without_connection(&head.headers);
    Ok(Answer { status: head.status.as_u16(), headers, body: body.to_bytes() })
}
