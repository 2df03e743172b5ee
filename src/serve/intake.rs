//! Reading bodies: each up to a limit, and all that are being read up to another.

use std::sync::atomic::{AtomicUsize, Ordering};

use axum::body::{Body, Bytes};
use bytes::BytesMut;
use http_body_util::BodyExt as _;

/// The most that all bodies together may have while they are being read, in bytes.
pub(super) const MOST_AT_ONCE: usize = 256 << 20;

/// A body that is small enough costs less than to count it.
const SMALL: usize = 16 << 10;

/// How much is being read.
#[derive(Debug, Default)]
pub struct Intake {
    held: AtomicUsize,
}

/// Why a body was not read.
pub(super) enum Unread {
    /// It is larger than it may be.
    TooLarge,
    /// So much is being read that there is no room for it.
    NoRoom,
    /// It did not come whole.
    Broken(axum::Error),
}

impl Intake {
    /// Reads a body of up to `limit` bytes. Of a larger one up to `most` are waited for and thrown away.
    pub(super) async fn read(&self, mut body: Body, limit: usize, most: usize) -> Result<Bytes, Unread> {
        let mut share = Share { of: self, bytes: 0 };
        let mut whole = BytesMut::new();
        let mut first = Bytes::new();
        let mut length = 0_usize;
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(Unread::Broken)?.into_data() else { continue };
            length += data.len();
            if length > most {
                return Err(Unread::TooLarge);
            }
            if length > limit {
                // It is refused anyway: what there was of it is not kept for that.
                (first, whole) = (Bytes::new(), BytesMut::new());
                share.grow_to(0)?;
                continue;
            }
            share.grow_to(length)?;
            if length == data.len() {
                // Most bodies come in one piece, which need not be copied.
                first = data;
            } else {
                if whole.is_empty() {
                    whole.extend_from_slice(&first);
                }
                whole.extend_from_slice(&data);
            }
        }
        if length > limit {
            return Err(Unread::TooLarge);
        }
        Ok(if whole.is_empty() { first } else { whole.freeze() })
    }
}

/// What one body has of the room.
struct Share<'a> {
    of: &'a Intake,
    bytes: usize,
}

impl Share<'_> {
    fn grow_to(&mut self, length: usize) -> Result<(), Unread> {
        let wanted = if length <= SMALL { 0 } else { length };
        if wanted > self.bytes {
            let more = wanted - self.bytes;
            if self.of.held.fetch_add(more, Ordering::Relaxed) + more > MOST_AT_ONCE {
                self.of.held.fetch_sub(more, Ordering::Relaxed);
                return Err(Unread::NoRoom);
            }
        } else {
            self.of.held.fetch_sub(self.bytes - wanted, Ordering::Relaxed);
        }
        self.bytes = wanted;
        Ok(())
    }
}

impl Drop for Share<'_> {
    fn drop(&mut self) {
        self.of.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(pieces: &[usize]) -> Body {
        let pieces: Vec<_> = pieces.iter().map(|length| vec![b'x'; *length]).collect();
        Body::new(Pieces(pieces.into()))
    }

    struct Pieces(std::collections::VecDeque<Vec<u8>>);

    impl http_body::Body for Pieces {
        type Data = Bytes;
        type Error = std::io::Error;

        fn poll_frame(
            mut self: std::pin::Pin<&mut Self>,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Option<Result<http_body::Frame<Bytes>, std::io::Error>>> {
            std::task::Poll::Ready(self.0.pop_front().map(|piece| Ok(http_body::Frame::data(piece.into()))))
        }
    }

    async fn length(intake: &Intake, pieces: &[usize]) -> Result<usize, &'static str> {
        match intake.read(body(pieces), 100_000, 400_000).await {
            Ok(bytes) => Ok(bytes.len()),
            Err(Unread::TooLarge) => Err("too large"),
            Err(Unread::NoRoom) => Err("no room"),
            Err(Unread::Broken(_)) => Err("broken"),
        }
    }

    #[tokio::test]
    async fn a_body_is_read_up_to_its_limit() {
        let intake = Intake::default();
        for (pieces, expected) in [
            (&[][..], Ok(0)),
            (&[0, 0], Ok(0)),
            (&[7], Ok(7)),
            (&[0, 7, 0, 3], Ok(10)),
            (&[50_000, 50_000], Ok(100_000)),
            (&[50_000, 50_001], Err("too large")),
            (&[100_001], Err("too large")),
            (&[300_000, 200_000, 1], Err("too large")),
        ] {
            assert_eq!(length(&intake, pieces).await, expected, "{pieces:?}");
            assert_eq!(intake.held.load(Ordering::Relaxed), 0);
        }
    }

    #[tokio::test]
    async fn all_together_have_so_much_room() {
        let intake = Intake::default();
        intake.held.store(MOST_AT_ONCE - 60_000, Ordering::Relaxed);
        assert_eq!(length(&intake, &[60_000]).await, Ok(60_000));
        assert_eq!(length(&intake, &[40_000, 20_001]).await, Err("no room"));
        // What is small goes on.
        assert_eq!(length(&intake, &[1_000]).await, Ok(1_000));
        assert_eq!(intake.held.load(Ordering::Relaxed), MOST_AT_ONCE - 60_000);
    }
}
