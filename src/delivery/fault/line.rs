//! The order in which a session's events are sent when faults change it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::kind::FaultKind;
use super::rule::FaultRule;
use super::spoil;
use crate::clock::Moment;
use crate::delivery::item::{Faults, Item, MacText};
use crate::protocol::mac::Signer;
use crate::seed::{Seed, SessionSeed};

/// Takes a session's events in their order and gives them back in that of sending. Events come with rising due times,
/// so whatever is due no later than the next one to come can go.
#[derive(Debug, Default)]
pub(in crate::delivery) struct FaultLine {
    ready: BinaryHeap<Reverse<Queued>>,
    taken: u64,
    /// An event that waits for the one after it, to go behind it, and its copies.
    swapped: Option<(Item, u32)>,
    /// Events that wait for the last of their burst, with their copies, and how many are still to come.
    burst: Vec<(Item, u32)>,
    missing: u32,
    /// A fault has struck.
    struck: bool,
}

impl FaultLine {
    /// Takes the session's next event and lets the rules strike it.
    pub fn take(&mut self, mut item: Item, rules: &[FaultRule], seed: SessionSeed, signer: &Signer) {
        item.faults = rules
            .iter()
            .filter(|rule| rule.strikes(seed, item.sequence))
            .map(|rule| rule.kind)
            .collect::<Faults>();
        item.shadow = self.struck;
        let (swap, burst) = placement(&item.faults);
        // A place can be changed once: inside a burst, or by an event that already changes places with it, it stays.
        if self.missing > 0 || self.swapped.is_some() {
            item.faults.retain(|fault| !moves(*fault));
        }
        let copies = strike(&mut item, signer);
        self.struck |= !item.faults.is_empty();
        if self.missing > 0 {
            self.missing -= 1;
            self.burst.push((item, copies));
            if self.missing == 0 {
                self.end_burst();
            }
        } else if let Some((held, held_copies)) = self.swapped.take() {
            let due = item.due.max(held.due);
            self.queue(item, copies);
            self.queue(Item { due, ..held }, held_copies);
        } else if swap {
            self.swapped = Some((item, copies));
        } else if let Some(count) = burst {
            self.missing = count - 1;
            self.burst.push((item, copies));
        } else {
            self.queue(item, copies);
        }
    }

    /// No event is to come: nothing waits any longer.
    pub fn finish(&mut self) {
        self.missing = 0;
        self.end_burst();
        if let Some((mut held, copies)) = self.swapped.take() {
            // There was none to change places with.
            held.faults.retain(|fault| !moves(*fault));
            self.queue(held, copies);
        }
    }

    /// When the first of the items that can go is due. It goes next if it is due no later than the session's next event.
    pub fn first_due(&self) -> Option<Moment> {
        self.ready.peek().map(|Reverse(first)| first.item.due)
    }

    /// The first of the items that can go.
    pub fn pop(&mut self) -> Option<Item> {
        self.ready.pop().map(|Reverse(queued)| queued.item)
    }

    /// True where nothing is held back.
    pub fn is_empty(&self) -> bool {
        self.ready.is_empty() && self.swapped.is_none() && self.burst.is_empty()
    }

    fn end_burst(&mut self) {
        let Some(last) = self.burst.last().map(|(item, _)| item.due) else { return };
        for (item, copies) in std::mem::take(&mut self.burst) {
            self.queue(Item { due: last.max(item.due), ..item }, copies);
        }
    }

    fn queue(&mut self, item: Item, copies: u32) {
        for _ in 0..copies {
            let copy = Item { copy: true, ..item.clone() };
            // Behind the event itself, which is due at the same moment.
            self.ready.push(Reverse(Queued { order: self.taken + 1, item: copy }));
        }
        self.ready.push(Reverse(Queued { order: self.taken, item }));
        self.taken += 2;
    }
}

/// What a rule makes of one event that stands alone: what is sent, in its order.
pub fn struck(item: Item, rule: &FaultRule, signer: &Signer) -> Vec<Item> {
    let mut line = FaultLine::default();
    line.take(item, std::slice::from_ref(rule), Seed(0).session(1), signer);
    line.finish();
    std::iter::from_fn(|| line.pop()).collect()
}

/// What faults do to the event itself. Gives the number of copies.
fn strike(item: &mut Item, signer: &Signer) -> u32 {
    let mut copies = 0;
    for fault in &item.faults {
        match fault {
            FaultKind::Drop => item.dropped = true,
            FaultKind::Duplicate => copies += 1,
            FaultKind::Delay(nanos) => item.due = item.due.after(*nanos),
            FaultKind::Body(fault) => item.body = spoil::body(*fault, &item.body),
            FaultKind::Swap | FaultKind::Burst(_) | FaultKind::Mac(_) => {}
        }
        item.expectation = item.expectation.stricter(fault.expectation());
    }
    let changed = item.faults.iter().any(|fault| matches!(fault, FaultKind::Body(_)));
    if changed {
        item.mac = MacText::Signed(signer.sign(&item.body));
    }
    // The MAC is spoiled last, whatever the order of the rules; of several such faults the first counts.
    if let Some(fault) = item.faults.iter().find_map(|fault| match fault {
        FaultKind::Mac(fault) => Some(*fault),
        _ => None,
    }) {
        item.mac = spoil::mac(fault, signer, &item.body);
    }
    if item.dropped { 0 } else { copies }
}

