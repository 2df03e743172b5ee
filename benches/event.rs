//! What one event costs: rendering, signing, both. Beside them, two ways of rendering that were not taken.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that cannot begin fails")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use serde::Serialize;
use serde_json::json;
use wms_sim::clock::Timestamp;
use wms_sim::protocol::code::Code;
use wms_sim::protocol::dialect::MacInput;
use wms_sim::protocol::mac::{Secret, Signer};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::plan::Plan;
use wms_sim::scenario::render::Values;
use wms_sim::scenario::timeline::{Beat, Timeline};
use wms_sim::seed::{Seed, SessionSeed};

const STAMP: Timestamp = Timestamp(1_767_323_045);
const SESSION_ID: &str = "f0c8ca8d-111d-4dcf-a69d-46ed39a2db06";

struct Prepared {
    plan: Plan,
    seed: SessionSeed,
    /// What the session remembers right before the beat.
    values: Values,
    beat: Beat,
}

/// The first event of this code in a happy path.
fn prepared(code: Code) -> Prepared {
    let plan = load_plan(Library::built_in().scenario("happy-path").unwrap(), &Options::default()).unwrap();
    let seed = Seed(7).session(1);
    let mut timeline = Timeline::new(&plan, seed);
    let mut values = Values::new(&plan);
    loop {
        let beat = timeline.next(&plan).unwrap();
        if beat.code(&plan) == code {
            return Prepared { plan, seed, values, beat };
        }
        values.render(&plan, seed, SESSION_ID, STAMP, beat, &mut Vec::new());
    }
}

impl Prepared {
    fn render(&self, out: &mut Vec<u8>) {
        out.clear();
        let mut values = self.values;
        values.render(&self.plan, self.seed, SESSION_ID, STAMP, self.beat, out);
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Body<'a> {
    timestamp: i64,
    session_id: &'a str,
    sequence: u32,
    event: &'a str,
    severity: &'a str,
    payload: Payload<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Payload<'a> {
    measurement_id: &'a str,
}

fn event(c: &mut Criterion) {
    let mut group = c.benchmark_group("event");
    group.throughput(Throughput::Elements(1));
    let mut out = Vec::with_capacity(512);

    for (name, code) in [
        ("render WMS_LOADED", Code::WmsLoaded),
        ("render MEASUREMENT_CREATED", Code::MeasurementCreated),
        ("render INTERMEDIATE_RESULTS", Code::IntermediateResults),
    ] {
        let prepared = prepared(code);
        group.bench_function(name, |b| b.iter(|| prepared.render(black_box(&mut out))));
    }

    let body = Body {
        timestamp: STAMP.0,
        session_id: SESSION_ID,
        sequence: 6,
        event: "MEASUREMENT_CREATED",
        severity: "INFO",
        payload: Payload { measurement_id: "0b7a3b0e-8a53-4d43-9a36-2b1f3e7c6a55" },
    };
    group.bench_function("not taken: serde_json from a struct", |b| {
        b.iter(|| {
            out.clear();
            serde_json::to_writer(&mut out, black_box(&body)).unwrap();
        });
    });
    group.bench_function("not taken: json!", |b| {
        b.iter(|| {
            out.clear();
            let value = json!({
                "timestamp": body.timestamp,
                "sessionId": body.session_id,
                "sequence": body.sequence,
                "event": body.event,
                "severity": body.severity,
                "payload": { "measurementId": body.payload.measurement_id },
            });
            serde_json::to_writer(&mut out, black_box(&value)).unwrap();
        });
    });

    let secret = Secret::new("a secret of a usual length, 32 B");
    let signer = Signer::new(&secret, MacInput::Bytes);
    let result = prepared(Code::IntermediateResults);
    result.render(&mut out);
    let bytes = out.clone();
    group.bench_function(format!("sign {} bytes, keyed state cloned", bytes.len()), |b| {
        b.iter(|| signer.sign(black_box(&bytes)));
    });
    group.bench_function(format!("sign {} bytes, fresh key", bytes.len()), |b| {
        b.iter(|| Signer::new(&secret, MacInput::Bytes).sign(black_box(&bytes)));
    });

    for (name, code) in [
        ("render and sign MEASUREMENT_CREATED", Code::MeasurementCreated),
        ("render and sign INTERMEDIATE_RESULTS", Code::IntermediateResults),
    ] {
        let prepared = prepared(code);
        group.bench_function(name, |b| {
            b.iter(|| {
                prepared.render(black_box(&mut out));
                signer.sign(&out)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, event);
criterion_main!(benches);
