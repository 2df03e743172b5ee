//! The answer to a connection for which there is no room.

use std::time::Duration;

use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// How long in all. A client that takes longer to hear it does not.
const PATIENCE: Duration = Duration::from_secs(2);

/// Says that there is no room, and closes.
pub(super) async fn refuse(mut stream: TcpStream, most: usize) {
    let _ = timeout(PATIENCE, async {
        stream.write_all(answer(most).as_bytes()).await?;
        stream.shutdown().await?;
        // Closing while the request is still coming in would take the answer back.
        let mut rest = [0; 4096];
        while stream.read(&mut rest).await? > 0 {}
        std::io::Result::Ok(())
    })
    .await;
}

fn answer(most: usize) -> String {
    let message = format!("{most} connections are open, which is the most; close some, or try again");
    let body = json!({ "error": "too-many-connections", "message": message }).to_string();
    format!(
        "HTTP/1.1 503 Service Unavailable\r\ncontent-type: application/json\r\ncontent-length: {}\r\nretry-after: 1\r\nconnection: close\r\n\r\n{body}",
        body.len()
    )
}