/// Whether a fault changes the event's place in the line.
fn moves(fault: FaultKind) -> bool {
    matches!(fault, FaultKind::Swap | FaultKind::Burst(_))
}

/// Whether the event changes places, and the length of the burst that it begins.
fn placement(faults: &Faults) -> (bool, Option<u32>) {
    let swap = faults.iter().any(|fault| matches!(fault, FaultKind::Swap));
    let burst = faults.iter().find_map(|fault| match fault {
        FaultKind::Burst(count) => Some(*count),
        _ => None,
    });
    (swap, burst)
}

#[derive(Debug)]
struct Queued {
    order: u64,
    item: Item,
}

impl Queued {
    const fn key(&self) -> (Moment, u64) {
        (self.item.due, self.order)
    }
}

impl PartialEq for Queued {
    fn eq(&self, other: &Self) -> bool {
        self.key() == other.key()
    }
}

impl Eq for Queued {}

impl PartialOrd for Queued {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Queued {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::fault::Expectation;
    use crate::protocol::code::Code;
    use crate::protocol::dialect::MacInput;
    use crate::protocol::mac::Secret;
    use bytes::Bytes;

    /// Sends ten events, a second apart, and gives (sequence, second, dropped, copy) in the order of sending.
    fn order(specs: &[&str]) -> Vec<(u32, u64, bool, bool)> {
        let rules: Vec<FaultRule> = specs.iter().map(|spec| spec.parse().unwrap()).collect();
        let signer = Signer::new(&Secret::new("s"), MacInput::Bytes);
        let mut line = FaultLine::default();
        let mut sent = Vec::new();
        for sequence in 0..10 {
            let item = Item {
                due: Moment(u64::from(sequence) * 1_000_000_000),
                sequence,
                code: Code::WmsLoaded.into(),
                body: Bytes::from_static(b"{}"),
                mac: MacText::Signed(signer.sign(b"{}")),
                faults: Faults::new(),
                expectation: Expectation::Accept,
                shadow: false,
                dropped: false,
                copy: false,
            };
            while line.first_due().is_some_and(|first| first <= item.due) {
                sent.extend(line.pop());
            }
            line.take(item, &rules, Seed(1).session(1), &signer);
        }
        line.finish();
        sent.extend(std::iter::from_fn(|| line.pop()));
        sent.iter().map(|item| (item.sequence, item.due.0 / 1_000_000_000, item.dropped, item.copy)).collect()
    }

    fn sequences(specs: &[&str]) -> Vec<u32> {
        order(specs).into_iter().map(|(sequence, ..)| sequence).collect()
    }

    #[test]
    fn without_faults_nothing_changes() {
        assert_eq!(sequences(&[]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn neighbours_swap_and_the_last_has_none() {
        assert_eq!(sequences(&["swap@3"]), [0, 1, 2, 4, 3, 5, 6, 7, 8, 9]);
        assert_eq!(sequences(&["swap@9"]), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
        assert_eq!(sequences(&["swap@3", "swap@4"]), [0, 1, 2, 4, 3, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn a_delayed_event_is_overtaken() {
        let sent = order(&["delay@2=3500ms"]);
        let sequences: Vec<u32> = sent.iter().map(|(sequence, ..)| *sequence).collect();
        assert_eq!(sequences, [0, 1, 3, 4, 5, 2, 6, 7, 8, 9]);
        assert_eq!(order(&["delay@9=60s"]).last(), Some(&(9, 69, false, false)));
    }

    #[test]
    fn a_burst_waits_for_its_last() {
        let sent = order(&["burst@2=3"]);
        assert_eq!(sent[2..5], [(2, 4, false, false), (3, 4, false, false), (4, 4, false, false)]);
        let cut = order(&["burst@8=5"]);
        assert_eq!(cut[8..], [(8, 9, false, false), (9, 9, false, false)]);
    }

    #[test]
    fn copies_and_drops() {
        assert_eq!(order(&["duplicate@1"])[1..3], [(1, 1, false, false), (1, 1, false, true)]);
        assert_eq!(order(&["drop@1"])[1], (1, 1, true, false));
        assert_eq!(order(&["drop@1", "duplicate@1"]).len(), 10);
    }

    #[test]
    fn copies_stay_with_what_is_moved() {
        assert_eq!(sequences(&["duplicate@3", "swap@3"]), [0, 1, 2, 4, 3, 3, 5, 6, 7, 8, 9]);
        assert_eq!(sequences(&["duplicate@5", "burst@4=3"]), [0, 1, 2, 3, 4, 5, 5, 6, 7, 8, 9]);
    }

    #[test]
    fn every_event_leaves_once_whatever_strikes() {
        for specs in [
            vec!["swap=50%", "delay=30%,7s", "burst=20%,4", "drop=10%"],
            vec!["burst=100%", "swap=100%"],
            vec!["delay=100%,30s", "swap=50%"],
        ] {
            let mut left = sequences(&specs);
            left.sort_unstable();
            assert_eq!(left, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9], "{specs:?}");
        }
    }
}
