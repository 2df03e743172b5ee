//! Learning a dialect from traffic. Each thing that shows how a key is set is a [`Sighting`]; the value that fits is the
//! one that was sighted most. An audit holds the same sightings against a dialect.

mod course;
mod request;
mod signal;
mod tally;
#[cfg(test)]
mod tests;

use std::borrow::Cow;

use crate::outcome::audit::Place;
use crate::outcome::learnt::Learnt;
use crate::protocol::dialect::Dialect;
use crate::protocol::mac::Secret;
use crate::serve::traffic::{Heeded, Listener, MacVerdict, Macs, Request, Step};
use signal::Signals;
use tally::Tally;

pub use tally::{is_known, is_list};

/// Something that shows how a key of the dialect is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Sighting {
    /// The key.
    pub key: &'static str,
    /// The value that it shows. Not every value is one that the key takes.
    pub value: Cow<'static, str>,
    /// Where, or where first.
    pub place: Place,
    /// How often.
    pub count: u64,
}

impl Sighting {
    fn new(key: &'static str, value: impl Into<Cow<'static, str>>, place: &Place) -> Self {
        Self { key, value: value.into(), place: place.clone(), count: 1 }
    }
}

/// Looks at traffic for what shows the dialect.
#[derive(Debug, Default)]
pub struct Observer {
    signals: Signals,
}

impl Observer {
    /// What a request shows by itself.
    pub fn request(request: &Request, event: &Heeded, mac: &MacVerdict, each: &mut dyn FnMut(Sighting)) {
        request::look(request, event, mac, each);
    }

    /// What the order of one session's events shows.
    pub fn course(&mut self, steps: &[Step], each: &mut dyn FnMut(Sighting)) {
        course::look(steps, &mut self.signals, each);
    }

    /// What only all of the traffic shows.
    pub fn finish(self, each: &mut dyn FnMut(Sighting)) {
        self.signals.finish(each);
    }
}

/// Learns the dialect that fits. A secret shows what MACs are computed over.
pub fn learn(requests: &[Request], secrets: &[Secret]) -> Learnt {
    let mut tally = Tally::default();
    let mut macs = Macs::new(secrets);
    // The usual dialect takes a sequence that starts again for what it is, and one that goes on as well.
    let mut listener = Listener::new(&Dialect::current(), None);
    let mut learnt = Learnt::default();
    for request in requests {
        if request.is_faulty() || !request.was_sent() {
            learnt.left_out += 1;
            continue;
        }
        let heard = listener.hear(request);
        if !heard.is_event {
            learnt.unreadable += 1;
        } else if let Some(event) = heard.event {
            learnt.events += 1;
            let mac = if secrets.is_empty() || request.body.is_ascii() {
                MacVerdict::Unchecked
            } else {
                macs.judge(&request.body, &request.macs)
            };
            Observer::request(request, &event, &mac, &mut |sighting| tally.add(sighting));
        }
    }
    learnt.sessions = listener.sessions();
    let mut observer = Observer::default();
    for steps in listener.courses() {
        observer.course(&steps, &mut |sighting| tally.add(sighting));
    }
    observer.finish(&mut |sighting| tally.add(sighting));
    learnt.keys = tally.keys();
    learnt
}
