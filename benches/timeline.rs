//! What a session costs before anything is rendered: its beats. And what a scenario costs before it is played.

#![allow(missing_docs, clippy::unwrap_used, reason = "a bench that cannot begin fails")]

use std::hint::black_box;

use criterion::{Criterion, criterion_group, criterion_main};
use wms_sim::scenario::compile::{self, Options};
use wms_sim::scenario::file;
use wms_sim::scenario::library::{Library, load_plan};
use wms_sim::scenario::plan::Plan;
use wms_sim::scenario::timeline::Timeline;
use wms_sim::seed::Seed;

fn plan(name: &str) -> Plan {
    load_plan(Library::built_in().scenario(name).unwrap(), &Options::default()).unwrap()
}

/// Steps session `number` to its end.
fn play(plan: &Plan, number: u64) -> u32 {
    let mut timeline = Timeline::new(plan, Seed(7).session(number));
    let mut beats = 0;
    while timeline.next(plan).is_some() {
        beats += 1;
    }
    beats
}

fn timelines(c: &mut Criterion) {
    let mut group = c.benchmark_group("timeline");
    for (name, scenario) in
        [("happy-path to its end", "happy-path"), ("tab-hidden, with interludes, to its end", "tab-hidden")]
    {
        let plan = plan(scenario);
        let mut number = 0;
        group.bench_function(name, |b| {
            b.iter(|| {
                // Another session each time, so that no branch is learnt by heart.
                number += 1;
                black_box(play(&plan, number))
            });
        });
    }
    group.finish();
}

fn scenarios(c: &mut Criterion) {
    let library = Library::built_in();
    let options = Options::default();
    let mut group = c.benchmark_group("scenario");
    let happy = library.scenario("happy-path").unwrap();
    let (read, _) = file::read(happy);
    let read = read.unwrap();
    group.bench_function("compile happy-path", |b| {
        b.iter(|| compile::compile(black_box(&read), &options).unwrap());
    });
    group.bench_function("read and compile happy-path", |b| {
        b.iter(|| load_plan(black_box(happy), &options).unwrap());
    });
    let names: Vec<&str> = library.scenario_names().collect();
    group.bench_function(format!("read and compile the catalogue, {} scenarios", names.len()), |b| {
        b.iter(|| {
            for name in &names {
                black_box(load_plan(library.scenario(name).unwrap(), &options).unwrap());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, timelines, scenarios);
criterion_main!(benches);
