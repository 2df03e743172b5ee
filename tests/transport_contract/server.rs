//! A server that plays a script on each connection, byte for byte.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Mutex, mpsc};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// One thing that a server does.
#[derive(Clone, Debug)]
pub enum Step {
    /// Reads one request, head and body.
    Read,
    /// Reads one request's head, and some of the body perhaps.
    ReadHead,
    /// Reads so many bytes, and tells them as a body.
    Take(usize),
    /// Writes these bytes at once.
    Write(Vec<u8>),
    /// Writes these bytes in pieces of this length.
    Pieces(usize, Vec<u8>),
    /// Writes these bytes again and again until nobody takes them, or until so many bytes are written.
    Flood(Vec<u8>, u64),
    /// Does nothing for so long.
    Pause(Duration),
    /// Does nothing until the other side closes, and reads nothing before.
    Hang,
    /// Reads until the other side closes.
    Drain,
    /// Cuts the connection with a reset.
    Reset,
    /// Closes the sending direction, with TLS's farewell where there is TLS.
    Finish,
    /// Closes the socket beneath TLS without a farewell.
    Drop,
}

/// Writes text as it stands.
pub fn write(text: impl Into<Vec<u8>>) -> Step {
    Step::Write(text.into())
}

/// Writes a reply with this status and an empty body.
pub fn status(status: u16) -> Step {
    write(format!("HTTP/1.1 {status} Words\r\nContent-Length: 0\r\n\r\n"))
}

pub fn pause(millis: u64) -> Step {
    Step::Pause(Duration::from_millis(millis))
}

/// The same steps, so many times.
pub fn repeat(steps: &[Step], times: usize) -> Vec<Step> {
    std::iter::repeat_n(steps, times).flatten().cloned().collect()
}

/// One request as it came.
#[derive(Clone, Debug, Default)]
pub struct Request {
    pub head: String,
    pub body: Vec<u8>,
}

/// A listening server. The nth connection plays the nth script, and the last one plays for all after it.
pub struct Server {
    pub port: u16,
    connections: Arc<AtomicUsize>,
    written: Arc<AtomicU64>,
    requests: Mutex<mpsc::UnboundedReceiver<Request>>,
}

impl Server {
    pub async fn plain(scripts: Vec<Vec<Step>>) -> Self {
        Self::start(scripts, None).await
    }

    pub async fn tls(config: rustls::ServerConfig, scripts: Vec<Vec<Step>>) -> Self {
        Self::start(scripts, Some(TlsAcceptor::from(Arc::new(config)))).await
    }

    async fn start(scripts: Vec<Vec<Step>>, tls: Option<TlsAcceptor>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let connections = Arc::new(AtomicUsize::new(0));
        let written = Arc::new(AtomicU64::new(0));
        let (seen, requests) = mpsc::unbounded_channel();
        let (count, total) = (Arc::clone(&connections), Arc::clone(&written));
        tokio::spawn(async move {
            loop {
                let Ok((tcp, _)) = listener.accept().await else { return };
                tcp.set_nodelay(true).unwrap();
                let number = count.fetch_add(1, Ordering::SeqCst);
                let script = scripts[number.min(scripts.len() - 1)].clone();
                let (seen, total, tls) = (seen.clone(), Arc::clone(&total), tls.clone());
                tokio::spawn(async move {
                    let _ = match tls {
                        None => play(tcp, script, &seen, &total).await,
                        Some(tls) => match tls.accept(tcp).await {
                            Ok(stream) => play(stream, script, &seen, &total).await,
                            // Refused by the sender, or refusing it: what the test is about.
                            Err(_) => None,
                        },
                    };
                });
            }
        });
        Self { port, connections, written, requests: Mutex::new(requests) }
    }

    /// How many connections were accepted.
    pub fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// How many bytes were taken by the other side, or by the buffers between.
    pub fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }

    /// The next request that was read in full.
    pub async fn request(&self) -> Request {
        let mut requests = self.requests.lock().await;
        tokio::time::timeout(Duration::from_secs(20), requests.recv()).await.unwrap().unwrap()
    }
}

/// A connection that can be cut.
trait Peer: AsyncRead + AsyncWrite + Unpin + Send {
    fn tcp(&self) -> &TcpStream;
}

impl Peer for TcpStream {
    fn tcp(&self) -> &TcpStream {
        self
    }
}

impl Peer for TlsStream<TcpStream> {
    fn tcp(&self) -> &TcpStream {
        self.get_ref().0
    }
}

/// Plays a script. Errors end it: the other side may leave whenever it likes.
async fn play(
    mut peer: impl Peer,
    script: Vec<Step>,
    seen: &mpsc::UnboundedSender<Request>,
    written: &AtomicU64,
) -> Option<()> {
    for step in script {
        match step {
            Step::Read => {
                let request = read_request(&mut peer).await?;
                let _ = seen.send(request);
            }
            Step::ReadHead => drop(read_head(&mut peer).await?),
            Step::Take(count) => {
                let mut body = vec![0; count];
                peer.read_exact(&mut body).await.ok()?;
                let _ = seen.send(Request { head: String::new(), body });
            }
            Step::Write(bytes) => put(&mut peer, &bytes, written).await?,
            Step::Pieces(length, bytes) => {
                for piece in bytes.chunks(length) {
                    put(&mut peer, piece, written).await?;
                    tokio::task::yield_now().await;
                }
            }
            Step::Flood(bytes, most) => {
                let mut left = most;
                while left > 0 {
                    put(&mut peer, &bytes, written).await?;
                    left = left.saturating_sub(bytes.len() as u64);
                }
            }
            Step::Pause(time) => tokio::time::sleep(time).await,
            Step::Hang => tokio::time::sleep(Duration::from_secs(60)).await,
            Step::Drain => {
                let mut sink = [0; 4096];
                while peer.read(&mut sink).await.ok()? > 0 {}
            }
            Step::Reset => {
                peer.tcp().set_zero_linger().unwrap();
                return None;
            }
            Step::Finish => peer.shutdown().await.ok()?,
            Step::Drop => return None,
        }
    }
    let _ = peer.shutdown().await;
    Some(())
}

async fn put(peer: &mut impl Peer, bytes: &[u8], written: &AtomicU64) -> Option<()> {
    peer.write_all(bytes).await.ok()?;
    peer.flush().await.ok()?;
    written.fetch_add(bytes.len() as u64, Ordering::SeqCst);
    Some(())
}

/// What was read, and where the head ends in it.
async fn read_head(peer: &mut impl Peer) -> Option<(Vec<u8>, usize)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            return Some((bytes, end + 4));
        }
        if peer.read_buf(&mut bytes).await.ok()? == 0 {
            return None;
        }
    }
}

async fn read_request(peer: &mut impl Peer) -> Option<Request> {
    let (bytes, end) = read_head(peer).await?;
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let length = head.to_ascii_lowercase().lines().find_map(|line| {
        line.strip_prefix("content-length: ").map(|value| value.parse::<usize>().unwrap())
    })?;
    let mut body = bytes[end..].to_vec();
    while body.len() < length {
        if peer.read_buf(&mut body).await.ok()? == 0 {
            return None;
        }
    }
    assert_eq!(body.len(), length, "a request is followed by nothing");
    Some(Request { head, body })
}
