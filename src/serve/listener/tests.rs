use std::net::SocketAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::{get, post};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::{Notify, oneshot};

use super::*;

struct Listening {
    /// Somebody waits for an answer.
    begun: Arc<Notify>,
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    serving: tokio::task::JoinHandle<()>,
}

async fn listen(limits: Limits) -> Listening {
    let begun = Arc::new(Notify::new());
    let app = Router::new()
        .route("/", get(|| async { "here" }))
        .route("/echo", post(echo))
        .route("/large", get(|| async { vec![b'x'; 64 << 20] }))
        .route(
            "/slow",
            get(|State(begun): State<Arc<Notify>>| async move {
                begun.notify_one();
                tokio::time::sleep(Duration::from_millis(300)).await;
                "at last"
            }),
        )
        .with_state(Arc::clone(&begun));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let serving = tokio::spawn(serve(listener, app, limits, async { drop(stopped.await) }));
    Listening { begun, address, stop, serving }
}

async fn echo(body: Result<String, axum::extract::rejection::StringRejection>) -> String {
    match body {
        Ok(body) => body,
        Err(rejection) if TooSlow::is_cause_of(&rejection) => "too slow".to_owned(),
        Err(_) => "otherwise".to_owned(),
    }
}

impl Listening {
    /// What is answered to these bytes, up to the end of the connection.
    async fn say(&self, bytes: &[u8]) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // A server that hangs up while it is written to is what some of these want.
        let _ = stream.write_all(bytes).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        String::from_utf8_lossy(&answer).into_owned()
    }
}

const SHORT: Duration = Duration::from_millis(200);

#[tokio::test]
async fn a_request_is_answered() {
    let listening = listen(Limits::default()).await;
    let answer = listening.say(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.ends_with("here"), "{answer}");
}

#[tokio::test]
async fn heads_have_their_bounds() {
    let limits = Limits { head_bytes: 8192, ..Limits::default() };
    let listening = listen(limits).await;
    let large = format!("GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n", "x".repeat(20_000));
    assert!(listening.say(large.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "X: 1\r\n".repeat(500));
    assert!(listening.say(many.as_bytes()).await.starts_with("HTTP/1.1 431 "));
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "x".repeat(70_000));
    let answer = listening.say(long.as_bytes()).await;
    assert!(answer.starts_with("HTTP/1.1 431 ") || answer.starts_with("HTTP/1.1 414 "), "{answer}");
    assert!(listening.say(b"\x16\x03\x01 this is TLS\r\n\r\n").await.starts_with("HTTP/1.1 400 "));
}

#[tokio::test]
async fn who_is_too_slow_is_not_waited_for() {
    let limits = Limits { head_patience: SHORT, body_patience: SHORT, ..Limits::default() };
    let listening = listen(limits).await;
    // The connection is closed: `say` comes back.
    assert_eq!(listening.say(b"GET / HTTP/1.1\r\nHos").await, "");
    assert_eq!(listening.say(b"").await, "");
    let answer = listening.say(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 9\r\n\r\nhalf").await;
    assert!(answer.contains("too slow"), "{answer}");
    let whole = listening.say(b"POST /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\n\r\nhalf").await;
    assert!(whole.contains("half"), "{whole}");
}

#[tokio::test]
async fn a_crowd_is_told_that_it_is_one() {
    let limits = Limits { connections: 2, refusals: 1, ..Limits::default() };
    let listening = listen(limits).await;
    let mut idle = Vec::new();
    for _ in 0..2 {
        let mut stream = TcpStream::connect(listening.address).await.unwrap();
        stream.write_all(b"GET / HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
        let mut byte = [0];
        stream.read_exact(&mut byte).await.unwrap();
        idle.push(stream);
    }
    let answer = listening.say(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await;
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("too-many-connections"), "{answer}");
    // The ones that are there are served all the same, and the places of those that go are given away.
    drop(idle);
    let answered = async {
        while !listening.say(b"GET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n").await.contains("200")
        {
        }
    };
    tokio::time::timeout(Duration::from_secs(20), answered).await.unwrap();
}

#[tokio::test]
async fn the_end_waits_for_those_who_are_busy_and_for_no_others() {
    let listening = listen(Limits::default()).await;
    let mut idle = TcpStream::connect(listening.address).await.unwrap();
    let mut busy = TcpStream::connect(listening.address).await.unwrap();
    busy.write_all(b"GET /slow HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    listening.begun.notified().await;
    listening.stop.send(()).unwrap();
    listening.serving.await.unwrap();
    let mut answer = String::new();
    busy.read_to_string(&mut answer).await.unwrap();
    assert!(answer.ends_with("at last"), "{answer}");
    assert_eq!(idle.read(&mut [0]).await.unwrap(), 0);
    assert!(TcpStream::connect(listening.address).await.is_err());
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_given_up() {
    let listening = listen(Limits { answer_patience: SHORT, ..Limits::default() }).await;
    let mut stream = TcpStream::connect(listening.address).await.unwrap();
    stream.write_all(b"GET /large HTTP/1.1\r\nHost: h\r\n\r\n").await.unwrap();
    // Nobody is busy with it any more: the end comes, although nothing was read.
    let mut byte = [0];
    stream.read_exact(&mut byte).await.unwrap();
    listening.stop.send(()).unwrap();
    tokio::time::timeout(Duration::from_secs(30), listening.serving).await.unwrap().unwrap();
}
