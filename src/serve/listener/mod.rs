//! Taking connections and serving them: so many and no more, none for ever, each answered.
//!
//! The HTTP is hyper's. What is said here is how much of it anyone may have: how many connections, how long a head may
//! take and how large it may be.

mod impatient;
mod patient;
mod refuse;

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;
use tower_service::Service as _;

pub use patient::TooSlow;

use impatient::Impatient;
use patient::Patient;

/// How long to wait where the system has no room for another connection.
const NO_ROOM: Duration = Duration::from_millis(50);

/// How many connections can wait to be taken. The usual 128 are there within three milliseconds when a load test begins,
/// and the next one is tried again by its system only after a second.
const BACKLOG: u32 = 4096;

/// What a listener lets others have.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Connections at once. One more is answered with 503 and closed.
    pub connections: usize,
    /// Connections that are being refused at once. One more is closed without a word.
    pub refusals: usize,
    /// How long a connection may be without a complete head: one that is idle between requests, too. Then it is closed.
    pub head_patience: Duration,
    /// How long the body of a request may take in all.
    pub body_patience: Duration,
    /// How long a client may take nothing of its answer. Then the connection is closed.
    pub answer_patience: Duration,
    /// The largest head, in bytes. A larger one is answered with 431, one with a longer address with 414.
    pub head_bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            connections: 12_000,
            refusals: 256,
            head_patience: Duration::from_secs(30),
            body_patience: Duration::from_secs(30),
            answer_patience: Duration::from_secs(30),
            head_bytes: 64 << 10,
        }
    }
}

/// Opens a port; 0 takes a free one.
///
/// # Errors
/// The address is not this machine's, or is taken.
pub fn open(address: SocketAddr) -> io::Result<TcpListener> {
    let socket = if address.is_ipv4() { TcpSocket::new_v4()? } else { TcpSocket::new_v6()? };
    // A server that is started anew does not wait for the connections of the one before. On Windows it means something
    // else: that somebody may take the port away.
    #[cfg(not(windows))]
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)
}

/// Serves connections until `stop` resolves; then those that are idle are closed, and those that are busy end their
/// request. Dropping the future closes all.
pub async fn serve(listener: TcpListener, app: Router, limits: Limits, stop: impl Future<Output = ()>) {
    let mut connections = JoinSet::new();
    let mut refusals = JoinSet::new();
    let ending = watch::Sender::new(false);
    let mut stop = std::pin::pin!(stop);
    loop {
        let stream = tokio::select! {
            // Whoever wants it to stop does not wait for a crowd to thin out.
            biased;
            () = &mut stop => break,
            // What is over is taken out, or the set would grow.
            Some(_) = connections.join_next() => continue,
            Some(_) = refusals.join_next() => continue,
            accepted = accept(&listener) => accepted,
        };
        if connections.len() < limits.connections {
            connections.spawn(converse(stream, app.clone(), limits, ending.subscribe()));
        } else if refusals.len() < limits.refusals {
            refusals.spawn(refuse::refuse(stream, limits.connections));
        }
    }
    drop(listener);
    ending.send_replace(true);
    while connections.join_next().await.is_some() {}
}

/// The next connection. One that was gone before it was taken is not told of.
async fn accept(listener: &TcpListener) -> TcpStream {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // Answers are small and waited for: they must not wait for more bytes to join them.
                let _ = stream.set_nodelay(true);
                return stream;
            }
            Err(error) if of_connection(&error) => {}
            // Out of descriptors or of memory: connections that end make room.
            Err(_) => tokio::time::sleep(NO_ROOM).await,
        }
    }
}

fn of_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

async fn converse(stream: TcpStream, app: Router, limits: Limits, mut ending: watch::Receiver<bool>) {
    let service = service_fn(move |request: Request<Incoming>| {
        let mut app = app.clone();
        let request = request.map(|body| Body::new(Patient::new(body, limits.body_patience)));
        async move { app.call(request).await }
    });
    let mut builder = http1::Builder::new();
    builder
        .timer(TokioTimer::new())
        .header_read_timeout(limits.head_patience)
        .max_buf_size(limits.head_bytes)
        // So that what is passed on can be spelled as it came.
        .preserve_header_case(true);
    let mut connection = std::pin::pin!(
        builder.serve_connection(TokioIo::new(Impatient::new(stream, limits.answer_patience)), service)
    );
    // What goes wrong on a connection is its client's affair: it sees it too.
    tokio::select! {
        _ = connection.as_mut() => return,
        // A sender that is gone has ended too.
        _ = ending.wait_for(|ending| *ending) => {}
    }
    Pin::as_mut(&mut connection).graceful_shutdown();
    let _ = connection.await;
}

#[cfg(test)]
mod tests;
