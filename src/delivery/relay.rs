//! What happens to events between the page and the webhook: the secret cannot live in a browser, so a relay of the
//! service posts them.

use crate::clock::{Moment, nanos};
use crate::protocol::dialect::{Dialect, RelayOrder};
use crate::seed::{Purpose, SessionSeed};

/// How long events are on their way, and whether one can overtake another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Relay {
    /// The shortest and the longest time, in nanoseconds.
    latency: Option<(u64, u64)>,
    order: RelayOrder,
}

impl Relay {
    /// The relay that a dialect describes.
    pub fn new(dialect: &Dialect) -> Self {
        let latency = dialect.relay_latency.range().map(|(low, high)| (nanos(low), nanos(high)));
        Self { latency, order: dialect.relay_order }
    }

    /// True where events take no time, so that there is nothing to do.
    pub const fn is_instant(&self) -> bool {
        self.latency.is_none()
    }

    /// When an event that the page posts at `posted` is there. `before` is when the session's event before it was.
    pub fn arrival(&self, posted: Moment, before: Moment, seed: SessionSeed, sequence: u64) -> Moment {
        let Some((low, high)) = self.latency else { return posted };
        let way = seed.draw(Purpose::named("relay").number(sequence)).between(low, high);
        let arrival = posted.after(way);
        match self.order {
            RelayOrder::Kept => arrival.max(before),
            RelayOrder::Free => arrival,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::seed::Seed;

    const MS: u64 = 1_000_000;

    fn arrivals(order: &str) -> Vec<u64> {
        let mut dialect = Dialect::current();
        dialect.set("relay.latency", "100ms..2s").unwrap();
        dialect.set("relay.order", order).unwrap();
        let relay = Relay::new(&dialect);
        let mut before = Moment::ZERO;
        (0..200)
            .map(|n| {
                before = relay.arrival(Moment(n * 100 * MS), before, Seed(1).session(1), n);
                before.0
            })
            .collect()
    }

    #[test]
    fn each_event_takes_its_own_time_within_the_range() {
        for (n, arrival) in (0..).zip(arrivals("free")) {
            let way = arrival - n * 100 * MS;
            assert!((100 * MS..=2_000 * MS).contains(&way), "{n}: {way}");
        }
    }

    #[test]
    fn only_a_free_order_lets_events_overtake() {
        assert!(arrivals("kept").is_sorted());
        assert!(!arrivals("free").is_sorted());
    }

    #[test]
    fn without_a_relay_events_are_there_at_once() {
        let relay = Relay::new(&Dialect::current());
        assert!(relay.is_instant());
        assert_eq!(relay.arrival(Moment(5), Moment(9), Seed(1).session(1), 0), Moment(5));
    }
}
