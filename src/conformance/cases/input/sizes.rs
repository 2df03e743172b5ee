//! Events that are large or deep. They are right but for that, and nobody has to take them.

use super::{one, purposeful, with};
use crate::conformance::case::Case;
use crate::conformance::kit::{Draft, Kit};
use crate::conformance::script::Script;

const fn large(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    hint: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        explain: "Anybody can send a large body: the MAC is known only once all of it was read. A limit with a 413 is right, as is taking it; running out of memory is not.",
        heavy: true,
        ..purposeful(id, title, stimulus, hint, script)
    }
}

const fn deep(
    id: &'static str,
    title: &'static str,
    stimulus: &'static str,
    script: fn(&mut Kit<'_>) -> Script,
) -> Case {
    Case {
        explain: "A parser that calls itself for each level needs stack for each. Where that is used up, many runtimes end the whole process, and no try block helps.",
        heavy: true,
        ..purposeful(
            id,
            title,
            stimulus,
            "A `RecursionError`, `RangeError: Maximum call stack size exceeded` or `StackOverflowError` that is caught nowhere, or code of your own that walks through the whole body.",
            script,
        )
    }
}

pub(super) const CASES: &[Case] = &[
    large(
        "input/64-kb",
        "an event of 64 KB is answered on purpose",
        "An event with an unknown key whose text has 65,536 letters.",
        "A buffer or column of 64 KB, such as MySQL's TEXT, whose `Data too long` nobody catches, or a read that returns the first part only.",
        |kit| one(kit, "an event of 64 KB", |draft| padded(draft, 64 << 10)),
    ),
    large(
        "input/1-mb",
        "an event of 1 MB is answered on purpose",
        "An event with an unknown key whose text has 1,048,576 letters.",
        "The error of a body limit goes to an error handler that answers 500: `PayloadTooLargeError`, `RequestEntityTooLarge`. Answer 413.",
        |kit| one(kit, "an event of 1 MB", |draft| padded(draft, 1 << 20)),
    ),
    large(
        "input/10-mb",
        "an event of 10 MB is answered on purpose",
        "An event with an unknown key whose text has 10,485,760 letters.",
        "The body is put together by `body += chunk` without a limit, or the error of a limit is answered with 500. Answer 413.",
        |kit| one(kit, "an event of 10 MB", |draft| padded(draft, 10 << 20)),
    ),
    large(
        "input/long-key",
        "a key of 64 KB is answered on purpose",
        "An event with an unknown key of 65,536 letters.",
        "Keys become columns, labels of metrics or fields of a log without a limit.",
        |kit| one(kit, "an event with a key of 64 KB", |draft| with(draft, &"k".repeat(64 << 10), "1")),
    ),
    large(
        "input/many-keys",
        "ten thousand keys are answered on purpose",
        "An event with 10,000 unknown keys.",
        "Keys become columns, labels of metrics or fields of a log without a limit.",
        |kit| {
            one(kit, "an event with 10,000 unknown keys", |draft| {
                let many =
                    (0..10_000).fold(draft.clone(), |draft, number| draft.adding(&format!("k{number}"), "1"));
                many.compact().into_bytes()
            })
        },
    ),
    deep(
        "input/deep-arrays",
        "a thousand lists in each other are answered on purpose",
        "An event with an unknown key that holds 1,000 lists in each other.",
        |kit| one(kit, "an event with 1,000 lists in each other", |draft| with(draft, "deep", lists(1_000))),
    ),
    deep(
        "input/deep-objects",
        "a thousand objects in each other are answered on purpose",
        "An event with an unknown key that holds 1,000 objects in each other.",
        |kit| {
            one(kit, "an event with 1,000 objects in each other", |draft| with(draft, "deep", objects(1_000)))
        },
    ),
    deep(
        "input/very-deep-arrays",
        "a hundred thousand lists in each other are answered on purpose",
        "An event with an unknown key that holds 100,000 lists in each other.",
        |kit| {
            one(kit, "an event with 100,000 lists in each other", |draft| with(draft, "deep", lists(100_000)))
        },
    ),
    deep(
        "input/very-deep-objects",
        "a hundred thousand objects in each other are answered on purpose",
        "An event with an unknown key that holds 100,000 objects in each other.",
        |kit| {
            one(kit, "an event with 100,000 objects in each other", |draft| {
                with(draft, "deep", objects(100_000))
            })
        },
    ),
    deep(
        "input/deep-payload",
        "a payload of a thousand levels is answered on purpose",
        "An event whose payload holds 1,000 objects in each other.",
        |kit| {
            one(kit, "an event with a payload of 1,000 levels", |draft| {
                with(draft, "payload", objects(1_000))
            })
        },
    ),
];

fn padded(draft: &Draft, letters: usize) -> Vec<u8> {
    with(draft, "padding", format!("\"{}\"", "x".repeat(letters)))
}

fn lists(levels: usize) -> String {
    "[".repeat(levels) + &"]".repeat(levels)
}

fn objects(levels: usize) -> String {
    "{\"a\":".repeat(levels) + "1" + &"}".repeat(levels)
}
