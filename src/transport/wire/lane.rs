//! Deliveries: requests that are made of a body and its signature.

use std::io;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use crate::outcome::exchange::{Exchange, Failure};

use super::super::{Lane, Outgoing};
use super::Setup;
use super::carrier::{Carrier, Policy};
use super::line::{Request, Written, poll_flush, poll_write_all};
use super::reply::ReplyReader;
use super::request::Preamble;
use super::stream::Stream;

/// A lane of [`Wire`](super::Wire): one connection with its reused buffers.
pub struct WireLane {
    carrier: Carrier,
    /// The bytes of the request, as they are sent.
    bytes: Vec<u8>,
}

impl WireLane {
    pub(super) fn new(setup: Arc<Setup>) -> Self {
        Self { carrier: Carrier::new(setup, Policy::InAll), bytes: Vec::new() }
    }
}

impl Lane for WireLane {
    async fn exchange(&mut self, outgoing: &Outgoing) -> Exchange {
        let limit = self.carrier.timeout();
        let mut delivery = Delivery { outgoing, bytes: &mut self.bytes, done: 0 };
        let (mut exchange, _) = self.carrier.exchange(&mut delivery, limit).await;
        self.carrier.discretion().exchange(&mut exchange);
        exchange
    }

    fn idle(&mut self) {
        self.carrier.close();
    }
}

/// A request that is sent as fast as it is taken.
struct Delivery<'a> {
    outgoing: &'a Outgoing,
    bytes: &'a mut Vec<u8>,
    done: usize,
}

impl Request for Delivery<'_> {
    fn begin(&mut self, preamble: &Preamble) -> Result<(), Failure> {
        self.done = 0;
        preamble.write(self.outgoing, self.bytes)
    }

    fn poll_write(
        &mut self,
        cx: &mut Context<'_>,
        stream: &mut Stream,
        _: &ReplyReader,
    ) -> Poll<io::Result<Written>> {
        ready!(poll_write_all(cx, stream, self.bytes, &mut self.done))?;
        poll_flush(cx, stream).map_ok(|()| Written::Whole)
    }

    fn is_head(&self) -> bool {
        false
    }

    fn holds_back(&self) -> bool {
        false
    }
}
