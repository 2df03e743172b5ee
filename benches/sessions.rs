//! Whole sessions with no network: stepped, rendered and signed, as `send --dry-run` does it, without the printing.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that cannot begin fails")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use wms_sim::clock::Epoch;
use wms_sim::delivery::policy::{Pace, Policy};
use wms_sim::delivery::{Scenarios, SessionSource, Signers, dry};
use wms_sim::protocol::dialect::{Dialect, MacInput};
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::file::mix;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::mix::Mix;
use wms_sim::seed::Seed;

const SESSIONS: u64 = 100_000;

fn production() -> SessionSource {
    let library = Library::built_in();
    let (file, _) = mix::read(library.mix("production").unwrap());
    let plans = file
        .unwrap()
        .scenarios
        .iter()
        .map(|entry| {
            let plan = load_plan(library.scenario(&entry.scenario.value).unwrap(), &Options::default());
            (Arc::new(plan.unwrap()), entry.weight.value)
        })
        .collect();
    let mix = Mix::new(plans).unwrap();
    SessionSource::Scenarios(Scenarios { seed: Seed(7), mix, ids: Vec::new(), faults: [].into() })
}

/// Plays sessions 1 to `count`; how many events they had, and how many bytes.
fn play(source: &SessionSource, policy: &Policy, signer: &Signers, count: u64) -> (u64, u64) {
    let (mut events, mut bytes) = (0, 0);
    for number in 1..=count {
        dry::events(source, number, policy, signer, &mut |_, item| {
            let (mac, body) = (&item.mac, &item.body);
            events += 1;
            bytes += (black_box(mac).as_str().map_or(0, str::len) + body.len()) as u64;
        });
    }
    (events, bytes)
}

fn sessions(c: &mut Criterion) {
    let source = production();
    let dialect = Dialect::current();
    let start = Epoch::parse_rfc3339("2026-01-02T03:04:05Z").unwrap();
    let policy = Policy::new(&dialect, Pace::Max, start);
    let signer: Signers =
        Signer::new(&Secret::new("a secret of a usual length, 32 B"), MacInput::Bytes).into();
    let (events, _) = play(&source, &policy, &signer, SESSIONS);
    let mut group = c.benchmark_group("sessions");
    group.throughput(Throughput::Elements(events));
    group.sample_size(10).warm_up_time(Duration::from_millis(500));
    group.bench_function(format!("{SESSIONS} of the production mix, {events} events"), |b| {
        b.iter(|| play(&source, &policy, &signer, SESSIONS));
    });
    group.finish();
}

criterion_group!(benches, sessions);
criterion_main!(benches);
