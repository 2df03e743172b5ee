//! What is measured of the receiver's HTTP, and never judged.

use super::{first, named, script};
use crate::conformance::case::{Case, Manner, Play, Source};
use crate::conformance::judge::Seen;
use crate::conformance::kit::Kit;
use crate::conformance::script::{Demand, Form, Script, Shot};

pub(in crate::conformance::cases) const CASES: &[Case] = &[
    Case {
        manner: Manner::Rough,
        ..measured(
            "http/get",
            "what GET on the same path answers",
            "RFC 9110, 9.3.1",
            "GET without a body and without a MAC.",
            |kit| bare(kit, "GET"),
        )
    },
    Case {
        manner: Manner::Rough,
        ..measured(
            "http/head",
            "what HEAD on the same path answers",
            "RFC 9110, 9.3.2",
            "HEAD without a body and without a MAC.",
            |kit| bare(kit, "HEAD"),
        )
    },
    measured(
        "http/connections",
        "whether connections are kept alive",
        "RFC 9112, 9.3",
        "Five events, one after the other, over one connection as long as it is there.",
        |kit| {
            let events = kit.story("happy-path");
            let shots = events.iter().take(5).map(|event| named(event).demanding(Demand::Anything));
            Script::of(shots).measured(connections)
        },
    ),
    Case {
        manner: Manner::Rough,
        ..measured(
            "http/interim",
            "whether 100 Continue is said",
            "RFC 9110, 10.1.1",
            "An event with Expect: 100-continue, whose body waits for the word to go on, a second at most.",
            |kit| {
                let form = Form { expect: true, fresh: true, ..Form::default() };
                script(kit, |shot| shot.written(form).demanding(Demand::Anything)).measured(interim)
            },
        )
    },
];

const fn measured(
    id: &'static str,
    title: &'static str,
    section: &'static str,
    stimulus: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        source: Source::Standard(section),
        requirement: "It is measured, and nothing follows from it.",
        stimulus,
        play: Play::Script(script),
        ..Case::INFO
    }
}

/// A request without anything but its method.
fn bare(kit: &mut Kit<'_>, method: &'static str) -> Script {
    let mut shot = Shot::test(&first(kit)).called(method).demanding(Demand::Anything).with_macs(Vec::new());
    shot.body = bytes::Bytes::new();
    let form = Form { method, content_type: Some("".into()), fresh: true, ..Form::default() };
    // Whether it still takes events is seen over a connection of its own.
    let mut after = Shot::after(&first(kit));
    after.form.fresh = true;
    Script::of([shot.written(form)]).then([after]).measured(answer)
}

fn answer(seen: &[&Seen]) -> String {
    seen.first().map_or_else(|| "nothing was sent".to_owned(), |seen| format!("it answers {}", seen.words()))
}

fn connections(seen: &[&Seen]) -> String {
    let answered = seen.iter().filter(|seen| seen.result.is_ok());
    let (later, kept) =
        (answered.clone().count().saturating_sub(1), answered.filter(|seen| seen.reused).count());
    if later == 0 {
        return "it cannot be said: fewer than two events were answered".to_owned();
    }
    // The connection was open, and of no use: what comes next over it cannot be told from what is left of before.
    if seen.iter().any(|seen| seen.surplus) {
        return format!(
            "{kept} of {later} events found the connection fit for use: behind an answer come bytes that belong to none, such as the body of a 204 or a second answer"
        );
    }
    match kept {
        0 => "each connection is closed after its answer".to_owned(),
        kept if kept >= later => "the connection is kept alive".to_owned(),
        kept => format!("the connection is sometimes kept alive: {kept} of {later} events found it open"),
    }
}

fn interim(seen: &[&Seen]) -> String {
    let Some(seen) = seen.first() else { return "nothing was sent".to_owned() };
    let said = match seen.interim {
        0 => "no 100 Continue came",
        _ => "100 Continue came",
    };
    format!("{said}; the answer was {}", seen.words())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::outcome::exchange::Reply;

    fn seen(reused: bool, interim: u32) -> Seen {
        let reply = Reply { status: 204, ..Reply::default() };
        Seen {
            result: Ok(reply),
            took: Duration::ZERO,
            interim,
            written: 1,
            length: 1,
            reused,
            surplus: false,
        }
    }

    #[test]
    fn what_is_measured_is_told() {
        let told = |reused: &[bool]| {
            let all: Vec<Seen> = reused.iter().map(|reused| seen(*reused, 0)).collect();
            connections(&all.iter().collect::<Vec<_>>())
        };
        assert_eq!(told(&[false, true, true]), "the connection is kept alive");
        assert_eq!(told(&[false, false, false]), "each connection is closed after its answer");
        let some = "the connection is sometimes kept alive: 1 of 2 events found it open";
        assert_eq!(told(&[false, true, false]), some);
        let spoiled = Seen { surplus: true, ..seen(false, 0) };
        let told = connections(&[&spoiled, &seen(false, 0)]);
        assert!(told.starts_with("0 of 1 events") && told.contains("belong to none"), "{told}");
        assert_eq!(interim(&[&seen(false, 1)]), "100 Continue came; the answer was 204");
        assert_eq!(interim(&[&seen(false, 0)]), "no 100 Continue came; the answer was 204");
        assert_eq!(answer(&[&seen(false, 0)]), "it answers 204");
        for nothing in [answer(&[]), interim(&[])] {
            assert_eq!(nothing, "nothing was sent");
        }
    }
}
