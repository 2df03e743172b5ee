//! A text is read as a scenario. Whatever it holds, problems lie within it; what compiles plays within its bounds and
//! in the order of the protocol, unless it says that it does not.
#![no_main]

use libfuzzer_sys::fuzz_target;
use wms_sim::clock::{Moment, Timestamp};
use wms_sim::protocol::dialect::Dialect;
use wms_sim::protocol::envelope::Envelope;
use wms_sim::protocol::grammar::{Grammar, State};
use wms_sim::scenario::compile::Options;
use wms_sim::scenario::diagnostic::{Diagnostic, render};
use wms_sim::scenario::file::{Source, mix, read_bytes};
use wms_sim::scenario::library::load;
use wms_sim::scenario::plan::Plan;
use wms_sim::scenario::render::Values;
use wms_sim::scenario::timeline::Timeline;
use wms_sim::seed::Seed;

/// Longer sessions are legal, and take time that is better spent on other texts.
const FEW: u64 = 300;

fuzz_target!(|bytes: &[u8]| {
    let (source, file, problems) = read_bytes("fuzz.yaml", bytes, None);
    check(&source, &problems);
    check(&source, &mix::read(&source).1);
    let legal = file.is_none_or(|file| file.legal);
    for dialect in [Dialect::current(), Dialect::older()] {
        match load(&source, &Options { dialect, ..Options::default() }) {
            Ok((plan, warnings)) => {
                check(&source, &warnings);
                if plan.events_max <= FEW {
                    play(&plan, legal);
                }
            }
            Err(problems) => {
                assert!(!problems.is_empty());
                check(&source, &problems);
            }
        }
    }
});

fn check(source: &Source, problems: &[Diagnostic]) {
    for problem in problems {
        assert!(!problem.message.is_empty());
        for label in &problem.labels {
            assert!(source.text.get(label.span.clone()).is_some(), "{:?} is not within the text", label.span);
        }
    }
    let shown = render(source, problems, false);
    assert!(!shown.contains(|c: char| c.is_control() && c != '\n'), "{shown:?}");
}

fn play(plan: &Plan, legal: bool) {
    let grammar = Grammar::new(&plan.dialect);
    let seed = Seed(1).session(1);
    let (mut values, mut timeline) = (Values::new(plan), Timeline::new(plan, seed));
    let (mut state, mut last, mut count) = (State::START, Moment::ZERO, 0);
    while let Some(beat) = timeline.next(plan) {
        let mut body = Vec::new();
        values.render(plan, seed, "s", Timestamp(0), beat, &mut body);
        let envelope = Envelope::read(&body).expect("what is sent can be read");
        if legal {
            state = grammar.step(state, beat.code(plan), envelope.hidden()).expect("what compiles is legal");
        }
        assert!(beat.due >= last, "beats are in order");
        last = beat.due;
        count += 1;
    }
    assert!((plan.events_min..=plan.events_max).contains(&count), "{count} events");
    assert!(last.0 <= plan.longest, "{last:?} is later than {}", plan.longest);
}
