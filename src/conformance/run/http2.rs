//! An event over HTTP/2, where the receiver offers it.

use std::sync::Arc;
use std::time::Duration;

use super::Runner;
use super::attempt::Attempt;
use super::tls::unknown;
use crate::conformance::judge::{self, Seen};
use crate::conformance::kit::Kit;
use crate::conformance::script::Shot;
use crate::outcome::check::{Level, Verdict};
use crate::protocol::code::Code;
use crate::transport::client::Client;
use crate::transport::options::TransportOptions;
use crate::transport::tls::handshake::Versions;
use crate::transport::{Lane, Outgoing, Transport};

const EXPECTED: &str = "a 2xx to the event over HTTP/2";

impl Runner {
    /// Asks whether HTTP/2 is offered, and sends an event over it if so.
    pub(super) async fn http2(self: &Arc<Self>, kit: &mut Kit<'_>) -> Attempt {
        match self.shake(Versions::Any, false).await {
            Ok(facts) if facts.alpn.as_deref() == Some("h2") => {}
            Ok(_) => return Attempt::of(Verdict::Skip, EXPECTED, "HTTP/2 is not offered"),
            Err(failure) => return unknown(EXPECTED, &failure),
        }
        let options = TransportOptions { http2: true, ..self.options.clone() };
        let client = match Client::new(&options, self.clock) {
            Ok(client) => client,
            Err(error) => return Attempt::error(EXPECTED, format!("not judged: {error}")),
        };
        let mut session = kit.session();
        let event = kit.event(&mut session, Code::WmsLoaded);
        let shot = Shot::test(&event).called("the event over HTTP/2");
        if let Err(why) = self.announce(&[&shot]).await {
            return Attempt::error(EXPECTED, format!("not judged: {why}"));
        }
        let outgoing = Outgoing { body: event.body.clone(), mac: Some(event.mac.as_str().to_owned()) };
        let exchange = client.lane().exchange(&outgoing).await;
        let moments = exchange.moments;
        let length = event.body.len() as u64;
        let seen = self.noted(Seen {
            took: moments.ended.since(moments.begun),
            interim: 0,
            written: if moments.sent.is_some() { length } else { 0 },
            length,
            reused: exchange.reused,
            surplus: false,
            result: exchange.result,
        });
        let pairs = [(&shot, Some(&seen))];
        let judged = judge::judge(Level::Must, &pairs, None, &self.accept);
        let curl = self.base.command(&shot).map(|command| command.replacen("--http1.1", "--http2", 1));
        Attempt {
            traces: self.traces(&pairs, Some(0)),
            requests: 1,
            took: Duration::ZERO,
            incident: None,
            differs: None,
            down: seen.is_down(),
            cut: seen.is_cut(),
            course: judge::course(&pairs, &self.accept, self.at_once()),
            curl,
            judged,
        }
    }
}
