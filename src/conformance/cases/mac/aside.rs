//! Forged events on ways through the code that people forget: other content types, unknown events, chunks, repetitions.

use super::forge::{digits, forged, swapped, two_bits_off};
use super::refused;
use crate::conformance::case::Case;
use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::{Form, Script, Shot};
use crate::protocol::code::Code;
use crate::protocol::mac::{PREFIX, Secret, Signer};

pub(super) const CASES: &[Case] = &[
    refused(
        "mac/wrong-secret-content-type",
        "a forged event is refused whatever its content type says",
        "Events signed with another secret, with a charset, as text/plain, as a form, and without a Content-Type.",
        "The check is a middleware for one content type (`express.json({ verify })`), and others reach the handler without it.",
        content_types,
    ),
    refused(
        "mac/wrong-secret-unknown-event",
        "a forged event is refused though nobody knows its code",
        "An event with a code that is not on the page, signed with another secret.",
        "The check stands in the branches of a `switch` over the known events.",
        |kit| {
            let mut session = kit.session();
            let before = kit.event(&mut session, Code::WmsLoaded);
            let body = r#"{"timestamp":STAMP,"sessionId":"SESSION","sequence":SEQUENCE,"event":"NOT_ON_THE_PAGE","severity":"INFO"}"#;
            let event = kit.custom(&mut session, body);
            let shot = stranger(kit, &event).called("the forged event with an unknown code");
            Script::of([Shot::setup(&before), shot])
        },
    ),
    refused(
        "mac/wrong-secret-chunked",
        "a forged event in chunks is refused",
        "An event signed with another secret, its body in chunks and so without a Content-Length.",
        "The check is left out where there is no Content-Length, or is made over an empty body.",
        |kit| {
            forged(kit, "the forged event in chunks", |kit, event| {
                stranger(kit, event).written(Form { chunks: Some(64), ..Form::default() })
            })
        },
    ),
    refused(
        "mac/wrong-secret-repeated",
        "an event that is known is refused where its MAC is wrong",
        "An event that was taken comes again, signed with another secret; and a forged event after the end of its session.",
        "What is known already is answered with a 2xx before the MAC is checked.",
        repeated,
    ),
    refused(
        "mac/wrong-secret-no-harm",
        "a forged event does no harm to its session",
        "An event signed with another secret, and then the right event of the same session.",
        "A session is closed or blocked after a forged event, so that anybody can end it; or the forged event was stored, and the right one is taken for its repetition.",
        |kit| {
            let mut session = kit.session();
            let before = kit.event(&mut session, Code::WmsLoaded);
            let event = kit.event(&mut session, Code::ConfigurationLoaded);
            let forged = stranger(kit, &event).called("the event signed with another secret");
            Script::of([Shot::setup(&before), forged, Shot::after(&event)])
        },
    ),
    refused(
        "mac/digits-swapped",
        "a MAC with two digits in each other's place is refused",
        "The right MAC with two digits that differ swapped.",
        "The digits are added up or sorted, and not compared one by one.",
        |kit| {
            forged(kit, "the event with two digits of its MAC swapped", |_, event| {
                Shot::test(event).forged(format!("{PREFIX}{}", swapped(digits(event))))
            })
        },
    ),
    refused(
        "mac/two-bits",
        "a MAC that is off by the same bit in two bytes is refused",
        "The right MAC with the lowest bit turned over in two bytes that end with the same digit.",
        "A comparison by hand: `diff ^= a ^ b` in place of `diff |= a ^ b`, in which two differences cancel out.",
        |kit| {
            forged(kit, "the event with one bit changed in two bytes of its MAC", |_, event| {
                Shot::test(event).forged(two_bits_off(event))
            })
        },
    ),
];

/// The event, signed with another secret.
fn stranger(kit: &Kit<'_>, event: &Event) -> Shot {
    Shot::test(event).forged(kit.stranger().sign(&event.body).as_str())
}

fn content_types(kit: &mut Kit<'_>) -> Script {
    const TYPES: [&str; 4] =
        ["application/json; charset=utf-8", "text/plain", "application/x-www-form-urlencoded", ""];
    let mut session = kit.session();
    let before = Shot::setup(&kit.event(&mut session, Code::WmsLoaded));
    let shots = TYPES.map(|content_type| {
        let event = kit.event(&mut session, Code::ConfigurationLoaded);
        let name = if content_type.is_empty() { "no Content-Type" } else { content_type };
        stranger(kit, &event)
            .written(Form { content_type: Some(content_type.into()), ..Form::default() })
            .called(format!("the forged event with {name}"))
    });
    Script::of(std::iter::once(before).chain(shots))
}

fn repeated(kit: &mut Kit<'_>) -> Script {
    let mut session = kit.session();
    let first = kit.event(&mut session, Code::WmsLoaded);
    let last = kit.event(&mut session, Code::PageUnloaded);
    let late = kit.event(&mut session, Code::ConfigurationLoaded);
    Script::of([
        Shot::setup(&first),
        stranger(kit, &first).called("the same event, signed with another secret"),
        Shot::setup(&last),
        stranger(kit, &late).called("a forged event after PAGE_UNLOADED"),
    ])
}

/// What becomes of a variable that nobody has set.
pub(super) fn unset_secrets(kit: &mut Kit<'_>) -> Script {
    let mut session = kit.session();
    let before = Shot::setup(&kit.event(&mut session, Code::WmsLoaded));
    let shots = ["", "undefined", "null", "None"].map(|secret| {
        let event = kit.event(&mut session, Code::ConfigurationLoaded);
        let signer = Signer::new(&Secret::new(secret), kit.setup().signer.input());
        let name = if secret.is_empty() { "empty secret".to_owned() } else { format!("secret {secret}") };
        Shot::test(&event)
            .forged(signer.sign(&event.body).as_str())
            .called(format!("the event signed with the {name}"))
    });
    Script::of(std::iter::once(before).chain(shots))
}
