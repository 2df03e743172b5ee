//! How a right MAC is spelled and sent: what has to be understood, and what is a matter of taste.

use super::forge::{digits, forged, spelled, taken_or_not, two};
use crate::conformance::case::{Case, Play, Source};
use crate::conformance::kit::{Event, Kit};
use crate::conformance::script::{Demand, MacLine, Script, Shot};
use crate::protocol::mac::PREFIX;

pub(super) const CASES: &[Case] = &[
    Case {
        id: "mac/two-wrong-last",
        title: "of two MACs, right then wrong: which one counts",
        source: Source::Standard("RFC 9110, 5.3"),
        requirement: "A sender has one X-WMS-Content-MAC header. What a receiver does with two is measured: the first, the last, or neither counts.",
        stimulus: "Two X-WMS-Content-MAC headers: the right one, then one signed with another secret.",
        play: Play::Script(|kit| two(kit, false)),
        ..Case::INFO
    },
    Case {
        id: "mac/two-wrong-first",
        title: "of two MACs, wrong then right: which one counts",
        source: Source::Standard("RFC 9110, 5.3"),
        requirement: "A sender has one X-WMS-Content-MAC header. What a receiver does with two is measured: the first, the last, or neither counts.",
        stimulus: "Two X-WMS-Content-MAC headers: one signed with another secret, then the right one.",
        play: Play::Script(|kit| two(kit, true)),
        ..Case::INFO
    },
    Case {
        id: "mac/upper-case-hex",
        title: "a right MAC in capital digits",
        source: Source::Page,
        requirement: "The page's digits are lower case. Whether capitals are taken is measured: both are right.",
        stimulus: "The right MAC with its digits A to F in capitals.",
        play: Play::Script(|kit| {
            let upper = |_: &Kit<'_>, event: &Event| {
                Shot::test(event)
                    .with_macs(vec![MacLine::new(format!("{PREFIX}{}", digits(event).to_uppercase()))])
                    .demanding(Demand::Anything)
            };
            forged(kit, "the event with capital digits", upper).measured(taken_or_not)
        }),
        ..Case::INFO
    },
    right(
        "mac/header-lower-case",
        "the header's name in small letters is understood",
        "The header spelled x-wms-content-mac, as HTTP/2 and many proxies spell it.",
        "The header is looked up in the spelling of the page, in a map that tells capitals from small letters.",
        |kit| spelled(kit, "x-wms-content-mac", "the event with the header in small letters"),
    ),
    right(
        "mac/header-upper-case",
        "the header's name in capitals is understood",
        "The header spelled X-WMS-CONTENT-MAC.",
        "The header is looked up in one spelling, in a map that tells capitals from small letters.",
        |kit| spelled(kit, "X-WMS-CONTENT-MAC", "the event with the header in capitals"),
    ),
    right(
        "mac/header-mixed-case",
        "the header's name in any spelling is understood",
        "The header spelled X-Wms-Content-Mac, as many HTTP clients spell it.",
        "The header is looked up in one spelling, in a map that tells capitals from small letters.",
        |kit| spelled(kit, "X-Wms-Content-Mac", "the event with the header in mixed letters"),
    ),
    Case {
        id: "mac/blanks",
        title: "blanks and a tab around the MAC",
        source: Source::Standard("RFC 9110, 5.5"),
        requirement: "Blanks around a header's value are no part of it. Whether a server leaves them away is measured: some (Puma, the built-in server of PHP) do not, and no receiver on them can help it.",
        stimulus: "The right MAC with blanks and a tab before and behind it.",
        play: Play::Script(|kit| {
            let blanks = |_: &Kit<'_>, event: &Event| {
                Shot::test(event)
                    .with_macs(vec![MacLine::new(format!("  \t{} \t ", event.mac.as_str()))])
                    .demanding(Demand::Anything)
            };
            forged(kit, "the event with blanks around its MAC", blanks).measured(taken_or_not)
        }),
        ..Case::INFO
    },
];

const fn right(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        id,
        title,
        source: Source::Standard("RFC 9110, 5.1"),
        requirement: "The names of header fields mean the same in any spelling: the receiver MUST take the event.",
        stimulus,
        hint,
        explain: "Proxies and HTTP libraries spell header names as they like.",
        play: Play::Script(script),
        ..Case::MUST
    }
}
